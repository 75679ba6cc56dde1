package tensorjson_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

// bodies are one film of 224x224 in the forms that clients send: as this
// project's client and as Python's json.dumps write it, and as floats.
func bodies() map[string]struct {
	dtype tensor.DType
	text  []byte
} {
	number := rand.New(rand.NewPCG(1, 2))
	film := func(between string, channel bool, element func() string) []byte {
		text := []byte("[[")
		for row := range 224 {
			if row > 0 {
				text = append(text, between...)
			}
			text = append(text, '[')
			for column := range 224 {
				if column > 0 {
					text = append(text, between...)
				}
				if channel {
					text = append(text, "["+element()+"]"...)
				} else {
					text = append(text, element()...)
				}
			}
			text = append(text, ']')
		}
		return append(text, "]]"...)
	}
	grey := func() string { return strconv.Itoa(number.IntN(256)) }
	single := func() string { return strconv.FormatFloat(float64(number.Float32()), 'f', -1, 64) }
	shortest := func() string { return strconv.FormatFloat(float64(number.Float32()), 'f', -1, 32) }
	third := func() string { return fmt.Sprintf("%.3f", number.Float64()) }
	type body = struct {
		dtype tensor.DType
		text  []byte
	}
	return map[string]body{
		"uint8 224x224x1 compact":     {tensor.Uint8, film(",", true, grey)},
		"uint8 224x224x1 from Python": {tensor.Uint8, film(", ", true, grey)},
		"uint8 224x224 compact":       {tensor.Uint8, film(",", false, grey)},
		"float32 whole numbers":       {tensor.Float32, film(",", true, grey)},
		"float32 three digits":        {tensor.Float32, film(", ", true, third)},
		"float32 all digits":          {tensor.Float32, film(", ", true, single)},
		"float32 shortest digits":     {tensor.Float32, film(", ", true, shortest)},
		"int64 224x224":               {tensor.Int64, film(", ", false, grey)},
	}
}

func BenchmarkTensor(b *testing.B) {
	for name, body := range bodies() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body.text)))
			for b.Loop() {
				reader, err := tensorjson.NewReader(body.text)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := reader.Tensor(body.dtype, 224*224*body.dtype.Size()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkEncodingJSON is what the same body costs through the standard
// library, before it is a tensor.
func BenchmarkEncodingJSON(b *testing.B) {
	text := bodies()["uint8 224x224x1 compact"].text
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		var film [][][][]int
		if err := json.Unmarshal(text, &film); err != nil {
			b.Fatal(err)
		}
	}
}
