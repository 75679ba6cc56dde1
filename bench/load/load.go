// Package load sends requests to an HTTP server, as fast as it answers or at a given
// rate, and measures the answers.
//
// It shares its processors with the server it measures, so it does as little as it
// can: a request is made beforehand and sent in one write, an answer's end is known
// by its Content-Length, and the caller's function checks its content. The same code
// measures every server.
package load

import (
	"sync"
	"sync/atomic"
	"time"
)

// Target is a server and the requests to send it.
type Target struct {
	Address  string   // host:port
	Requests [][]byte // whole requests, head and body; sent in turn
	// Check returns an error when an answer with status 200 is wrong. Many
	// goroutines call it at the same time.
	Check   func(request int, body []byte) error
	Timeout time.Duration // for one request
}

// Closed is a load of clients that each send the next request as soon as they have
// the answer to the last.
type Closed struct {
	Clients int
	// The load ends after Duration or, if Requests is positive, after that many
	// requests. Requests in flight are finished.
	Duration time.Duration
	Requests int
}

// Run puts the load on a target.
func (c Closed) Run(target Target) Result {
	var sent atomic.Int64
	records := make([]record, c.Clients)
	started := time.Now()
	until := started.Add(c.Duration)
	var clients sync.WaitGroup
	for i := range records {
		clients.Go(func() {
			conn := connection{address: target.Address, timeout: target.Timeout}
			defer conn.close()
			for now := time.Now(); now.Before(until); now = time.Now() {
				turn := int(sent.Add(1)) - 1
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

// Open is a load at a fixed rate that does not depend on the answers, like that of
// many independent clients.
type Open struct {
	Rate float64 // requests a second
	// As for a closed load, it ends after Duration or after that many Requests.
	Duration time.Duration
	Requests int
	// Connections limits the requests in flight. When all connections are in use the
	// next request is late, and its lateness is part of its latency.
	Connections int
}

// Run puts the load on a target. It waits for answers that come after Duration. They
// count as answers, but not for the rate.
func (o Open) Run(target Target) Result {
	var sent atomic.Int64
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
				turn := sent.Add(1) - 1
				due := started.Add(time.Duration(float64(turn) / o.Rate * float64(time.Second)))
				// When every connection is busy the load falls behind. It still ends
				// on time: requests that were not sent by then are not counted.
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

// record counts the answers to one client.
type record struct {
	accepted []time.Duration // latencies of right answers
	refused  []time.Duration // latencies of 503 with Retry-After
	wrong    int             // 200, but Check returned an error
	other    int             // other statuses, and 503 without Retry-After
	broken   int             // no answer
	fault    string          // the first wrong, other or broken one, in words
	inTime   int             // the accepted ones that came before an open load's end
}

// ask sends the request that is due at that time.
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
