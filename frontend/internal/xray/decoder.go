package xray

import (
	"context"
	"fmt"
	"time"

	"pneumoscope/frontend/internal/chest"
	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
)

// Config limits the memory and time of decoding.
type Config struct {
	// MaxPixels bounds width times height, which is read from the header before anything is allocated. A decode needs
	// usually 1 to 8 bytes for each pixel, at most 32, and never more than plan.MaxMemory.
	MaxPixels int64
	// MinSide is the smallest allowed length of the shorter side, in pixels.
	MinSide int
	// Parallel bounds the number of concurrent decodes.
	Parallel int
	// Timeout bounds one Decode, including the wait for a slot.
	Timeout time.Duration
	// Ungated skips the gate: for `frontend prepare -ungated`, to fit the gate's patterns, and for tests of decoders.
	Ungated bool
}

// Decoder prepares films. It is safe for concurrent use.
type Decoder struct {
	cfg     Config
	slots   chan struct{}
	prepare func(plan.Plan) (*Film, error)
}

// NewDecoder returns a Decoder, or an error that names the invalid setting.
func NewDecoder(cfg Config) (*Decoder, error) {
	switch {
	case cfg.MaxPixels <= 0:
		return nil, fmt.Errorf("xray: MaxPixels is %d, want at least 1", cfg.MaxPixels)
	case cfg.MinSide <= 0:
		return nil, fmt.Errorf("xray: MinSide is %d, want at least 1", cfg.MinSide)
	case cfg.Parallel <= 0:
		return nil, fmt.Errorf("xray: Parallel is %d, want at least 1", cfg.Parallel)
	case cfg.Timeout <= 0:
		return nil, fmt.Errorf("xray: Timeout is %s, want more than 0", cfg.Timeout)
	}
	d := &Decoder{cfg: cfg, slots: make(chan struct{}, cfg.Parallel), prepare: prepare}
	if cfg.Ungated {
		return d, nil
	}
	matcher, err := chest.NewMatcher()
	if err != nil {
		return nil, err
	}
	d.prepare = gate{matcher}.prepare
	return d, nil
}

// Decode prepares the film in data. The error is a *refusal.Refusal when the file cannot be judged, and the context's own
// error when the caller has given up.
//
// A decode that outlasts its deadline still reads data after Decode has returned: the caller must not reuse the slice.
func (d *Decoder) Decode(ctx context.Context, data []byte) (*Film, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := d.inspect(data)
	if err != nil {
		return nil, err
	}
	deadline := time.NewTimer(d.cfg.Timeout)
	defer deadline.Stop()

	select {
	case d.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-deadline.C:
		return nil, refusal.New(refusal.CodeTimeout, fmt.Sprintf("no decode slot free within %s", d.cfg.Timeout))
	}

	type outcome struct {
		film *Film
		err  error
	}
	done := make(chan outcome, 1) // buffered: the decode ends even when nobody waits for it
	go func() {
		// Go's decoders cannot be cancelled. The slot is returned when the decode has really ended, not when its caller
		// gives up. Otherwise abandoned decodes, and their memory, would pile up.
		defer func() { <-d.slots }()
		film, err := d.guarded(p)
		done <- outcome{film, err}
	}()

	select {
	case out := <-done:
		return out.film, out.err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-deadline.C:
		return nil, refusal.New(refusal.CodeTimeout, fmt.Sprintf("%s not decoded within %s", p.Format, d.cfg.Timeout))
	}
}

// guarded turns a decoder's panic into a refusal: the file counts as corrupt. The panic's value is dropped, because it
// may quote the input.
func (d *Decoder) guarded(p plan.Plan) (film *Film, err error) {
	defer func() {
		if recover() != nil {
			film, err = nil, refusal.New(refusal.CodeCorrupt, p.Format+": the decoder panicked")
		}
	}()
	if film, err = d.prepare(p); err != nil {
		return nil, refusalOf(p.Format, err)
	}
	return film, nil
}
