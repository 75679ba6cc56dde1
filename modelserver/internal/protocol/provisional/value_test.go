package provisional

import (
	"errors"
	"testing"

	"pneumoscope/modelserver/internal/tensorjson"
)

// object has two members: "unit" is the unit of a number, and "number" is read as a
// number of that unit.
type object struct {
	reader *tensorjson.Reader
	unit   string
	number Value[string]
	reads  int
}

func (o *object) read() (string, error) {
	o.reads++
	n, whole, err := o.reader.Int()
	if err == nil && !whole {
		return "", errors.New("not an integer in " + o.unit)
	}
	return string(rune('0'+n)) + o.unit, err
}

func (o *object) member(name string) error {
	switch name {
	case "unit":
		unit, err := o.reader.Text()
		if unit != o.unit {
			o.number.Outdate()
		}
		o.unit = unit
		return err
	case "number":
		return o.number.Take(o.reader, o.unit != "", o.read)
	}
	return o.reader.Skip()
}

func TestAValueIsReadByItsFinalMeaning(t *testing.T) {
	tests := []struct {
		name, text string
		want       string
		fault      string
		reads      int
	}{
		{"after its meaning", `{"unit": "m", "number": 1}`, "1m", "", 1},
		{"before its meaning", `{"number": 1, "unit": "m"}`, "1m", "", 1},
		{"before another meaning", `{"unit": "m", "number": 1, "unit": "s"}`, "1s", "", 2},
		{"before the same meaning", `{"unit": "m", "number": 1, "unit": "m"}`, "1m", "", 1},
		{"the last of two", `{"unit": "m", "number": 1, "number": 2}`, "2m", "", 2},
		{"the last of many", `{"unit": "m", "number": 1, "number": 2, "number": 3, "number": 4}`, "4m", "", 2},
		{"one that cannot be used", `{"unit": "m", "number": 1.5}`, "", "not an integer in m", 1},
		{"one that cannot be used as another", `{"unit": "m", "number": 1.5, "unit": "s"}`, "", "not an integer in s", 2},
		{"a sound one after it", `{"unit": "m", "number": 1.5, "number": 2}`, "2m", "", 2},
		{"none", `{"unit": "m"}`, "", "", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			reader, err := tensorjson.NewReader([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			o := object{reader: reader}
			if err := reader.Object(o.member); err != nil {
				t.Fatal(err)
			}
			got, err := o.number.Final(reader, o.read)
			fault := ""
			if err != nil {
				fault = err.Error()
			}
			if fault != test.fault {
				t.Errorf("the fault is %q; want %q", fault, test.fault)
			}
			if err == nil && got != test.want {
				t.Errorf("the value is %q; want %q", got, test.want)
			}
			if o.reads != test.reads {
				t.Errorf("it was read %d times; want %d", o.reads, test.reads)
			}
			if err := reader.End(); err != nil {
				t.Errorf("the reader did not return to the end: %v", err)
			}
		})
	}
}

func TestASyntaxErrorIsNotKept(t *testing.T) {
	reader, err := tensorjson.NewReader([]byte(`{"unit": "m", "number": 1x}`))
	if err != nil {
		t.Fatal(err)
	}
	o := object{reader: reader}
	err = reader.Object(o.member)
	if _, syntax := errors.AsType[*tensorjson.SyntaxError](err); !syntax {
		t.Errorf("the error is %v; want a syntax error", err)
	}
}
