package tensorjson

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
)

var seeds = []string{
	"", " ", "7", "-0.0", "NaN", "[]", "[[]]", "[[1,2],[3,4]]", "[[[12],[250]],[[0],[7]]]", "[0.5, 1, -2.25e3]", `["1_0", null, true]`,
	`{"inputs": [[1]], "params": {"a": "b\u00e9\n"}}`, "[1.]", "[01]", "[1,]", "[[1],[2,3]]", "[[12],[300],[4]]", "[123,45, 6,789]",
	"\xef\xbb\xbf[1]", "\xff\xfe[\x001\x00]\x00", "\xfe\xff\x00[\x001\x00]", "[\x001\x00]\x00", "[\"\xed\xa0\x80\"]", "[9007199254740993,1e400]",
	"[0.10000000149011612,0.3,123456789012345678]", strings.Repeat("[", 70), "[-1,-Infinity,-nan]",
}

// pythonOnly matches literals that Python's JSON has beyond the standard.
var pythonOnly = regexp.MustCompile(`NaN|Infinity`)

// FuzzReader checks that no text crashes the reader, and that it accepts the same
// texts as encoding/json.
func FuzzReader(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := NewReader(text)
		if err != nil {
			return
		}
		start := r.Mark()
		valid := errors.Join(r.Skip(), r.End()) == nil
		// A longer text may contain an integer that Python refuses for its length.
		if bytes.IndexByte(text, 0) < 0 && !bytes.HasPrefix(text, utf8BOM) && len(text) <= maxIntegerDigits {
			if standard := json.Valid(text); valid != standard && !(valid && pythonOnly.Match(text)) {
				t.Errorf("valid JSON: %t; according to encoding/json %t", valid, standard)
			}
		}
		end := r.pos
		for dtype := range tensorTypes {
			r.Return(start)
			_, err := r.Tensor(dtype, 0)
			_, syntax := errors.AsType[*SyntaxError](err)
			if !valid {
				continue
			}
			if syntax {
				t.Errorf("as %s: %v, but the text is valid JSON", dtype, err)
			}
			if err := r.End(); err != nil {
				t.Errorf("as %s: after the value: %v", dtype, err)
			}
			if r.pos != end {
				t.Errorf("as %s: %d bytes are consumed; want %d", dtype, r.pos, end)
			}
		}
	})
}

var tensorTypes = map[tensor.DType]bool{
	tensor.Bool: true, tensor.Int8: true, tensor.Int16: true, tensor.Int32: true, tensor.Int64: true,
	tensor.Uint8: true, tensor.Uint16: true, tensor.Uint32: true, tensor.Uint64: true, tensor.Float32: true, tensor.Float64: true,
}

// FuzzTensorFloat64 checks that the numbers that encoding/json writes are read
// exactly, and that encoding/json reads exactly what Append writes.
func FuzzTensorFloat64(f *testing.F) {
	for _, seed := range []float64{0, math.Copysign(0, -1), 0.1, 1e-5, 1e16, 9007199254740993, 5e-324, math.MaxFloat64, -123.456, 1 << 62} {
		f.Add(binary.LittleEndian.AppendUint64(nil, math.Float64bits(seed)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		numbers := []float64{}
		for len(data) >= 8 {
			if number := math.Float64frombits(binary.LittleEndian.Uint64(data)); !math.IsNaN(number) && !math.IsInf(number, 0) {
				numbers = append(numbers, number)
			}
			data = data[8:]
		}
		text, err := json.Marshal(numbers)
		if err != nil {
			t.Fatal(err)
		}
		// encoding/json writes the float -0.0 as -0, which is an integer without a
		// sign in Python.
		text = regexp.MustCompile(`-0([],])`).ReplaceAll(text, []byte("-0.0$1"))
		read, after, err := decodeTensor(cursor{text: text}, tensor.Float64, 0)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if after.pos != len(text) {
			t.Fatalf("%s: %d bytes are consumed; want %d", text, after.pos, len(text))
		}
		got, err := read.Float64s()
		if err != nil {
			t.Fatal(err)
		}
		if !equalBits(got, numbers) {
			t.Errorf("%s is read as %v", text, got)
		}
		var again []float64
		written := Append(nil, read)
		if err := json.Unmarshal(written, &again); err != nil {
			t.Fatalf("%v is written as %s: %v", numbers, written, err)
		}
		if !equalBits(again, numbers) {
			t.Errorf("%v is written as %s", numbers, written)
		}
	})
}

func equalBits(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

// FuzzNative checks that Tensor reads the same tensor from every text that Native
// accepts, and that Native also consumes a value that it refuses.
func FuzzNative(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := NewReader(text)
		if err != nil {
			return
		}
		start := r.Mark()
		for dtype := range tensorTypes {
			r.Return(start)
			native, nativeErr := r.Native(dtype, 0)
			end := r.pos
			r.Return(start)
			lenient, err := r.Tensor(dtype, 0)
			_, syntax := errors.AsType[*SyntaxError](err)
			_, nativeSyntax := errors.AsType[*SyntaxError](nativeErr)
			if nativeErr == nil {
				if err != nil {
					t.Fatalf("as %s: Native accepts it, Tensor's error is %v", dtype, err)
				}
				if !slices.Equal(native.Shape, lenient.Shape) {
					t.Fatalf("as %s: Native's shape is %v, Tensor's %v", dtype, native.Shape, lenient.Shape)
				}
				if !bytes.Equal(native.Data, lenient.Data) {
					t.Fatalf("as %s: Native's data are %x, Tensor's %x", dtype, native.Data, lenient.Data)
				}
			}
			if syntax != nativeSyntax {
				t.Fatalf("as %s: Native's error is %v, Tensor's %v", dtype, nativeErr, err)
			}
			if !syntax && end != r.pos {
				t.Fatalf("as %s: Native consumes %d bytes, Tensor %d", dtype, end, r.pos)
			}
		}
	})
}
