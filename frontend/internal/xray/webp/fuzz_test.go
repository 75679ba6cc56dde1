package webp_test

import (
	"testing"

	"pneumoscope/frontend/internal/xray/webp"
	"pneumoscope/frontend/internal/xray/xraytest"
)

func FuzzWebP(f *testing.F) {
	xraytest.FuzzOpener(f, xraytest.Fuzzed{Open: webp.Open, Signatures: []string{"WEBP"}, Offset: 8, Seeds: "*.webp"})
}
