package tensorjson

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
)

func TestStrictAcceptsOnlyTheElementType(t *testing.T) {
	tests := []struct {
		name  string
		dtype tensor.DType
		shape []int
		text  string
		want  string // the tensor as Append writes it, or the error
	}{
		{"a flat list", tensor.Uint8, []int{2, 2}, "[1,2,3,4]", "[[1, 2], [3, 4]]"},
		{"nested lists", tensor.Uint8, []int{2, 2}, "[[1,2],[3,4]]", "[[1, 2], [3, 4]]"},
		{"rows of one number", tensor.Uint8, []int{1, 3, 1}, "[[[1],[2], [255]]]", "[[[1], [2], [255]]]"},
		{"a flat list with null and an exponent", tensor.Float32, []int{1, 3}, "[1, null , 1e3]", "[[1.0, NaN, 1000.0]]"},
		{"no rows", tensor.Uint8, []int{0, 2}, "[ ]", "[]"},
		{"empty rows", tensor.Uint8, []int{2, 0}, "[[],[]]", "[[], []]"},
		{"one number without axes", tensor.Int64, []int{}, "[-7]", "-7"},
		{"NaN and the infinities", tensor.Float64, []int{3}, "[NaN,-Infinity,Infinity]", "[NaN, -Infinity, Infinity]"},
		{"booleans", tensor.Bool, []int{2, 2}, "[[true,0],[1,false]]", "[[true, false], [true, false]]"},

		{"a string", tensor.Float32, []int{1}, `["1"]`, "a string stands where a number was expected"},
		{"a boolean", tensor.Uint8, []int{1}, "[true]", "a boolean stands where a number was expected"},
		{"a fraction", tensor.Uint8, []int{1}, "[0.5]", "a number with a fraction or an exponent stands where an integer was expected"},
		{"an integer out of range", tensor.Uint8, []int{2}, "[1,256]", "an integer is out of the range of uint8"},
		{"a boolean beyond 1", tensor.Bool, []int{1}, "[36893488147419103232]", "a number other than 0 and 1 stands where a boolean was expected"},
		{"minus infinity", tensor.Int8, []int{1}, "[-Infinity]", errNotFinite.What},
		{"too few", tensor.Uint8, []int{2, 2}, "[1,2,3]", errUnshaped.What},
		{"too many", tensor.Uint8, []int{2, 2}, "[1,2,3,4,5]", errUnshaped.What},
		{"a row too many", tensor.Uint8, []int{2, 2}, "[[1,2],[3,4],[5,6]]", errUnshaped.What},
		{"a row too short among plain ones", tensor.Uint8, []int{3, 2}, "[[1,2],[3],[5,6]]", errUnshaped.What},
		{"rows nested deeper", tensor.Uint8, []int{2, 1}, "[[[1]],[[2]]]", errUnshaped.What},
		{"a number", tensor.Uint8, []int{}, "7", errNoList.What},
		{"an object", tensor.Uint8, []int{1}, "{}", errNoList.What},
		{"a syntax error after a string", tensor.Uint8, []int{2}, `["x",01]`, "Expecting ',' delimiter: line 1 column 7 (char 6)"},
		{"an integer of too many digits", tensor.Uint8, []int{1}, "[1" + string(bytes.Repeat([]byte("0"), 4300)) + "]", tooManyDigits + ": line 1 column 4303 (char 4302)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			reader := Reread([]byte(test.text))
			got, err := reader.Strict(test.dtype, test.shape)
			result := string(Append(nil, got))
			if err != nil {
				result = err.Error()
			}
			if result != test.want {
				t.Errorf("%s becomes %s; want %s", test.text, result, test.want)
			}
			if _, syntax := errors.AsType[*SyntaxError](err); !syntax && reader.End() != nil {
				t.Errorf("only %d bytes of %s are consumed", reader.pos, test.text)
			}
		})
	}
}

