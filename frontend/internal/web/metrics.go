package web

import (
	"fmt"
	"math"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"pneumoscope/frontend/internal/quota"
	"pneumoscope/frontend/internal/xray"
)

// Every metric's name begins with these two words.
const namespace, subsystem = "pneumoscope", "frontend"

// The outcomes of a film.
const (
	filmScored  = "scored"
	filmRefused = "refused" // for a reason in the film
	filmFailed  = "failed"  // the model gave no answer for it
)

// metrics holds the metrics that the handlers write. A new one needs a field, an entry in newMetrics, and a row in
// docs/operations.md.
type metrics struct {
	requests      *prometheus.CounterVec
	duration      *prometheus.HistogramVec
	inFlight      prometheus.Gauge
	films         *prometheus.CounterVec
	refusals      *prometheus.CounterVec
	caveats       *prometheus.CounterVec
	modelDuration prometheus.Histogram
	brightness    prometheus.Histogram
	aspect        prometheus.Histogram
}

func newMetrics(registerer prometheus.Registerer, uploads, requests *quota.Limiter) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "requests_total",
			Help: "Requests answered, by route template and status.",
		}, []string{"route", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "request_duration_seconds",
			Help:    "Time from a request's headers to its answer, the upload included.",
			Buckets: []float64{.001, .005, .025, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "requests_in_flight",
			Help: "Requests being worked on.",
		}),
		films: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "films_total",
			Help: "Films that arrived, by what became of them and by their format.",
		}, []string{"outcome", "format"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "refusals_total",
			Help: "Films and requests without a result, by the code of their answer.",
		}, []string{"code"}),
		caveats: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "caveats_total",
			Help: "Reasons why the numbers of scored films may not hold, by code.",
		}, []string{"code"}),
		modelDuration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "model_request_duration_seconds",
			Help:    "Time that the model server took to answer, or not to.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}),
		brightness: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "film_brightness_ratio",
			Help:    "Mean grey of the films that went to the model, 0 for black and 1 for white.",
			Buckets: prometheus.LinearBuckets(.1, .1, 9),
		}),
		aspect: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "film_aspect_ratio",
			Help:    "Width by height, upright, of the films that went to the model.",
			Buckets: []float64{.5, .7, .8, .9, 1, 1.1, 1.25, 1.4, 1.6, 2},
		}),
	}
	for _, collector := range []prometheus.Collector{
		m.requests, m.duration, m.inFlight, m.films, m.refusals, m.caveats, m.modelDuration, m.brightness, m.aspect,
		limitedAddresses("upload", uploads), limitedAddresses("other", requests),
	} {
		if err := registerer.Register(collector); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	m.begin()
	return m, nil
}

func limitedAddresses(kind string, limiter *quota.Limiter) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Subsystem: subsystem, Name: "limited_addresses",
		Help:        "Client addresses whose requests are counted against a limit.",
		ConstLabels: prometheus.Labels{"kind": kind},
	}, func() float64 { return float64(limiter.Addresses()) })
}

// begin sets all counters with known labels to 0. Otherwise a rate would miss the step from 0 to the first count.
func (m *metrics) begin() {
	for _, outcome := range []string{filmScored, filmRefused, filmFailed} {
		for _, format := range xray.Formats() {
			m.films.WithLabelValues(outcome, format)
		}
	}
	for _, code := range Codes() {
		if statusOf(code) >= 500 {
			m.requests.WithLabelValues(predictPath, strconv.Itoa(statusOf(code)))
		}
		m.refusals.WithLabelValues(string(code))
	}
	for _, caveat := range xray.Caveats() {
		m.caveats.WithLabelValues(string(caveat))
	}
}

// coarsely rounds a number above 0 to the middle of its hundredth: 0.4226 becomes 0.425. If only one film was counted
// between two looks at a histogram, the sum gives away that film's number, and an exact number could identify the film.
// Like a bucket, a hundredth includes its upper end and not its lower one, so no number moves to another bucket.
func coarsely(number float64) float64 {
	const noise = 1e-9 // in floating point, 1.1 times 100 is slightly more than 110
	return max(0, (math.Ceil(number*100-noise)-0.5)/100)
}
