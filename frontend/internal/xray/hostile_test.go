package xray

import (
	"testing"
	"time"

	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/xraytest"
	"pneumoscope/internal/hostile"
)

// The settings are the service's defaults, including the gate.
func TestEveryHostileFileIsRefusedWithItsCode(t *testing.T) {
	d := mustDecoder(t, Config{MaxPixels: 64_000_000, MinSide: 64, Parallel: 2, Timeout: time.Minute})
	files := hostile.Files()
	if len(files) < 60 {
		t.Errorf("%d files, want at least 60", len(files))
	}
	names := map[string]bool{}
	for _, file := range files {
		if names[file.Name] {
			t.Errorf("two are called %s", file.Name)
		}
		names[file.Name] = true
		t.Run(file.Name, func(t *testing.T) {
			// Without limits they would unpack to gigabytes, which takes longer than this on any machine.
			const maxMemory, maxTime = 64 << 20, 30 * time.Second
			var film *Film
			var err error
			started := time.Now()
			if used := xraytest.Allocated(func() { film, err = d.Decode(t.Context(), file.Data) }); used > maxMemory {
				t.Errorf("it took %d bytes", used)
			}
			if took := time.Since(started); took > maxTime {
				t.Errorf("it took %s", took)
			}
			if film != nil {
				t.Error("a film came with the error")
			}
			xraytest.WantRefusal(t, err, refusal.Code(file.Code), file.Detail)
		})
	}
}

// Every shorter version of a file is a broken upload. It must not be scored as if it were the film.
func TestNoTruncatedFileIsJudged(t *testing.T) {
	d := mustDecoder(t, testConfig())
	for _, whole := range [][]byte{
		xraytest.JPEG(t, xraytest.Pattern(64, 48)), xraytest.PNG(t, xraytest.Pattern(64, 48)), xraytest.Fixture(t, "lzw.tif"), xraytest.Fixture(t, "packbits.tif"), xraytest.Fixture(t, "turned.tif"),
		xraytest.Fixture(t, "lossless.webp"), xraytest.Fixture(t, "lossy.webp"), xraytest.Fixture(t, "progressive.jpg"),
		xraytest.Fixture(t, "implicit.dcm"), xraytest.Fixture(t, "rle-8.dcm"), xraytest.Fixture(t, "jpeg.dcm"),
	} {
		step := 1 + len(whole)/1500
		for n := range whole {
			if step > 1 && n%step != 0 && n < len(whole)-32 {
				continue // a long file is cut only at some bytes, but at each of the last ones
			}
			if _, err := d.Decode(t.Context(), whole[:n]); err == nil {
				t.Errorf("%d of %d bytes of a %s were judged", n, len(whole), sniff(whole))
			}
		}
	}
}

func TestHugeHeaderCostsNothing(t *testing.T) {
	d := mustDecoder(t, testConfig())
	data := xraytest.PNGHeader(20000, 20000, 16, 6)
	used := xraytest.Allocated(func() {
		if _, err := d.Decode(t.Context(), data); err == nil {
			t.Fatal("accepted")
		}
	})
	if used > 1<<20 {
		t.Errorf("refusing a header allocated %d bytes", used)
	}
}
