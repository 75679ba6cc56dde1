package mlruns_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/mlruns"
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

// As MLflow 3 writes it, the signature folded by PyYAML.
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

// As MLflow 2 writes it, of the flavour that names a signature.
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
	input := func(name string, dtype tensor.DType, shape ...int) mlruns.Input {
		return mlruns.Input{Name: name, Spec: tensor.Spec{DType: dtype, Shape: append([]int{}, shape...)}}
	}
	tests := []struct {
		name, text string
		want       mlruns.MLmodel
		named      bool
	}{
		{"a module of MLflow 3", ofModule, mlruns.MLmodel{
			SavedModelDir: "tf2model", ModelID: "m-1318e4f65e624843be42fb290f7b66a0", RunID: "036a033759a84e0fa97af924e6d59121", MLflowVersion: "3.17.2",
			Inputs: []mlruns.Input{input("", tensor.Float32, -1, 4, 4, 1)},
		}, false},
		{"an estimator of MLflow 2", ofEstimator, mlruns.MLmodel{
			SavedModelDir: "tfmodel", Tags: []string{"serve", "gpu"}, SignatureKey: "predict",
			ModelID: "5f1a9bfb28ab4b8ab0e6c3ad0fd9b2c1", RunID: "036a033759a84e0fa97af924e6d59121", MLflowVersion: "2.20.1",
			Inputs: []mlruns.Input{input("a", tensor.Float32, -1, 2), input("b", tensor.Int64)},
		}, true},
		{"no signature", "flavors: {tensorflow: {saved_model_dir: a/b}}\n", mlruns.MLmodel{SavedModelDir: "a/b"}, false},
		{"a signature without inputs", "flavors: {tensorflow: {saved_model_dir: tf2model}}\nsignature: {inputs: null}\n", mlruns.MLmodel{SavedModelDir: "tf2model"}, false},
		{"a Keras flavour beside a TensorFlow one", "flavors: {keras: {}, tensorflow: {saved_model_dir: tf2model}}\n", mlruns.MLmodel{SavedModelDir: "tf2model"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := mlruns.ReadMLmodel(mustMLmodel(t, test.text))
			if err != nil || !reflect.DeepEqual(got, test.want) || got.Named() != test.named {
				t.Errorf("it is %+v, %v; want %+v", got, err, test.want)
			}
		})
	}
}

func TestReadMLmodelRefusesWhatCannotBeServed(t *testing.T) {
	const (
		keras    = "it is a Keras model (.keras), which TensorFlow's C library cannot load: log a tf.Module with signatures instead"
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
		{"a Keras model in the TensorFlow flavour", "flavors: {tensorflow: {model_type: keras, keras_version: 3.8.0, data: data}}", mlruns.ErrKeras, keras},
		{"a Keras flavour", "flavors: {keras: {data: data}}", mlruns.ErrKeras, keras},
		{"another framework", "flavors: {sklearn: {pickled_model: model.pkl}}", mlruns.ErrNotTensorFlow, noFlavor},
		{"no flavours", "run_id: abc", mlruns.ErrNotTensorFlow, noFlavor},
		{"an empty file", "", mlruns.ErrNotTensorFlow, noFlavor},
		{"no directory for the SavedModel", "flavors: {tensorflow: {model_type: tf2-module}}", mlruns.ErrNotTensorFlow, noFlavor},
		{"a directory above the model's", "flavors: {tensorflow: {saved_model_dir: ../other}}", mlruns.ErrNotTensorFlow, leadsOut},
		{"a directory above it by a detour", "flavors: {tensorflow: {saved_model_dir: a/../../other}}", mlruns.ErrNotTensorFlow, leadsOut},
		{"an absolute directory", "flavors: {tensorflow: {saved_model_dir: /etc}}", mlruns.ErrNotTensorFlow, leadsOut},
		{"a signature that is not JSON", signed("[{"), mlruns.ErrSignature, unusable + "its inputs are not JSON"},
		{"a signature of columns", signed(`[{"type": "double", "name": "age"}]`), mlruns.ErrSignature, unusable + "input 0 is a double, and only tensors can be served"},
		{"several inputs without names", signed(`[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1]}}, {"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1]}}]`), mlruns.ErrSignature, unusable + "it has several inputs and not all are named"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := mlruns.ReadMLmodel(mustMLmodel(t, test.text))
			if err == nil || err.Error() != test.want || !errors.Is(err, test.is) {
				t.Errorf("it says %v; want %s", err, test.want)
			}
		})
	}
	dir := mustMLmodel(t, "flavors: [")
	if _, err := mlruns.ReadMLmodel(dir); err == nil || !strings.HasPrefix(err.Error(), "read "+filepath.Join(dir, "MLmodel")+": ") {
		t.Errorf("of a file that is not YAML it says %v", err)
	}
}
