package xray

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"slices"
	"testing"

	"pneumoscope/frontend/internal/chest"
	"pneumoscope/frontend/internal/xray/exif"
	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/tiff"
	"pneumoscope/frontend/internal/xray/xraytest"
	"pneumoscope/internal/hostile"
)

// Every file must become a film of the model's size, or be refused. The test prepares films without the recover that
// turns a panic into a refusal, and compares the allocated memory with the plan.
func FuzzDecode(f *testing.F) {
	for _, data := range [][]byte{xraytest.JPEG(f, xraytest.Pattern(40, 33)), xraytest.PNG(f, xraytest.Pattern(33, 40)), xraytest.PNGHeader(64, 64, 16, 6), []byte("GIF89a")} {
		f.Add(data)
	}
	for _, name := range memoryFixtures {
		f.Add(xraytest.Fixture(f, name))
	}
	for _, file := range hostile.Files() {
		if len(file.Data) <= xraytest.MaxSeed {
			f.Add(file.Data)
		}
	}
	d := mustDecoder(f, Config{MaxPixels: 1e6, MinSide: 1, Parallel: 1, Timeout: testConfig().Timeout, Ungated: true})
	f.Fuzz(func(t *testing.T, data []byte) {
		var p plan.Plan
		var err error
		if used := xraytest.Allocated(func() { p, err = d.inspect(data) }); used > 4<<20 {
			t.Errorf("reading a header of %d bytes took %d", len(data), used)
		}
		if err != nil {
			return
		}
		limit := xraytest.MaxGarbage(p)
		if p.Format == tiff.Format {
			limit += 3 * p.Work // the blocks and their readers
		}
		var film *Film
		if used := xraytest.Allocated(func() { film, err = prepare(p) }); used > limit {
			t.Errorf("preparing took %d bytes, planned were %d", used, p.Memory)
		}
		if err == nil && len(film.Pixels) != Side*Side {
			t.Errorf("a film of %d pixels", len(film.Pixels))
		}
	})
}

// Whatever the picture, the gate accepts it or says why not.
func FuzzGate(f *testing.F) {
	matcher, err := chest.NewMatcher()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(64), uint16(48), false, xraytest.Pattern(64, 48).Pix)
	f.Add(uint16(300), uint16(1), true, []byte("\x00\xff"))
	film, err := png.Decode(bytes.NewReader(xraytest.Fixture(f, "film.png")))
	if err != nil {
		f.Fatal(err)
	}
	if grey, ok := film.(*image.Gray); ok {
		f.Add(uint16(grey.Rect.Dx()), uint16(grey.Rect.Dy()), false, grey.Pix)
	}
	f.Fuzz(func(t *testing.T, width, height uint16, colour bool, samples []byte) {
		const maxSide = 600
		size := image.Rect(0, 0, 1+int(width)%maxSide, 1+int(height)%maxSide)
		if len(samples) == 0 {
			return
		}
		var img image.Image
		fill := func(pixels []uint8) {
			for n := 0; n < len(pixels); {
				n += copy(pixels[n:], samples)
			}
		}
		if colour {
			nrgba := image.NewNRGBA(size)
			fill(nrgba.Pix)
			img = nrgba
		} else {
			grey := image.NewGray(size)
			fill(grey.Pix)
			img = grey
		}
		p := plan.Plan{Format: "drawn", Width: size.Dx(), Height: size.Dy(), Orientation: exif.Upright, Decode: func() (image.Image, error) { return img, nil }}
		got, err := gate{matcher}.prepare(p)
		var refused *refusal.Refusal
		switch {
		case err != nil && !errors.As(err, &refused):
			t.Errorf("it is refused without a code: %v", err)
		case err != nil && !slices.Contains(refusal.Codes(), refused.Code):
			t.Errorf("it is refused with the unknown code %s", refused.Code)
		case err == nil && len(got.Pixels) != Side*Side:
			t.Errorf("a film of %d pixels", len(got.Pixels))
		}
	})
}
