package savedmodel_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pneumoscope/modelserver/internal/savedmodel"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
	"pneumoscope/modelserver/internal/tinymodel"
)

// mustLoad writes and loads a model, which is closed at the test's end.
func mustLoad(tb testing.TB, cfg tinymodel.Config) *savedmodel.Model {
	tb.Helper()
	dir := tinymodel.Write(tb, tb.TempDir(), cfg)
	model, err := savedmodel.Load(savedmodel.Config{Dir: filepath.Join(dir, "tf2model"), Tags: cfg.Tags, IntraOpThreads: 1, InterOpThreads: 2})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { model.Close() })
	return model
}

// mustDecode makes a tensor from JSON.
func mustDecode(tb testing.TB, text string, dtype tensor.DType) tensor.Tensor {
	tb.Helper()
	decoded, err := tensorjson.Reread([]byte(text)).Tensor(dtype, 0)
	if err != nil {
		tb.Fatal(err)
	}
	return decoded
}

func input(name string, dtype tensor.DType, shape ...int) tinymodel.Input {
	return tinymodel.Input{Name: name, Spec: tensor.Spec{DType: dtype, Shape: shape, UnknownRank: shape == nil}}
}

func TestRunCarriesEveryElementType(t *testing.T) {
	tests := []struct {
		dtype tensor.DType
		text  string
	}{
		{tensor.Bool, "[true, false]"},
		{tensor.Int8, "[-128, 127]"},
		{tensor.Int16, "[-32768, 32767]"},
		{tensor.Int32, "[-2147483648, 2147483647]"},
		{tensor.Int64, "[-9223372036854775808, 9223372036854775807]"},
		{tensor.Uint8, "[0, 255]"},
		{tensor.Uint16, "[0, 65535]"},
		{tensor.Uint32, "[0, 4294967295]"},
		{tensor.Uint64, "[0, 18446744073709551615]"},
		{tensor.Float32, "[0.10000000149011612, NaN]"},
		{tensor.Float64, "[-0.1, -Infinity]"},
	}
	for _, test := range tests {
		t.Run(string(test.dtype), func(t *testing.T) {
			model := mustLoad(t, tinymodel.Config{Function: tinymodel.Function{
				Inputs:  []tinymodel.Input{input("x", test.dtype)},
				Outputs: []tinymodel.Output{{Name: "same"}, {Name: "text", Op: tinymodel.AsString}, {Name: "size", Op: tinymodel.Size}},
			}})
			// Every shape must work, also a number without axes and an empty axis.
			for _, text := range []string{test.text, "[" + test.text + ", " + test.text + "]", "1", "[]", "[[], []]"} {
				in := mustDecode(t, text, test.dtype)
				outputs, err := model.Run("serving_default", map[string]tensor.Tensor{"x": in})
				if err != nil {
					t.Fatalf("%s: %v", text, err)
				}
				same := outputs["same"]
				if diff := cmp.Diff(in, same, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("%s comes back changed (-want +got):\n%s", text, diff)
				}
				if got, want := string(tensorjson.Append(nil, outputs["size"])), fmt.Sprint(tensor.Len(in.Shape)); got != want {
					t.Errorf("%s has %s elements in TensorFlow; want %s", text, got, want)
				}
				texts := outputs["text"]
				if texts.DType != tensor.String {
					t.Errorf("%s as strings is of %s", text, texts.DType)
				}
				if !slices.Equal(texts.Shape, in.Shape) {
					t.Errorf("%s as strings has the shape %v; want %v", text, texts.Shape, in.Shape)
				}
				if got, want := len(texts.Strings), tensor.Len(in.Shape); got != want {
					t.Errorf("%s is %d strings; want %d", text, got, want)
				}
			}
		})
	}
}

func TestStringOutputKeepsItsOrder(t *testing.T) {
	model := mustLoad(t, tinymodel.Config{Function: tinymodel.Function{
		Inputs:  []tinymodel.Input{input("x", tensor.Int32, -1, -1)},
		Outputs: []tinymodel.Output{{Op: tinymodel.AsString}},
	}})
	outputs, err := model.Run("serving_default", map[string]tensor.Tensor{"x": mustDecode(t, "[[1, 22, 3], [4, 5, 66]]", tensor.Int32)})
	if err != nil {
		t.Fatal(err)
	}
	want := tensor.Tensor{DType: tensor.String, Shape: []int{2, 3}, Strings: []string{"1", "22", "3", "4", "5", "66"}}
	if diff := cmp.Diff(want, outputs["output_0"]); diff != "" {
		t.Errorf("the output differs (-want +got):\n%s", diff)
	}
}

