package main

import (
	"errors"
	"log/slog"
	"testing"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tinymodel"
)

func TestAModelIsCheckedBeforeItIsServed(t *testing.T) {
	computing := func(op tinymodel.Op) tinymodel.Function {
		return tinymodel.Function{Outputs: []tinymodel.Output{{Op: op}}}
	}
	wrong := `{"signature_name": "serving_default", "tolerance": 0, "inputs": {"shape": [1, 2], "dtype": "float32", "base64": "AACAPwAAAEA="}, "outputs": {"output_0": {"shape": [1, 2], "data": [1, 3]}}}`
	tests := []struct {
		name string
		cfg  tinymodel.Config
		is   error // nil: it is served
		want string
	}{
		{"one that answers", tinymodel.Config{}, nil, ""},
		{"one that refuses zeros", tinymodel.Config{Function: computing(tinymodel.CheckReciprocal)}, nil, ""},
		{"one that cannot answer", tinymodel.Config{Function: computing(tinymodel.Variable), Variables: true}, model.ErrNoAnswer, `signature "serving_default" cannot answer: ` +
			"its variables were never restored, as happens to a Keras model kept inside a tf.Module: export it with model.export(DIR) and log that SavedModel"},
		{"one that answers otherwise than its exporter", tinymodel.Config{Golden: wrong}, model.ErrGolden, `the model does not reproduce its golden outputs: output "output_0": off by 1, allowed is 0`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := tinymodel.Write(t, t.TempDir(), test.cfg)
			found, err := openModels(config{ModelURI: dir, MaxBatchRows: 2}, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer found.Close()
			opened, _, err := found.first(t.Context())
			if err == nil {
				opened.Close()
			}
			if !errors.Is(err, test.is) {
				t.Fatalf("the error is %v; want %v", err, test.is)
			}
			if err != nil && err.Error() != "model "+dir+": "+test.want {
				t.Errorf("the error is %q; want %q", err, "model "+dir+": "+test.want)
			}
		})
	}
}
