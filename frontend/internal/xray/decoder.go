package xray

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Config limits what one upload may cost.
type Config struct {
	// MaxPixels is the largest width times height, read from the header before anything is allocated.
	// A decode needs up to 8 bytes a pixel (16-bit colour PNG), 24 for the rare progressive CMYK JPEG.
	MaxPixels int64
	// MinSide is the smallest length of the shorter side, in pixels.
	MinSide int
	// Parallel is the number of decodes that may run at once.
	Parallel int
	// Timeout bounds one Decode, the wait for a slot included.
	Timeout time.Duration
}

// Decoder prepares films. It is safe for concurrent use.
type Decoder struct {
	cfg     Config
	slots   chan struct{}
	prepare func(format string, data []byte) (*Film, error)
}

// NewDecoder returns a Decoder, or an error that names the setting that makes no sense.
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
	return &Decoder{cfg: cfg, slots: make(chan struct{}, cfg.Parallel), prepare: prepare}, nil
}

// Decode prepares the film in data. The error is a *Refusal when the file cannot be judged, and the context's own
// error when the caller is gone.
//
// A decode that outlasts its deadline still reads data after Decode has returned: the caller must not reuse the slice.
func (d *Decoder) Decode(ctx context.Context, data []byte) (*Film, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	format, err := d.inspect(data)
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
		return nil, &Refusal{CodeTimeout, fmt.Sprintf("no decode slot free within %s", d.cfg.Timeout)}
	}

	type outcome struct {
		film *Film
		err  error
	}
	done := make(chan outcome, 1) // buffered: the decode ends even when nobody waits for it any more
	go func() {
		// Go's decoders cannot be cancelled. The slot goes back when the decode has really ended, not when its
		// caller left; otherwise abandoned decodes would pile up and memory with them.
		defer func() { <-d.slots }()
		film, err := d.guarded(format, data)
		done <- outcome{film, err}
	}()

	select {
	case out := <-done:
		return out.film, out.err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-deadline.C:
		return nil, &Refusal{CodeTimeout, fmt.Sprintf("%s not decoded within %s", format, d.cfg.Timeout)}
	}
}

// guarded keeps a panic inside a decoder from ending the process: a hostile file is then merely a corrupt one.
// The panic's value is left out, it may quote the input.
func (d *Decoder) guarded(format string, data []byte) (film *Film, err error) {
	defer func() {
		if recover() != nil {
			film, err = nil, &Refusal{CodeCorrupt, format + ": the decoder panicked"}
		}
	}()
	film, err = d.prepare(format, data)
	if err == nil {
		return film, nil
	}
	var refusal *Refusal
	if !errors.As(err, &refusal) {
		refusal = &Refusal{CodeCorrupt, format + ": " + describe(err)}
	}
	return nil, refusal
}