func TestModelDescribesItsSignatures(t *testing.T) {
	model := mustLoad(t, tinymodel.Config{
		Function: tinymodel.Function{
			Inputs:  []tinymodel.Input{input("b", tensor.Int64, -1, 3), input("a", tensor.Uint8, -1, 4, 4, 1)},
			Outputs: []tinymodel.Output{{Name: "y", Of: "b"}, {Name: "n", Op: tinymodel.Size, Of: "a"}},
		},
		Further: map[string]tinymodel.Function{
			"any":    {Inputs: []tinymodel.Input{input("x", tensor.Float64)}},
			"half":   {Inputs: []tinymodel.Input{input("x", "float16", -1)}},
			"words":  {Inputs: []tinymodel.Input{input("x", tensor.String, -1)}},
			"sparse": {Sparse: true},
			"none":   {Inputs: []tinymodel.Input{}, Outputs: []tinymodel.Output{}},
		},
		TensorFlowVersion: "2.17.0",
	})
	if got, want := model.Signatures(), []string{"any", "serving_default"}; !slices.Equal(got, want) {
		t.Errorf("the signatures that can be served are %q; want %q", got, want)
	}
	if got, want := fmt.Sprint(model.Inputs("serving_default")), "map[a:Tensor('uint8', (-1, 4, 4, 1)) b:Tensor('int64', (-1, 3))]"; got != want {
		t.Errorf("the inputs are %s; want %s", got, want)
	}
	if got, want := fmt.Sprint(model.Outputs("serving_default")), "map[n:Tensor('int32', ()) y:Tensor('int64', (-1, 3))]"; got != want {
		t.Errorf("the outputs are %s; want %s", got, want)
	}
	if got, want := fmt.Sprint(model.Inputs("any")), "map[x:Tensor('float64', any shape)]"; got != want {
		t.Errorf("an input of unknown rank is %s; want %s", got, want)
	}
	if model.Inputs("half") != nil {
		t.Error("the inputs of a signature that cannot be served are described")
	}
	if model.Outputs("half") != nil {
		t.Error("the outputs of a signature that cannot be served are described")
	}
}

func TestRunRefusesWhatCannotBeFed(t *testing.T) {
	model := mustLoad(t, tinymodel.Config{Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.CheckNumerics}}}})
	tests := []struct {
		name, signature string
		inputs          map[string]tensor.Tensor
		want            string // how the error begins
	}{
		{"an unknown signature", "explain", nil, "the model has no such signature"},
		{"a missing input", "serving_default", map[string]tensor.Tensor{"y": {}}, `input "x" is missing`},
		{"bytes that do not fill the shape", "serving_default", map[string]tensor.Tensor{"x": {DType: tensor.Float32, Shape: []int{1, 2}, Data: make([]byte, 7)}}, `input "x": 7 bytes for a shape of 8`},
		{"a string", "serving_default", map[string]tensor.Tensor{"x": {DType: tensor.String, Shape: []int{0}}}, `input "x": element type str cannot be fed`},
		{"another element type", "serving_default", map[string]tensor.Tensor{"x": mustDecode(t, "[[1, 2]]", tensor.Int32)}, `run signature "serving_default": `},
		{"a NaN that the graph itself refuses", "serving_default", map[string]tensor.Tensor{"x": mustDecode(t, "[[1, NaN]]", tensor.Float32)}, `run signature "serving_default": `},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := model.Run(test.signature, test.inputs)
			if err == nil {
				t.Fatal("it ran")
			}
			if !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("the error is %v; want %s…", err, test.want)
			}
		})
	}
	if _, err := model.Run("explain", nil); !errors.Is(err, savedmodel.ErrNoSuchSignature) {
		t.Errorf("%v is not ErrNoSuchSignature", err)
	}
}

// Runs of one session may overlap: each must get its own answer.
func TestRunsMayOverlap(t *testing.T) {
	model := mustLoad(t, tinymodel.Config{Further: map[string]tinymodel.Function{"negative": {Outputs: []tinymodel.Output{{Op: tinymodel.Neg}}}}})
	var group sync.WaitGroup
	for caller := range 8 {
		group.Go(func() {
			for call := range 25 {
				in := fmt.Sprintf("[[%d.0, %d.0]]", caller+1, call+1)
				signature, want := "serving_default", in
				if caller%2 == 1 {
					signature, want = "negative", fmt.Sprintf("[[-%d.0, -%d.0]]", caller+1, call+1)
				}
				outputs, err := model.Run(signature, map[string]tensor.Tensor{"x": mustDecode(t, in, tensor.Float32)})
				if err != nil {
					t.Error(err)
					return
				}
				if got := string(tensorjson.Append(nil, outputs["output_0"])); got != want {
					t.Errorf("%s of %s is %s; want %s", signature, in, got, want)
				}
			}
		})
	}
	group.Wait()
}

