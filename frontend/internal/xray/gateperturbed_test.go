package xray

import (
	"errors"
	"image"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"pneumoscope/frontend/internal/chest"
	"pneumoscope/frontend/internal/xray/exif"
	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/xraytest"
)

// The gate detects films of the validation split that are turned, inverted or cut. `make gate` prints the figures.
func TestTheGateFindsAlteredFilms(t *testing.T) {
	matcher, err := chest.NewMatcher()
	if err != nil {
		t.Fatal(err)
	}
	dir := xraytest.DataDir(t)
	manifest := filmsOf(t, dir, "val")
	if testing.Short() {
		manifest = everyTenth(manifest)
	}
	alterations := []struct {
		name  string
		alter func(*image.Gray) image.Image
		min   float64 // share that is refused or has its caveat
		want  string
	}{
		{"on its right side", func(f *image.Gray) image.Image { return quarterTurns(f, 1) }, 0.95, string(refusal.CodeTurned)},
		{"upside down", func(f *image.Gray) image.Image { return quarterTurns(f, 2) }, 0.90, string(refusal.CodeTurned)},
		{"on its left side", func(f *image.Gray) image.Image { return quarterTurns(f, 3) }, 0.95, string(refusal.CodeTurned)},
		{"inverted", func(f *image.Gray) image.Image { return relit(f, -1, 255) }, 0.90, string(refusal.CodeInverted)},
		{"the middle 65 % left", cut(39, 39, 185, 185), 0.60, string(CaveatCropped)},
		{"a quarter off the top", cut(0, 56, Side, Side), 0.50, string(CaveatCropped)},
		{"a third off the bottom", cut(0, 0, Side, 157), 0.50, string(CaveatCropped)},
		{"a third off one side", cut(67, 0, Side, Side), 0.70, string(CaveatCropped)},
		{"one half left", cut(0, 0, 112, Side), 0.90, string(refusal.CodeNotAChest)},
	}
	for _, s := range alterations {
		detected, flagged, n := 0, 0, 0
		for _, source := range slices.Sorted(maps.Keys(manifest)) {
			for _, path := range manifest[source] {
				film := &image.Gray{Pix: decodedGrey(t, xraytest.Read(t, filepath.Join(dir, path))), Stride: Side, Rect: image.Rect(0, 0, Side, Side)}
				codes := judged(t, gate{matcher}, s.alter(film))
				n++
				if slices.Contains(codes, s.want) {
					detected++
				}
				if slices.ContainsFunc(codes, func(code string) bool { return code != string(CaveatLowResolution) }) {
					flagged++
				}
			}
		}
		t.Logf("%-24s %4d films, %.3f detected as %s, %.3f refused or flagged in any way", s.name, n,
			float64(detected)/float64(n), s.want, float64(flagged)/float64(n))
		if float64(flagged) < s.min*float64(n) {
			t.Errorf("%s: %d of %d films are detected, want %.2f", s.name, flagged, n, s.min)
		}
	}
}

// judged is a refusal's code, or the caveats.
func judged(t *testing.T, g gate, img image.Image) []string {
	t.Helper()
	size := img.Bounds().Size()
	film, err := g.prepare(plan.Plan{Format: "drawn", Width: size.X, Height: size.Y, Orientation: exif.Upright, Decode: func() (image.Image, error) { return img, nil }})
	if refused, ok := errors.AsType[*refusal.Refusal](err); ok {
		return []string{string(refused.Code)}
	}
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, caveat := range film.Caveats {
		codes = append(codes, string(caveat))
	}
	return codes
}
