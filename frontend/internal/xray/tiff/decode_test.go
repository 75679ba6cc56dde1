package tiff_test

import (
	"testing"

	"pneumoscope/frontend/internal/xray"
	"pneumoscope/frontend/internal/xray/xraytest/ungated"
)

func decode(t testing.TB, data []byte) (*xray.Film, error) {
	t.Helper()
	return ungated.Decode(t, data)
}

func mustFilm(t testing.TB, data []byte) *xray.Film {
	t.Helper()
	return ungated.MustFilm(t, data)
}
