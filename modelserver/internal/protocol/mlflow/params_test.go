package mlflow

import (
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/model"
)

// The expected results are those of MLflow 3.17.2.
func TestCheckParams(t *testing.T) {
	tests := []struct {
		param   string
		list    bool
		fits    string // values, separated by blanks
		refused string
	}{
		{"boolean", false, `null true`, `1 1.5 "true" [] {}`},
		{"integer", false, `null 1 -1 1180591620717411303424`, `true 1.0 1e3 "1" NaN [1] {}`},
		{"long", false, `null 1 -1 1180591620717411303424`, `true 1.5 "1" Infinity [1] {}`},
		{"float", false, `null 1 1.5 NaN -Infinity 1e400`, `true "1.5" [1.5] {} 1` + strings.Repeat("0", 400)},
		{"double", false, `null 1 1.5 NaN -Infinity 1e400`, `true "1.5" [1.5] {}`},
		{"string", false, `null "" "a"`, `1 true ["a"] {}`},
		{"datetime", false, `null "" "NaT" "2020" "2020-01-31" "2020-01-31T10" "2020-01-31T10:20:30.123456" "2020-01-31T10:20:30Z" "2020-01-31T10:20:30+01:00" "2020-01-31T23:59:59.-2359" "\u0032020-02" "nat" "TODAY"`,
			`"2020-00" "2020-13" "0000" "2020-02-30" "2020-01-31T24" "2020-01-31T23:60" "2020-01-31T23:59:60" "2020-01-31T10+24" "2020-01-31T10+01:60" "2020-01-31Z" 1 true "a" "2020-13-01" "2020-1-1" "20200101" "2020-01-31T10:20:30.1234567" []`},
		{"long", true, `[] [1,2] [null]`, `null 1 [1.5] ["1"] [[1]] [true] [{}] {}`},
		{"double", true, `[] [1,2.5] [null]`, `2.5 ["1"] [true]`},
		{"object", false, `{} {"a":1}`, `null 1 []`},
	}
	for _, test := range tests {
		schema := []model.Param{{Name: "p", Type: test.param, List: test.list}}
		for value := range strings.FieldsSeq(test.fits) {
			if f := checkParams([]byte(`{"p": `+value+`}`), schema); f != nil {
				t.Errorf("%s for %s was refused: %s", value, schema[0], f.Message)
			}
		}
		for value := range strings.FieldsSeq(test.refused) {
			f := checkParams([]byte(`{"p": `+value+`}`), schema)
			if f == nil {
				t.Errorf("%s for %s was accepted", value, schema[0])
			} else if f.Code != "INVALID_PARAMETER_VALUE" {
				t.Errorf("%s for %s is refused with %s; want INVALID_PARAMETER_VALUE", value, schema[0], f.Code)
			}
		}
	}
}

func TestCheckParamsAsAWhole(t *testing.T) {
	schema := []model.Param{{Name: "p", Type: "long"}}
	tests := []struct {
		name, raw string
		schema    []model.Param
		refused   bool
	}{
		{"no params", ``, schema, false},
		{"null", `null`, schema, false},
		{"an unknown name is ignored", `{"q": "x"}`, schema, false},
		{"the last of two counts", `{"p": "x", "p": 1}`, schema, false},
		{"a list", `[1]`, schema, true},
		{"a number", `5`, schema, true},
		{"a number, but no schema", `5`, nil, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if f := checkParams([]byte(test.raw), test.schema); (f != nil) != test.refused {
				t.Errorf("%s: %v", test.raw, f)
			}
		})
	}
}
