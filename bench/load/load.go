// Package load asks an HTTP server as fast as it answers, or as fast as told,
// and says how it fared.
//
// It shares its processors with the server it measures, so it does as little as
// it can: a request is one piece of bytes made beforehand and one write, an
// answer is found by its Content-Length, and what it says is checked by the
// caller's function. Every server is asked by the same code.
package load

import (
	"sync"
	"sync/atomic"
	"time"
)

// Target is a server and what to ask it.
type Target struct {
	Address  string   // host:port
	Requests [][]byte // whole requests, head and body; sent in turn
	// Check says whether an answer with status 200 to a request is right. It is
	// called by many goroutines.
	Check   func(request int, body []byte) error
	Timeout time.Duration // for one request
}

// Closed is a load of clients that each ask again as soon as they were answered.
type Closed struct {
	Clients int
	// The load ends after Duration, and sooner after that many requests when
	// Requests is positive. What was begun is finished.
	Duration time.Duration
	Requests int
}

// Run puts the load on a target.
func (c Closed) Run(target Target) Result {
	var asked atomic.Int64
	records := make([]record, c.Clients)
	started := time.Now()
	until := started.Add(c.Duration)
	var clients sync.WaitGroup
	for i := range records {
		clients.Go(func() {
			conn := connection{address: target.Address, timeout: target.Timeout}
			defer conn.close()
			for now := time.Now(); now.Before(until); now = time.Now() {
				turn := int(asked.Add(1)) - 1
				if c.Requests > 0 && turn >= c.Requests {
					return
				}
				records[i].ask(&conn, target, turn, now)
			}
		})
	}
	clients.Wait()
	return summarize(records, time.Since(started))
}

// Open is a load that comes at a rate of its own, whatever the answers: what
// many clients that know nothing of each other make.
type Open struct {
	Rate float64 // requests a second
	// As for a closed load, Duration ends it, or that many Requests do.
	Duration time.Duration
	Requests int
	// Connections bounds how many requests can be under way. When all are, the
	// next is late, and its lateness is part of its latency.
	Connections int
}

// Run puts the load on a target. Answers that come after Duration are waited
// for, and count as answers but not for the rate: by then the load has ended.
func (o Open) Run(target Target) Result {
	var asked atomic.Int64
	records := make([]record, o.Connections)
	total := int64(o.Rate * o.Duration.Seconds())
	if o.Requests > 0 {
		total = min(total, int64(o.Requests))
	}
	started := time.Now()
	var clients sync.WaitGroup
	for i := range records {
		clients.Go(func() {
			conn := connection{address: target.Address, timeout: target.Timeout}
			defer conn.close()
			for {
				turn := asked.Add(1) - 1
				due := started.Add(time.Duration(float64(turn) / o.Rate * float64(time.Second)))
				// When every connection is busy the load falls behind. It ends on
				// time all the same: what was not sent then is not offered.
				if turn >= total || time.Since(started) > o.Duration {
					return
				}
				time.Sleep(time.Until(due))
				records[i].ask(&conn, target, int(turn), due)
				if time.Since(started) <= o.Duration {
					records[i].inTime = len(records[i].accepted)
				}
			}
		})
	}
	clients.Wait()
	lasted := min(o.Duration, time.Since(started))
	result := summarize(records, lasted)
	inTime := 0
	for _, r := range records {
		inTime += r.inTime
	}
	result.PerSecond = float64(inTime) / lasted.Seconds()
	return result
}

// record is what one client has seen.
type record struct {
	accepted []time.Duration // latencies of right answers
	refused  []time.Duration // latencies of 503 with Retry-After
	wrong    int             // answers of 200 that Check does not believe
	other    int             // other statuses, and 503 without Retry-After
	broken   int             // no answer
	fault    string          // the first of the last three, in words
	inTime   int             // of accepted, those that came before an open load's end
}

// ask makes one request that was due at a time.
func (r *record) ask(conn *connection, target Target, turn int, due time.Time) {
	request := turn % len(target.Requests)
	answer, err := conn.exchange(target.Requests[request])
	took := time.Since(due)
	switch {
	case err != nil:
		r.broken++
		r.note(err.Error())
	case answer.status == 503 && answer.retryAfter:
		r.refused = append(r.refused, took)
	case answer.status != 200:
		r.other++
		r.note(statusText(answer))
	default:
		if err := target.Check(request, answer.body); err != nil {
			r.wrong++
			r.note(err.Error())
			return
		}
		r.accepted = append(r.accepted, took)
	}
}

func (r *record) note(fault string) {
	if r.fault == "" {
		r.fault = fault
	}
}
