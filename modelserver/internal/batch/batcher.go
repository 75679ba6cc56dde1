// Package batch runs many small requests as few large ones. It knows nothing
// of tensors: a batch is a slice of inputs that share a key.
//
// A worker that is free takes what waits at once, so an idle model never waits
// for company; batches form by themselves while the model is busy. A request
// larger than a batch is split, and its answer put together again. A caller
// that has gone is dropped before its turn. When a batch fails, its requests
// are run again one by one, so that a bad one fails alone.
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
	// Key tells which inputs may share a batch: those with equal keys.
	Key func(In) Key
	// Rows is an input's size; Split cuts one into parts of at most that many
	// rows, and Merge joins the parts' outputs in order.
	Rows  func(In) int
	Split func(in In, maxRows int) []In
	Merge func([]Out) (Out, error)

	MaxRows int // most rows in a batch
	// Delay is how long a worker that could run a batch with room left waits
	// for it to fill while another worker is running; 0 is right for most
	// models on CPUs.
	Delay    time.Duration
	MaxQueue int // most rows that may wait; an idle batcher takes any one request
	Parallel int // batches that run at a time
}

// Batcher is safe for concurrent use.
type Batcher[In, Out any, Key comparable] struct {
	cfg Config[In, Out, Key]

	mu      sync.Mutex // guards all below
	changed *sync.Cond // something was queued, or closed was set
	queue   []*item[In, Out, Key]
	waiting int // rows in queue
	places  int // rows that are kept for requests that are on their way to the queue
	running int // workers that are running a batch
	closed  bool

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

// Close refuses new requests, lets those that wait be run, and returns when the
// last batch has ended.
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

// Full says that the next request would be refused, whatever its size.
func (b *Batcher[In, Out, Key]) Full() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed || !b.room(1)
}

// room is called with mu held. An idle batcher takes any one request, and one that is
// larger than the queue may wait in it alone: else a busy batcher would never take it.
func (b *Batcher[In, Out, Key]) room(rows int) bool {
	taken := b.waiting + b.places
	alone := taken == 0 && (b.running == 0 || b.cfg.MaxQueue > 0)
	return taken+rows <= b.cfg.MaxQueue || rows > b.cfg.MaxQueue && alone
}

// Place is room in the queue for a request that is still being prepared, which
// is a waste when there is none. Use it or leave it.
type Place[In, Out any, Key comparable] struct {
	batcher *Batcher[In, Out, Key]
	gone    bool // it was used or left
}

// Reserve keeps a place of one row, or says why there is none.
func (b *Batcher[In, Out, Key]) Reserve() (*Place[In, Out, Key], error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, ErrClosed
	}
	if !b.room(1) {
		return nil, ErrFull
	}
	b.places++
	return &Place[In, Out, Key]{batcher: b}, nil
}

// Leave gives the place back, unless it was used.
func (p *Place[In, Out, Key]) Leave() {
	p.batcher.mu.Lock()
	defer p.batcher.mu.Unlock()
	p.leave()
}

// leave is called with mu held.
func (p *Place[In, Out, Key]) leave() {
	if !p.gone {
		p.gone = true
		p.batcher.places--
	}
}

// Do computes one input, alone or in company. It returns ctx's error as soon as
// ctx ends; a batch that is already running goes on without its caller. An input
// of many rows needs more than its place, and may be refused.
func (p *Place[In, Out, Key]) Do(ctx context.Context, in In) (Out, error) {
	b := p.batcher
	parts := []In{in}
	if b.cfg.Rows(in) > b.cfg.MaxRows {
		parts = b.cfg.Split(in, b.cfg.MaxRows)
	}
	items := make([]*item[In, Out, Key], len(parts))
	for i, part := range parts {
		items[i] = &item[In, Out, Key]{
			ctx: ctx, in: part, key: b.cfg.Key(part), rows: b.cfg.Rows(part),
			done: make(chan outcome[Out], 1),
		}
	}
	if err := p.enqueue(items); err != nil {
		var none Out
		return none, err
	}
	outs := make([]Out, len(items))
	for i, it := range items {
		select {
		case o := <-it.done:
			if o.err != nil {
				b.drop(items)
				return o.out, o.err
			}
			outs[i] = o.out
		case <-ctx.Done():
			b.drop(items)
			var none Out
			return none, ctx.Err()
		}
	}
	if len(outs) == 1 {
		return outs[0], nil
	}
	return b.cfg.Merge(outs)
}

// enqueue takes all parts of a request or none.
func (p *Place[In, Out, Key]) enqueue(items []*item[In, Out, Key]) error {
	rows := 0
	for _, it := range items {
		rows += it.rows
	}
	b := p.batcher
	b.mu.Lock()
	defer b.mu.Unlock()
	p.leave()
	switch {
	case b.closed:
		return ErrClosed
	case !b.room(rows):
		return ErrFull
	}
	b.queue = append(b.queue, items...)
	b.waiting += rows
	b.changed.Broadcast()
	return nil
}

// drop takes parts that nobody waits for any more out of the queue, so that they
// keep no room from others until a worker comes by.
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
		b.awaitCompany()
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

// awaitCompany lets a batch fill for Delay, but only while another worker keeps
// the model busy anyway. It is called with mu held and gives it up meanwhile.
func (b *Batcher[In, Out, Key]) awaitCompany() {
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

// rowsAhead counts the rows that could share a batch with the first in line.
func (b *Batcher[In, Out, Key]) rowsAhead() int {
	rows := 0
	for _, it := range b.queue {
		if it.key == b.queue[0].key {
			rows += it.rows
		}
	}
	return rows
}

// take removes the next batch from the queue: the first in line and, in order,
// all that share its key and fit. Callers that have gone are dropped on the way.
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
			// The first of the same kind that does not fit ends the batch: none
			// behind it may overtake it.
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
