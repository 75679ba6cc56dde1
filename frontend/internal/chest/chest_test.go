package chest

import (
	"math"
	"math/rand/v2"
	"testing"

	"pneumoscope/frontend/internal/phantom"
)

func TestADrawnChestLooksLikeAWholeUprightOne(t *testing.T) {
	upright := mustLook(t, drawn(3))
	if upright.Whole > 0.36 || upright.Turned < upright.Whole || upright.Inverted < upright.Whole {
		t.Errorf("upright it looks %+v", upright)
	}
	aside := mustLook(t, quarterTurn(drawn(3)))
	if math.Abs(aside.Turned-upright.Whole) > 1e-9 {
		t.Errorf("turned it looks %+v, upright %+v", aside, upright)
	}
	dark := drawn(3)
	for i, v := range dark {
		dark[i] = 255 - v
	}
	if look := mustLook(t, dark); math.Abs(look.Inverted-upright.Whole) > 1e-9 {
		t.Errorf("inverted it looks %+v, as it is %+v", look, upright)
	}
}

func TestExposureDoesNotChangeTheLook(t *testing.T) {
	film := drawn(3)
	before := mustLook(t, film)
	for i, v := range film {
		film[i] = 60 + v/2
	}
	after := mustLook(t, film)
	if math.Abs(after.Whole-before.Whole) > 0.05 {
		t.Errorf("at half the contrast it looks %+v, before %+v", after, before)
	}
}

func TestAFilmOfAnotherSizeIsRefused(t *testing.T) {
	if _, err := mustLooker(t).Look(make([]uint8, 100)); err == nil {
		t.Error("100 pixels are looked at")
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

// What is fitted to some films explains others of their kind, and not noise.
func TestAFitExplainsFilmsItHasNotSeen(t *testing.T) {
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
	looker := &Looker{all}
	seen, err := looker.Look(drawn(1000))
	if err != nil || seen.Whole > 0.1 || seen.Turned < 3*seen.Whole {
		t.Errorf("a film like those looks %+v, %v", seen, err)
	}
	rng, static := rand.New(rand.NewPCG(1, 1)), make([]uint8, film*film)
	for i := range static {
		static[i] = uint8(rng.IntN(256))
	}
	if noise, err := looker.Look(static); err != nil || noise.Whole < 3*seen.Whole {
		t.Errorf("noise looks %+v, %v", noise, err)
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
	return phantom.Draw(phantom.Config{Seed: seed, Width: film, Height: film}).Pix
}

func quarterTurn(pixels []uint8) []uint8 {
	out := make([]uint8, len(pixels))
	for y := range film {
		for x := range film {
			out[x*film+film-1-y] = pixels[y*film+x]
		}
	}
	return out
}

func mustLooker(t *testing.T) *Looker {
	t.Helper()
	looker, err := NewLooker()
	if err != nil {
		t.Fatal(err)
	}
	return looker
}

func mustLook(t *testing.T, pixels []uint8) Look {
	t.Helper()
	look, err := mustLooker(t).Look(pixels)
	if err != nil {
		t.Fatal(err)
	}
	return look
}
