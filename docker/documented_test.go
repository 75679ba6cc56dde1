//go:build integration

package docker

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// isDocumented compares the metrics in Prometheus with docs/operations.md, which must
// list every metric and no others.
func (s *stack) isDocumented(t *testing.T) {
	documented := documentedMetrics(t)
	eventually(t, time.Minute, func() error {
		found, err := s.gatheredMetrics(t)
		if err != nil {
			return err
		}
		if diff := cmp.Diff(documented, found); diff != "" {
			return fmt.Errorf("metrics (-docs/operations.md +services):\n%s", diff)
		}
		return nil
	})
}

// gatheredMetrics lists our metrics and NGINX's. A histogram counts as one.
func (s *stack) gatheredMetrics(t *testing.T) ([]string, error) {
	samples, err := s.query(t, `count by (__name__) ({__name__=~"(pneumoscope|nginx)_.+"})`)
	if err != nil {
		return nil, err
	}
	var names []string
	histogram := regexp.MustCompile(`_(bucket|sum|count)$`)
	for _, sample := range samples {
		names = append(names, histogram.ReplaceAllString(sample.Metric["__name__"], ""))
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// documentedMetrics reads the first column of the tables of metrics, and NGINX's from the text.
func documentedMetrics(t *testing.T) []string {
	t.Helper()
	models, frontend, found := strings.Cut(mustRead(t, "../docs/operations.md"), "\n## The frontend\n")
	if !found {
		t.Fatal("docs/operations.md has no section on the frontend")
	}
	var names []string
	for prefix, text := range map[string]string{"pneumoscope_modelserver_": models, "pneumoscope_frontend_": frontend} {
		for _, table := range regexp.MustCompile(`(?m)^\| metric \|.*\n\|.*\n((?:\|.*\n)+)`).FindAllStringSubmatch(text, -1) {
			for row := range strings.Lines(table[1]) {
				for _, name := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(strings.Split(row, "|")[1], -1) {
					names = append(names, prefix+name[1])
				}
			}
		}
	}
	for _, name := range regexp.MustCompile("`(nginx_[a-z_]+)`").FindAllStringSubmatch(models, -1) {
		names = append(names, name[1])
	}
	slices.Sort(names)
	return names
}
