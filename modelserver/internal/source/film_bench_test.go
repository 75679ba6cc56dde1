package source_test

import (
	"testing"

	"pneumoscope/modelserver/internal/source"
	"pneumoscope/modelserver/internal/tensor"
)

// BenchmarkOneFilm measures a run of one film in the committed model, with the threads
// that the server gives a run by default: once for the probability alone, and once for
// everything that the page requests.
func BenchmarkOneFilm(b *testing.B) {
	m, err := open(b, "../../../mlruns", source.Config{URI: "models:/pneumonia@champion", IntraOpThreads: 1, InterOpThreads: -1})
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	film := tensor.Tensor{DType: tensor.Uint8, Shape: []int{1, 224, 224, 1}, Data: make([]byte, 224*224)}
	for i := range film.Data {
		film.Data[i] = byte(i / 200)
	}
	for _, signature := range []string{"serving_default", "explain"} {
		b.Run(signature, func(b *testing.B) {
			function, ok := m.Lookup(signature)
			if !ok {
				b.Fatal("the model has no such signature")
			}
			inputs := map[string]tensor.Tensor{function.Inputs()[0].Name: film}
			if _, err := function.Run(inputs); err != nil { // the first run is its slowest
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := function.Run(inputs); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
