package scoring

import (
	"context"
	"errors"
	"sync/atomic"
)

// errFull: as many requests as may wait are waiting.
var errFull = errors.New("queue full")

// gate lets a number of runs through at a time, a bounded number of requests
// wait, and refuses the rest at once: a queue without an end only turns
// overload into timeouts.
type gate struct {
	slots    chan struct{}
	waiting  atomic.Int64
	maxQueue int64
}

func newGate(parallel, maxQueue int) *gate {
	return &gate{slots: make(chan struct{}, parallel), maxQueue: int64(maxQueue)}
}

// enter waits for a slot; the caller must call release when its run has ended.
func (g *gate) enter(ctx context.Context) (release func(), err error) {
	release = func() { <-g.slots }
	select {
	case g.slots <- struct{}{}: // idle: never refused, whatever the queue's limit
		return release, nil
	default:
	}
	if g.waiting.Add(1) > g.maxQueue {
		g.waiting.Add(-1)
		return nil, errFull
	}
	defer g.waiting.Add(-1)
	select {
	case g.slots <- struct{}{}:
		return release, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
