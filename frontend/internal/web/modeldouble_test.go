package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pneumoscope/frontend/internal/xray"
	"pneumoscope/modelserver/api"
)

const testCard = `{"operating_points": [{"name": "screening", "threshold": 0.2}, {"name": "balanced", "threshold": 0.5},
 {"name": "confirming", "threshold": 0.8}], "scope": {"en": {"known": ["Children of one hospital."], "unknown": ["Adults <b>elsewhere</b>."]},
 "fr": {"known": ["Enfants d'un hôpital."], "unknown": ["Les adultes ailleurs."]}},
 "sources": {"kermany": {"title": {"en": "Kermany: children", "fr": "Kermany : enfants"}}},
 "validation": {"kermany": {"films": 240, "positives": 120, "auc": 0.981, "auc_ci95": [0.967, 0.992]},
 "nih": {"films": 90, "positives": 0, "auc": null, "auc_ci95": null}}}`

// modelDouble answers like our model server, with named outputs and a card, or like MLflow's own, with neither.
type modelDouble struct {
	URL string

	mu            sync.Mutex
	plain         bool
	id            string
	side          int // of the films that the model takes
	card          string
	probabilities []float64     // one for each film
	activation    string        // the activation maps, as JSON
	outputs       string        // more outputs, as JSON after a comma
	answer        string        // instead of predictions
	status        int           // instead of 200
	wait          time.Duration // before answering
	requestIDs    []string
	films         []int // in each call
	cardAsked     atomic.Int64
}

func startModel(t *testing.T) *modelDouble {
	t.Helper()
	m := &modelDouble{id: "m-1", side: xray.Side, card: testCard, activation: `[[0]]`, probabilities: []float64{0.93}}
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	m.URL = server.URL
	return m
}

// set changes the double between requests.
func (m *modelDouble) set(change func(*modelDouble)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(m)
}

func (m *modelDouble) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch r.URL.Path {
	case "/ping":
		return
	case "/model":
		if m.plain {
			http.NotFound(w, r)
			return
		}
		m.cardAsked.Add(1)
		fmt.Fprintf(w, `{"id": %q, "uri": "file:///srv/secret", "name": "pneumonia", "version": "3", "card": %s,
			"signatures": {"explain": {"inputs": {"film": {"dtype": "uint8", "shape": [-1, %d, %d, 1]}}, "outputs": {}}}}`, m.id, m.card, m.side, m.side)
	case "/invocations":
		m.invoke(w, r)
	}
}

func (m *modelDouble) invoke(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Inputs [][][][]float64 `json:"inputs"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		http.Error(w, "not JSON", http.StatusBadRequest)
		return
	}
	m.requestIDs = append(m.requestIDs, r.Header.Get("X-Request-ID"))
	m.films = append(m.films, len(body.Inputs))
	time.Sleep(m.wait)
	if m.status != 0 {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(m.status)
		return
	}
	rows := make([][]float64, len(m.probabilities))
	for i, p := range m.probabilities {
		rows[i] = []float64{p}
	}
	list, _ := json.Marshal(rows)
	switch {
	case m.answer != "":
		fmt.Fprint(w, m.answer)
	case m.plain:
		fmt.Fprintf(w, `{"predictions": %s}`, list)
	default:
		w.Header().Set(api.ModelHeader, m.id)
		fmt.Fprintf(w, `{"predictions": {"probability": %s, "activation_map": %s%s}}`, list, m.activation, m.outputs)
	}
}
