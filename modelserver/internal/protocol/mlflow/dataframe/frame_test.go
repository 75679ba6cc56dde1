package dataframe

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

func spec(name string, dtype tensor.DType, shape ...int) model.Input {
	return model.Input{Name: name, Spec: tensor.Spec{DType: dtype, Shape: shape}}
}

// There are two reasons why a frame cannot be used. MLflow has a code for each; package
// mlflow's tests check the codes.
const (
	unreadableFrame = "unreadable"
	unfitFrame      = "unfit"
)

func wayOf(err *Error) string {
	if err.Unfit {
		return unfitFrame
	}
	return unreadableFrame
}

// readFrame reads the value of "dataframe_split", or a list of records. It returns the
// numbers, or the way in which the frame cannot be used.
func readFrame(text string, specs []model.Input) string {
	read := ReadSplit
	if text[0] == '[' {
		read = ReadRecords
	}
	f, failed := read([]byte(text))
	if failed != nil {
		return wayOf(failed)
	}
	inputs, failed := f.Tensors(specs, specs[0].Name != "")
	if failed != nil {
		return wayOf(failed)
	}
	var texts []string
	for _, s := range specs {
		texts = append(texts, string(tensorjson.Append(nil, inputs[s.Name])))
	}
	return strings.Join(texts, " ")
}

