package endpoint

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const prefix = "pneumoscope_modelserver_"

// metrics are what operators see of the public port.
type metrics struct {
	requests       *prometheus.CounterVec
	duration       *prometheus.HistogramVec
	inFlight       prometheus.Gauge
	received, sent *prometheus.CounterVec
}

func newMetrics(registry prometheus.Registerer) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: prefix + "requests_total", Help: "Requests answered, by route and status code; 499 is a client that left before its answer.",
		}, []string{"route", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: prefix + "request_duration_seconds", Help: "Time from a request's header to the end of its answer.",
			Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30, 60},
		}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: prefix + "requests_in_flight", Help: "Requests that are being answered.",
		}),
		received: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: prefix + "received_bytes_total", Help: "Bytes of the bodies that were received, as they came over the wire.",
		}, []string{"route"}),
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: prefix + "sent_bytes_total", Help: "Bytes of the bodies that were answered.",
		}, []string{"route"}),
	}
	registry.MustRegister(m.requests, m.duration, m.inFlight, m.received, m.sent)
	return m
}

func (m *metrics) answered(route string, status int, took time.Duration, received int64, sent int) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(route).Observe(took.Seconds())
	m.received.WithLabelValues(route).Add(float64(received))
	m.sent.WithLabelValues(route).Add(float64(sent))
}
