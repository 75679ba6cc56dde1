package scoring

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"pneumoscope/modelserver/internal/mlruns"
	"pneumoscope/modelserver/internal/tensorjson"
)

// checkParams refuses what MLflow would refuse to pass on to the model. A
// TensorFlow model takes no parameters, so nothing else becomes of them. A
// model without a schema takes anything, and so do names that the schema does
// not know.
func checkParams(raw []byte, schema []mlruns.Param) *fault {
	kind := kindOf(raw)
	if schema == nil || kind == tensorjson.Invalid || kind == tensorjson.Null {
		return nil
	}
	if kind != tensorjson.Object {
		return invalidParameter("Failed to predict data with this model. \nError: Parameters must be a dictionary. Got type '" + pythonType(kind) + "'.")
	}
	wrong := map[string]bool{}
	_ = eachMember(raw, func(name string, value []byte) error {
		if i := slices.IndexFunc(schema, func(p mlruns.Param) bool { return p.Name == name }); i >= 0 {
			wrong[name] = !fitsParam(value, schema[i]) // of two with one name the last counts
		}
		return nil
	})
	var invalid []string
	for _, param := range schema {
		if wrong[param.Name] {
			invalid = append(invalid, fmt.Sprintf("'%s': %s", param.Name, param))
		}
	}
	if len(invalid) > 0 {
		return invalidParameter("Failed to predict data with this model. \nError: Invalid parameters found: {" + strings.Join(invalid, ", ") + "}")
	}
	return nil
}

func fitsParam(value []byte, param mlruns.Param) bool {
	if !param.List {
		return fitsType(value, param.Type)
	}
	fits := kindOf(value) == tensorjson.List
	if fits {
		_ = eachElement(value, func(element []byte) error {
			fits = fits && fitsType(element, param.Type)
			return nil
		})
	}
	return fits
}

// fitsType lets null pass for everything, and an integer for a float. Nothing
// else is converted.
func fitsType(value []byte, name string) bool {
	kind := kindOf(value)
	if kind == tensorjson.Null {
		return name != "object"
	}
	switch name {
	case "boolean":
		return kind == tensorjson.Boolean
	case "integer", "long":
		return kind == tensorjson.Number && isInteger(value)
	case "float", "double":
		return kind == tensorjson.Number && !(isInteger(value) && math.IsInf(fraction(value), 0))
	case "string":
		return kind == tensorjson.Text
	case "datetime":
		return kind == tensorjson.Text && isDatetime(value)
	}
	return kind == tensorjson.Object
}

// datetime is what NumPy reads as a point in time, down to a microsecond.
var datetime = regexp.MustCompile(`^"(\d{4}(-\d\d(-\d\d([T ]\d\d(:\d\d(:\d\d(\.\d{1,6})?)?)?(Z|[+-]\d\d(:?\d\d)?)?)?)?)?|NaT|now|today|)"$`)

func isDatetime(value []byte) bool {
	if !datetime.Match(value) {
		return false
	}
	const day = "2006-01-02"
	if len(value) < len(day)+2 {
		return true
	}
	_, err := time.Parse(day, string(value[1:len(day)+1]))
	return err == nil
}