// The expected answers are those of MLflow 3.17.2.
func TestFrame(t *testing.T) {
	const bad, unfit = unreadableFrame, unfitFrame
	float := func(shape ...int) []model.Input { return []model.Input{spec("", tensor.Float32, shape...)} }
	of := func(dtype tensor.DType) []model.Input { return []model.Input{spec("", dtype, -1, 2)} }
	two := []model.Input{spec("a", tensor.Float32, -1, 2), spec("b", tensor.Int64, -1)}
	tests := []struct {
		name  string
		text  string
		specs []model.Input
		want  string
	}{
		{"a film as one flat list", `{"data": [[[1, 2, 3, 4]]]}`, float(-1, 2, 2, 1), "[[[[1.0], [2.0]], [[3.0], [4.0]]]]"},
		{"two films", `{"columns": ["x"], "data": [[[1, 2]], [[3, 4]]]}`, float(-1, 2), "[[1.0, 2.0], [3.0, 4.0]]"},
		{"a film of the wrong size", `{"data": [[[1, 2, 3]]]}`, float(-1, 2, 2), unfit},
		{"films of different sizes", `{"data": [[[1, 2]], [[3]]]}`, float(-1, 2), unfit},
		{"a nested film", `{"data": [[[[1, 2]]]]}`, float(-1, 2), unfit},
		{"an empty film", `{"data": [[[]]]}`, float(-1, 2), unfit},
		{"a film that begins with null", `{"data": [[[null, 2]]]}`, float(-1, 2), unfit},
		{"a film with null inside", `{"data": [[[1, null]]]}`, float(-1, 2), "[[1.0, NaN]]"},
		{"a film of truth and numbers", `{"data": [[[true, 2]]]}`, float(-1, 2), "[[1.0, 2.0]]"},
		{"a film of texts", `{"data": [[["1.5", 2]]]}`, float(-1, 2), "[[1.5, 2.0]]"},
		{"a film of texts that end in zero characters", `{"data": [[["1.5\u0000\u0000", 2]]]}`, float(-1, 2), "[[1.5, 2.0]]"},
		{"a film of texts that only end like them", `{"data": [[["1.5\\u0000", 2]]]}`, float(-1, 2), unfit},
		{"a film of texts with a zero character inside", `{"data": [[["1\u00005", 2]]]}`, float(-1, 2), unfit},
		{"a film of zero characters as truth", `{"data": [[["\u0000", "0"]]]}`, of(tensor.Bool), "[[false, true]]"},
		{"a column of texts that end in zero characters", `{"data": [["1.5\u0000", 2]]}`, float(-1, 2), bad},
		{"films of texts and of truth with numbers", `{"data": [[["1", 2]], [[true, 2]]]}`, float(-1, 2), "[[1.0, 2.0], [1.0, 2.0]]"},
		{"films of texts and of truth", `{"data": [[["1", 2]], [[true, false]]]}`, float(-1, 2), unfit},
		{"films of texts and of integers", `{"data": [[["1", 2]], [[3, 4]]]}`, of(tensor.Int32), "[[1, 2], [3, 4]]"},
		{"films of texts and of integers with fractions", `{"data": [[["1", 2]], [[3, 4.5]]]}`, of(tensor.Int32), unfit},
		{"films of texts and of integers that become fractions", `{"data": [[[4, "72"]], [[49, 15615090661846078865]]]}`, of(tensor.Uint64), unfit},
		{"films of texts and of huge integers as truth", `{"data": [[[0, ""]], [[100000000000000000000, "0"]]]}`, of(tensor.Bool), "[[true, false], [true, true]]"},
		{"films of fractions and of null", `{"data": [[[9007199254740993, 1.0]], [[null, 1]]]}`, []model.Input{spec("", tensor.Float64, -1, 2)}, "[[9007199254740992.0, 1.0], [NaN, 1.0]]"},
		{"a film of texts and truth", `{"data": [[["1.5", true]]]}`, float(-1, 2), unfit},
		{"a film with an object inside", `{"data": [[[1, {}]]]}`, float(-1, 2), unfit},
		{"a film in two lists after one in one", `{"data": [[[1, 15]], [[[60, 10]]]]}`, float(-1, 2), "[[1.0, 15.0], [60.0, 10.0]]"},
		{"three rows in a list after one, which make two films", `{"data": [[[1]], [[[2], [3], [4]]]]}`, float(-1, 2), "[[1.0, 2.0], [3.0, 4.0]]"},
		{"two films in one cell", `{"data": [[[1, 2]], [[[3, 4], [5, 6]]]]}`, float(-1, 2), unfit},
		{"rows of another width in a list", `{"data": [[[1, 2]], [[[3], [4]]]]}`, float(-1, 2), unfit},
		{"a film in three lists", `{"data": [[[1, 2]], [[[[3, 4]]]]]}`, float(-1, 2), unfit},
		{"a list with a row and a number", `{"data": [[[1, 2]], [[[3, 4], 5]]]}`, float(-1, 2), unfit},
		{"a list with a number and a row", `{"data": [[[1, 2]], [[3, [4]]]]}`, float(-1, 2), unfit},
		{"a free axis", `{"data": [[[1, 2]]]}`, float(-1, -1), unfit},
		{"a fixed batch", `{"data": [[[1, 2]]]}`, float(1, 2), unfit},
		{"no axes", `{"data": [[1]]}`, float(), unfit},

		{"one column of numbers", `{"data": [[1], [2]]}`, float(-1), "[1.0, 2.0]"},
		{"one column of numbers, one axis more", `{"data": [[1], [2]]}`, float(-1, 1), "[[1.0], [2.0]]"},
		{"one column of numbers for two", `{"data": [[1], [2]]}`, float(-1, 2), unfit},
		{"a column of films with a bare number", `{"data": [[[5]], [6]]}`, float(-1, 1), "[[5.0], [6.0]]"},
		{"a column of numbers with a film", `{"data": [[5], [[6]]]}`, float(-1, 1), bad},
		{"data without rows' brackets", `{"data": [1, 2]}`, float(-1), "[1.0, 2.0]"},
		{"data as columns", `{"data": {"a": [1, 2], "b": [3, 4]}}`, float(-1, 2), "[[1.0, 3.0], [2.0, 4.0]]"},
		{"data as columns of different lengths", `{"data": {"a": [1, 2], "b": [3]}}`, float(-1, 2), bad},
		{"data as columns, one of them twice", `{"data": {"a": [1], "b": [3, 4], "a": [1, 2]}}`, float(-1, 2), "[[1.0, 3.0], [2.0, 4.0]]"},
		{"data as columns, one of them without a name", `{"columns": ["b", "a"], "data": {"a": [1, 2], "c": [7], "b": [3, 4]}}`, float(-1, 2), "[[3.0, 1.0], [4.0, 2.0]]"},
		{"data as columns, none of them named", `{"columns": ["c"], "data": {"a": [1, 2]}}`, float(-1, 2), bad},
		{"data as records", `{"data": [{"a": 1, "b": 2}]}`, float(-1, 2), "[[1.0, 2.0]]"},
		{"data as records, columns in another order", `{"columns": ["b", "a"], "data": [{"a": 1, "b": 2}]}`, float(-1, 2), "[[2.0, 1.0]]"},
		{"data as records, an unknown column", `{"columns": ["a", "c"], "data": [{"a": 1, "b": 2}]}`, float(-1, 2), "[[1.0, NaN]]"},
		{"data as a number", `{"data": 5}`, float(-1, 2), bad},
		{"rows of two kinds", `{"data": [[1, 2], {"a": 1}]}`, float(-1, 2), bad},

		{"many columns", `{"columns": ["a", "b"], "data": [[1, 2], [3, 4]]}`, float(-1, 2), "[[1.0, 2.0], [3.0, 4.0]]"},
		{"many columns before their names", `{"data": [[1, 2]], "columns": ["a", "b"]}`, float(-1, 2), "[[1.0, 2.0]]"},
		{"many columns of one name", `{"columns": ["a", "a"], "data": [[1, 2]]}`, float(-1, 2), "[[1.0, 2.0]]"},
		{"too many columns", `{"data": [[1, 2, 3]]}`, float(-1, 2), unfit},
		{"too many columns, and one that cannot be cast", `{"data": [[1, 2, "x"]]}`, float(-1, 2), bad},
		{"a column of films next to another", `{"data": [[[1, 2], 3]]}`, float(-1, 2), unfit},
		{"too few names", `{"columns": ["a"], "data": [[1, 2]]}`, float(-1, 2), bad},
		{"a list as a name", `{"columns": [["a", "b"]], "data": [[1, 2]]}`, float(-1, 2), bad},
		{"a short row", `{"data": [[1, 2], [3]]}`, float(-1, 2), "[[1.0, 2.0], [3.0, NaN]]"},
		{"a null", `{"data": [[1, null]]}`, float(-1, 2), "[[1.0, NaN]]"},
		{"numbers as texts", `{"data": [["1", " 2e1 "]]}`, float(-1, 2), "[[1.0, 20.0]]"},
		{"truth", `{"data": [[true, false]]}`, float(-1, 2), "[[1.0, 0.0]]"},
		{"an object in a cell", `{"data": [[1, {"a": 1}]]}`, float(-1, 2), bad},

		{"no rows", `{"columns": ["a"], "data": []}`, float(-1, 2), bad},
		{"no rows and no columns", `{"data": []}`, float(-1, 2), unfit},
		{"empty rows", `{"data": [[], []]}`, float(-1, 2), unfit},
		{"null for data", `{"data": null}`, float(-1, 2), unfit},
		{"no data", `{"columns": ["a"]}`, float(-1, 2), bad},
		{"a member that split has not", `{"data": [[1, 2]], "foo": 1}`, float(-1, 2), bad},
		{"an index", `{"index": ["x", "y"], "data": [[1, 2], [3, 4]]}`, float(-1, 2), "[[1.0, 2.0], [3.0, 4.0]]"},
		{"an index that is too long", `{"index": [0, 1, 2], "data": [[1, 2], [3, 4]]}`, float(-1, 2), bad},
		{"an index that is a number", `{"index": 0, "data": [[1, 2]]}`, float(-1, 2), bad},

		{"records", `[{"a": 1, "b": 2}, {"b": 4, "a": 3}]`, float(-1, 2), "[[1.0, 2.0], [3.0, 4.0]]"},
		{"records with a member missing", `[{"a": 1}, {"a": 3, "b": 4}]`, float(-1, 2), "[[1.0, NaN], [3.0, 4.0]]"},
		{"a record with a member twice", `[{"a": 1, "b": 2, "a": 3}]`, float(-1, 2), "[[3.0, 2.0]]"},
		{"records that are lists", `[[1, 2]]`, float(-1, 2), "[[1.0, 2.0]]"},
		{"records of films", `[{"a": [1, 2]}]`, float(-1, 2), "[[1.0, 2.0]]"},
		{"no records", `[]`, float(-1, 2), unfit},
		{"an empty record", `[{}]`, float(-1, 2), unfit},

		{"integers wrap", `{"data": [[300, -1]]}`, of(tensor.Uint8), "[[44, 255]]"},
		{"a film of integers wraps", `{"data": [[[300, -1]]]}`, of(tensor.Uint8), "[[44, 255]]"},
		{"objects are refused where integers wrap", `{"data": [["1", 1], [300, 1]]}`, of(tensor.Uint8), bad},
		{"fractions are cut", `{"data": [[1.9, 2.1]]}`, of(tensor.Int32), "[[1, 2]]"},
		{"negative fractions in a column", `{"data": [[-1.5, 2]]}`, of(tensor.Uint8), bad},
		{"negative fractions in a film", `{"data": [[[-1.5, 2]]]}`, of(tensor.Uint8), "[[255, 2]]"},
		{"null among integers", `{"data": [[1, null]]}`, of(tensor.Int32), bad},
		{"a text that is not an integer", `{"data": [["1.5", 2]]}`, of(tensor.Int32), bad},
		{"an integer beyond 2^53", `{"data": [[9007199254740993, 1]]}`, of(tensor.Int64), "[[9007199254740993, 1]]"},
		{"an integer beyond 2^53 in a column with a fraction", `{"data": [[9007199254740993, 1], [1.0, 2]]}`, of(tensor.Int64), "[[9007199254740992, 1], [1, 2]]"},
		{"an integer beyond 2^63", `{"data": [[18446744073709551615, 1]]}`, of(tensor.Uint64), "[[18446744073709551615, 1]]"},
		{"an integer is rounded once", `{"data": [[9007199791611905, 1]]}`, of(tensor.Float32), "[[9007200328482816.0, 1.0]]"},
		{"minus nought", `{"data": [[-0, -0.0]]}`, of(tensor.Float32), "[[0.0, -0.0]]"},
		{"minus zero in a column with a fraction", `{"data": [[-0, 0], [1.5, 0]]}`, of(tensor.Float32), "[[0.0, 0.0], [1.5, 0.0]]"},
		{"nulls are false", `{"data": [[null, true]]}`, of(tensor.Bool), "[[false, true]]"},
		{"what a record lacks is true", `[{"a": true, "b": false}, {"a": true}]`, of(tensor.Bool), "[[true, false], [true, true]]"},
		{"null in a column of texts is true", `{"data": [["", null], [null, "x"]]}`, of(tensor.Bool), "[[false, true], [true, true]]"},
		{"a film of texts as truth", `{"data": [[["", 0]]]}`, of(tensor.Bool), "[[false, true]]"},

		{"named columns", `{"columns": ["b", "x", "a"], "data": [[7, "y", [1, 2]]]}`, two, "[[1.0, 2.0]] [7]"},
		{"a named column missing", `{"columns": ["a", "x"], "data": [[[1, 2], 7]]}`, two, unfit},
		{"a named column missing, and one that cannot be cast", `{"columns": ["b"], "data": [["x"]]}`, two, bad},
		{"a named column twice", `{"columns": ["a", "b", "b"], "data": [[[1, 2], 7, 8]]}`, two, unfit},
		{"a number is not a name", `{"columns": [1], "data": [[[1, 2]]]}`, []model.Input{spec("1", tensor.Float32, -1, 2)}, unfit},
		{"named records", `[{"a": [1, 2], "b": 7}, {"b": 8, "a": [3, 4]}]`, two, "[[1.0, 2.0], [3.0, 4.0]] [7, 8]"},
		{"named columns without rows", `{"columns": ["a", "b"], "data": []}`, two, bad},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := readFrame(test.text, test.specs); got != test.want {
				t.Errorf("%s\ngot  %s\nwant %s", test.text, got, test.want)
			}
		})
	}
}

