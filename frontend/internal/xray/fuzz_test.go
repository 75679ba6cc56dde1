package xray

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"pneumoscope/frontend/internal/chest"
	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/internal/hostile"
)

func FuzzJPEG(f *testing.F)  { fuzzFormat(f, formatJPEG, "*.jpg") }
func FuzzPNG(f *testing.F)   { fuzzFormat(f, formatPNG, "*.png") }
func FuzzTIFF(f *testing.F)  { fuzzFormat(f, formatTIFF, "*.tif") }
func FuzzWebP(f *testing.F)  { fuzzFormat(f, formatWebP, "*.webp") }
func FuzzDICOM(f *testing.F) { fuzzFormat(f, formatDICOM, "*.dcm") }

// fuzzFormat decodes without the net that turns a panic into a refusal, and watches what is allocated.
func fuzzFormat(f *testing.F, format, seeds string) {
	paths, err := filepath.Glob(filepath.Join("testdata", seeds))
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range paths {
		f.Add(mustRead(f, path))
	}
	const largest = 16 << 10 // of a seed; a large one is mutated slowly
	for _, file := range hostile.Files() {
		if sniff(file.Data) == format && len(file.Data) <= largest {
			f.Add(file.Data)
		}
	}
	cfg := Config{MaxPixels: 1e6, MinSide: 1, Parallel: 1, Timeout: testConfig().Timeout, Ungated: true}
	f.Fuzz(func(t *testing.T, data []byte) {
		if sniff(data) != format {
			return
		}
		var before, opened, decoded runtime.MemStats
		runtime.ReadMemStats(&before)
		p, err := openers[format](data)
		runtime.ReadMemStats(&opened)
		if used := opened.TotalAlloc - before.TotalAlloc; used > 4<<20 {
			t.Errorf("reading a header of %d bytes took %d", len(data), used)
		}
		if err != nil || p.check(cfg) != nil {
			return
		}
		film, err := prepare(p)
		runtime.ReadMemStats(&decoded)
		// Garbage counts, so twice what may be held at a time, and a TIFF's blocks and their readers.
		most := 2*p.memory + 32<<20
		if format == formatTIFF {
			most += 3 * p.work
		}
		if used := int64(decoded.TotalAlloc - opened.TotalAlloc); used > most {
			t.Errorf("decoding took %d bytes, planned were %d", used, p.memory)
		}
		if err == nil && len(film.Pixels) != Side*Side {
			t.Errorf("a film of %d pixels", len(film.Pixels))
		}
		if format == formatJPEG {
			sameAsImageJPEG(t, "it", data, false)
		}
	})
}

// Whatever picture comes, the gate lets it through whole or says why not.
func FuzzGate(f *testing.F) {
	looker, err := chest.NewLooker()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(64), uint16(48), false, pattern(64, 48).Pix)
	f.Add(uint16(300), uint16(1), true, []byte("\x00\xff"))
	film, err := png.Decode(bytes.NewReader(mustRead(f, filepath.Join("testdata", "film.png"))))
	if err != nil {
		f.Fatal(err)
	}
	if grey, ok := film.(*image.Gray); ok {
		f.Add(uint16(grey.Rect.Dx()), uint16(grey.Rect.Dy()), false, grey.Pix)
	}
	f.Fuzz(func(t *testing.T, width, height uint16, colour bool, samples []byte) {
		const most = 600
		size := image.Rect(0, 0, 1+int(width)%most, 1+int(height)%most)
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
		p := plan{format: "drawn", width: size.Dx(), height: size.Dy(), turn: upright, decode: func() (image.Image, error) { return img, nil }}
		got, err := gate{looker}.prepare(p)
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
