package model_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/savedmodel"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
	"pneumoscope/modelserver/internal/tinymodel"
)

// mustOpen writes and opens a model, which is closed at the test's end.
func mustOpen(tb testing.TB, cfg tinymodel.Config) *model.Model {
	tb.Helper()
	m, err := model.Open(model.Config{Dir: tinymodel.Write(tb, tb.TempDir(), cfg), IntraOpThreads: 1, InterOpThreads: 2})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { m.Close() })
	return m
}

func floats(tb testing.TB, text string) tensor.Tensor {
	tb.Helper()
	t, err := tensorjson.Reread([]byte(text)).Tensor(tensor.Float32, 0)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func input(name string, dtype tensor.DType, shape ...int) tinymodel.Input {
	return tinymodel.Input{Name: name, Spec: tensor.Spec{DType: dtype, Shape: shape}}
}

// estimator is the flavour that names a signature.
const estimator = `
  python_function: {loader_module: mlflow.tensorflow}
  tensorflow: {model_type: tf1-estimator, saved_model_dir: tf2model, meta_graph_tags: [serve], signature_def_key: predict}
`

func TestOpenDescribesTheModel(t *testing.T) {
	dir := tinymodel.Write(t, t.TempDir(), tinymodel.Config{
		Function: tinymodel.Function{Inputs: []tinymodel.Input{input("film", tensor.Uint8, -1, 2, 2, 1)}},
		Further: map[string]tinymodel.Function{"explain": {
			Inputs:  []tinymodel.Input{input("film", tensor.Uint8, -1, 2, 2, 1)},
			Outputs: []tinymodel.Output{{Name: "map"}, {Name: "size", Op: tinymodel.Size}},
		}},
		Card: "{ \"labels\": [\"normal\", \"pneumonia\"] }\n",
	})
	origin := model.Origin{URI: "models:/digits@champion", Name: "digits", Version: "3", Alias: "champion"}
	m, err := model.Open(model.Config{Dir: dir, Origin: origin})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	film := tensor.Spec{DType: tensor.Uint8, Shape: []int{-1, 2, 2, 1}}
	want := model.Info{
		Origin: origin,
		ID:     "m-0123456789abcdef0123456789abcdef", RunID: "036a033759a84e0fa97af924e6d59121",
		MLflowVersion: "3.17.2", TensorFlowVersion: savedmodel.LibraryVersion(),
		Signatures: map[string]model.Signature{
			"serving_default": {Inputs: map[string]tensor.Spec{"film": film}, Outputs: map[string]tensor.Spec{"output_0": film}},
			"explain": {Inputs: map[string]tensor.Spec{"film": film}, Outputs: map[string]tensor.Spec{
				"map": film, "size": {DType: tensor.Int32, Shape: []int{}},
			}},
		},
		Card: json.RawMessage("{ \"labels\": [\"normal\", \"pneumonia\"] }\n"),
	}
	if diff := cmp.Diff(want, m.Info()); diff != "" {
		t.Errorf("the description differs (-want +got):\n%s", diff)
	}
}

func TestOpenWithoutACard(t *testing.T) {
	if card := mustOpen(t, tinymodel.Config{}).Info().Card; card != nil {
		t.Errorf("the card is %s; want none", card)
	}
}

func TestFunctionIsTheOneThatMLflowWouldCall(t *testing.T) {
	negative := tinymodel.Function{Outputs: []tinymodel.Output{{Op: tinymodel.Neg}}}
	tests := []struct {
		name, ask      string
		cfg            tinymodel.Config
		function       string
		named, legacy  bool
		inputName, say string // the request's name for the input; what the function answers to [[1, 2]]
	}{
		{"without a name the default one", "", tinymodel.Config{}, "serving_default", false, false, "", "[[1.0, 2.0]]"},
		{"with an unknown name the default one", "nope", tinymodel.Config{}, "serving_default", false, false, "", "[[1.0, 2.0]]"},
		{"with its name another one", "explain", tinymodel.Config{Further: map[string]tinymodel.Function{"explain": negative}}, "explain", false, false, "x", "[[-1.0, -2.0]]"},
		{"a signature with names", "", tinymodel.Config{MLflow: tinymodel.MLflow{Named: true}}, "serving_default", true, false, "x", "[[1.0, 2.0]]"},
		{"no signature", "", tinymodel.Config{MLflow: tinymodel.MLflow{Unsigned: true}}, "serving_default", false, false, "x", "[[1.0, 2.0]]"},
		{"the one that an estimator names", "", tinymodel.Config{
			Further: map[string]tinymodel.Function{"predict": negative},
			MLflow:  tinymodel.MLflow{Flavors: estimator, Named: true},
		}, "predict", true, true, "x", "[[-1.0, -2.0]]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := mustOpen(t, test.cfg).Function(test.ask)
			if f.Name() != test.function {
				t.Errorf("it is %s; want %s", f.Name(), test.function)
			}
			if f.Named() != test.named {
				t.Errorf("named is %v; want %v", f.Named(), test.named)
			}
			if f.Legacy() != test.legacy {
				t.Errorf("legacy is %v; want %v", f.Legacy(), test.legacy)
			}
			if len(f.Inputs()) != 1 {
				t.Fatalf("the inputs are %+v; want one", f.Inputs())
			}
			if got := f.Inputs()[0].Name; got != test.inputName {
				t.Fatalf("the input is %q; want %q", got, test.inputName)
			}
			outputs, err := f.Run(map[string]tensor.Tensor{test.inputName: floats(t, "[[1, 2]]")})
			if err != nil {
				t.Fatal(err)
			}
			if got := string(tensorjson.Append(nil, outputs["output_0"])); got != test.say {
				t.Errorf("it answers %s; want %s", got, test.say)
			}
		})
	}
}

