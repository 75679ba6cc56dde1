package mlflow

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/protocol/mlflow/message"
	"pneumoscope/modelserver/internal/tensorjson"
)

// checkParams refuses the parameters that MLflow would refuse to pass on to the
// model. A TensorFlow model takes no parameters, so they are not used. If the model has
// no schema, everything is accepted. So is any value of a name that the schema lacks.
func checkParams(raw []byte, schema []model.Param) *fault {
	kind := tensorjson.KindOf(raw)
	if schema == nil || kind == tensorjson.Invalid || kind == tensorjson.Null {
		return nil
	}
	if kind != tensorjson.Object {
		return invalidParameter("Failed to predict data with this model. \nError: Parameters must be a dictionary. Got type '" + message.ClassOf(kind) + "'.")
	}
	wrong := map[string]bool{}
	_ = tensorjson.EachMember(raw, func(name string, value []byte) error {
		if i := slices.IndexFunc(schema, func(p model.Param) bool { return p.Name == name }); i >= 0 {
			wrong[name] = !fitsParam(value, schema[i]) // if a name occurs twice, the last one counts
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

func fitsParam(value []byte, param model.Param) bool {
	if !param.List {
		return fitsType(value, param.Type)
	}
	fits := tensorjson.KindOf(value) == tensorjson.List
	if fits {
		_ = tensorjson.EachElement(value, func(element []byte) error {
			fits = fits && fitsType(element, param.Type)
			return nil
		})
	}
	return fits
}

// fitsType accepts null for every type except object, and an integer for a float. It
// converts no other value.
func fitsType(value []byte, name string) bool {
	kind := tensorjson.KindOf(value)
	if kind == tensorjson.Null {
		return name != "object"
	}
	switch name {
	case "boolean":
		return kind == tensorjson.Boolean
	case "integer", "long":
		return kind == tensorjson.Number && tensorjson.IsInteger(value)
	case "float", "double":
		return kind == tensorjson.Number && !(tensorjson.IsInteger(value) && tooLarge(value))
	case "string":
		return kind == tensorjson.Text
	case "datetime":
		return kind == tensorjson.Text && isDatetime(value)
	}
	return kind == tensorjson.Object
}

// tooLarge says whether a number is beyond the range of a float.
func tooLarge(number []byte) bool {
	f, _ := strconv.ParseFloat(string(number), 64) // beyond the range it is infinite
	return math.IsInf(f, 0)
}

// datetime is what NumPy reads as a point in time, down to a microsecond.
var datetime = regexp.MustCompile(`^(\d{4}(-(0[1-9]|1[0-2])(-\d\d([T ]([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d(\.\d{0,6})?)?)?(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)?)?)?)?|(?i:nat|now|today)|)$`)

func isDatetime(value []byte) bool {
	text, err := tensorjson.Reread(value).Text()
	if err != nil || !datetime.MatchString(text) || strings.HasPrefix(text, "0000") { // Python's years begin at 1
		return false
	}
	const day = "2006-01-02"
	if len(text) < len(day) {
		return true
	}
	_, err = time.Parse(day, text[:len(day)])
	return err == nil
}
