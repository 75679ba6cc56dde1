package httpserver

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pneumoscope/modelserver/internal/inference"
)

// metrics count the requests on the public port.
type metrics struct {
	requests       *prometheus.CounterVec
	duration       *prometheus.HistogramVec
	inFlight       prometheus.Gauge
	received, sent *prometheus.CounterVec
}

func newMetrics(registerer prometheus.Registerer) (*metrics, error) {
	const namespace, subsystem = inference.Namespace, inference.Subsystem
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "requests_total",
			Help: "Requests answered, by route and status code; 499 is a client that left before its answer.",
		}, []string{"route", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "request_duration_seconds",
			Help:    "Time from a request's header to the end of its answer.",
			Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30, 60},
		}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "requests_in_flight",
			Help: "Requests in flight.",
		}),
		received: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "received_bytes_total",
			Help: "Bytes of request bodies received, as sent over the wire.",
		}, []string{"route"}),
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "sent_bytes_total",
			Help: "Bytes of answers' bodies sent.",
		}, []string{"route"}),
	}
	for _, collector := range []prometheus.Collector{m.requests, m.duration, m.inFlight, m.received, m.sent} {
		if err := registerer.Register(collector); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *metrics) answered(route string, status int, took time.Duration, received int64, sent int) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(route).Observe(took.Seconds())
	m.received.WithLabelValues(route).Add(float64(received))
	m.sent.WithLabelValues(route).Add(float64(sent))
}
