package xray

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/frontend/internal/chest"
	"pneumoscope/frontend/internal/phantom"
	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/xraytest"
)

func TestEachReasonIsFoundOnADrawnFilm(t *testing.T) {
	drawn := phantom.Draw(phantom.Config{Seed: 5, Width: 500, Height: 580})
	for _, tt := range []struct {
		name    string
		alter   func(film *image.Gray) image.Image
		code    refusal.Code
		caveats []Caveat
	}{
		{"a film as it is", whole, "", nil},
		{"in colour all over", sepia(90), refusal.CodeColourPicture, nil},
		{"tinted by a light box", sepia(25), "", nil},
		{"with a small red mark", mark(60), "", []Caveat{CaveatColour}},
		{"of four grey levels", posterised(4), refusal.CodeNotARadiograph, nil},
		{"turned to noise", grain, refusal.CodeNotARadiograph, nil},
		{"on its right side", func(f *image.Gray) image.Image { return quarterTurns(f, 1) }, refusal.CodeTurned, nil},
		{"upside down", func(f *image.Gray) image.Image { return quarterTurns(f, 2) }, refusal.CodeTurned, nil},
		{"on its left side", func(f *image.Gray) image.Image { return quarterTurns(f, 3) }, refusal.CodeTurned, nil},
		{"with dark bones", func(f *image.Gray) image.Image { return relit(f, -1, 255) }, refusal.CodeInverted, nil},
		{"with dark bones, upside down", func(f *image.Gray) image.Image { return relit(quarterTurns(f, 2), -1, 255) }, refusal.CodeInverted, nil},
		{"nearly black", func(f *image.Gray) image.Image { return relit(f, 0.2, 0) }, refusal.CodeExposure, nil},
		{"nearly white", func(f *image.Gray) image.Image { return relit(f, 0.2, 200) }, refusal.CodeExposure, nil},
		{"dark", func(f *image.Gray) image.Image { return relit(f, 0.45, 0) }, "", []Caveat{CaveatExposure}},
		{"within a wide black margin", shrunk, refusal.CodeNotAChest, nil},
		{"with only its middle left", cut(70, 80, 430, 500), "", []Caveat{CaveatCropped}},
		{"without one side", cut(150, 0, 500, 580), "", []Caveat{CaveatCropped}},
		{"of 224 pixels", func(f *image.Gray) image.Image { return thinned(f) }, "", []Caveat{CaveatLowResolution}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			film := *drawn
			film.Pix = slices.Clone(drawn.Pix)
			decoded, err := mustDecoder(t, gatedConfig()).Decode(t.Context(), xraytest.PNG(t, tt.alter(&film)))
			if tt.code != "" {
				xraytest.WantCode(t, err, tt.code)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.caveats, decoded.Caveats); diff != "" {
				t.Errorf("the caveats differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestADICOMHeaderGivesCaveats(t *testing.T) {
	frontal := xraytest.Read(t, "testdata/implicit.dcm")
	for _, tt := range []struct {
		name     string
		from, to string
		caveat   Caveat
		holds    bool
	}{
		{"four years old", "004Y", "004Y", CaveatAge, false},
		{"one year old", "004Y", "012M", CaveatAge, false},
		{"eleven months old", "004Y", "011M", CaveatAge, true},
		{"three days old", "004Y", "003D", CaveatAge, true},
		{"of no age", "004Y", "    ", CaveatAge, false},
		{"from behind", "PA", "PA", CaveatView, false},
		{"from the front", "PA", "AP", CaveatView, false},
	} {
		data := bytes.Replace(frontal, []byte(tt.from), []byte(tt.to), 1)
		film, err := mustDecoder(t, gatedConfig()).Decode(t.Context(), data)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if holds := slices.Contains(film.Caveats, tt.caveat); holds != tt.holds {
			t.Errorf("%s: caveats %v", tt.name, film.Caveats)
		}
	}
	for _, view := range []string{plan.ViewOblique, plan.ViewPA, ""} {
		film := &Film{Width: 1000, Height: 1000, Header: plan.Header{View: view}}
		var want []Caveat
		if view == plan.ViewOblique {
			want = []Caveat{CaveatView}
		}
		got := caveats(film, figures{bright: 200, dark: 10}, chest.Match{Whole: 0.1, Cropped: 0.1, Turned: 1, Inverted: 1})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the view %q: the caveats differ (-want +got):\n%s", view, diff)
		}
	}
}

func gatedConfig() Config {
	cfg := testConfig()
	cfg.Ungated = false
	return cfg
}

func whole(f *image.Gray) image.Image { return f }

// sepia moves red and blue apart.
func sepia(by int) func(*image.Gray) image.Image {
	return func(f *image.Gray) image.Image {
		img := image.NewRGBA(f.Rect)
		for i, v := range f.Pix {
			red, blue := min(int(v)+by/2, 255), max(int(v)-by/2, 0)
			img.SetRGBA(i%f.Rect.Dx(), i/f.Rect.Dx(), color.RGBA{uint8(red), v, uint8(blue), 255})
		}
		return img
	}
}

func mark(side int) func(*image.Gray) image.Image {
	return func(f *image.Gray) image.Image {
		img := image.NewRGBA(f.Rect)
		draw.Draw(img, f.Rect, f, image.Point{}, draw.Src)
		draw.Draw(img, image.Rect(20, 40, 20+side, 40+side), image.NewUniform(color.RGBA{200, 30, 30, 255}), image.Point{}, draw.Src)
		return img
	}
}

func posterised(n int) func(*image.Gray) image.Image {
	return func(f *image.Gray) image.Image {
		for i, v := range f.Pix {
			f.Pix[i] = uint8(int(v)*n/256*255/n) + 20
		}
		return f
	}
}

func grain(f *image.Gray) image.Image {
	for i := range f.Pix {
		f.Pix[i] += uint8(i/f.Rect.Dx()/4*97+i%f.Rect.Dx()/4*61) ^ uint8(i%f.Rect.Dx()/4*i/f.Rect.Dx()/4*13)
	}
	return f
}

func relit(f *image.Gray, times, plus float64) *image.Gray {
	for i, v := range f.Pix {
		f.Pix[i] = uint8(min(max(times*float64(v)+plus, 0), 255))
	}
	return f
}

func quarterTurns(f *image.Gray, n int) *image.Gray {
	for range n {
		turned := image.NewGray(image.Rect(0, 0, f.Rect.Dy(), f.Rect.Dx()))
		for y := range f.Rect.Dy() {
			for x := range f.Rect.Dx() {
				turned.SetGray(f.Rect.Dy()-1-y, x, f.GrayAt(x, y))
			}
		}
		f = turned
	}
	return f
}

func cut(x0, y0, x1, y1 int) func(*image.Gray) image.Image {
	return func(f *image.Gray) image.Image { return f.SubImage(image.Rect(x0, y0, x1, y1)) }
}

// shrunk puts the film in the middle of a black square of twice its size.
func shrunk(f *image.Gray) image.Image {
	img := image.NewGray(image.Rect(0, 0, 2*f.Rect.Dx(), 2*f.Rect.Dy()))
	draw.Draw(img, f.Rect.Add(f.Rect.Size().Div(2)), f, image.Point{}, draw.Src)
	return img
}

// thinned keeps Side x Side of the film's pixels.
func thinned(f *image.Gray) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, Side, Side))
	for y := range Side {
		for x := range Side {
			img.SetGray(x, y, f.GrayAt(x*f.Rect.Dx()/Side, y*f.Rect.Dy()/Side))
		}
	}
	return img
}
