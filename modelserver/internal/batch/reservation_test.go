package batch

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
)

// A place counts like a row that waits, until it is used or left.
func TestAPlaceIsKept(t *testing.T) {
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
			t.Error("there is room beside two places of two")
		}
		if _, err := b.Reserve(); !errors.Is(err, ErrFull) {
			t.Errorf("a third place gives %v; want that it is full", err)
		}
		c.expect(context.Background(), one(3), nil, ErrFull)
		second.Release()
		second.Release() // once is enough
		if b.Full() {
			t.Error("a place that was left is not free")
		}
		if got, err := first.Do(context.Background(), one(4)); err != nil || !slices.Equal(got, []int{8}) {
			t.Errorf("the place gives %v, %v", got, err)
		}
		first.Release() // it was used
		if b.reserved != 0 || b.waiting != 0 {
			t.Errorf("%d places are kept and %d rows wait in the end", b.reserved, b.waiting)
		}
		c.done.Wait()
	})
}

// A place is of one row: a request of more is refused when the others are taken.
func TestALargeRequestNeedsMoreThanItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBatcher(t, &model{}, func(cfg *Config[request, []int, string]) { cfg.MaxQueue = 3 })
		c := calls{t: t, b: b}
		c.expect(context.Background(), one(1), []int{2}, nil)
		c.expect(context.Background(), one(2), []int{4}, nil)
		place, err := b.Reserve()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := place.Do(context.Background(), request{"a", []int{3, 4, 5}}); !errors.Is(err, ErrFull) {
			t.Errorf("three rows beside one of three give %v, %v; want that it is full", got, err)
		}
		if b.reserved != 0 {
			t.Error("the refused request keeps its place")
		}
		c.done.Wait()
	})
}

// It would never be taken by a model that is always busy.
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

// A caller that goes while it waits makes room at once, and not when the run
// under way has ended.
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

// The second part may run by then: the others keep no room from other callers.
func TestARequestThatFailsInPartMakesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBatcher(t, &model{}, nil) // four rows a run
		rows := make([]int, 16)
		rows[0] = -1
		if _, err := do(context.Background(), b, request{"a", rows}); !errors.Is(err, errNegative) {
			t.Errorf("it says %v; want %v", err, errNegative)
		}
		if waiting := b.Waiting(); waiting > 4 {
			t.Errorf("%d rows wait, that nobody waits for", waiting)
		}
	})
}
