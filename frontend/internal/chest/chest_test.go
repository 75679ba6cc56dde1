package chest

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/frontend/internal/phantom"
	"pneumoscope/internal/film"
)

func TestADrawnChestMatchesAWholeUprightFilm(t *testing.T) {
	upright := mustMatch(t, drawn(3))
	if upright.Whole > 0.36 {
		t.Errorf("upright it has the residuals %+v, want at most 0.36 for a whole film", upright)
	}
	if upright.Turned < upright.Whole {
		t.Errorf("upright it matches better as a turned film: %+v", upright)
	}
	if upright.Inverted < upright.Whole {
		t.Errorf("upright it matches better as an inverted film: %+v", upright)
	}
	turned := mustMatch(t, quarterTurn(drawn(3)))
	if math.Abs(turned.Turned-upright.Whole) > 1e-9 {
		t.Errorf("turned it has the residuals %+v, upright %+v", turned, upright)
	}
	dark := drawn(3)
	for i, v := range dark {
		dark[i] = 255 - v
	}
	if match := mustMatch(t, dark); math.Abs(match.Inverted-upright.Whole) > 1e-9 {
		t.Errorf("inverted it has the residuals %+v, as it is %+v", match, upright)
	}
}

func TestExposureDoesNotChangeTheMatch(t *testing.T) {
	pixels := drawn(3)
	before := mustMatch(t, pixels)
	for i, v := range pixels {
		pixels[i] = 60 + v/2
	}
	after := mustMatch(t, pixels)
	if math.Abs(after.Whole-before.Whole) > 0.05 {
		t.Errorf("at half the contrast it has the residuals %+v, before %+v", after, before)
	}
}

func TestAFilmOfAnotherSizeIsRefused(t *testing.T) {
	if _, err := mustMatcher(t).Match(make([]uint8, 100)); err == nil {
		t.Error("100 pixels are matched")
	}
	if err := NewFitter().Add("ward", make([]uint8, 100)); err == nil {
		t.Error("100 pixels are fitted")
	}
}

func TestPatternsThatAreCutShortAreNotRead(t *testing.T) {
	for _, data := range [][]byte{nil, fitted[:len(fitted)-1], append([]byte{0}, fitted...)} {
		if _, err := parsePatterns(data); err == nil {
			t.Errorf("%d bytes are read", len(data))
		}
	}
}

// Patterns match other films of the kind that they were fitted to, and do not match noise.
func TestAFitMatchesFilmsItHasNotSeen(t *testing.T) {
	fitter := NewFitter()
	if _, err := fitter.Fit(); err == nil {
		t.Error("no films are fitted")
	}
	for seed := range uint64(40) {
		if err := fitter.Add([]string{"ward", "clinic"}[seed%2], drawn(seed)); err != nil {
			t.Fatal(err)
		}
	}
	data, err := fitter.Fit()
	if err != nil {
		t.Fatal(err)
	}
	all, err := parsePatterns(data)
	if err != nil {
		t.Fatal(err)
	}
	matcher := &Matcher{all}
	seen, err := matcher.Match(drawn(1000))
	if err != nil {
		t.Fatal(err)
	}
	if seen.Whole > 0.1 {
		t.Errorf("a film like those has the residuals %+v, want at most 0.1 for a whole film", seen)
	}
	if seen.Turned < 3*seen.Whole {
		t.Errorf("a film like those has the residuals %+v, want three times as much for a turned film", seen)
	}
	rng, static := rand.New(rand.NewPCG(1, 1)), make([]uint8, film.Side*film.Side)
	for i := range static {
		static[i] = uint8(rng.IntN(256))
	}
	noise, err := matcher.Match(static)
	if err != nil {
		t.Fatal(err)
	}
	if noise.Whole < 3*seen.Whole {
		t.Errorf("noise has the residuals %+v, a film %+v", noise, seen)
	}
	for i := range all[0].components {
		for j := range i {
			if along := dot(&all[0].components[i], &all[0].components[j]); math.Abs(along) > 0.05 {
				t.Fatalf("the components %d and %d are not orthogonal: %.3f", j, i, along)
			}
		}
	}
}

func drawn(seed uint64) []uint8 {
	return phantom.Draw(phantom.Config{Seed: seed, Width: film.Side, Height: film.Side}).Pix
}

func quarterTurn(pixels []uint8) []uint8 {
	out := make([]uint8, len(pixels))
	for y := range film.Side {
		for x := range film.Side {
			out[x*film.Side+film.Side-1-y] = pixels[y*film.Side+x]
		}
	}
	return out
}

func mustMatcher(t *testing.T) *Matcher {
	t.Helper()
	matcher, err := NewMatcher()
	if err != nil {
		t.Fatal(err)
	}
	return matcher
}

func mustMatch(t *testing.T, pixels []uint8) Match {
	t.Helper()
	match, err := mustMatcher(t).Match(pixels)
	if err != nil {
		t.Fatal(err)
	}
	return match
}

// The patterns in patterns.bin were fitted to these areas.
func TestPartsOfAFilmOf224Pixels(t *testing.T) {
	want := []image.Rectangle{
		image.Rect(0, 0, 224, 224), image.Rect(39, 39, 185, 185), image.Rect(0, 56, 224, 224),
		image.Rect(0, 0, 224, 157), image.Rect(67, 0, 224, 224), image.Rect(0, 0, 157, 224),
	}
	if diff := cmp.Diff(want, parts()); film.Side == 224 && diff != "" {
		t.Errorf("the parts differ from those of the fit (-want +got):\n%s", diff)
	}
}
