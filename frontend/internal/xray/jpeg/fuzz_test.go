package jpeg_test

import (
	"testing"

	"pneumoscope/frontend/internal/xray/jpeg"
	"pneumoscope/frontend/internal/xray/xraytest"
)

func FuzzJPEG(f *testing.F) {
	xraytest.FuzzOpener(f, xraytest.Fuzzed{Open: jpeg.Open, Signatures: []string{"\xff\xd8\xff"}, Seeds: "*.jpg"})
}