func TestMembersAreReadByKind(t *testing.T) {
	for text, want := range map[string]struct {
		n  int64
		ok bool
	}{
		"7": {7, true}, " -0 ": {0, true}, "-9223372036854775808": {math.MinInt64, true},
		"9223372036854775808": {0, false}, "7.0": {0, false}, "1e3": {0, false}, "NaN": {0, false}, `"7"`: {0, false}, "[7]": {0, false}, "true": {0, false},
	} {
		reader := Reread([]byte(text))
		n, ok, err := reader.Int()
		if err != nil {
			t.Errorf("%s as an integer: %v", text, err)
		}
		if ok != want.ok {
			t.Errorf("%s is an integer: %t; want %t", text, ok, want.ok)
		}
		if ok && n != want.n {
			t.Errorf("%s is the integer %d; want %d", text, n, want.n)
		}
		if err := reader.End(); err != nil {
			t.Errorf("%s as an integer: after the value: %v", text, err)
		}
	}
	for text, want := range map[string][2]bool{"true": {true, true}, " false": {false, true}, "1": {}, `"true"`: {}, "null": {}, "{}": {}} {
		reader := Reread([]byte(text))
		value, ok, err := reader.Bool()
		if err != nil {
			t.Errorf("%s as a boolean: %v", text, err)
		}
		if got := [2]bool{value, ok}; got != want {
			t.Errorf("%s as a boolean is %v; want %v", text, got, want)
		}
		if err := reader.End(); err != nil {
			t.Errorf("%s as a boolean: after the value: %v", text, err)
		}
	}
	for _, text := range []string{"tru", "", "-", "01"} {
		// 01 is read as the number 0; the caller finds the 1 after it.
		if _, _, err := Reread([]byte(text)).Bool(); err == nil && text != "01" {
			t.Errorf("%q as a boolean is no error", text)
		}
		if _, _, err := Reread([]byte(text)).Int(); err == nil && text != "01" {
			t.Errorf("%q as an integer is no error", text)
		}
	}
}

func TestAppendFlatIsJSON(t *testing.T) {
	floats := tensor.Tensor{DType: tensor.Float32, Shape: []int{2, 3}}
	for _, f := range []float64{0.1, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat32, -2} {
		floats.Data = binary.LittleEndian.AppendUint32(floats.Data, math.Float32bits(float32(f)))
	}
	doubles := tensor.Tensor{DType: tensor.Float64, Shape: []int{4}}
	for _, f := range []float64{math.MaxFloat64, -math.NaN(), math.Inf(-1), 1e-5} {
		doubles.Data = binary.LittleEndian.AppendUint64(doubles.Data, math.Float64bits(f))
	}
	for want, of := range map[string]tensor.Tensor{
		"[0.10000000149011612,null,null,null,3.4028234663852886e+38,-2.0]": floats,
		"[1.7976931348623157e+308,null,null,1e-05]":                        doubles,
		"[true,false]": {DType: tensor.Bool, Shape: []int{2, 1}, Data: []byte{1, 0}},
		"[7]":          {DType: tensor.Uint8, Data: []byte{7}},
		"[]":           {DType: tensor.Uint8, Shape: []int{0, 5}},
	} {
		got := string(AppendFlat(nil, of))
		if got != want {
			t.Errorf("the tensor is written as %s; want %s", got, want)
		}
		if !json.Valid([]byte(got)) {
			t.Errorf("%s is not JSON", got)
		}
	}
}

// FuzzStrict checks that Tensor reads the same tensor from every text that Strict
// accepts.
func FuzzStrict(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed), byte(2), byte(2))
	}
	f.Add([]byte("[[1,2,3],[4,5,6]]"), byte(2), byte(3))
	f.Add([]byte("[[1],[2],[3]]"), byte(3), byte(1))
	f.Fuzz(func(t *testing.T, text []byte, rows, columns byte) {
		shape := []int{int(rows), int(columns)}
		for dtype := range tensorTypes {
			got, err := Reread(text).Strict(dtype, shape)
			if err != nil {
				continue
			}
			if len(got.Data) != tensor.Len(shape)*dtype.Size() {
				t.Fatalf("as %s: there are %d bytes for the shape %v", dtype, len(got.Data), shape)
			}
			lenient, err := Reread(text).Tensor(dtype, 0)
			if err != nil {
				t.Fatalf("as %s: Strict accepts it, Tensor's error is %v", dtype, err)
			}
			if !bytes.Equal(lenient.Data, got.Data) {
				t.Fatalf("as %s: Strict's data are %x, Tensor's %x", dtype, got.Data, lenient.Data)
			}
		}
	})
}
