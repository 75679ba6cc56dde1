package inference

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pneumoscope/modelserver/internal/model"
)

// The name of every metric of this program begins with these two. Transports use
// them too.
const (
	Namespace = "pneumoscope"
	Subsystem = "modelserver"
)

// metrics are what operators see of the model, its queue and its runs.
type metrics struct {
	stages    *prometheus.HistogramVec
	rows      prometheus.Counter
	batchRows prometheus.Histogram
	scores    *prometheus.HistogramVec
	info      *prometheus.GaugeVec
	loaded    prometheus.Gauge
	reloads   *prometheus.CounterVec
}

func newMetrics(registerer prometheus.Registerer, s *Server) (*metrics, error) {
	m := &metrics{
		stages: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: Namespace, Subsystem: Subsystem, Name: "stage_duration_seconds",
			Help:    "Time of each stage: decode and encode of a request, its wait in the queue, and a run of the model, which several requests may share.",
			Buckets: []float64{.0001, .0002, .0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10},
		}, []string{"stage"}),
		rows: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: Namespace, Subsystem: Subsystem, Name: "rows_total",
			Help: "Rows that the model has scored.",
		}),
		batchRows: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: Namespace, Subsystem: Subsystem, Name: "batch_rows",
			Help:    "Rows in a run of the model.",
			Buckets: []float64{1, 2, 4, 8, 16, 32, 64, 128},
		}),
		scores: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: Namespace, Subsystem: Subsystem, Name: "score",
			Help:    "What the model answered, where an output is one number for each row: compare its distribution with that of the reference to see drift.",
			Buckets: []float64{.1, .2, .3, .4, .5, .6, .7, .8, .9, 1},
		}, []string{"signature", "output"}),
		info: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: Namespace, Subsystem: Subsystem, Name: "model_info",
			Help: "1, labelled with the model that is served.",
		}, []string{"model_id", "run_id", "name", "version", "tensorflow"}),
		loaded: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: Namespace, Subsystem: Subsystem, Name: "model_loaded_timestamp_seconds",
			Help: "When the model that is served was put into service.",
		}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: Namespace, Subsystem: Subsystem, Name: "reloads_total",
			Help: "Attempts to exchange the model: swapped; refused, because the new model did not load or reproduce its golden outputs; failed, because the store could not be read or the new model cannot answer.",
		}, []string{"outcome"}),
	}
	queue := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: Namespace, Subsystem: Subsystem, Name: "queue_rows",
		Help: "Rows that wait for a run of the model; a request that cannot share a run counts as one.",
	}, func() float64 { return float64(s.Waiting()) })
	held := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: Namespace, Subsystem: Subsystem, Name: "request_memory_bytes",
		Help: "Bytes that the bodies and tensors of requests in flight hold.",
	}, func() float64 { return float64(s.memory.held.Load()) })
	// Every outcome is there from the start, with 0: otherwise an alert on a rate would
	// miss the first one.
	for _, outcome := range []string{outcomeSwapped, outcomeRefused, outcomeFailed} {
		m.reloads.WithLabelValues(outcome)
	}
	for _, collector := range []prometheus.Collector{m.stages, m.rows, m.batchRows, m.scores, m.info, m.loaded, m.reloads, queue, held} {
		if err := registerer.Register(collector); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// serve says which model is served from now on.
func (m *metrics) serve(info model.Info) {
	m.info.Reset()
	m.info.WithLabelValues(info.ID, info.RunID, info.Name, info.Version, info.TensorFlowVersion).Set(1)
	m.loaded.SetToCurrentTime()
}

func (m *metrics) stage(name string, started time.Time) {
	m.stages.WithLabelValues(name).Observe(time.Since(started).Seconds())
}

// ran counts a run of the model and observes its scores.
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
			if number == number { // a NaN would make the sum NaN for good
				scores.Observe(coarsely(number))
			}
		}
	}
}
