package tiff_test

import (
	"testing"

	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/tiff"
	"pneumoscope/frontend/internal/xray/xraytest"
)

func FuzzTIFF(f *testing.F) {
	xraytest.FuzzOpener(f, xraytest.Fuzzed{
		Open: tiff.Open, Signatures: []string{"II*\x00", "MM\x00*"}, Seeds: "*.tif",
		Garbage: func(p plan.Plan) int64 { return 3 * p.Work }, // the blocks and their readers
	})
}
