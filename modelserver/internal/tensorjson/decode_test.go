package tensorjson_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

var numeric = []tensor.DType{
	tensor.Bool, tensor.Int8, tensor.Int16, tensor.Int32, tensor.Int64,
	tensor.Uint8, tensor.Uint16, tensor.Uint32, tensor.Uint64, tensor.Float32, tensor.Float64,
}

// decode reads a whole text as one tensor.
func decode(tb testing.TB, text string, dtype tensor.DType) (tensor.Tensor, error) {
	tb.Helper()
	reader, err := tensorjson.NewReader([]byte(text))
	if err != nil {
		return tensor.Tensor{}, err
	}
	t, err := reader.Tensor(dtype, 0)
	if end := reader.End(); err == nil {
		err = end
	}
	return t, err
}

// written decodes a text and returns the tensor as an answer would show it, or the
// error.
func written(tb testing.TB, text string, dtype tensor.DType) string {
	tb.Helper()
	t, err := decode(tb, text, dtype)
	if err != nil {
		return "error: " + err.Error()
	}
	if want := tensor.Len(t.Shape) * dtype.Size(); len(t.Data) != want {
		tb.Fatalf("%s as %s has %d bytes; its shape takes %d", text, dtype, len(t.Data), want)
	}
	return string(tensorjson.Append(nil, t))
}

const (
	outOfBounds = "error: Python integer out of bounds for "
	noneIsNoInt = "error: int() argument must be a string, a bytes-like object or a real number, not 'NoneType'"
	nanIsNoInt  = "error: cannot convert float NaN to integer"
	infIsNoInt  = "error: cannot convert float infinity to integer"
	noInt       = "error: invalid literal for int() with base 10"
	noFloat     = "error: could not convert string to float"
	ragged      = "error: setting an array element with a sequence. The requested array has an inhomogeneous shape: rows of different lengths or depths."
	tooManyAxes = "error: setting an array element with a sequence. The requested array would exceed the maximum number of dimension of 64."
	anObject    = "error: an object stands where a number was expected"
)