func TestOpenRefusesWhatCannotBeServed(t *testing.T) {
	written := func(cfg tinymodel.Config) func(testing.TB) string {
		return func(tb testing.TB) string { return tinymodel.Write(tb, tb.TempDir(), cfg) }
	}
	two := []tinymodel.Input{input("a", tensor.Float32, -1, 2), input("b", tensor.Int64, -1)}
	says := func(named bool, inputs ...tinymodel.Input) func(testing.TB) string {
		return written(tinymodel.Config{MLflow: tinymodel.MLflow{Named: named, Inputs: inputs}})
	}
	ofTwo := func(named bool, inputs ...tinymodel.Input) func(testing.TB) string {
		return written(tinymodel.Config{Function: tinymodel.Function{Inputs: two}, MLflow: tinymodel.MLflow{Named: named, Inputs: inputs}})
	}
	withPipe := func(name string) func(testing.TB) string {
		return func(tb testing.TB) string {
			dir := tinymodel.Write(tb, tb.TempDir(), tinymodel.Config{})
			if err := syscall.Mkfifo(filepath.Join(dir, name), 0o644); err != nil {
				tb.Fatal(err)
			}
			return dir
		}
	}
	const disagree = "MLflow's signature and the SavedModel's disagree: "
	tests := []struct {
		name  string
		write func(testing.TB) string // returns the directory
		is    error
		want  string // a final … stands for any text
	}{
		{"a Keras model", written(tinymodel.Config{MLflow: tinymodel.MLflow{Flavors: "  tensorflow: {model_type: keras}"}}), model.ErrKeras, "it is a Keras model (.keras), which TensorFlow's C library cannot load: export it with model.export(DIR) and log that SavedModel"},
		{"an operation for GPUs", written(tinymodel.Config{Function: computing(tinymodel.WithoutKernel)}), nil, `load into TensorFlow: it uses the operation "NcclAllReduce", which TensorFlow's C library cannot compute on this machine: log a model without it`},
		{"an unknown operation", written(tinymodel.Config{Function: computing(tinymodel.Unknown)}), nil, `load into TensorFlow: it uses the operation "PneumoscopeUnknown", which TensorFlow's C library cannot compute on this machine: log a model without it`},
		{"no SavedModel", written(tinymodel.Config{MLflow: tinymodel.MLflow{Flavors: "  tensorflow: {saved_model_dir: elsewhere}"}}), savedmodel.ErrNotSavedModel, "there is no saved_model.pb in it"},
		{"no signatures", written(tinymodel.Config{Without: true}), savedmodel.ErrNoSignature, "it has no SignatureDef that can be served: …"},
		{"no serving_default", written(tinymodel.Config{Without: true, Further: map[string]tinymodel.Function{"b": {}, "a": {}}}), savedmodel.ErrNoSignature, `it has no SignatureDef that can be served: log it with saved_model_kwargs={"signatures": {"serving_default": …}}: "serving_default" is missing; it has a, b`},
		{"an estimator without its signature", written(tinymodel.Config{MLflow: tinymodel.MLflow{Flavors: estimator}}), savedmodel.ErrNoSignature, `it has no SignatureDef that can be served: log it with saved_model_kwargs={"signatures": {"serving_default": …}}: "predict" is missing; it has serving_default`},
		{"another element type", says(false, input("x", tensor.Float64, -1, 2)), model.ErrDisagree, disagree + `input "x" is Tensor('float64', (-1, 2)) for MLflow and Tensor('float32', (-1, 2)) in "serving_default"`},
		{"another shape", says(false, input("x", tensor.Float32, -1, 3)), model.ErrDisagree, disagree + `input "x" is Tensor('float32', (-1, 3)) for MLflow and Tensor('float32', (-1, 2)) in "serving_default"`},
		{"another number of axes", says(false, input("x", tensor.Float32, -1, 2, 1)), model.ErrDisagree, disagree + `input "x" is Tensor('float32', (-1, 2, 1)) for MLflow and Tensor('float32', (-1, 2)) in "serving_default"`},
		{"another name", says(true, input("film", tensor.Float32, -1, 2)), model.ErrDisagree, disagree + `MLflow's input "film" is not among those of "serving_default": x`},
		{"no inputs for MLflow", says(false, []tinymodel.Input{}...), model.ErrDisagree, disagree + `"serving_default" takes x, of which MLflow's names 0`},
		{"one of two inputs without a name", ofTwo(false, two[0]), model.ErrDisagree, disagree + `MLflow's has one unnamed input and "serving_default" has a, b`},
		{"one of two inputs with its name", ofTwo(true, two[0]), model.ErrDisagree, disagree + `"serving_default" takes a, b, of which MLflow's names 1`},
		{"the same input twice", ofTwo(true, two[0], two[0]), model.ErrDisagree, disagree + `"serving_default" takes a, b, of which MLflow's names 1`},
		{"a card that is not JSON", written(tinymodel.Config{Card: "labels: []"}), nil, "card.json is not JSON"},
		{"a card that is too large", written(tinymodel.Config{Card: strings.Repeat(" ", 1<<20) + "{}"}), nil, "card.json is larger than 1 MiB: write a smaller one, or log the model without it"},
		{"a card that is a pipe", withPipe("card.json"), nil, "card.json is not a file"},
		{"golden inputs that are a pipe", withPipe("golden.json"), nil, "golden.json is not a file"},
		{"golden inputs that are too large", written(tinymodel.Config{Golden: strings.Repeat(" ", 64<<20) + "{}"}), nil, "golden.json is larger than 64 MiB: write a smaller one, or log the model without it"},
		{"golden inputs whose size overflows", written(tinymodel.Config{Golden: golden("serving_default", []int{1 << 32, 1 << 32}, "", "[[1, 2]]")}), nil, "golden.json is incomplete: its inputs do not fill their shape, or it has no outputs"},
		{"golden inputs whose size overflows before an empty axis", written(tinymodel.Config{Golden: golden("serving_default", []int{1 << 32, 1 << 32, 0}, "", "[[1, 2]]")}), nil, "golden.json is incomplete: its inputs do not fill their shape, or it has no outputs"},
		{"golden inputs with more axes than a tensor can have", written(tinymodel.Config{Golden: golden("serving_default", make([]int, 300), "", "[[1, 2]]")}), nil, "golden.json is incomplete: its inputs do not fill their shape, or it has no outputs"},
		{"golden inputs without an element type", written(tinymodel.Config{Golden: `{"signature_name": "serving_default", "inputs": {"shape": [1], "base64": ""}, "outputs": {"output_0": {"shape": [0], "data": []}}}`}), nil, "golden.json is incomplete: its inputs do not fill their shape, or it has no outputs"},
		{"golden inputs that are not JSON", written(tinymodel.Config{Golden: "{"}), nil, "golden.json cannot be read: …"},
		{"golden inputs that do not fill their shape", written(tinymodel.Config{Golden: golden("serving_default", []int{2, 2}, "AACAPwAAAEA=", "[[1, 2]]")}), nil, "golden.json is incomplete: its inputs do not fill their shape, or it has no outputs"},
		{"golden inputs of a shape that cannot be", written(tinymodel.Config{Golden: golden("serving_default", []int{-1, -2}, "AACAPwAAAEA=", "[[1, 2]]")}), nil, "golden.json is incomplete: its inputs do not fill their shape, or it has no outputs"},
		{"golden inputs without outputs", written(tinymodel.Config{Golden: `{"signature_name": "serving_default", "inputs": {"shape": [0], "dtype": "float32", "base64": ""}}`}), nil, "golden.json is incomplete: its inputs do not fill their shape, or it has no outputs"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m, err := model.Open(model.Config{Dir: test.write(t)})
			if err == nil {
				t.Fatal("it opened")
			}
			if m != nil {
				t.Error("there is a model in spite of the error")
			}
			start, open := strings.CutSuffix(test.want, "…")
			if got := err.Error(); got != test.want && !(open && strings.HasPrefix(got, start)) {
				t.Errorf("the error is %q; want %q", got, test.want)
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("%v is not %v", err, test.is)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has several lines: %s", err)
			}
		})
	}
}

