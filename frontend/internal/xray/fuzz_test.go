package xray

import (
	"path/filepath"
	"runtime"
	"testing"
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
		// Garbage counts, so twice what may be held at a time, and readers for many small blocks.
		if used, most := int64(decoded.TotalAlloc-opened.TotalAlloc), 2*p.memory+32<<20; used > most {
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
