package model

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Param is a parameter that MLflow's signature lets a request carry.
type Param struct {
	Name string
	Type string // MLflow's name for it
	List bool   // a list of that type
}

func (p Param) String() string {
	if p.List {
		return "a list of " + p.Type
	}
	return p.Type
}

var paramTypes = []string{"boolean", "integer", "long", "float", "double", "string", "datetime", "object"}

// parseParams reads MLflow's JSON, which is a string in the YAML. It returns nil
// for an empty one: the model has no schema.
func parseParams(text string) ([]Param, error) {
	if text == "" {
		return nil, nil
	}
	var entries []struct {
		Name  string `json:"name"`
		Type  string `json:"type"`
		DType string `json:"dtype"` // the former name of "type"
		Shape []int  `json:"shape"`
	}
	if err := json.Unmarshal([]byte(text), &entries); err != nil {
		return nil, fmt.Errorf("%w: its parameters are not JSON", ErrSignature)
	}
	params := make([]Param, len(entries))
	for i, entry := range entries {
		params[i] = Param{Name: entry.Name, Type: entry.Type + entry.DType, List: entry.Shape != nil}
		if !slices.Contains(paramTypes, params[i].Type) {
			return nil, fmt.Errorf("%w: parameter %q is of no type that MLflow knows", ErrSignature, entry.Name)
		}
	}
	return params, nil
}