// Each description may leave an axis open that the other fixes.
func TestOpenAcceptsSignaturesThatAgree(t *testing.T) {
	for name, cfg := range map[string]tinymodel.Config{
		"MLflow leaves an axis free":      {MLflow: tinymodel.MLflow{Inputs: []tinymodel.Input{input("", tensor.Float32, -1, -1)}}},
		"the SavedModel leaves one free":  {Function: tinymodel.Function{Inputs: []tinymodel.Input{input("x", tensor.Float32, -1, -1)}}, MLflow: tinymodel.MLflow{Inputs: []tinymodel.Input{input("", tensor.Float32, -1, 2)}}},
		"the SavedModel leaves all free":  {Function: tinymodel.Function{Inputs: []tinymodel.Input{{Spec: tensor.Spec{UnknownRank: true}}}}, MLflow: tinymodel.MLflow{Inputs: []tinymodel.Input{input("", tensor.Float32, -1, 2)}}},
		"a newer TensorFlow of old means": {TensorFlowVersion: "2.99.0"},
	} {
		t.Run(name, func(t *testing.T) {
			outputs, err := mustOpen(t, cfg).Function("").Run(map[string]tensor.Tensor{"": floats(t, "[[1, 2]]")})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := string(tensorjson.Append(nil, outputs["output_0"])), "[[1.0, 2.0]]"; got != want {
				t.Errorf("it answers %s; want %s", got, want)
			}
		})
	}
}

