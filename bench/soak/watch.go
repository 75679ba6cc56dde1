package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// watcher reads the metrics on the server's admin port.
type watcher struct{ admin string }

// state is the server at one moment.
type state struct {
	ResidentMiB, Goroutines, Files float64
	Swapped, Refused, Failed       float64 // replacements of the model since the start
	InFlight, MemoryBytes          float64
}

func (s state) String() string {
	return fmt.Sprintf("%.0f MiB resident, %.0f goroutines, %.0f files, model replaced %.0f times", s.ResidentMiB, s.Goroutines, s.Files, s.Swapped)
}

func (w watcher) look(ctx context.Context) (state, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.admin+"/metrics", nil)
	if err != nil {
		return state{}, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return state{}, fmt.Errorf("read the metrics: %w", err)
	}
	defer response.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(response.Body)
	if err != nil {
		return state{}, fmt.Errorf("read the metrics: %w", err)
	}
	var missing error // a missing metric would look like one that never grows
	value := func(name string) float64 {
		metrics := families[name].GetMetric()
		if len(metrics) != 1 {
			missing = errors.Join(missing, fmt.Errorf("want one %s among the metrics, found %d", name, len(metrics)))
			return 0
		}
		return metrics[0].GetGauge().GetValue() + metrics[0].GetCounter().GetValue()
	}
	const prefix = "pneumoscope_modelserver_"
	reloads := func(outcome string) float64 { // an outcome that has not occurred yet has no metric
		for _, metric := range families[prefix+"reloads_total"].GetMetric() {
			if metric.GetLabel()[0].GetValue() == outcome {
				return metric.GetCounter().GetValue()
			}
		}
		return 0
	}
	return state{
		ResidentMiB: value("process_resident_memory_bytes") / (1 << 20),
		Goroutines:  value("go_goroutines"),
		Files:       value("process_open_fds"),
		Swapped:     reloads("swapped"),
		Refused:     reloads("refused"),
		Failed:      reloads("failed"),
		InFlight:    value(prefix + "requests_in_flight"),
		MemoryBytes: value(prefix + "request_memory_bytes"),
	}, missing
}

// settled waits until nothing has changed for a while: by then the connections of
// clients that have left are closed, and a model that was replaced is freed.
func (w watcher) settled(ctx context.Context) (state, error) {
	var last state
	for same := 0; same < 5; {
		select {
		case <-ctx.Done():
			return last, ctx.Err()
		case <-time.After(time.Second):
		}
		now, err := w.look(ctx)
		if err != nil {
			return last, err
		}
		if now.Goroutines == last.Goroutines && now.Files == last.Files && now.Swapped == last.Swapped {
			same++
		} else {
			same = 0
		}
		last = now
	}
	return last, nil
}
