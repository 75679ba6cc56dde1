package openinference

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinyserver"
)

// BenchmarkFilm measures a request of one film without the network and the model:
// reading it and writing its answer.
func BenchmarkFilm(b *testing.B) {
	const pixels = 224 * 224
	number := rand.New(rand.NewPCG(1, 2))
	film := make([]byte, pixels)
	texts := make([]string, pixels)
	for i := range film {
		film[i] = byte(number.IntN(256))
		texts[i] = strconv.Itoa(int(film[i]))
	}
	// Triton's clients write it like this.
	head := `{"inputs": [{"name": "x", "shape": [1, 224, 224, 1], "datatype": "UINT8", "parameters": {"binary_data_size": 50176}}], "parameters": {"binary_data_output": true}}`
	flat := `{"inputs": [{"name": "x", "shape": [1, 224, 224, 1], "datatype": "UINT8", "data": [` + strings.Join(texts, ", ") + `]}]}`
	nested := `{"inputs": [{"name": "x", "shape": [1, 224, 224, 1], "datatype": "UINT8", "data": [[[[` + strings.Join(texts, "],[") + `]]]]}]}`
	nested = splitRows(nested)
	m := tinyserver.MustOpen(b, typed(tensor.Uint8, -1, 224, 224, 1))
	b.Cleanup(func() { _ = m.Close() })
	outputs := inference.Outputs{"output_0": {DType: tensor.Float32, Shape: []int{1, 1}, Data: []byte{0x66, 0x66, 0x6e, 0x3f}}}
	for name, request := range map[string]struct {
		body   string
		length int
	}{
		"bytes":       {head + string(film), len(head)},
		"flat list":   {flat, wholeBody},
		"nested list": {nested, wholeBody},
	} {
		b.Run(name, func(b *testing.B) {
			body := []byte(request.body)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				c := codec{of: address{model: tinyID}, length: request.length}
				_, f := c.Decode(body, m)
				if f == nil {
					_, f = c.Encode(http.Header{}, outputs)
				}
				if f != nil {
					b.Fatal(f)
				}
			}
		})
	}
}

// splitRows ends a row of the film after every 224th pixel.
func splitRows(nested string) string {
	parts := strings.Split(nested, "],[")
	var text strings.Builder
	for i, part := range parts {
		switch {
		case i == 0:
		case i%224 == 0:
			text.WriteString("]],[[")
		default:
			text.WriteString("],[")
		}
		text.WriteString(part)
	}
	return text.String()
}
