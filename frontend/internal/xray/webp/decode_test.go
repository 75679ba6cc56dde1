package webp_test

import (
	"testing"
	"time"

	"pneumoscope/frontend/internal/xray"
)

// decode prepares a file as the service does, without the gate.
func decode(t testing.TB, data []byte) (*xray.Film, error) {
	t.Helper()
	decoder, err := xray.NewDecoder(xray.Config{MaxPixels: 40_000_000, MinSide: 32, Parallel: 2, Timeout: time.Minute, Ungated: true})
	if err != nil {
		t.Fatal(err)
	}
	return decoder.Decode(t.Context(), data)
}

func mustFilm(t testing.TB, data []byte) *xray.Film {
	t.Helper()
	film, err := decode(t, data)
	if err != nil {
		t.Fatal(err)
	}
	return film
}