// The conversions are NumPy's: the results of np.array(value, dtype) for the value
// that Python's JSON parser returns.
func TestTensorConvertsAsNumPyDoes(t *testing.T) {
	long := strings.Repeat("9", 4300)
	tests := []struct {
		name   string
		text   string
		dtypes []tensor.DType
		want   string
	}{
		{"integers are themselves", "[0, 1, 127]", []tensor.DType{tensor.Int8, tensor.Int16, tensor.Int32, tensor.Int64, tensor.Uint8, tensor.Uint16, tensor.Uint32, tensor.Uint64}, "[0, 1, 127]"},
		{"integers become floats", "[0, -7, 255]", []tensor.DType{tensor.Float32, tensor.Float64}, "[0.0, -7.0, 255.0]"},
		{"integers other than zero are true", "[0, -0, 2, -1]", []tensor.DType{tensor.Bool}, "[false, false, true, true]"},
		{"int8 holds its ends", "[-128, 127]", []tensor.DType{tensor.Int8}, "[-128, 127]"},
		{"int8 ends above", "[128]", []tensor.DType{tensor.Int8}, outOfBounds + "int8"},
		{"int8 ends below", "[-129]", []tensor.DType{tensor.Int8}, outOfBounds + "int8"},
		{"uint8 ends above", "[256]", []tensor.DType{tensor.Uint8}, outOfBounds + "uint8"},
		{"uint8 ends above after a fraction too", "[256.0]", []tensor.DType{tensor.Uint8}, outOfBounds + "uint8"},
		{"uint8 ends below", "[-1]", []tensor.DType{tensor.Uint8}, outOfBounds + "uint8"},
		{"int16 holds its ends", "[-32768, 32767]", []tensor.DType{tensor.Int16}, "[-32768, 32767]"},
		{"int16 ends above", "[32768]", []tensor.DType{tensor.Int16}, outOfBounds + "int16"},
		{"uint16 holds its end", "[65535]", []tensor.DType{tensor.Uint16}, "[65535]"},
		{"uint16 ends above", "[65536]", []tensor.DType{tensor.Uint16}, outOfBounds + "uint16"},
		{"uint16 ends below", "[-1]", []tensor.DType{tensor.Uint16}, outOfBounds + "uint16"},
		{"int32 holds its ends", "[-2147483648, 2147483647]", []tensor.DType{tensor.Int32}, "[-2147483648, 2147483647]"},
		{"int32 ends above", "[2147483648]", []tensor.DType{tensor.Int32}, outOfBounds + "int32"},
		{"int32 ends below", "[-2147483649]", []tensor.DType{tensor.Int32}, outOfBounds + "int32"},
		{"uint32 holds its end", "[4294967295]", []tensor.DType{tensor.Uint32}, "[4294967295]"},
		{"uint32 ends above", "[4294967296]", []tensor.DType{tensor.Uint32}, outOfBounds + "uint32"},
		{"uint32 ends below", "[-1]", []tensor.DType{tensor.Uint32}, outOfBounds + "uint32"},
		{"int64 holds its ends", "[-9223372036854775808, 9223372036854775807]", []tensor.DType{tensor.Int64}, "[-9223372036854775808, 9223372036854775807]"},
		{"int64 ends above", "[9223372036854775808]", []tensor.DType{tensor.Int64}, outOfBounds + "int64"},
		{"int64 keeps an integer beyond 2^53", "[9007199254740993]", []tensor.DType{tensor.Int64}, "[9007199254740993]"},
		{"int64 rounds the same as a fraction", "[9007199254740993.0]", []tensor.DType{tensor.Int64}, "[9007199254740992]"},
		{"int64 takes an exponent", "[1E18, -1e18]", []tensor.DType{tensor.Int64}, "[1000000000000000000, -1000000000000000000]"},
		{"int64 ends above after an exponent too", "[1e19]", []tensor.DType{tensor.Int64}, outOfBounds + "int64"},
		{"uint64 holds its end", "[18446744073709551615]", []tensor.DType{tensor.Uint64}, "[18446744073709551615]"},
		{"uint64 ends above", "[18446744073709551616]", []tensor.DType{tensor.Uint64}, outOfBounds + "uint64"},
		{"uint64 ends above after an exponent too", "[1.8446744073709552e19]", []tensor.DType{tensor.Uint64}, outOfBounds + "uint64"},
		{"uint64 takes a large exponent", "[1e19]", []tensor.DType{tensor.Uint64}, "[10000000000000000000]"},
		{"uint64 ends below", "[-1]", []tensor.DType{tensor.Uint64}, outOfBounds + "uint64"},
		{"uint64 ends below after a fraction too", "[-1.5]", []tensor.DType{tensor.Uint64}, outOfBounds + "uint64"},

		{"fractions are cut toward zero", "[1.7, -1.7, 0.9, -0.5, 12.0]", []tensor.DType{tensor.Int8, tensor.Int16, tensor.Int32, tensor.Int64}, "[1, -1, 0, 0, 12]"},
		{"fractions are cut toward zero without a sign too", "[1.7, 255.9, -0.5, 12.0, 1.5e1]", []tensor.DType{tensor.Uint8, tensor.Uint16, tensor.Uint32, tensor.Uint64}, "[1, 255, 0, 12, 15]"},
		{"fractions are true", "[0.0, -0.0, 0.1, 0e9]", []tensor.DType{tensor.Bool}, "[false, false, true, false]"},

		{"NaN is a float", "[NaN]", []tensor.DType{tensor.Float32, tensor.Float64}, "[NaN]"},
		{"infinities are floats", "[Infinity, -Infinity, 1e400, -1e400]", []tensor.DType{tensor.Float32, tensor.Float64}, "[Infinity, -Infinity, Infinity, -Infinity]"},
		{"NaN is no integer", "[NaN]", []tensor.DType{tensor.Int8, tensor.Int32, tensor.Int64, tensor.Uint8, tensor.Uint64}, nanIsNoInt},
		{"infinities are no integers", "[-Infinity]", []tensor.DType{tensor.Int16, tensor.Int64, tensor.Uint16, tensor.Uint32, tensor.Uint64}, infIsNoInt},
		{"a float too large is no integer", "[1e400]", []tensor.DType{tensor.Int64, tensor.Uint8}, infIsNoInt},
		{"NaN and infinity are true", "[NaN, Infinity, -Infinity]", []tensor.DType{tensor.Bool}, "[true, true, true]"},
		{"float32 ends at infinity", "[1e39, -1e39, 340282356779733661637539395458142568448]", []tensor.DType{tensor.Float32}, "[Infinity, -Infinity, Infinity]"},

		{"null is NaN among floats", "[null]", []tensor.DType{tensor.Float32, tensor.Float64}, "[NaN]"},
		{"null is no integer", "[null]", []tensor.DType{tensor.Int8, tensor.Int64, tensor.Uint8, tensor.Uint64}, noneIsNoInt},
		{"null is false", "[null]", []tensor.DType{tensor.Bool}, "[false]"},

		{"booleans are 1 and 0", "[true, false]", []tensor.DType{tensor.Int8, tensor.Int32, tensor.Uint8, tensor.Uint64}, "[1, 0]"},
		{"booleans are 1.0 and 0.0", "[true, false]", []tensor.DType{tensor.Float32, tensor.Float64}, "[1.0, 0.0]"},
		{"booleans are booleans", "[true, false]", []tensor.DType{tensor.Bool}, "[true, false]"},

		{"minus zero as an integer has no sign", "[-0]", []tensor.DType{tensor.Float32, tensor.Float64}, "[0.0]"},
		{"minus zero as a float keeps it", "[-0.0, -0e0, -1e-400]", []tensor.DType{tensor.Float32, tensor.Float64}, "[-0.0, -0.0, -0.0]"},

		{"4300 digits are an integer too large for a float", "[" + long + "]", []tensor.DType{tensor.Float32, tensor.Float64}, "error: int too large to convert to float"},
		{"a sign does not count as a digit", "[-" + long + "]", []tensor.DType{tensor.Float32, tensor.Float64}, "error: int too large to convert to float"},
		{"4300 digits are true", "[" + long + "]", []tensor.DType{tensor.Bool}, "[true]"},
		{"4300 digits are no machine integer", "[" + long + "]", []tensor.DType{tensor.Int8, tensor.Int64, tensor.Uint8, tensor.Uint64}, outOfBounds},
		{"4300 digits and a fraction are a float", "[0." + long + "]", []tensor.DType{tensor.Float64}, "[1.0]"},

		{"an object is no number", `[{"b64": "AA=="}]`, numeric, anObject},
		{"objects alone are no numbers", `{"x": 1}`, numeric, anObject},
	}
	for _, test := range tests {
		for _, dtype := range test.dtypes {
			t.Run(string(dtype)+": "+test.name, func(t *testing.T) {
				want := test.want
				if want == outOfBounds {
					want += string(dtype)
				}
				if got := written(t, test.text, dtype); got != want {
					t.Errorf("%.60s becomes %s; want %s", test.text, got, want)
				}
			})
		}
	}
}