// Close does not cut off a run that has begun. A later run is refused.
func TestCloseWaitsForRuns(t *testing.T) {
	model := mustLoad(t, tinymodel.Config{
		Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.Await}}},
		Further:  map[string]tinymodel.Function{"release": {Outputs: []tinymodel.Output{{Op: tinymodel.Release}}}},
	})
	in := map[string]tensor.Tensor{"x": mustDecode(t, "[[1, 2]]", tensor.Float32)}
	ran := make(chan error, 1)
	go func() {
		_, err := model.Run("serving_default", in)
		ran <- err
	}()
	if _, err := model.Run("release", in); err != nil {
		t.Fatal(err)
	}
	if err := <-ran; err != nil {
		t.Errorf("the run says %v", err)
	}
	if err := model.Close(); err != nil {
		t.Errorf("Close says %v", err)
	}
	if _, err := model.Run("serving_default", in); err == nil {
		t.Error("a closed model runs")
	}
}

func dangling(name string) tinymodel.Config {
	return tinymodel.Config{Function: tinymodel.Function{Dangling: name}}
}

func unknownOp(version string) tinymodel.Config {
	return tinymodel.Config{Function: tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.Unknown}}}, TensorFlowVersion: version}
}

func TestLoadRefusesWhatItCannotServe(t *testing.T) {
	saved := func(cfg tinymodel.Config) func(testing.TB) string {
		return func(tb testing.TB) string {
			return filepath.Join(tinymodel.Write(tb, tb.TempDir(), cfg), "tf2model")
		}
	}
	withFile := func(text string) func(testing.TB) string {
		return func(tb testing.TB) string {
			dir := tb.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "saved_model.pb"), []byte(text), 0o644); err != nil {
				tb.Fatal(err)
			}
			return dir
		}
	}
	tests := []struct {
		name string
		dir  func(testing.TB) string
		want error
		says string // how the error begins
	}{
		{"no directory", func(testing.TB) string { return "/nowhere" }, savedmodel.ErrNotSavedModel, "there is no saved_model.pb in it"},
		{"an empty directory", func(tb testing.TB) string { return tb.TempDir() }, savedmodel.ErrNotSavedModel, "there is no saved_model.pb in it"},
		{"a file that is not a SavedModel", withFile("not a protocol buffer"), savedmodel.ErrUnreadable, "its saved_model.pb cannot be read: "},
		{"an empty file", withFile(""), savedmodel.ErrNoMetaGraph, "it holds no graph with the tags asked for: serve"},
		{"a graph for training only", saved(tinymodel.Config{Tags: []string{"train"}}), savedmodel.ErrNoMetaGraph, "it holds no graph with the tags asked for: serve"},
		{"no signatures", saved(tinymodel.Config{Without: true}), savedmodel.ErrNoSignature, "it has no SignatureDef that can be served: log it with saved_model_kwargs="},
		{"signatures of strings only", saved(tinymodel.Config{Function: tinymodel.Function{Inputs: []tinymodel.Input{input("x", tensor.String, -1)}}}), savedmodel.ErrNoSignature, "it has no SignatureDef that can be served"},
		{"an output that is not in the graph", saved(dangling("nowhere:0")), nil, `signature "serving_default": tensor "nowhere:0" is not in the graph`},
		{"an output that its operation lacks", saved(dangling("serving_default/in/x:1")), nil, `signature "serving_default": tensor "serving_default/in/x:1" is not in the graph`},
		{"an output without an index", saved(dangling("serving_default/in/x")), nil, `signature "serving_default": bad tensor name "serving_default/in/x"`},
		{"an output with an index below 0", saved(dangling("serving_default/in/x:-1")), nil, `signature "serving_default": bad tensor name "serving_default/in/x:-1"`},
		{"an operation that this TensorFlow lacks", saved(unknownOp("2.18.0")), nil, "load into TensorFlow: "},
		{"the same of a newer TensorFlow", saved(unknownOp("2.99.0")), savedmodel.ErrVersion, "the TensorFlow library does not fit: the model was written by TensorFlow 2.99.0 and this server has 2.18.1 ("},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			model, err := savedmodel.Load(savedmodel.Config{Dir: test.dir(t)})
			if err == nil {
				t.Fatal("it was loaded")
			}
			if model != nil {
				t.Error("there is a model in spite of the error")
			}
			if test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("%v is not %v", err, test.want)
			}
			if !strings.HasPrefix(err.Error(), test.says) {
				t.Errorf("the error is %v; want %s…", err, test.says)
			}
		})
	}
}
