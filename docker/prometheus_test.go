//go:build integration

package docker

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sample is one series of a query's result.
type sample struct {
	Metric map[string]string `json:"metric"`
	Value  [2]any            `json:"value"` // a time, and a number as text
}

func (s sample) number() float64 {
	text, _ := s.Value[1].(string)
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(err) // Prometheus sends numbers
	}
	return number
}

func (s *stack) query(t *testing.T, query string) ([]sample, error) {
	a := mustGet(t, s.prometheusAddress+"/api/v1/query?query="+url.QueryEscape(query))
	var result struct {
		Error string `json:"error"`
		Data  struct {
			Result []sample `json:"result"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(a.text), &result); err != nil {
		return nil, err
	}
	if a.status != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", query, result.Error)
	}
	for _, sample := range result.Data.Result {
		if math.IsNaN(sample.number()) { // 0/0: an empty panel
			return nil, fmt.Errorf("%s is not a number for %v", query, sample.Metric)
		}
	}
	return result.Data.Result, nil
}

// is waits until a query has exactly one result, the wanted number.
func (s *stack) is(t *testing.T, query string, want float64) {
	t.Helper()
	eventually(t, time.Minute, func() error {
		samples, err := s.query(t, query)
		switch {
		case err != nil:
			return err
		case len(samples) != 1:
			return fmt.Errorf("%s has %d results, want 1: %v", query, len(samples), samples)
		case samples[0].number() != want:
			return fmt.Errorf("%s is %v, want %v", query, samples[0].number(), want)
		}
		return nil
	})
}

func (s *stack) isScraped(t *testing.T) {
	s.is(t, `sum(up{job="modelserver"})`, 3)
	s.is(t, `sum(up{job="frontend"})`, 1)
	const films = `sum(pneumoscope_frontend_films_total{outcome="scored"})`
	const rows = `sum(pneumoscope_modelserver_rows_total)`
	// The frontend counts scored films. The model's rows can be more: they include films
	// of an upload whose other films were refused.
	eventually(t, time.Minute, func() error {
		for _, query := range []string{films, rows} {
			samples, err := s.query(t, query)
			if err != nil {
				return err
			}
			if len(samples) != 1 {
				return fmt.Errorf("%s has %d results, want 1: %v", query, len(samples), samples)
			}
			if samples[0].number() < 21 {
				return fmt.Errorf("%s is %v, but 21 films were scored", query, samples[0].number())
			}
		}
		return nil
	})
	for service, image := range map[string]string{"frontend": frontendImage, "modelserver": modelserverImage} {
		revision := mustDocker(t, "image", "inspect", "--format", `{{index .Config.Labels "org.opencontainers.image.revision"}}`, image+":"+tag())
		s.is(t, fmt.Sprintf(`count(count by (version, revision) (pneumoscope_%s_build_info{version=%q,revision=%q}))`, service, tag(), revision), 1)
	}
	s.is(t, `count(count by (model_id) (pneumoscope_modelserver_model_info))`, 1)
	s.is(t, `count(up{job="nginx"} == 1)`, 1)
	s.is(t, `count(nginx_connections_active > 0)`, 1)
	s.rulesAreAtWork(t)
}

// rulesAreAtWork checks that every alert of the files is evaluated and none fires. A
// rule that cannot be read would not fire either.
func (s *stack) rulesAreAtWork(t *testing.T) {
	t.Helper()
	var wanted []string
	files, err := filepath.Glob("prometheus/rules/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		for _, match := range regexp.MustCompile(`(?m)^ +- (?:alert|record): (\S+)$`).FindAllStringSubmatch(mustRead(t, file), -1) {
			wanted = append(wanted, match[1])
		}
	}
	if len(wanted) < 20 {
		t.Fatalf("the files have %d rules, want at least 20", len(wanted))
	}
	slices.Sort(wanted)
	var rules struct {
		Data struct {
			Groups []struct {
				Rules []struct {
					Name, Health, LastError, State string
					LastEvaluation                 time.Time
				}
			}
		}
	}
	eventually(t, time.Minute, func() error {
		if err := json.Unmarshal([]byte(mustGet(t, s.prometheusAddress+"/api/v1/rules").text), &rules); err != nil {
			return err
		}
		var names []string
		for _, group := range rules.Data.Groups {
			for _, rule := range group.Rules {
				names = append(names, rule.Name)
				switch {
				case rule.Health != "ok":
					return fmt.Errorf("rule %s is %s: %s", rule.Name, rule.Health, rule.LastError)
				case rule.LastEvaluation.IsZero():
					return fmt.Errorf("rule %s has not been evaluated", rule.Name)
				case rule.State == "firing":
					return fmt.Errorf("rule %s fires", rule.Name)
				}
			}
		}
		slices.Sort(names)
		if diff := cmp.Diff(wanted, names); diff != "" {
			return fmt.Errorf("rules (-files +Prometheus):\n%s", diff)
		}
		return nil
	})
}

func (s *stack) fillsTheDashboard(t *testing.T) {
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(mustRead(t, "grafana/dashboards/pneumoscope.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	load := startTraffic(t, s.address, 1)
	defer load.end(t)
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			eventually(t, time.Minute, func() error {
				samples, err := s.query(t, target.Expr)
				if err == nil && len(samples) == 0 {
					err = fmt.Errorf("%s: %s has no data", panel.Title, target.Expr)
				}
				return err
			})
		}
	}
}
