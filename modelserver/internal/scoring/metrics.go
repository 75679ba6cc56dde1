package scoring

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pneumoscope/modelserver/api"
)

// metrics are what operators see of the public port.
type metrics struct {
	registry prometheus.Registerer
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	stages   *prometheus.HistogramVec
	inFlight prometheus.Gauge
	rows     prometheus.Counter
}

func newMetrics(registry prometheus.Registerer, model api.Model) *metrics {
	const prefix = "pneumoscope_modelserver_"
	buckets := []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10}
	m := &metrics{
		registry: registry,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: prefix + "requests_total", Help: "Requests answered, by route and status code.",
		}, []string{"route", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: prefix + "request_duration_seconds", Help: "Time from a request's header to the end of its answer.", Buckets: buckets,
		}, []string{"route"}),
		stages: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: prefix + "stage_duration_seconds", Help: "Time that a scoring request spent in each stage: decode, queue, run, encode.", Buckets: buckets,
		}, []string{"stage"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: prefix + "requests_in_flight", Help: "Requests that are being answered.",
		}),
		rows: prometheus.NewCounter(prometheus.CounterOpts{
			Name: prefix + "rows_total", Help: "Rows that the model has scored.",
		}),
	}
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: prefix + "model_info", Help: "1, labelled with the model that is served.",
	}, []string{"model_id", "run_id", "name", "version", "tensorflow"})
	info.WithLabelValues(model.ID, model.RunID, model.Name, model.Version, model.TensorFlowVersion).Set(1)
	registry.MustRegister(m.requests, m.duration, m.stages, m.inFlight, m.rows, info)
	return m
}

// watch reports the length of the gate's queue when asked.
func (m *metrics) watch(g *gate) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "pneumoscope_modelserver_queue_requests", Help: "Requests that wait for a run of the model.",
	}, func() float64 { return float64(g.waiting.Load()) }))
}

func (m *metrics) stage(name string, started time.Time) {
	m.stages.WithLabelValues(name).Observe(time.Since(started).Seconds())
}
