// Package ungated decodes files for the tests of the formats. It is not in xraytest, because the tests of xray itself
// import xraytest, and this package imports xray.
package ungated

import (
	"testing"
	"time"

	"pneumoscope/frontend/internal/xray"
)

// Decode prepares a file as the service does, without the gate.
func Decode(t testing.TB, data []byte) (*xray.Film, error) {
	t.Helper()
	decoder, err := xray.NewDecoder(xray.Config{MaxPixels: 40_000_000, MinSide: 32, Parallel: 2, Timeout: time.Minute, Ungated: true})
	if err != nil {
		t.Fatal(err)
	}
	return decoder.Decode(t.Context(), data)
}

// MustFilm is Decode for a file that must not be refused.
func MustFilm(t testing.TB, data []byte) *xray.Film {
	t.Helper()
	film, err := Decode(t, data)
	if err != nil {
		t.Fatal(err)
	}
	return film
}