// For these values MLflow answers with a number that depends on the processor.
func TestFrameRefusesUndefinedCasts(t *testing.T) {
	for _, test := range []struct {
		dtype tensor.DType
		value string
	}{
		{tensor.Uint8, "NaN"}, {tensor.Uint8, "Infinity"}, {tensor.Uint8, "3e9"}, {tensor.Int32, "1e20"}, {tensor.Int32, "-2147483649.0"},
		{tensor.Uint32, "1e19"}, {tensor.Int64, "9223372036854775808.0"}, {tensor.Uint64, "18446744073709551616.0"}, {tensor.Uint64, "-1e19"},
	} {
		text := fmt.Sprintf(`{"data": [[[1.5, %s]]]}`, test.value)
		if got := readFrame(text, []model.Input{spec("", test.dtype, -1, 2)}); got != unfitFrame {
			t.Errorf("%s as %s: %s; want %s", test.value, test.dtype, got, unfitFrame)
		}
	}
}

// A few bytes must not make the server allocate much memory.
func TestFrameIsBounded(t *testing.T) {
	const many = 2000
	short := strings.Repeat("[],", many)
	wide := "[" + strings.TrimSuffix(strings.Repeat("1,", many), ",") + "]"
	names := make([]string, many)
	for i := range names {
		names[i] = fmt.Sprintf(`"%d": 1`, i)
	}
	records := strings.Repeat("{},", many) + "{" + strings.Join(names, ",") + "}"
	labels := strings.TrimSuffix(strings.Repeat(`"a",`, many), ",")
	for _, text := range []string{
		`{"data": [` + short + wide + `]}`,
		`{"data": [` + wide + "," + short + `[]]}`,
		`[` + records + `]`,
		`{"columns": [` + labels + `], "data": [` + strings.Repeat(`{"a":1},`, many) + `{}]}`,
	} {
		read := ReadSplit
		if text[0] == '[' {
			read = ReadRecords
		}
		_, failed := read([]byte(text))
		if failed == nil {
			t.Errorf("%.40s… was accepted", text)
		} else if !strings.Contains(failed.Message, "cells") {
			t.Errorf("%.40s… is refused with %q; want a message about cells", text, failed.Message)
		}
	}
}

