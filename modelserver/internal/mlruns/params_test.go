package mlruns

import (
	"errors"
	"slices"
	"testing"
)

func TestParseParams(t *testing.T) {
	tests := []struct {
		name, text string
		want       []Param
		err        error
	}{
		{"no schema", ``, nil, nil},
		{"scalars and a list", `[{"name": "t", "default": 0.5, "shape": null, "type": "double"}, {"name": "k", "default": [3], "shape": [-1], "type": "long"}]`,
			[]Param{{Name: "t", Type: "double"}, {Name: "k", Type: "long", List: true}}, nil},
		{"the type's old name", `[{"name": "t", "default": "a", "dtype": "string"}]`, []Param{{Name: "t", Type: "string"}}, nil},
		{"an object", `[{"name": "o", "default": {}, "shape": null, "type": "object", "properties": {"a": {"type": "long"}}}]`, []Param{{Name: "o", Type: "object"}}, nil},
		{"an unknown type", `[{"name": "t", "default": 1, "type": "binary"}]`, nil, ErrSignature},
		{"no JSON", `{`, nil, ErrSignature},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := parseParams(test.text)
			if !slices.Equal(got, test.want) || !errors.Is(err, test.err) {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}
