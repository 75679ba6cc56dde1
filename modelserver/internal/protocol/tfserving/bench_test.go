package tfserving

import (
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

// BenchmarkParseCall reads one film of 224x224x1 bytes in each form.
func BenchmarkParseCall(b *testing.B) {
	m := tinyserver.MustOpen(b, tinymodel.Config{Function: tinymodel.Function{Inputs: []tinymodel.Input{of("film", tensor.Uint8, -1, 224, 224, 1)}}})
	b.Cleanup(func() {
		if err := m.Close(); err != nil {
			b.Error(err)
		}
	})
	line := "[" + strings.TrimSuffix(strings.Repeat("[7],[42],[128],[255],", 56), ",") + "]"
	film := "[" + strings.TrimSuffix(strings.Repeat(line+",", 224), ",") + "]"
	for name, body := range map[string]string{
		"instances":           `{"instances":[` + film + `]}`,
		"instances by name":   `{"instances":[{"film":` + film + `}]}`,
		"inputs":              `{"inputs":[` + film + `]}`,
		"inputs by name":      `{"inputs":{"film":[` + film + `]}}`,
		"signature_name last": `{"inputs":[` + film + `],"signature_name":"serving_default"}`,
	} {
		b.Run(name, func(b *testing.B) {
			text := []byte(body)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, _, f := parseCall(text, m); f != nil {
					b.Fatal(f)
				}
			}
		})
	}
}