// Python has no narrower float than a double, so float32 is rounded twice. The
// number is just above the middle of two float32s. Rounded once, it would be rounded
// up. Rounded to a double first, it becomes the middle, which is rounded to even.
func TestTensorRoundsFloat32ThroughDouble(t *testing.T) {
	for _, text := range []string{"[1.00000005960464477539062500001]", "[1.0000000596046447754]", `["1.00000005960464477539062500001"]`} {
		if got := written(t, text, tensor.Float32); got != "[1.0]" {
			t.Errorf("%s becomes %s; want [1.0]", text, got)
		}
	}
	if got, want := written(t, "[16777217, 9007199791611905]", tensor.Float32), "[16777216.0, 9007199254740992.0]"; got != want {
		t.Errorf("integers become %s; want %s", got, want)
	}
}

func TestTensorReadsStringsAsPythonDoes(t *testing.T) {
	integers := []struct{ text, want string }{
		{`"7"`, "7"}, {`" 7 "`, "7"}, {`"\t7\n"`, "7"}, {`"+3"`, "3"}, {`"1_0"`, "10"}, {`"0012"`, "12"}, {`"-0"`, "0"}, {`"\u0037"`, "7"},
		{`"\u0661"`, "1"}, {"\"\uff11\uff12\"", "12"}, {`"\u00a05\u2003"`, "5"}, {`"\ud835\udfd9"`, "1"}, {`"\u0f29"`, "9"}, {`"1_\u0660"`, "10"},
		{`"\u00b2"`, noInt}, {`"\u2460"`, noInt}, {`"\u001f1"`, noInt}, {`"\u200b1"`, noInt},
		{`""`, noInt}, {`" "`, noInt}, {`"1.5"`, noInt}, {`"1e3"`, noInt}, {`"0x10"`, noInt}, {`"--1"`, noInt}, {`"- 3"`, noInt},
		{`"1__0"`, noInt}, {`"_1"`, noInt}, {`"1_"`, noInt}, {`"true"`, noInt}, {`"nan"`, noInt}, {`"1 2"`, noInt},
		{`"256"`, outOfBounds + "uint8"}, {`"-1"`, outOfBounds + "uint8"}, {`"` + strings.Repeat("1", 4301) + `"`, noInt},
	}
	for _, test := range integers {
		if got := written(t, test.text, tensor.Uint8); got != test.want {
			t.Errorf("uint8: %.40s becomes %s; want %s", test.text, got, test.want)
		}
	}
	floats := []struct{ text, want string }{
		{`"1.5"`, "1.5"}, {`" 1.5\n"`, "1.5"}, {`"1e3"`, "1000.0"}, {`"1_000.5"`, "1000.5"}, {`"1e1_0"`, "10000000000.0"}, {`".5"`, "0.5"}, {`"5."`, "5.0"},
		{`"nan"`, "NaN"}, {`"NaN"`, "NaN"}, {`"+nan"`, "NaN"}, {`"-nan"`, "NaN"}, {`"inf"`, "Infinity"}, {`"-inf"`, "-Infinity"}, {`"+Infinity"`, "Infinity"}, {`"INF"`, "Infinity"},
		{`"1e400"`, "Infinity"}, {`"-1e400"`, "-Infinity"}, {`"1e-400"`, "0.0"}, {`"-0"`, "-0.0"}, {`"9007199254740993"`, "9007199254740992.0"},
		{`""`, noFloat}, {`" "`, noFloat}, {`"infi"`, noFloat}, {`"nan_"`, noFloat}, {`"--1"`, noFloat}, {`"+-inf"`, noFloat}, {`"1e"`, noFloat}, {`"0x10"`, noFloat}, {`"0x1p4"`, noFloat},
		{`"\u0661.\u0665e\u0662"`, "150.0"}, {`"\u00851"`, "1.0"}, {`"\u00bd"`, noFloat}, {`"\u001c1"`, noFloat},
		{`"1__0"`, noFloat}, {`"_1"`, noFloat}, {`"1_"`, noFloat}, {`"1_e5"`, noFloat}, {`"1 2"`, noFloat}, {`"cat"`, noFloat},
	}
	for _, test := range floats {
		if got := written(t, test.text, tensor.Float64); got != test.want {
			t.Errorf("float64: %s becomes %s; want %s", test.text, got, test.want)
		}
	}
	for text, want := range map[string]string{`""`: "false", `" "`: "true", `"false"`: "true", `"0"`: "true"} {
		if got := written(t, text, tensor.Bool); got != want {
			t.Errorf("bool: %s becomes %s; want %s", text, got, want)
		}
	}
}

