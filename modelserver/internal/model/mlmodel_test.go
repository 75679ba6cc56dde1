package model_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
)

// mustMLmodel writes an MLmodel file and returns its directory.
func mustMLmodel(tb testing.TB, text string) string {
	tb.Helper()
	dir := tb.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "MLmodel"), []byte(text), 0o644); err != nil {
		tb.Fatal(err)
	}
	return dir
}

// ofModule is a file as MLflow 3 writes it. PyYAML has folded the signature.
const ofModule = `artifact_path: file:///srv/mlruns/1/models/m-1/artifacts
flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.tensorflow
    python_version: 3.11.7
  tensorflow:
    code: null
    model_type: tf2-module
    saved_model_dir: tf2model
is_signature_from_type_hint: false
mlflow_version: 3.17.2
model_id: m-1318e4f65e624843be42fb290f7b66a0
model_size_bytes: 1234
model_uuid: m-1318e4f65e624843be42fb290f7b66a0
prompts: null
run_id: 036a033759a84e0fa97af924e6d59121
signature:
  inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 4,
    4, 1]}}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 1]}}]'
  params: null
type_hint_from_example: false
utc_time_created: '2026-11-22 18:54:01.986269'
`

// ofEstimator is a file as MLflow 2 writes it, with the flavour that names a signature.
const ofEstimator = `artifact_path: model
flavors:
  python_function:
    env: conda.yaml
    loader_module: mlflow.tensorflow
  tensorflow:
    code: null
    meta_graph_tags: [serve, gpu]
    model_type: tf1-estimator
    saved_model_dir: tfmodel
    signature_def_key: predict
mlflow_version: 2.20.1
model_uuid: 5f1a9bfb28ab4b8ab0e6c3ad0fd9b2c1
run_id: 036a033759a84e0fa97af924e6d59121
signature:
  inputs: '[{"name": "a", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}, {"name": "b", "type": "tensor", "tensor-spec": {"dtype": "int64", "shape": []}}]'
`

func TestReadMLmodelReadsWhatMLflowWrites(t *testing.T) {
	input := func(name string, dtype tensor.DType, shape ...int) model.Input {
		return model.Input{Name: name, Spec: tensor.Spec{DType: dtype, Shape: append([]int{}, shape...)}}
	}
	tests := []struct {
		name, text string
		want       model.MLmodel
		named      bool
	}{
		{"a module of MLflow 3", ofModule, model.MLmodel{
			SavedModelDir: "tf2model", ModelID: "m-1318e4f65e624843be42fb290f7b66a0", RunID: "036a033759a84e0fa97af924e6d59121", MLflowVersion: "3.17.2",
			Inputs: []model.Input{input("", tensor.Float32, -1, 4, 4, 1)},
		}, false},
		{"an estimator of MLflow 2", ofEstimator, model.MLmodel{
			SavedModelDir: "tfmodel", Tags: []string{"serve", "gpu"}, SignatureKey: "predict",
			ModelID: "5f1a9bfb28ab4b8ab0e6c3ad0fd9b2c1", RunID: "036a033759a84e0fa97af924e6d59121", MLflowVersion: "2.20.1",
			Inputs: []model.Input{input("a", tensor.Float32, -1, 2), input("b", tensor.Int64)},
		}, true},
		{"no signature", "flavors: {tensorflow: {saved_model_dir: a/b}}\n", model.MLmodel{SavedModelDir: "a/b"}, false},
		{"a signature without inputs", "flavors: {tensorflow: {saved_model_dir: tf2model}}\nsignature: {inputs: null}\n", model.MLmodel{SavedModelDir: "tf2model"}, false},
		{"a Keras flavour next to a TensorFlow one", "flavors: {keras: {}, tensorflow: {saved_model_dir: tf2model}}\n", model.MLmodel{SavedModelDir: "tf2model"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := model.ReadMLmodel(mustMLmodel(t, test.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the file is read differently (-want +got):\n%s", diff)
			}
			if got.Named() != test.named {
				t.Errorf("named is %v; want %v", got.Named(), test.named)
			}
		})
	}
}

func TestReadMLmodelRefusesWhatCannotBeServed(t *testing.T) {
	const (
		keras    = "it is a Keras model (.keras), which TensorFlow's C library cannot load: export it with model.export(DIR) and log that SavedModel"
		noFlavor = "MLmodel has no TensorFlow flavour"
		leadsOut = noFlavor + ": its saved_model_dir leads out of the model's directory"
		unusable = "MLmodel's signature cannot be used: "
	)
	signed := func(inputs string) string {
		return "flavors: {tensorflow: {saved_model_dir: tf2model}}\nsignature: {inputs: '" + inputs + "'}\n"
	}
	tests := []struct {
		name, text string
		is         error
		want       string
	}{
		{"a Keras model in the TensorFlow flavour", "flavors: {tensorflow: {model_type: keras, keras_version: 3.8.0, data: data}}", model.ErrKeras, keras},
		{"a Keras flavour", "flavors: {keras: {data: data}}", model.ErrKeras, keras},
		{"another framework", "flavors: {sklearn: {pickled_model: model.pkl}}", model.ErrNotTensorFlow, noFlavor},
		{"no flavours", "run_id: abc", model.ErrNotTensorFlow, noFlavor},
		{"an empty file", "", model.ErrNotTensorFlow, noFlavor},
		{"no directory for the SavedModel", "flavors: {tensorflow: {model_type: tf2-module}}", model.ErrNotTensorFlow, noFlavor},
		{"a directory above the model's", "flavors: {tensorflow: {saved_model_dir: ../other}}", model.ErrNotTensorFlow, leadsOut},
		{"a directory above it by a detour", "flavors: {tensorflow: {saved_model_dir: a/../../other}}", model.ErrNotTensorFlow, leadsOut},
		{"an absolute directory", "flavors: {tensorflow: {saved_model_dir: /etc}}", model.ErrNotTensorFlow, leadsOut},
		{"a signature that is not JSON", signed("[{"), model.ErrSignature, unusable + "its inputs are not JSON"},
		{"a signature of columns", signed(`[{"type": "double", "name": "age"}]`), model.ErrSignature, unusable + "input 0 is a double, and only tensors can be served"},
		{"several inputs without names", signed(`[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1]}}, {"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1]}}]`), model.ErrSignature, unusable + "it has several inputs and not all are named"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := model.ReadMLmodel(mustMLmodel(t, test.text))
			if err == nil {
				t.Fatal("it was accepted")
			}
			if err.Error() != test.want {
				t.Errorf("the error is %v; want %s", err, test.want)
			}
			if !errors.Is(err, test.is) {
				t.Errorf("%v is not %v", err, test.is)
			}
		})
	}
	dir := mustMLmodel(t, "flavors: [")
	_, err := model.ReadMLmodel(dir)
	if err == nil {
		t.Fatal("a file that is not YAML was accepted")
	}
	if want := "read " + filepath.Join(dir, "MLmodel") + ": "; !strings.HasPrefix(err.Error(), want) {
		t.Errorf("the error of a file that is not YAML is %v; want %s…", err, want)
	}
}
