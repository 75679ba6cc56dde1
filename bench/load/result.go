package load

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// Result says how a server answered under a load.
type Result struct {
	Seconds   float64 `json:"seconds"`
	Offered   int     `json:"offered"`  // requests made
	Accepted  int     `json:"accepted"` // answered 200, and correctly
	Refused   int     `json:"refused"`  // answered 503 with Retry-After
	Wrong     int     `json:"wrong"`    // answered 200, and wrongly
	Other     int     `json:"other"`    // answered otherwise
	Broken    int     `json:"broken"`   // not answered
	Fault     string  `json:"fault,omitempty"`
	PerSecond float64 `json:"per_second"` // accepted, while the load lasted
	Latency   Latency `json:"latency_ms"` // of the accepted
	Refusal   Latency `json:"refusal_ms"` // of the refused
}

// Faults is the number of requests that were neither answered correctly nor refused
// with 503 and Retry-After.
func (r Result) Faults() int { return r.Wrong + r.Other + r.Broken }

// Latency is a distribution in milliseconds; zeros when there is none.
type Latency struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func summarize(records []record, took time.Duration) Result {
	result := Result{Seconds: took.Seconds()}
	var accepted, refused []time.Duration
	for _, r := range records {
		accepted = append(accepted, r.accepted...)
		refused = append(refused, r.refused...)
		result.Wrong += r.wrong
		result.Other += r.other
		result.Broken += r.broken
		result.Fault = cmp.Or(result.Fault, r.fault)
	}
	result.Accepted, result.Refused = len(accepted), len(refused)
	result.Offered = result.Accepted + result.Refused + result.Faults()
	result.PerSecond = float64(result.Accepted) / result.Seconds
	result.Latency, result.Refusal = distribution(accepted), distribution(refused)
	return result
}

func distribution(took []time.Duration) Latency {
	slices.Sort(took)
	return Latency{P50: percentile(took, 50), P95: percentile(took, 95), P99: percentile(took, 99), Max: percentile(took, 100)}
}

// percentile is the smallest of the sorted values that p percent of them do not
// exceed, in milliseconds. It is always a measured value, never one in between.
func percentile(sorted []time.Duration, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return float64(sorted[max(rank, 1)-1]) / float64(time.Millisecond)
}

func statusText(answer response) string {
	if answer.status == 503 {
		return "503 without Retry-After"
	}
	return fmt.Sprintf("status %d: %.200s", answer.status, answer.body)
}
