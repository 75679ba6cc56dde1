package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// request is a test's input. Requests of one kind may share a batch.
type request struct {
	kind string
	rows []int
}

// model is a slow model: a run takes a second, doubles every row, and fails when a
// row is negative.
type model struct {
	mu   sync.Mutex
	runs [][]int // the rows of each run, in the order of their start
}

var errNegative = errors.New("negative row")

func (m *model) run(batch []request) ([][]int, error) {
	var rows []int
	for _, r := range batch {
		rows = append(rows, r.rows...)
	}
	m.mu.Lock()
	m.runs = append(m.runs, rows)
	m.mu.Unlock()
	time.Sleep(time.Second)
	outs := make([][]int, len(batch))
	for i, r := range batch {
		for _, row := range r.rows {
			if row < 0 {
				return nil, errNegative
			}
			outs[i] = append(outs[i], 2*row)
		}
	}
	return outs, nil
}

func newBatcher(t *testing.T, m *model, change func(*Config[request, []int, string])) *Batcher[request, []int, string] {
	t.Helper()
	cfg := Config[request, []int, string]{
		Run:  m.run,
		Key:  func(r request) string { return r.kind },
		Rows: func(r request) int { return len(r.rows) },
		Split: func(r request, maxRows int) []request {
			var parts []request
			for rows := range slices.Chunk(r.rows, maxRows) {
				parts = append(parts, request{r.kind, rows})
			}
			return parts
		},
		Merge:    func(outs [][]int) ([]int, error) { return slices.Concat(outs...), nil },
		MaxRows:  4,
		MaxQueue: 8,
		Parallel: 1,
	}
	if change != nil {
		change(&cfg)
	}
	b := New(cfg)
	t.Cleanup(b.Close)
	return b
}

// calls runs Do in the background. Each call starts when the one before is queued.
type calls struct {
	t    *testing.T
	b    *Batcher[request, []int, string]
	done sync.WaitGroup
}

func (c *calls) expect(ctx context.Context, r request, want []int, wantErr error) {
	c.done.Go(func() {
		got, err := do(ctx, c.b, r)
		if !errors.Is(err, wantErr) {
			c.t.Errorf("Do(%v) fails with %v; want %v", r, err, wantErr)
		}
		if !slices.Equal(got, want) {
			c.t.Errorf("Do(%v) = %v; want %v", r, got, want)
		}
	})
	synctest.Wait()
}

func do(ctx context.Context, b *Batcher[request, []int, string], r request) ([]int, error) {
	reservation, err := b.Reserve()
	if err != nil {
		return nil, err
	}
	return reservation.Do(ctx, r)
}

func (m *model) expect(t *testing.T, want ...[]int) {
	t.Helper()
	if got := fmt.Sprint(m.runs); got != fmt.Sprint(want) {
		t.Errorf("runs %v, want %v", got, want)
	}
}

func one(row int) request { return request{"a", []int{row}} }

