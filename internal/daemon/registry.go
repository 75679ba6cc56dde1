package daemon

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// NewRegistry returns a registry with the metrics that every service has: those of
// the Go runtime, of the process, and of the build.
func NewRegistry(service string) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "pneumoscope_" + service + "_build_info",
		Help: "1, labelled with the version and revision that this process was built from.",
	}, []string{"version", "revision", "goversion"})
	version := BuildVersion()
	build.WithLabelValues(version.Version, version.Revision, version.Go).Set(1)
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		build,
	)
	return registry
}
