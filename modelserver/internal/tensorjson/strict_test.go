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

func TestStrictTakesWhatIsOfTheElementType(t *testing.T) {
	tests := []struct {
		name  string
		dtype tensor.DType
		shape []int
		text  string
		want  string // the tensor again, or why not
	}{
		{"a flat list", tensor.Uint8, []int{2, 2}, "[1,2,3,4]", "[[1, 2], [3, 4]]"},
		{"nested lists", tensor.Uint8, []int{2, 2}, "[[1,2],[3,4]]", "[[1, 2], [3, 4]]"},
		{"rows of one number", tensor.Uint8, []int{1, 3, 1}, "[[[1],[2], [255]]]", "[[[1], [2], [255]]]"},
		{"a flat list that is no plain row", tensor.Float32, []int{1, 3}, "[1, null , 1e3]", "[[1.0, NaN, 1000.0]]"},
		{"nothing", tensor.Uint8, []int{0, 2}, "[ ]", "[]"},
		{"rows of nothing", tensor.Uint8, []int{2, 0}, "[[],[]]", "[[], []]"},
		{"one number without axes", tensor.Int64, []int{}, "[-7]", "-7"},
		{"numbers in their own words", tensor.Float64, []int{3}, "[NaN,-Infinity,Infinity]", "[NaN, -Infinity, Infinity]"},
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
		{"no list", tensor.Uint8, []int{}, "7", errNoList.What},
		{"no list but an object", tensor.Uint8, []int{1}, "{}", errNoList.What},
		{"a fault behind what cannot be used", tensor.Uint8, []int{2}, `["x",01]`, "Expecting ',' delimiter: line 1 column 7 (char 6)"},
		{"an integer of too many digits", tensor.Uint8, []int{1}, "[1" + string(bytes.Repeat([]byte("0"), 4300)) + "]", tooManyDigits + ": line 1 column 4303 (char 4302)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			reader := Reread([]byte(test.text))
			got, err := reader.Strict(test.dtype, test.shape)
			said := string(Append(nil, got))
			if err != nil {
				said = err.Error()
			}
			if said != test.want {
				t.Errorf("%s is %s; want %s", test.text, said, test.want)
			}
			if _, syntax := errors.AsType[*SyntaxError](err); !syntax && reader.End() != nil {
				t.Errorf("of %s %d bytes are consumed", test.text, reader.pos)
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
		if n, ok, err := reader.Int(); ok != want.ok || ok && n != want.n || err != nil || reader.End() != nil {
			t.Errorf("%s is the integer %d, %v, %v; want %d, %v", text, n, ok, err, want.n, want.ok)
		}
	}
	for text, want := range map[string][2]bool{"true": {true, true}, " false": {false, true}, "1": {}, `"true"`: {}, "null": {}, "{}": {}} {
		reader := Reread([]byte(text))
		if value, ok, err := reader.Bool(); value != want[0] || ok != want[1] || err != nil || reader.End() != nil {
			t.Errorf("%s is the boolean %v, %v, %v; want %v", text, value, ok, err, want)
		}
	}
	for _, text := range []string{"tru", "", "-", "01"} {
		if _, _, err := Reread([]byte(text)).Bool(); err == nil && text != "01" {
			t.Errorf("as a boolean %q is sound", text)
		}
		if _, ok, err := Reread([]byte(text)).Int(); err == nil && text != "01" {
			t.Errorf("as an integer %q is %v", text, ok)
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
		if got := string(AppendFlat(nil, of)); got != want || !json.Valid([]byte(got)) {
			t.Errorf("it is %s; want %s", got, want)
		}
	}
}

// FuzzStrict: what the strict reading takes, the other takes too and to the
// same bytes, and the reading of plain rows decides nothing otherwise.
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
				t.Fatalf("as %s: %d bytes for the shape %v", dtype, len(got.Data), shape)
			}
			lax, err := Reread(text).Tensor(dtype, 0)
			if err != nil || !bytes.Equal(lax.Data, got.Data) {
				t.Fatalf("as %s: %x; not strictly %x, %v", dtype, got.Data, lax.Data, err)
			}
		}
	})
}
