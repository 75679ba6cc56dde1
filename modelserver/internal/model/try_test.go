package model_test

import (
	"errors"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
)

// computing is a function of one output.
func computing(op tinymodel.Op, inputs ...tinymodel.Input) tinymodel.Function {
	return tinymodel.Function{Inputs: inputs, Outputs: []tinymodel.Output{{Op: op}}}
}

func TestTryRefusesAModelThatCannotAnswer(t *testing.T) {
	const (
		is        = `signature "serving_default" cannot answer: `
		variables = "its variables were never restored, as happens to a Keras model kept inside a tf.Module: export it with model.export(DIR) and log that SavedModel"
	)
	restored := func(cfg tinymodel.Config) tinymodel.Config { cfg.Variables = true; return cfg }
	tests := []struct {
		name string
		cfg  tinymodel.Config
		want string
	}{
		{"variables that are never restored", restored(tinymodel.Config{Function: computing(tinymodel.Variable)}), is + variables},
		{"variables without their files", tinymodel.Config{Function: computing(tinymodel.Variable)},
			is + "its variables were never restored, because there is no variables/variables.index beside its saved_model.pb: log the model again with all its files"},
		{"variables that are read after zeros are refused", restored(tinymodel.Config{Function: computing(tinymodel.CheckedVariable)}), is + variables},
		{"a table that is never initialised", tinymodel.Config{Function: computing(tinymodel.Table, input("x", tensor.Int64, -1, 2))},
			is + "its lookup tables were never initialised: keep each table as an attribute of the object that is saved, so that its initialiser is saved too, and log the model again"},
		{"an operation that is not implemented", tinymodel.Config{Function: computing(tinymodel.Unimplemented)},
			is + `TensorFlow fails with UNIMPLEMENTED at "serving_default/out/output_0": correct the model, try it in Python on a machine without a GPU, and log it again`},
		{"another signature", restored(tinymodel.Config{Further: map[string]tinymodel.Function{"explain": computing(tinymodel.Variable)}}),
			`signature "explain" cannot answer: ` + variables},
		{"inputs that no request can bring", tinymodel.Config{Function: computing(tinymodel.Identity, input("x", tensor.Float32, -1, 1<<32, 1<<32))},
			is + "its smallest input takes more than 1024 MiB: log a model with smaller inputs"},
		{"two inputs that are too large together", tinymodel.Config{
			Function: computing(tinymodel.Identity, input("a", tensor.Uint8, -1, 1<<29), input("b", tensor.Uint8, -1, 1<<29+1)),
			MLflow:   tinymodel.MLflow{Named: true},
		}, is + "its smallest input takes more than 1024 MiB: log a model with smaller inputs"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := mustOpen(t, test.cfg).Try()
			if err == nil {
				t.Fatal("it passes")
			}
			if got := err.Error(); got != test.want {
				t.Errorf("the error is %q; want %q", got, test.want)
			}
			if !errors.Is(err, model.ErrNoAnswer) {
				t.Errorf("%v is not ErrNoAnswer", err)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has several lines: %s", err)
			}
		})
	}
}

// A model that refuses zeros may still accept what clients send.
func TestTryAcceptsAModelThatAnswers(t *testing.T) {
	unknownRank := tinymodel.Input{Name: "x", Spec: tensor.Spec{DType: tensor.Float32, UnknownRank: true}}
	for name, cfg := range map[string]tinymodel.Config{
		"as it is":                     {},
		"only without zeros":           {Function: computing(tinymodel.CheckReciprocal)},
		"only from two columns on":     {Function: computing(tinymodel.Crop, input("x", tensor.Float32, -1, -1))},
		"only more columns than tried": {Function: computing(tinymodel.Crop, input("x", tensor.Float32, -1, 1))},
		"any shape":                    {Function: computing(tinymodel.Identity, unknownRank), MLflow: tinymodel.MLflow{Unsigned: true}},
		"fixed rows":                   {Function: computing(tinymodel.Identity, input("x", tensor.Uint32, 3, 2))},
		"a number without axes":        {Function: computing(tinymodel.Identity, tinymodel.Input{Name: "x", Spec: tensor.Spec{DType: tensor.Uint64, Shape: []int{}}})},
		"an axis that MLflow fixes":    {Function: computing(tinymodel.Crop, input("x", tensor.Float32, -1, -1)), MLflow: tinymodel.MLflow{Inputs: []tinymodel.Input{input("x", tensor.Float32, -1, 2)}}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := mustOpen(t, cfg).Try(); err != nil {
				t.Errorf("it is refused: %v", err)
			}
		})
	}
}
