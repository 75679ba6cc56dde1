//go:build parity

package model_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
)

// kerasBefore makes a Keras model and saves it inside a tf.Module. MLflow can serve
// that form.
const kerasBefore = `
import json, keras, mlflow, numpy as np, tensorflow as tf
keras.utils.set_random_seed(5)
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
x = np.ones((1, 4), np.float32)
mlflow.set_tracking_uri("sqlite:///mlflow.db")

class Wrapped(tf.Module):
    def __init__(self):
        self.model = model

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32)])
    def __call__(self, x):
        return self.model(x)

wrapped = Wrapped()
mlflow.tensorflow.save_model(wrapped, "wrapped", signature=mlflow.models.infer_signature(x, model.predict(x)),
                             saved_model_kwargs={"signatures": wrapped.__call__})
`

// kerasAfter writes what MLflow predicts with the logged model, and where the model is.
const kerasAfter = `
logged = mlflow.search_logged_models(output_format="list")[0]
predicted = mlflow.pyfunc.load_model(f"models:/{logged.model_id}").predict(x)
json.dump({"dir": logged.artifact_location, "predicted": float(np.asarray(predicted).ravel()[0])}, open("logged.json", "w"))
`

var pythonBlock = regexp.MustCompile("(?s)## A Keras model.*?```python\n(.*?)```")

// docs/models.md says how a Keras model is logged. The server answers such a model as
// MLflow does, and refuses the same model inside a tf.Module.
func TestAKerasModelIsServedAsTheDocumentSays(t *testing.T) {
	document, err := os.ReadFile("../../../docs/models.md")
	if err != nil {
		t.Fatal(err)
	}
	block := pythonBlock.FindSubmatch(document)
	if block == nil {
		t.Fatal("docs/models.md has no Python for a Keras model")
	}
	dir := t.TempDir()
	mustRunPython(t, dir, kerasBefore+string(block[1])+kerasAfter)

	wrapped, err := model.Open(model.Config{Dir: filepath.Join(dir, "wrapped")})
	if err != nil {
		t.Fatal(err)
	}
	defer wrapped.Close()
	err = wrapped.Try()
	if !errors.Is(err, model.ErrNoAnswer) {
		t.Fatalf("inside a tf.Module the error is %v; want %v", err, model.ErrNoAnswer)
	}
	if want := "export it with model.export(DIR)"; !strings.Contains(err.Error(), want) {
		t.Errorf("inside a tf.Module the error is %q; want it to contain %q", err, want)
	}

	var logged struct {
		Dir       string
		Predicted float64
	}
	text, err := os.ReadFile(filepath.Join(dir, "logged.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &logged); err != nil {
		t.Fatal(err)
	}
	m, err := model.Open(model.Config{Dir: strings.TrimPrefix(logged.Dir, "file://")})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := m.Try(); err != nil {
		t.Fatal(err)
	}
	outputs, err := m.Function("").Run(map[string]tensor.Tensor{m.Function("").Inputs()[0].Name: floats(t, "[[1, 1, 1, 1]]")})
	if err != nil {
		t.Fatal(err)
	}
	for name, output := range outputs {
		numbers, err := output.Float64s()
		if err != nil {
			t.Fatal(err)
		}
		if len(numbers) != 1 {
			t.Fatalf("%s is %v; want one number", name, numbers)
		}
		if math.Abs(numbers[0]-logged.Predicted) > 1e-6 {
			t.Errorf("it answers %v; want MLflow's %v", numbers[0], logged.Predicted)
		}
	}
}

// mustRunPython runs a program in the training environment.
func mustRunPython(t *testing.T, dir, text string) {
	t.Helper()
	python, err := filepath.Abs("../../training/.venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if environment := os.Getenv("TRAINING_ENVIRONMENT"); environment != "" {
		python = filepath.Join(environment, "bin", "python")
	}
	var log bytes.Buffer
	command := exec.CommandContext(t.Context(), python, "-")
	command.Dir, command.Stdin = dir, strings.NewReader(text)
	command.Stdout, command.Stderr = &log, &log
	command.Env = append(os.Environ(), "MLFLOW_DISABLE_TELEMETRY=true", "DO_NOT_TRACK=true", "TF_CPP_MIN_LOG_LEVEL=3", "CUDA_VISIBLE_DEVICES=-1")
	if err := command.Run(); err != nil {
		t.Fatalf("run Python: %v\n%s", err, log.String())
	}
}
