package xray

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/xraytest"
)

func TestNewDecoderNamesTheInvalidSetting(t *testing.T) {
	for want, breakIt := range map[string]func(*Config){
		"xray: MaxPixels is 0, want at least 1": func(c *Config) { c.MaxPixels = 0 },
		"xray: MinSide is -1, want at least 1":  func(c *Config) { c.MinSide = -1 },
		"xray: Parallel is 0, want at least 1":  func(c *Config) { c.Parallel = 0 },
		"xray: Timeout is 0s, want more than 0": func(c *Config) { c.Timeout = 0 },
	} {
		cfg := testConfig()
		breakIt(&cfg)
		if _, err := NewDecoder(cfg); err == nil || err.Error() != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestParallelBoundsConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := mustDecoder(t, Config{MaxPixels: 1e6, MinSide: 1, Parallel: 3, Timeout: time.Minute, Ungated: true})
		var running, maxRunning atomic.Int32
		d.prepare = func(plan.Plan) (*Film, error) {
			now := running.Add(1)
			for seen := maxRunning.Load(); now > seen; seen = maxRunning.Load() {
				maxRunning.CompareAndSwap(seen, now)
			}
			time.Sleep(time.Second)
			running.Add(-1)
			return &Film{}, nil
		}
		start := time.Now()
		results := make(chan error, 10)
		data := xraytest.PNG(t, xraytest.Pattern(8, 8))
		for range cap(results) {
			go func() {
				_, err := d.Decode(t.Context(), data)
				results <- err
			}()
		}
		for range cap(results) {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		if maxRunning.Load() != 3 {
			t.Errorf("%d decodes ran concurrently, want 3", maxRunning.Load())
		}
		if took := time.Since(start); took != 4*time.Second {
			t.Errorf("10 decodes of a second, 3 at a time, took %s, want 4s", took)
		}
	})
}

func TestSlowDecodeTimesOutButKeepsItsSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := mustDecoder(t, Config{MaxPixels: 1e6, MinSide: 1, Parallel: 1, Timeout: time.Second, Ungated: true})
		ended := make(chan struct{})
		d.prepare = func(plan.Plan) (*Film, error) {
			<-ended
			return &Film{Format: "png"}, nil
		}
		data := xraytest.PNG(t, xraytest.Pattern(8, 8))
		start := time.Now()

		_, err := d.Decode(t.Context(), data)
		xraytest.WantRefusal(t, err, refusal.CodeTimeout, "png not decoded within 1s")
		if took := time.Since(start); took != time.Second {
			t.Errorf("the caller waited %s, want 1s", took)
		}
		// The abandoned decode still runs, so its memory is still in use: the next film must wait for it.
		_, err = d.Decode(t.Context(), data)
		xraytest.WantRefusal(t, err, refusal.CodeTimeout, "no decode slot free within 1s")

		close(ended)
		if film, err := d.Decode(t.Context(), data); err != nil || film.Format != "png" {
			t.Errorf("after the slow decode ended: %v, %v", film, err)
		}
	})
}

func TestCallerThatGivesUpIsReleasedImmediately(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := mustDecoder(t, Config{MaxPixels: 1e6, MinSide: 1, Parallel: 1, Timeout: time.Hour, Ungated: true})
		d.prepare = func(plan.Plan) (*Film, error) {
			time.Sleep(10 * time.Minute)
			return &Film{}, nil
		}
		data := xraytest.PNG(t, xraytest.Pattern(8, 8))
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		results := make(chan error, 2)
		for range cap(results) { // one decodes, one waits for the slot
			go func() {
				_, err := d.Decode(ctx, data)
				results <- err
			}()
		}
		for range cap(results) {
			if err := <-results; !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want the context's error", err)
			}
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("the callers were held for %s, want 3s", took)
		}
		if _, err := d.Decode(ctx, data); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a context that is over already: got %v", err)
		}
		time.Sleep(10 * time.Minute) // the abandoned decode ends
	})
}

func TestPanicInADecoderIsACorruptFile(t *testing.T) {
	d := mustDecoder(t, testConfig())
	d.prepare = func(plan.Plan) (*Film, error) { panic("Jane Doe") }
	_, err := d.Decode(t.Context(), xraytest.PNG(t, xraytest.Pattern(64, 64)))
	xraytest.WantRefusal(t, err, refusal.CodeCorrupt, "png: the decoder panicked")

	d.prepare = prepare
	if _, err := d.Decode(t.Context(), xraytest.PNG(t, xraytest.Pattern(64, 64))); err != nil {
		t.Errorf("the film after it: %v", err)
	}
}

func TestErrorsOfDecodersAreNotQuoted(t *testing.T) {
	d := mustDecoder(t, testConfig())
	d.prepare = func(plan.Plan) (*Film, error) { return nil, errors.New("bad tag: Jane Doe") }
	_, err := d.Decode(t.Context(), xraytest.PNG(t, xraytest.Pattern(64, 64)))
	xraytest.WantRefusal(t, err, refusal.CodeCorrupt, "png: does not decode")
	if strings.Contains(err.Error(), "Jane") {
		t.Errorf("the log would read %q", err)
	}
}

func testConfig() Config {
	return Config{MaxPixels: 40_000_000, MinSide: 32, Parallel: 2, Timeout: time.Minute, Ungated: true}
}

func mustDecoder(t testing.TB, cfg Config) *Decoder {
	t.Helper()
	d, err := NewDecoder(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func mustFilm(t testing.TB, data []byte) *Film {
	t.Helper()
	film, err := mustDecoder(t, testConfig()).Decode(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return film
}
