package batch

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// A reservation counts like a row that waits, until it is used or released.
func TestAReservationKeepsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBatcher(t, &model{}, func(cfg *Config[request, []int, string]) { cfg.MaxQueue = 2 })
		c := calls{t: t, b: b}
		c.expect(context.Background(), one(1), []int{2}, nil) // runs; what follows has to wait
		first, err := b.Reserve()
		if err != nil {
			t.Fatal(err)
		}
		second, err := b.Reserve()
		if err != nil {
			t.Fatal(err)
		}
		if !b.Full() {
			t.Error("two reservations leave room in a queue of two")
		}
		if _, err := b.Reserve(); !errors.Is(err, ErrFull) {
			t.Errorf("a third reservation gives %v; want %v", err, ErrFull)
		}
		c.expect(context.Background(), one(3), nil, ErrFull)
		second.Release()
		second.Release() // has no effect
		if b.Full() {
			t.Error("a released reservation does not make room")
		}
		got, err := first.Do(context.Background(), one(4))
		if err != nil {
			t.Errorf("the reserved request fails: %v", err)
		}
		if diff := cmp.Diff([]int{8}, got); diff != "" {
			t.Errorf("the output differs (-want +got):\n%s", diff)
		}
		first.Release() // has no effect: Do has used it
		if b.reserved != 0 {
			t.Errorf("%d rows are reserved in the end", b.reserved)
		}
		if b.waiting != 0 {
			t.Errorf("%d rows wait in the end", b.waiting)
		}
		c.done.Wait()
	})
}

// A reservation is for one row: a larger request may be refused.
func TestALargeRequestNeedsMoreThanItsReservation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBatcher(t, &model{}, func(cfg *Config[request, []int, string]) { cfg.MaxQueue = 3 })
		c := calls{t: t, b: b}
		c.expect(context.Background(), one(1), []int{2}, nil)
		c.expect(context.Background(), one(2), []int{4}, nil)
		reservation, err := b.Reserve()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := reservation.Do(context.Background(), request{"a", []int{3, 4, 5}}); !errors.Is(err, ErrFull) {
			t.Errorf("three rows, in a queue of three with one taken, give %v, %v; want %v", got, err, ErrFull)
		}
		if b.reserved != 0 {
			t.Error("the refused request keeps its reservation")
		}
		c.done.Wait()
	})
}

// Otherwise a busy batcher would never take a request that is larger than its queue.
func TestARequestLargerThanTheQueueMayWaitInItAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBatcher(t, &model{}, func(cfg *Config[request, []int, string]) { cfg.MaxQueue = 2 })
		c := calls{t: t, b: b}
		large := request{"a", []int{2, 3, 4}}
		c.expect(context.Background(), one(1), []int{2}, nil) // runs
		c.expect(context.Background(), large, []int{4, 6, 8}, nil)
		c.expect(context.Background(), large, nil, ErrFull)
		c.expect(context.Background(), one(5), nil, ErrFull)
		c.done.Wait()
	})
}

// When a waiting caller leaves, its room is free immediately, and not only when the
// run in flight ends.
func TestACallerThatGoesMakesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBatcher(t, &model{}, func(cfg *Config[request, []int, string]) { cfg.MaxQueue = 1 })
		c := calls{t: t, b: b}
		c.expect(context.Background(), one(1), []int{2}, nil)
		ctx, leave := context.WithCancel(context.Background())
		c.expect(ctx, one(2), nil, context.Canceled)
		c.expect(context.Background(), one(3), nil, ErrFull)
		leave()
		synctest.Wait()
		c.expect(context.Background(), one(4), []int{8}, nil)
		c.done.Wait()
	})
}

// When the first part fails, the second may already be running. The other parts must
// not keep room in the queue.
func TestARequestThatFailsInPartMakesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBatcher(t, &model{}, nil) // four rows a run
		rows := make([]int, 16)
		rows[0] = -1
		if _, err := do(context.Background(), b, request{"a", rows}); !errors.Is(err, errNegative) {
			t.Errorf("the error is %v; want %v", err, errNegative)
		}
		if waiting := b.Waiting(); waiting > 4 {
			t.Errorf("%d rows without a caller wait; want at most 4", waiting)
		}
	})
}
