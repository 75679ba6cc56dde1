//go:build integration

package docker

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// isDocumented compares what Prometheus has gathered from the running services with
// docs/operations.md: an operator finds every name there, and none that is gone.
func (s *stack) isDocumented(t *testing.T) {
	documented := documentedMetrics(t)
	eventually(t, time.Minute, func() error {
		found, err := s.gatheredMetrics(t)
		if err != nil {
			return err
		}
		if !slices.Equal(found, documented) {
			return fmt.Errorf("the services have the metrics\n%s\nand docs/operations.md tells of\n%s", strings.Join(found, "\n"), strings.Join(documented, "\n"))
		}
		return nil
	})
}

// gatheredMetrics are all of our own and NGINX's, a histogram being one.
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

// documentedMetrics are the first cells of the tables of metrics, and what is told of NGINX in a sentence.
func documentedMetrics(t *testing.T) []string {
	t.Helper()
	models, frontend, found := strings.Cut(mustRead(t, "../docs/operations.md"), "\n## The frontend\n")
	if !found {
		t.Fatal("docs/operations.md has no part on the frontend")
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
