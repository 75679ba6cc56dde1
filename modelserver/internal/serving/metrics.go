package serving

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pneumoscope/modelserver/api"
)

const prefix = "pneumoscope_modelserver_"

// metrics are what operators see of the model and of the way to it.
type metrics struct {
	registry  prometheus.Registerer
	stages    *prometheus.HistogramVec
	rows      prometheus.Counter
	batchRows prometheus.Histogram
	scores    *prometheus.HistogramVec
	info      *prometheus.GaugeVec
	loaded    prometheus.Gauge
	reloads   *prometheus.CounterVec
}

func newMetrics(registry prometheus.Registerer) *metrics {
	m := &metrics{
		registry: registry,
		stages: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    prefix + "stage_duration_seconds",
			Help:    "Time of each stage: decode and encode of a request, its wait in the queue, and a run of the model, which several requests may share.",
			Buckets: []float64{.0001, .0002, .0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10},
		}, []string{"stage"}),
		rows: prometheus.NewCounter(prometheus.CounterOpts{
			Name: prefix + "rows_total", Help: "Rows that the model has scored.",
		}),
		batchRows: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: prefix + "batch_rows", Help: "Rows in a run of the model.", Buckets: []float64{1, 2, 4, 8, 16, 32, 64, 128},
		}),
		scores: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    prefix + "score",
			Help:    "What the model answered, where an output is one number for each row: compare its distribution with that of the reference to see drift.",
			Buckets: []float64{.1, .2, .3, .4, .5, .6, .7, .8, .9, 1},
		}, []string{"signature", "output"}),
		info: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: prefix + "model_info", Help: "1, labelled with the model that is served.",
		}, []string{"model_id", "run_id", "name", "version", "tensorflow"}),
		loaded: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: prefix + "model_loaded_timestamp_seconds", Help: "When the model that is served took its place.",
		}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: prefix + "reloads_total",
			Help: "Attempts to exchange the model: swapped; refused, because the new one did not load or prove itself; failed, because the registry could not be asked.",
		}, []string{"outcome"}),
	}
	for _, outcome := range []string{outcomeSwapped, outcomeRefused, outcomeFailed} {
		m.reloads.WithLabelValues(outcome) // a rate needs a first 0
	}
	registry.MustRegister(m.stages, m.rows, m.batchRows, m.scores, m.info, m.loaded, m.reloads)
	return m
}

// watch reports the length of the batcher's queue when asked.
func (m *metrics) watch(b *batcher) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: prefix + "queue_rows", Help: "Rows that wait for a run of the model; a request that cannot share a run counts as one.",
	}, func() float64 { return float64(b.Waiting()) }))
}

// serve says which model is served from now on.
func (m *metrics) serve(model api.Model) {
	m.info.Reset()
	m.info.WithLabelValues(model.ID, model.RunID, model.Name, model.Version, model.TensorFlowVersion).Set(1)
	m.loaded.SetToCurrentTime()
}

func (m *metrics) stage(name string, started time.Time) {
	m.stages.WithLabelValues(name).Observe(time.Since(started).Seconds())
}

// ran counts a run of the model and looks at what it answered.
func (m *metrics) ran(signature string, outputs Outputs, rows int) {
	m.rows.Add(float64(rows))
	m.batchRows.Observe(float64(rows))
	for name, output := range outputs {
		if output.Rows() != rows || output.Elements() != rows {
			continue
		}
		numbers, err := output.Float64s()
		if err != nil {
			continue // not a floating-point output: no score
		}
		scores := m.scores.WithLabelValues(signature, name)
		for _, number := range numbers {
			if number == number { // a NaN would spoil the sum for good
				scores.Observe(number)
			}
		}
	}
}
