package png_test

import (
	"testing"

	"pneumoscope/frontend/internal/xray/png"
	"pneumoscope/frontend/internal/xray/xraytest"
)

func FuzzPNG(f *testing.F) {
	xraytest.FuzzOpener(f, xraytest.Fuzzed{Open: png.Open, Signatures: []string{"\x89PNG\r\n\x1a\n"}, Seeds: "*.png"})
}