func TestTensorKeepsTheSignOfNotANumber(t *testing.T) {
	for text, negative := range map[string]bool{`"nan"`: false, `"+NaN"`: false, `"-nan"`: true, `" -NaN "`: true} {
		got, err := decode(t, text, tensor.Float32)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if sign := got.Data[3]&0x80 != 0; sign != negative {
			t.Errorf("%s becomes % x; negative: %t, want %t", text, got.Data, sign, negative)
		}
	}
}

func TestTensorMeasuresShapes(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + "1" + strings.Repeat("]", n) }
	tests := []struct {
		name, text string
		want       []int
	}{
		{"a bare number has no axes", "7", nil},
		{"a list has one", "[1, 2, 3]", []int{3}},
		{"an empty list has one, of length 0", "[]", []int{0}},
		{"an empty list in a list", "[[]]", []int{1, 0}},
		{"empty lists in a list", "[[], []]", []int{2, 0}},
		{"empty lists two deep", "[[[], []]]", []int{1, 2, 0}},
		{"rows of one number", "[[1], [2], [3]]", []int{3, 1}},
		{"a small film", "[[[[1], [2]], [[3], [4]], [[5], [6]]]]", []int{1, 3, 2, 1}},
		{"blanks of every kind", "\n[ [\t1 ,\r\n 2 ] , [3,4]\n]\n", []int{2, 2}},
		{"64 axes", deep(64), slices.Repeat([]int{1}, 64)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, dtype := range numeric {
				got, err := decode(t, test.text, dtype)
				if err != nil {
					t.Errorf("as %s: %v", dtype, err)
					continue
				}
				if !slices.Equal(got.Shape, test.want) {
					t.Errorf("as %s: shape %v; want %v", dtype, got.Shape, test.want)
				}
			}
		})
	}
	refused := []struct{ name, text, want string }{
		{"65 axes", deep(65), tooManyAxes},
		{"65 axes of empty lists", strings.Repeat("[", 65) + strings.Repeat("]", 65), tooManyAxes},
		{"rows of different lengths", "[[1, 2], [3]]", ragged},
		{"a longer row", "[[1], [2, 3]]", ragged},
		{"an empty row after a full one", "[[1], []]", ragged},
		{"an empty row before a full one", "[[], [1]]", ragged},
		{"an empty row before a deeper one", "[[], [[]]]", ragged},
		{"an empty row after a deeper one", "[[[]], []]", ragged},
		{"a number after a deeper row", "[[[]], [1]]", ragged},
		{"a number after a row", "[[1], 2]", ragged},
		{"a row after a number", "[1, [2]]", ragged},
		{"an empty row after a number", "[1, []]", ragged},
		{"a number after an empty row", "[[], 1]", ragged},
		{"deeper rows of different lengths", "[[[1], [2]], [[3]]]", ragged},
		{"a short row in the middle of long ones", "[[1,2],[3,4],[5],[6,7]]", ragged},
	}
	for _, test := range refused {
		t.Run(test.name, func(t *testing.T) {
			for _, dtype := range numeric {
				if got := written(t, test.text, dtype); got != test.want {
					t.Errorf("as %s: %s; want %s", dtype, got, test.want)
				}
			}
		})
	}
}

