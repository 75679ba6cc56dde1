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

// Where Python's JSON is more than the standard's.
var pythonOnly = regexp.MustCompile(`NaN|Infinity`)

// FuzzReader: no text may crash the reader, and it must find the same texts
// sound as encoding/json does.
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
		sound := errors.Join(r.Skip(), r.End()) == nil
		// A longer text may hold an integer that Python refuses.
		if bytes.IndexByte(text, 0) < 0 && !bytes.HasPrefix(text, utf8BOM) && len(text) <= maxIntegerDigits {
			if standard := json.Valid(text); sound != standard && !(sound && pythonOnly.Match(text)) {
				t.Errorf("the reader says %v, encoding/json says %v", sound, standard)
			}
		}
		end := r.pos
		for dtype := range tensorTypes {
			r.Return(start)
			_, err := r.Tensor(dtype, 0)
			_, syntax := errors.AsType[*SyntaxError](err)
			if sound && (syntax || errors.Join(r.End()) != nil) || sound && r.pos != end {
				t.Errorf("as %s: %v, and %d of %d bytes are consumed, of a text that is sound", dtype, err, r.pos, end)
			}
		}
	})
}

var tensorTypes = map[tensor.DType]bool{
	tensor.Bool: true, tensor.Int8: true, tensor.Int16: true, tensor.Int32: true, tensor.Int64: true,
	tensor.Uint8: true, tensor.Uint16: true, tensor.Uint32: true, tensor.Uint64: true, tensor.Float32: true, tensor.Float64: true,
}

// FuzzTensorFloat64: what encoding/json writes is read to the bit, and what is
// written here encoding/json reads to the bit.
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
		// The integer -0 has no sign in Python, and is what encoding/json makes
		// of the float.
		text = regexp.MustCompile(`-0([],])`).ReplaceAll(text, []byte("-0.0$1"))
		read, after, err := decodeTensor(cursor{text: text}, tensor.Float64, 0)
		if err != nil || after.pos != len(text) {
			t.Fatalf("%s: %v after %d bytes", text, err, after.pos)
		}
		got, err := read.Float64s()
		if err != nil || !equalBits(got, numbers) {
			t.Errorf("%s is read as %v, error %v", text, got, err)
		}
		var again []float64
		written := Append(nil, read)
		if err := json.Unmarshal(written, &again); err != nil || !equalBits(again, numbers) {
			t.Errorf("%v is written as %s, error %v", numbers, written, err)
		}
	})
}

func equalBits(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

// FuzzNative: what Native takes is what Tensor makes of it, and whatever it
// refuses is consumed.
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
			if nativeErr == nil && (err != nil || !slices.Equal(native.Shape, lenient.Shape) || !bytes.Equal(native.Data, lenient.Data)) {
				t.Fatalf("as %s: %v %x; Tensor makes %v %x of it, error %v", dtype, native.Shape, native.Data, lenient.Shape, lenient.Data, err)
			}
			if syntax != nativeSyntax || !syntax && end != r.pos {
				t.Fatalf("as %s: %v after %d bytes; Tensor says %v after %d", dtype, nativeErr, end, err, r.pos)
			}
		}
	})
}
