package web

import (
	"errors"
	"testing"
	"time"

	"pneumoscope/frontend/api"
)

// Programs use package api's client: it must understand what this server answers.
func TestTheClientReadsPredictionsAndProblems(t *testing.T) {
	model := startModel(t)
	s := startSite(t, model.URL)
	client, err := api.NewClient(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	prediction, err := client.Predict(t.Context(), film(t), []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	if len(prediction.Films) != 2 {
		t.Fatalf("the prediction is %+v", prediction)
	}
	wantProbability(t, "the film", prediction.Films[0], 0.93)
	wantRefused(t, "the text", prediction.Films[1], "unsupported_type")
	wantEqual(t, "the model", prediction.Model, &api.Model{ID: "m-1", Name: "pneumonia", Version: "3"})

	model.set(func(m *modelDouble) { m.status = 503 })
	_, err = client.Predict(t.Context(), film(t))
	problem, ok := errors.AsType[*api.Error](err)
	if !ok {
		t.Fatalf("the error is %v", err)
	}
	wantEqual(t, "the status", problem.Status, 503)
	wantEqual(t, "the code", problem.Code, string(CodeModelUnavailable))
	wantEqual(t, "the pause", problem.RetryAfter, 7*time.Second)
}
