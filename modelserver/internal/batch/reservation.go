package batch

import "context"

// Reservation is room in the queue for a request that is still being prepared.
// Without room, preparing it would be wasted work. Call Do or Release.
type Reservation[In, Out any, Key comparable] struct {
	batcher *Batcher[In, Out, Key]
	ended   bool // it was used or released
}

// Reserve keeps room for one row, or returns why there is none.
func (b *Batcher[In, Out, Key]) Reserve() (*Reservation[In, Out, Key], error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, ErrClosed
	}
	if !b.room(1) {
		return nil, ErrFull
	}
	b.reserved++
	return &Reservation[In, Out, Key]{batcher: b}, nil
}

// Release gives the room back, unless Do has used it.
func (r *Reservation[In, Out, Key]) Release() {
	r.batcher.mu.Lock()
	defer r.batcher.mu.Unlock()
	r.end()
}

// end is called with mu held.
func (r *Reservation[In, Out, Key]) end() {
	if !r.ended {
		r.ended = true
		r.batcher.reserved--
	}
}

// Do computes one input, alone or in a batch with others. It returns ctx's error
// as soon as ctx ends; a batch that is already running continues without its
// caller. An input of several rows needs more room than was reserved, and may be
// refused.
func (r *Reservation[In, Out, Key]) Do(ctx context.Context, in In) (Out, error) {
	b := r.batcher
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
	if err := r.enqueue(items); err != nil {
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
func (r *Reservation[In, Out, Key]) enqueue(items []*item[In, Out, Key]) error {
	rows := 0
	for _, it := range items {
		rows += it.rows
	}
	b := r.batcher
	b.mu.Lock()
	defer b.mu.Unlock()
	r.end()
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
