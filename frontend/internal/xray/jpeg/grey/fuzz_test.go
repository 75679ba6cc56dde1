package grey_test

import (
	"testing"

	"pneumoscope/frontend/internal/xray/jpeg"
	"pneumoscope/frontend/internal/xray/xraytest"
)

// Whatever file Decode reads, it reads the pixels of image/jpeg.
func FuzzGrey(f *testing.F) {
	xraytest.FuzzOpener(f, xraytest.Fuzzed{
		Open: jpeg.Open, Signatures: []string{"\xff\xd8\xff"}, Seeds: "*.jpg",
		Check: func(t *testing.T, data []byte) { sameAsImageJPEG(t, "it", data, false) },
	})
}
