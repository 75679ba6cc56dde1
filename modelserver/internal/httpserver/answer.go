package httpserver

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Answer writes the answer to a request, or says why there is none.
type Answer = func(http.ResponseWriter, *http.Request) *Fault

// Allow lets one method through and answers the others with refuse. HEAD counts
// as GET: some probes send it.
func Allow(method string, answer, refuse Answer) Answer {
	return func(w http.ResponseWriter, r *http.Request) *Fault {
		if r.Method == method || r.Method == http.MethodHead && method == http.MethodGet {
			return answer(w, r)
		}
		w.Header().Set("Allow", method)
		return refuse(w, r)
	}
}

// Fixed returns an Answer that always writes this status and body.
func Fixed(status int, body string) Answer {
	return func(w http.ResponseWriter, _ *http.Request) *Fault {
		WriteJSON(w, status, []byte(body))
		return nil
	}
}

// AnswerJSON answers with a value as JSON.
func AnswerJSON(w http.ResponseWriter, value any) *Fault {
	body, err := json.Marshal(value)
	if err != nil {
		return internalFault(fmt.Errorf("encode the answer: %w", err))
	}
	WriteJSON(w, http.StatusOK, body)
	return nil
}

// RefuseJSON writes a fault as {"error": "…"}. Every protocol except MLflow's has
// this form.
func RefuseJSON(w http.ResponseWriter, f *Fault) {
	body, _ := json.Marshal(map[string]string{"error": f.Message}) // strings always marshal
	WriteJSON(w, f.Status, body)
}

// WriteJSON sends a body. A failure is ignored: it means that the client has gone.
func WriteJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
