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

	batchRows prometheus.Histogram
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
			Name: prefix + "stage_duration_seconds", Help: "Time of each stage: decode and encode of a request, its wait in the queue, and a run of the model, which several requests may share.", Buckets: buckets,
		}, []string{"stage"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: prefix + "requests_in_flight", Help: "Requests that are being answered.",
		}),
		rows: prometheus.NewCounter(prometheus.CounterOpts{
			Name: prefix + "rows_total", Help: "Rows that the model has scored.",
		}),
	}
	m.batchRows = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: prefix + "batch_rows", Help: "Rows in a run of the model.", Buckets: []float64{1, 2, 4, 8, 16, 32, 64, 128},
	})
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: prefix + "model_info", Help: "1, labelled with the model that is served.",
	}, []string{"model_id", "run_id", "name", "version", "tensorflow"})
	info.WithLabelValues(model.ID, model.RunID, model.Name, model.Version, model.TensorFlowVersion).Set(1)
	registry.MustRegister(m.requests, m.duration, m.stages, m.inFlight, m.rows, m.batchRows, info)
	return m
}

// watch reports the length of the batcher's queue when asked.
func (m *metrics) watch(b *batcher) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "pneumoscope_modelserver_queue_rows", Help: "Rows that wait for a run of the model.",
	}, func() float64 { return float64(b.Waiting()) }))
}

func (m *metrics) stage(name string, started time.Time) {
	m.stages.WithLabelValues(name).Observe(time.Since(started).Seconds())
}
