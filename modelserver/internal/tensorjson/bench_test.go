package tensorjson_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

// bodies are one film of 224x224 in the forms that clients send: as this project's
// client writes it, as Python's json.dumps writes it, and as floats.
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
	rows := func(size int, element func() string) []byte {
		text := []byte("[[")
		for i := range 224 * 224 {
			if i > 0 {
				text = append(text, ", "...)
			}
			for j := range size {
				if j == 0 {
					text = append(text, '[')
				} else {
					text = append(text, ", "...)
				}
				text = append(text, element()...)
			}
			text = append(text, ']')
		}
		return append(text, "]]"...)
	}
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
		"uint8 rows of three":         {tensor.Uint8, rows(3, grey)},
		"float32 rows of four":        {tensor.Float32, rows(4, shortest)},
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

// BenchmarkEncodingJSON converts the same bodies to the same tensors with the
// standard library.
func BenchmarkEncodingJSON(b *testing.B) {
	for name, body := range bodies() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body.text)))
			for b.Loop() {
				if _, err := throughEncodingJSON(body.dtype, body.text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// throughEncodingJSON converts a body in the fastest way that the standard library
// offers.
func throughEncodingJSON(dtype tensor.DType, text []byte) (tensor.Tensor, error) {
	switch dtype {
	case tensor.Uint8:
		return flatten(dtype, text, func(data []byte, n uint16) []byte { return append(data, uint8(n)) }) // []uint8 would be base64
	case tensor.Int64:
		return flatten(dtype, text, func(data []byte, n int64) []byte { return binary.LittleEndian.AppendUint64(data, uint64(n)) })
	}
	return flatten(dtype, text, func(data []byte, n float64) []byte {
		return binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(n)))
	})
}

func flatten[N any](dtype tensor.DType, text []byte, appendNumber func([]byte, N) []byte) (tensor.Tensor, error) {
	data := make([]byte, 0, 224*224*dtype.Size())
	if !bytes.HasPrefix(text, []byte("[[[[")) {
		var film [][][]N
		if err := json.Unmarshal(text, &film); err != nil {
			return tensor.Tensor{}, err
		}
		for _, row := range film[0] {
			for _, number := range row {
				data = appendNumber(data, number)
			}
		}
		return tensor.Tensor{DType: dtype, Shape: []int{1, len(film[0]), len(film[0][0])}, Data: data}, nil
	}
	var film [][][][1]N
	if err := json.Unmarshal(text, &film); err != nil {
		return tensor.Tensor{}, err
	}
	for _, row := range film[0] {
		for _, number := range row {
			data = appendNumber(data, number[0])
		}
	}
	return tensor.Tensor{DType: dtype, Shape: []int{1, 224, 224, 1}, Data: data}, nil
}

func TestBenchmarksReadTheSameTensor(t *testing.T) {
	for name, body := range bodies() {
		want, err := throughEncodingJSON(body.dtype, body.text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decode(t, string(body.text), body.dtype)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(got.Shape, want.Shape) {
			t.Errorf("%s has the shape %v; with encoding/json %v", name, got.Shape, want.Shape)
		}
		if !bytes.Equal(got.Data, want.Data) {
			t.Errorf("%s has other bytes than with encoding/json", name)
		}
	}
}

// BenchmarkAppend writes tensors like those in answers.
func BenchmarkAppend(b *testing.B) {
	number := rand.New(rand.NewPCG(3, 4))
	floats := func(shape []int, element func() float32) tensor.Tensor {
		t := tensor.Tensor{DType: tensor.Float32, Shape: shape}
		for range tensor.Len(shape) {
			t.Data = binary.LittleEndian.AppendUint32(t.Data, math.Float32bits(element()))
		}
		return t
	}
	ints := func(dtype tensor.DType) tensor.Tensor {
		t := tensor.Tensor{DType: dtype, Shape: []int{1, 224, 224, 1}, Data: make([]byte, 224*224*dtype.Size())}
		for i := 0; i < len(t.Data); i += dtype.Size() {
			t.Data[i] = uint8(number.Uint32())
		}
		return t
	}
	for name, t := range map[string]tensor.Tensor{
		"float32 probabilities":                floats([]int{1000, 1}, number.Float32),
		"float32 map":                          floats([]int{16, 28, 28}, func() float32 { return float32(number.NormFloat64()) }),
		"float32 map without negative numbers": floats([]int{16, 28, 28}, func() float32 { return max(0, float32(number.NormFloat64())) }),
		"uint8 224x224x1":                      ints(tensor.Uint8),
		"int64 224x224x1":                      ints(tensor.Int64),
	} {
		b.Run(name, func(b *testing.B) {
			text := tensorjson.Append(nil, t)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				text = tensorjson.Append(text[:0], t)
			}
		})
	}
}
