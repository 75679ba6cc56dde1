package grey_test

import (
	"testing"

	"pneumoscope/frontend/internal/xray/jpeg"
	"pneumoscope/frontend/internal/xray/xraytest"
)

// If Decode reads a file, it must read the same pixels as image/jpeg.
func FuzzGrey(f *testing.F) {
	xraytest.FuzzOpener(f, xraytest.Fuzzed{
		Open: jpeg.Open, Signatures: []string{"\xff\xd8\xff"}, Seeds: "*.jpg",
		Check: func(t *testing.T, data []byte) { sameAsImageJPEG(t, "it", data, false) },
	})
}