func TestBatcher(t *testing.T) {
	background := context.Background()
	type config = Config[request, []int, string]
	tests := []struct {
		name   string
		change func(*config)
		do     func(c *calls)
		runs   [][]int
		took   time.Duration
	}{
		{"an idle model runs a request without delay", func(cfg *config) { cfg.Delay = time.Minute }, func(c *calls) {
			c.expect(background, one(1), []int{2}, nil)
		}, [][]int{{1}}, time.Second},
		{"requests that came while the model was busy share a batch, in order", nil, func(c *calls) {
			for row := range 4 {
				c.expect(background, one(row), []int{2 * row}, nil)
			}
		}, [][]int{{0}, {1, 2, 3}}, 2 * time.Second},
		{"a batch is not larger than the limit", nil, func(c *calls) {
			for row := range 6 {
				c.expect(background, one(row), []int{2 * row}, nil)
			}
		}, [][]int{{0}, {1, 2, 3, 4}, {5}}, 3 * time.Second},
		{"a request that does not fit is not overtaken by its own kind", nil, func(c *calls) {
			c.expect(background, one(0), []int{0}, nil)
			c.expect(background, request{"a", []int{1, 2, 3}}, []int{2, 4, 6}, nil)
			c.expect(background, request{"a", []int{4, 5}}, []int{8, 10}, nil)
			c.expect(background, one(6), []int{12}, nil)
		}, [][]int{{0}, {1, 2, 3}, {4, 5, 6}}, 3 * time.Second},
		{"a large request is split and its outputs are joined", nil, func(c *calls) {
			c.expect(background, request{"a", []int{0, 1, 2, 3, 4, 5}}, []int{0, 2, 4, 6, 8, 10}, nil)
		}, [][]int{{0, 1, 2, 3}, {4, 5}}, 2 * time.Second},
		{"an idle batcher takes a request larger than its queue", nil, func(c *calls) {
			c.expect(background, request{"a", make([]int, 12)}, make([]int, 12), nil)
		}, [][]int{make([]int, 4), make([]int, 4), make([]int, 4)}, 3 * time.Second},
		{"requests of different kinds do not share a batch", nil, func(c *calls) {
			c.expect(background, one(0), []int{0}, nil)
			c.expect(background, one(1), []int{2}, nil)
			c.expect(background, request{"b", []int{2}}, []int{4}, nil)
			c.expect(background, one(3), []int{6}, nil)
		}, [][]int{{0}, {1, 3}, {2}}, 3 * time.Second},
		{"a bad request fails alone", nil, func(c *calls) {
			c.expect(background, one(0), []int{0}, nil)
			c.expect(background, one(1), []int{2}, nil)
			c.expect(background, one(-1), nil, errNegative)
			c.expect(background, one(3), []int{6}, nil)
		}, [][]int{{0}, {1, -1, 3}, {1}, {-1}, {3}}, 5 * time.Second},
		{"a request without a caller is dropped while a failed batch runs one by one", nil, func(c *calls) {
			short, cancel := context.WithTimeout(background, 2500*time.Millisecond)
			c.t.Cleanup(cancel)
			c.expect(background, one(0), []int{0}, nil)
			c.expect(background, one(1), []int{2}, nil)
			c.expect(background, one(-1), nil, errNegative)
			c.expect(short, one(3), nil, context.DeadlineExceeded)
		}, [][]int{{0}, {1, -1, 3}, {1}, {-1}}, 4 * time.Second},
		{"a request without a caller never reaches the model", nil, func(c *calls) {
			gone, leave := context.WithCancel(background)
			c.expect(background, one(0), []int{0}, nil)
			c.expect(gone, one(1), nil, context.Canceled)
			c.expect(background, one(2), []int{4}, nil)
			leave()
		}, [][]int{{0}, {2}}, 2 * time.Second},
		{"a timeout is answered while the model still runs", nil, func(c *calls) {
			short, cancel := context.WithTimeout(background, 300*time.Millisecond)
			c.t.Cleanup(cancel)
			c.expect(short, one(0), nil, context.DeadlineExceeded)
			c.expect(background, one(1), []int{2}, nil)
		}, [][]int{{0}, {1}}, 2 * time.Second},
		{"a full queue refuses without delay", nil, func(c *calls) {
			c.expect(background, one(0), []int{0}, nil)
			c.expect(background, request{"a", make([]int, 8)}, make([]int, 8), nil)
			c.expect(background, one(9), nil, ErrFull)
		}, [][]int{{0}, make([]int, 4), make([]int, 4)}, 3 * time.Second},
		{"two workers run at the same time", func(cfg *config) { cfg.Parallel = 2 }, func(c *calls) {
			for row := range 3 {
				c.expect(background, one(row), []int{2 * row}, nil)
			}
		}, [][]int{{0}, {1}, {2}}, 2 * time.Second},
		{"a free worker waits for its batch to fill while another is busy", func(cfg *config) {
			cfg.Parallel, cfg.Delay = 2, 200*time.Millisecond
		}, func(c *calls) {
			c.expect(background, one(0), []int{0}, nil)
			c.expect(background, one(1), []int{2}, nil)
			time.Sleep(100 * time.Millisecond)
			c.expect(background, one(2), []int{4}, nil)
		}, [][]int{{0}, {1, 2}}, 1200 * time.Millisecond},
		{"a full batch does not wait", func(cfg *config) {
			cfg.Parallel, cfg.Delay, cfg.MaxRows = 2, 200*time.Millisecond, 2
		}, func(c *calls) {
			c.expect(background, one(0), []int{0}, nil)
			c.expect(background, one(1), []int{2}, nil)
			c.expect(background, one(2), []int{4}, nil)
		}, [][]int{{0}, {1, 2}}, time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, started := &model{}, time.Now()
				c := &calls{t: t, b: newBatcher(t, m, test.change)}
				test.do(c)
				c.done.Wait()
				c.b.Close()
				if took := time.Since(started); took != test.took {
					t.Errorf("it took %s, want %s", took, test.took)
				}
				m.expect(t, test.runs...)
			})
		})
	}
}

func TestCloseRunsTheQueueAndRefusesNewRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &model{}
		c := &calls{t: t, b: newBatcher(t, m, nil)}
		c.expect(context.Background(), one(0), []int{0}, nil)
		c.expect(context.Background(), one(1), []int{2}, nil)
		go c.b.Close()
		synctest.Wait()
		c.expect(context.Background(), one(2), nil, ErrClosed)
		c.done.Wait()
		m.expect(t, []int{0}, []int{1})
	})
}