func TestFrameFaultsDoNotRepeatTheData(t *testing.T) {
	specs := []model.Input{spec("a", tensor.Float32, -1, 2)}
	for _, text := range []string{
		`{"columns": ["secret"], "data": [[1]]}`, `{"columns": ["a"], "data": [["secret"]]}`, `{"data": "secret"}`, `{"data": [], "secret": 1}`,
		`{"columns": ["a"], "data": [[["secret", 1]]]}`, `[{"secret": 1}, 5]`, `{"data": {"secret": 1}}`, `{"columns": "secret", "data": []}`,
	} {
		read := ReadSplit
		if text[0] == '[' {
			read = ReadRecords
		}
		f, failed := read([]byte(text))
		if failed == nil {
			_, failed = f.Tensors(specs, true)
		}
		if failed == nil {
			t.Errorf("%s was accepted", text)
		} else if strings.Contains(failed.Message, "secret") {
			t.Errorf("the message repeats the data of %s: %s", text, failed.Message)
		}
	}
}

func FuzzFrame(f *testing.F) {
	f.Add([]byte(`{"columns": ["a", "b"], "index": [0], "data": [[1, "2"], [null, true]]}`))
	f.Add([]byte(`[{"a": [1, 2.5]}, {"a": [-1, 18446744073709551615]}]`))
	f.Add([]byte(`{"data": {"a": [1e400, NaN], "b": [{}, []]}}`))
	dtypes := []tensor.DType{tensor.Float32, tensor.Uint8, tensor.Int64, tensor.Uint64, tensor.Bool}
	f.Fuzz(func(t *testing.T, text []byte) {
		reader, err := tensorjson.NewReader(text)
		if err != nil {
			return
		}
		raw, err := reader.Raw()
		if err != nil || reader.End() != nil {
			return
		}
		for _, read := range []func([]byte) (Frame, *Error){ReadSplit, ReadRecords} {
			data, failed := read(raw)
			if failed != nil {
				continue
			}
			for _, dtype := range dtypes {
				inputs, failed := data.Tensors([]model.Input{spec("a", dtype, -1, 2)}, false)
				if input := inputs["a"]; failed == nil && len(input.Data) != tensor.Len(input.Shape)*dtype.Size() {
					t.Errorf("%d bytes for the shape %v", len(input.Data), input.Shape)
				}
			}
		}
	})
}

func BenchmarkFrameOfOneFilm(b *testing.B) {
	const pixels = 224 * 224
	film := strings.Join(slices.Repeat([]string{"0.4823529411764706"}, pixels), ", ")
	text := []byte(`{"columns": ["image"], "data": [[[` + film + `]]]}`)
	specs := []model.Input{spec("", tensor.Float32, -1, 224, 224, 1)}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		f, failed := ReadSplit(text)
		if failed == nil {
			_, failed = f.Tensors(specs, false)
		}
		if failed != nil {
			b.Fatal(failed)
		}
	}
}