// A function that MLflow's signature does not describe has the SavedModel's inputs,
// always in the same order.
func TestInputsOfAnUndescribedFunctionAreInOrder(t *testing.T) {
	m := mustOpen(t, tinymodel.Config{Further: map[string]tinymodel.Function{"explain": {Inputs: []tinymodel.Input{
		input("c", tensor.Uint8, -1), input("e", tensor.Int8, -1), input("a", tensor.Bool, -1), input("d", tensor.Int64, -1), input("b", tensor.Float64, -1),
	}}}})
	f := m.Function("explain")
	if got, want := fmt.Sprint(f.Inputs()), "[Tensor('bool', (-1,)) Tensor('float64', (-1,)) Tensor('uint8', (-1,)) Tensor('int64', (-1,)) Tensor('int8', (-1,))]"; got != want {
		t.Errorf("the inputs are %s; want %s", got, want)
	}
	if !f.Named() {
		t.Error("the inputs have no names")
	}
}

// Requests overlap, and each gets its own answer.
func TestFunctionsRunConcurrently(t *testing.T) {
	m := mustOpen(t, tinymodel.Config{Further: map[string]tinymodel.Function{"explain": {Outputs: []tinymodel.Output{{Op: tinymodel.Neg}}}}})
	var group sync.WaitGroup
	for caller := range 6 {
		group.Go(func() {
			for call := range 20 {
				number := caller*100 + call + 1
				f, name, want := m.Function(""), "", fmt.Sprintf("[[%d.0, 0.0]]", number)
				if caller%2 == 1 {
					f, name, want = m.Function("explain"), "x", fmt.Sprintf("[[-%d.0, -0.0]]", number)
				}
				outputs, err := f.Run(map[string]tensor.Tensor{name: floats(t, fmt.Sprintf("[[%d, 0]]", number))})
				if err != nil {
					t.Error(err)
				} else if got := string(tensorjson.Append(nil, outputs["output_0"])); got != want {
					t.Errorf("it answers %s; want %s", got, want)
				}
			}
		})
	}
	group.Wait()
}
