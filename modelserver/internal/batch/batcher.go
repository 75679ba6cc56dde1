// Package batch runs many small requests as few large ones. It knows nothing
// of tensors: a batch is a slice of inputs that share a key.
//
// A free worker takes the waiting requests without delay, so an idle model never
// waits for a batch to fill; batches form by themselves while the model is busy. A
// request larger than a batch is split, and its outputs are joined. A request whose
// caller has gone is dropped before its turn. When a batch fails, its requests run
// again one by one, so that a bad one fails alone.
package batch

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Reasons why Do gives no output.
var (
	ErrFull   = errors.New("the queue is full")
	ErrClosed = errors.New("the batcher is closed")
)

// Config is a batcher's configuration.
type Config[In, Out any, Key comparable] struct {
	// Run computes a batch: one output for each input, in order.
	Run func([]In) ([]Out, error)
	// Inputs with equal keys may share a batch.
	Key func(In) Key
	// Rows is an input's size; Split cuts one into parts of at most that many
	// rows, and Merge joins the parts' outputs in order.
	Rows  func(In) int
	Split func(in In, maxRows int) []In
	Merge func([]Out) (Out, error)

	MaxRows int // rows in a batch
	// Delay is how long a free worker waits for more rows if its batch is not full
	// and another worker is running. 0 suits most models on CPUs.
	Delay    time.Duration
	MaxQueue int // rows that may wait; an idle batcher takes one request of any size
	Parallel int // batches that run at a time
}

// Batcher is safe for concurrent use.
type Batcher[In, Out any, Key comparable] struct {
	cfg Config[In, Out, Key]

	mu       sync.Mutex // guards the fields below
	changed  *sync.Cond // something was queued, or closed was set
	queue    []*item[In, Out, Key]
	waiting  int // rows in queue
	reserved int // rows of the queue that are kept for requests still being prepared
	running  int // workers that are running a batch
	closed   bool

	workers sync.WaitGroup
}

type item[In, Out any, Key comparable] struct {
	ctx  context.Context
	in   In
	key  Key
	rows int
	done chan outcome[Out]
}

type outcome[Out any] struct {
	out Out
	err error
}

// New starts a batcher's workers.
func New[In, Out any, Key comparable](cfg Config[In, Out, Key]) *Batcher[In, Out, Key] {
	b := &Batcher[In, Out, Key]{cfg: cfg}
	b.changed = sync.NewCond(&b.mu)
	for range cfg.Parallel {
		b.workers.Go(b.work)
	}
	return b
}

// Close refuses new requests, runs those that wait, and returns after the last
// batch.
func (b *Batcher[In, Out, Key]) Close() {
	b.mu.Lock()
	b.closed = true
	b.changed.Broadcast()
	b.mu.Unlock()
	b.workers.Wait()
}

// Waiting is the number of rows in the queue.
func (b *Batcher[In, Out, Key]) Waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.waiting
}

// Full reports whether the next request would be refused, whatever its size.
func (b *Batcher[In, Out, Key]) Full() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed || !b.room(1)
}

// room reports whether the queue takes a request of that many rows. An idle batcher
// takes one request of any size. A request that is larger than the queue may wait in
// it alone: otherwise a busy batcher would never take such a request. room is called
// with mu held.
func (b *Batcher[In, Out, Key]) room(rows int) bool {
	taken := b.waiting + b.reserved
	alone := taken == 0 && (b.running == 0 || b.cfg.MaxQueue > 0)
	return taken+rows <= b.cfg.MaxQueue || rows > b.cfg.MaxQueue && alone
}

// drop removes the parts of a request from the queue when its caller has left or one
// of its parts has failed. Their room is then free before a worker reaches them.
func (b *Batcher[In, Out, Key]) drop(items []*item[In, Out, Key]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, it := range items {
		if i := slices.Index(b.queue, it); i >= 0 {
			b.queue = slices.Delete(b.queue, i, i+1)
			b.waiting -= it.rows
		}
	}
}

// work runs batches until the batcher is closed and its queue is empty.
func (b *Batcher[In, Out, Key]) work() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		for len(b.queue) == 0 && !b.closed {
			b.changed.Wait()
		}
		if len(b.queue) == 0 {
			return
		}
		b.waitForBatch()
		batch := b.take()
		if len(batch) == 0 {
			continue
		}
		b.running++
		b.mu.Unlock()
		b.run(batch)
		b.mu.Lock()
		b.running--
	}
}

// waitForBatch waits up to Delay for a batch to fill, but only while another worker
// is running. It is called with mu held, and unlocks mu while it waits.
func (b *Batcher[In, Out, Key]) waitForBatch() {
	if b.cfg.Delay == 0 {
		return
	}
	over := false
	timer := time.AfterFunc(b.cfg.Delay, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		over = true
		b.changed.Broadcast()
	})
	defer timer.Stop()
	for !over && !b.closed && b.running > 0 && len(b.queue) > 0 && b.rowsAhead() < b.cfg.MaxRows {
		b.changed.Wait()
	}
}

// rowsAhead counts the rows that could share a batch with the first in the queue.
func (b *Batcher[In, Out, Key]) rowsAhead() int {
	rows := 0
	for _, it := range b.queue {
		if it.key == b.queue[0].key {
			rows += it.rows
		}
	}
	return rows
}

// take removes the next batch from the queue: its first item and, in order, all
// that share that item's key and fit. Items whose caller has gone are dropped.
func (b *Batcher[In, Out, Key]) take() []*item[In, Out, Key] {
	var batch []*item[In, Out, Key]
	rows, full := 0, false
	rest := b.queue[:0]
	for _, it := range b.queue {
		switch {
		case it.ctx.Err() != nil:
			b.waiting -= it.rows
			it.done <- outcome[Out]{err: it.ctx.Err()}
		case !full && (len(batch) == 0 || it.key == batch[0].key && rows+it.rows <= b.cfg.MaxRows):
			batch = append(batch, it)
			rows += it.rows
			b.waiting -= it.rows
		default:
			// The first item with the same key that does not fit ends the batch: no
			// later one may overtake it.
			full = full || len(batch) > 0 && it.key == batch[0].key
			rest = append(rest, it)
		}
	}
	clear(b.queue[len(rest):])
	b.queue = rest
	return batch
}

// run computes a batch and answers each of its callers.
func (b *Batcher[In, Out, Key]) run(batch []*item[In, Out, Key]) {
	ins := make([]In, len(batch))
	for i, it := range batch {
		ins[i] = it.in
	}
	outs, err := b.cfg.Run(ins)
	switch {
	case err == nil:
		for i, it := range batch {
			it.done <- outcome[Out]{out: outs[i]}
		}
	case len(batch) == 1:
		batch[0].done <- outcome[Out]{err: err}
	default:
		for _, it := range batch {
			if err := it.ctx.Err(); err != nil {
				it.done <- outcome[Out]{err: err}
				continue
			}
			b.run([]*item[In, Out, Key]{it})
		}
	}
}
