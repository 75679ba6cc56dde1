package xraytest

import (
	"bytes"
	"compress/zlib"
	"errors"
	"runtime"
	"testing"

	"pneumoscope/frontend/internal/xray/refusal"
)

// WantRefusal checks that err is a refusal with this code and detail.
func WantRefusal(t testing.TB, err error, code refusal.Code, detail string) {
	t.Helper()
	refused, ok := errors.AsType[*refusal.Refusal](err)
	if !ok {
		t.Errorf("got error %v, want a refusal with code %s", err, code)
		return
	}
	if refused.Code != code {
		t.Errorf("got the code %s, want %s", refused.Code, code)
	}
	if refused.Detail != detail {
		t.Errorf("got the detail %q, want %q", refused.Detail, detail)
	}
}

// WantCode checks that err is a refusal with this code.
func WantCode(t testing.TB, err error, code refusal.Code) {
	t.Helper()
	if refused, ok := errors.AsType[*refusal.Refusal](err); !ok || refused.Code != code {
		t.Errorf("got %v, want the code %s", err, code)
	}
}

// LargestDifference is the largest difference between two films, in grey levels.
func LargestDifference(a, b []uint8) int {
	largest := 0
	for i := range a {
		largest = max(largest, int(a[i])-int(b[i]), int(b[i])-int(a[i]))
	}
	return largest
}

// MeanDifference is the mean absolute difference between two films, in grey levels.
func MeanDifference(a, b []uint8) float64 {
	var sum int
	for i := range a {
		sum += max(int(a[i])-int(b[i]), int(b[i])-int(a[i]))
	}
	return float64(sum) / float64(len(a))
}

// Allocated is the number of bytes that f allocates, garbage included.
func Allocated(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

// Zlib compresses this many zeros.
func Zlib(t testing.TB, zeros int) []byte {
	t.Helper()
	var packed bytes.Buffer
	w, err := zlib.NewWriterLevel(&packed, zlib.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	nothing := make([]byte, 1<<20)
	for ; zeros > 0; zeros -= len(nothing) {
		if _, err := w.Write(nothing[:min(zeros, len(nothing))]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}