// Python parses the whole body before it converts any of it.
func TestSyntaxErrorsComeBeforeConversionErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"[300, 1.]", "error: Expecting ',' delimiter: line 1 column 8 (char 7)"},
		{"[[1], 2, tru]", "error: Expecting value: line 1 column 10 (char 9)"},
		{`[{"a": 1}, 01]`, "error: Expecting ',' delimiter: line 1 column 13 (char 12)"},
		{strings.Repeat("[", 70) + "]", "error: Expecting ',' delimiter: line 1 column 72 (char 71)"},
		{"[null, " + strings.Repeat("9", 4301) + "]", "error: Exceeds the limit (4300 digits) for integer string conversion: line 1 column 4309 (char 4308)"},
	}
	for _, test := range tests {
		if got := written(t, test.text, tensor.Uint8); got != test.want {
			t.Errorf("%.40s: %s; want %s", test.text, got, test.want)
		}
	}
	reader, err := tensorjson.NewReader([]byte("[[300], 7] "))
	if err != nil {
		t.Fatal(err)
	}
	_, err = reader.Tensor(tensor.Uint8, 0)
	if conversion, ok := errors.AsType[*tensorjson.ConversionError](err); !ok {
		t.Errorf("the error is %v; want a conversion error", conversion)
	}
	if err := reader.End(); err != nil {
		t.Errorf("after a conversion error the value is not consumed: %v", err)
	}
}

