// Package api has the frontend's JSON as Go types, and a client for POST /predict. The frontend writes its answers with
// these types, so they always match what it sends.
package api

import "encoding/json"

// Prediction is the answer of POST /predict when at least one film was scored.
type Prediction struct {
	Films  []Film `json:"films"`
	Model  *Model `json:"model,omitempty"`
	Notice string `json:"notice"`
}

// Film is the answer for one film, in the order of upload. It has a probability or a refusal.
type Film struct {
	// NameIndex is the film's place in the upload. The client knows its name, so the answer does not repeat it.
	NameIndex   int      `json:"name_index"`
	Probability *float64 `json:"probability,omitempty"`
	// Verdict is unlikely, uncertain or likely; "" without a model card.
	Verdict string `json:"verdict,omitempty"`
	// Caveats are the reasons why the probability may not hold, the gravest first.
	Caveats []Reason `json:"caveats,omitempty"`
	Refusal *Reason  `json:"refusal,omitempty"`
}

// Reason is a code, which never changes, and a sentence that explains it to people.
type Reason struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Model names the model that gave a probability.
type Model struct {
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
}

// ModelCard is the answer of GET /model.
type ModelCard struct {
	Model
	Card   json.RawMessage `json:"card"`
	Notice string          `json:"notice"`
}

// ProblemType is the content type of a Problem.
const ProblemType = "application/problem+json"

// Problem is the answer to a request that has no result: problem details (RFC 9457) with additional members.
type Problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	Code      string `json:"code"`
	RequestID string `json:"request_id"`
	// Films says why each film was refused, when all were.
	Films  []Film `json:"films,omitempty"`
	Notice string `json:"notice"`
}
