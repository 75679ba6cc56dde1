package scoring

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// enters calls enter and says how long it waited.
func enters(ctx context.Context, g *gate) (release func(), waited time.Duration, err error) {
	started := time.Now()
	release, err = g.enter(ctx)
	return release, time.Since(started), err
}

func TestGateLetsSoManyThroughAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(2, 1)
		for range 2 {
			release, waited, err := enters(t.Context(), g)
			if err != nil || waited != 0 {
				t.Fatalf("with a free slot it waited %v and says %v", waited, err)
			}
			time.AfterFunc(5*time.Millisecond, release)
		}
		release, waited, err := enters(t.Context(), g)
		if err != nil || waited != 5*time.Millisecond {
			t.Fatalf("the third waited %v and says %v; want 5ms", waited, err)
		}
		release()
	})
}

func TestGateRefusesWhenItsQueueIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 2)
		release, _, _ := enters(t.Context(), g)
		waiting := make(chan error, 2)
		for range 2 {
			go func() {
				release, err := g.enter(t.Context())
				waiting <- err
				if err == nil {
					release()
				}
			}()
		}
		synctest.Wait()
		if g.waiting.Load() != 2 {
			t.Errorf("%d wait; want 2", g.waiting.Load())
		}
		if _, waited, err := enters(t.Context(), g); !errors.Is(err, errFull) || waited != 0 {
			t.Errorf("a third to wait waited %v and was told %v; want %v at once", waited, err, errFull)
		}
		release()
		if err := errors.Join(<-waiting, <-waiting); err != nil {
			t.Errorf("those that waited were told %v", err)
		}
		synctest.Wait()
		if g.waiting.Load() != 0 {
			t.Errorf("%d still wait", g.waiting.Load())
		}
	})
}

// When idle one is always let through, even if none may wait.
func TestGateWithoutAQueueServesOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 0)
		for range 3 {
			release, _, err := enters(t.Context(), g)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := enters(t.Context(), g); !errors.Is(err, errFull) {
				t.Errorf("a second was told %v; want %v", err, errFull)
			}
			release()
		}
	})
}

func TestGateForgetsWhoGaveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 1)
		release, _, _ := enters(t.Context(), g)
		ctx, cancel := context.WithTimeout(t.Context(), 7*time.Millisecond)
		defer cancel()
		if _, waited, err := enters(ctx, g); !errors.Is(err, context.DeadlineExceeded) || waited != 7*time.Millisecond {
			t.Errorf("it waited %v and was told %v; want a deadline after 7ms", waited, err)
		}
		time.AfterFunc(time.Millisecond, release)
		release, waited, err := enters(t.Context(), g) // the place in the queue is free again
		if err != nil || waited != time.Millisecond {
			t.Fatalf("the next waited %v and was told %v; want 1ms", waited, err)
		}
		release()
		if len(g.slots) != 0 || g.waiting.Load() != 0 {
			t.Errorf("%d slots are taken and %d wait; want none", len(g.slots), g.waiting.Load())
		}
	})
}