// The body nests deeper than a goroutine's stack allows if each level takes a call.
func TestDeepNestingIsRefused(t *testing.T) {
	const levels = 20_000_000
	for name, text := range map[string]string{
		"lists":   strings.Repeat("[", levels),
		"objects": strings.Repeat(`{"a":`, levels/10),
	} {
		t.Run(name, func(t *testing.T) {
			got := written(t, text, tensor.Float32)
			if !strings.HasPrefix(got, "error: Nested too deeply: ") {
				t.Errorf("it becomes %.100s; want an error", got)
			}
		})
	}
	if got := written(t, strings.Repeat("[", 9999)+strings.Repeat("]", 9999), tensor.Float32); got != tooManyAxes {
		t.Errorf("9999 lists become %.100s; want %s", got, tooManyAxes)
	}
}

// The fast path leaves anything unusual to the general path. Both must read the same
// numbers and refuse the same texts.
func TestUnusualNumbersAmongPlainOnes(t *testing.T) {
	tests := []struct{ text, uint8s, float32s string }{
		{`[[1,2],[3,4]]`, "[[1, 2], [3, 4]]", "[[1.0, 2.0], [3.0, 4.0]]"},
		{`[[1],[2],["3"],[4]]`, "[[1], [2], [3], [4]]", "[[1.0], [2.0], [3.0], [4.0]]"},
		{`[[1],[2],[3e0],[4.5]]`, "[[1], [2], [3], [4]]", "[[1.0], [2.0], [3.0], [4.5]]"},
		{`[[1],[ 2],[3 ],[4]  ,[5] ]`, "[[1], [2], [3], [4], [5]]", "[[1.0], [2.0], [3.0], [4.0], [5.0]]"},
		{`[[1],[2],[-0],[4]]`, "[[1], [2], [0], [4]]", "[[1.0], [2.0], [0.0], [4.0]]"},
		{`[[1],[2],[0255],[4]]`, "error: Expecting ',' delimiter: line 1 column 12 (char 11)", "error: Expecting ',' delimiter: line 1 column 12 (char 11)"},
		{`[[1],[2],[00],[4]]`, "error: Expecting ',' delimiter: line 1 column 12 (char 11)", "error: Expecting ',' delimiter: line 1 column 12 (char 11)"},
		{`[[1],[2],[3,],[4]]`, "error: Expecting value: line 1 column 13 (char 12)", "error: Expecting value: line 1 column 13 (char 12)"},
		{`[[1],[2],[256],[4]]`, outOfBounds + "uint8", "[[1.0], [2.0], [256.0], [4.0]]"},
		{`[[1],[2],[1000],[4]]`, outOfBounds + "uint8", "[[1.0], [2.0], [1000.0], [4.0]]"},
		{`[[1],[2],[3,4],[5]]`, ragged, ragged},
		{`[[1],[2],[],[5]]`, ragged, ragged},
		{`[[1],[2],[[3]],[5]]`, ragged, ragged},
		{`[[1],[2],`, "error: Expecting value: line 1 column 10 (char 9)", "error: Expecting value: line 1 column 10 (char 9)"},
		{`[[1],[2]`, "error: Expecting ',' delimiter: line 1 column 9 (char 8)", "error: Expecting ',' delimiter: line 1 column 9 (char 8)"},
		{`[[1],[2],[3`, "error: Expecting ',' delimiter: line 1 column 12 (char 11)", "error: Expecting ',' delimiter: line 1 column 12 (char 11)"},
		{`[1,`, "error: Expecting value: line 1 column 4 (char 3)", "error: Expecting value: line 1 column 4 (char 3)"},
		{`[1,2,3,4,5,6,7,8,9,null]`, noneIsNoInt, "[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, NaN]"},
	}
	for _, test := range tests {
		if got := written(t, test.text, tensor.Uint8); got != test.uint8s {
			t.Errorf("uint8: %s becomes %s; want %s", test.text, got, test.uint8s)
		}
		if got := written(t, test.text, tensor.Float32); got != test.float32s {
			t.Errorf("float32: %s becomes %s; want %s", test.text, got, test.float32s)
		}
	}
}
