// Package message writes the parts that MLflow's messages share: Python's name for a
// type, a list of names, and the inputs that are missing.
package message

import (
	"fmt"
	"strings"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensorjson"
)

// ClassOf is Python's text for the type of a value.
func ClassOf(kind tensorjson.Kind) string {
	switch kind {
	case tensorjson.Object:
		return "<class 'dict'>"
	case tensorjson.List:
		return "<class 'list'>"
	case tensorjson.Text:
		return "<class 'str'>"
	case tensorjson.Boolean:
		return "<class 'bool'>"
	case tensorjson.Null:
		return "<class 'NoneType'>"
	}
	return "<class 'float'>"
}

// Names writes names as in a Python list, without the brackets.
func Names(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = "'" + name + "'"
	}
	return strings.Join(quoted, ", ")
}

// MissingInputs is MLflow's message about the inputs that a request lacks; empty
// when it has all of them.
func MissingInputs(specs []model.Input, has func(name string) bool) string {
	var missing []string
	for _, spec := range specs {
		if !has(spec.Name) {
			missing = append(missing, spec.Name)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return fmt.Sprintf("Model is missing inputs [%s].", Names(missing))
}
