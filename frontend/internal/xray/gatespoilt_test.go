package xray

import (
	"errors"
	"image"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"pneumoscope/frontend/internal/chest"
	"pneumoscope/frontend/internal/xray/refusal"
)

// Films of the validation split that are turned, inverted or cut are found out. `make gate` prints the figures.
func TestTheGateFindsSpoiltFilms(t *testing.T) {
	looker, err := chest.NewLooker()
	if err != nil {
		t.Fatal(err)
	}
	dir := dataDir(t)
	manifest := filmsOf(t, dir, "val")
	if testing.Short() {
		manifest = everyTenth(manifest)
	}
	spoils := []struct {
		name  string
		spoil func(*image.Gray) image.Image
		least float64 // share that is refused or has its caveat
		want  string
	}{
		{"on its right side", func(f *image.Gray) image.Image { return quarterTurns(f, 1) }, 0.95, string(refusal.CodeTurned)},
		{"upside down", func(f *image.Gray) image.Image { return quarterTurns(f, 2) }, 0.90, string(refusal.CodeTurned)},
		{"on its left side", func(f *image.Gray) image.Image { return quarterTurns(f, 3) }, 0.95, string(refusal.CodeTurned)},
		{"inverted", func(f *image.Gray) image.Image { return relit(f, -1, 255) }, 0.90, string(refusal.CodeInverted)},
		{"the middle 65 % left", cut(39, 39, 185, 185), 0.60, string(CaveatCropped)},
		{"a quarter off the top", cut(0, 56, 224, 224), 0.50, string(CaveatCropped)},
		{"a third off the bottom", cut(0, 0, 224, 157), 0.50, string(CaveatCropped)},
		{"a third off one side", cut(67, 0, 224, 224), 0.70, string(CaveatCropped)},
		{"one half left", cut(0, 0, 112, 224), 0.90, string(refusal.CodeNotAChest)},
	}
	for _, s := range spoils {
		found, said, n := 0, 0, 0
		for _, source := range slices.Sorted(maps.Keys(manifest)) {
			for _, path := range manifest[source] {
				film := &image.Gray{Pix: decodedGrey(t, mustRead(t, filepath.Join(dir, path))), Stride: Side, Rect: image.Rect(0, 0, Side, Side)}
				codes := judged(t, gate{looker}, s.spoil(film))
				n++
				if slices.Contains(codes, s.want) {
					found++
				}
				if slices.ContainsFunc(codes, func(code string) bool { return code != string(CaveatLowResolution) }) {
					said++
				}
			}
		}
		t.Logf("%-24s %4d films, %.3f are called %s, %.3f that or otherwise refused or warned of", s.name, n,
			float64(found)/float64(n), s.want, float64(said)/float64(n))
		if float64(said) < s.least*float64(n) {
			t.Errorf("%s: %d of %d films are found out, want %.2f", s.name, said, n, s.least)
		}
	}
}

// judged is a refusal's code, or the caveats.
func judged(t *testing.T, g gate, img image.Image) []string {
	t.Helper()
	size := img.Bounds().Size()
	film, err := g.prepare(plan{format: formatPNG, width: size.X, height: size.Y, turn: upright, decode: func() (image.Image, error) { return img, nil }})
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
