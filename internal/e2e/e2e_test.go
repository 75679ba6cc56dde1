//go:build e2e

package e2e

import (
	"bytes"
	"errors"
	"io"
	"math"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// The films are all originals of the validation split, on which the model was not
// trained.
func TestRealFilmsAreJudgedCorrectly(t *testing.T) {
	films := originals(t)
	frontend, _ := startBoth(t)
	counts := map[bool]int{}
	for _, film := range films {
		if film.Split != "val" {
			continue
		}
		_, a := upload(t, frontend.URL, "film", read(t, film.Path))
		if len(a.Films) != 1 {
			t.Fatalf("the answer has %d films; want 1. Its code is %q", len(a.Films), a.code())
		}
		if a.Films[0].Probability == nil {
			t.Fatalf("there is no probability; the code is %q", a.code())
		}
		p, verdict := *a.Films[0].Probability, a.Films[0].Verdict
		t.Logf("pneumonia %-5t  probability %.3f  %s", film.Positive, p, verdict)
		if want := map[bool]string{true: "likely", false: "unlikely"}[film.Positive]; verdict == want {
			counts[film.Positive]++
		}
		if film.Positive && verdict == "unlikely" {
			t.Errorf("a film with pneumonia is judged unlikely (%.3f)", p)
		}
		if !film.Positive && verdict == "likely" {
			t.Errorf("a normal film is judged likely (%.3f)", p)
		}
	}
	if n := counts[true]; n < 3 {
		t.Errorf("%d films with pneumonia are judged likely; want at least 3", n)
	}
	if n := counts[false]; n < 3 {
		t.Errorf("%d normal films are judged unlikely; want at least 3", n)
	}
}

// An original must score the same as its copy in the training data. Otherwise the
// model card's figures would not hold for originals.
func TestOriginalsScoreLikeTheirCopies(t *testing.T) {
	films := originals(t)
	frontend, _ := startBoth(t)
	differences := make([]float64, 0, len(films))
	for _, film := range films {
		original, prepared := score(t, frontend.URL, read(t, film.Path)), score(t, frontend.URL, read(t, film.Copy))
		differences = append(differences, math.Abs(original-prepared))
	}
	slices.Sort(differences)
	median, worst := differences[len(differences)/2], differences[len(differences)-1]
	t.Logf("%d originals against their copies: median difference %.5f, worst %.5f", len(films), median, worst)
	if median >= 0.02 {
		t.Errorf("the median difference is %.4f; want less than 0.02", median)
	}
	if worst >= 0.10 {
		t.Errorf("the largest difference is %.4f; want less than 0.10", worst)
	}
}

// TestEveryHostileFileIsRefusedAndARealFilmScoresAfterwards uploads hostile files;
// the requests here are hostile in other ways.
func TestHostileUploadsAreRefusedAndTheProcessLives(t *testing.T) {
	frontend, modelserver := startBoth(t)
	phantom := drawPhantom(t)
	tests := []struct {
		name   string
		field  string
		files  [][]byte
		status int
		code   string
	}{
		{"no file at all", "film", nil, 400, "no_film"},
		{"the wrong field", "picture", [][]byte{phantom}, 400, "no_film"},
		{"more films than a request may hold", "film", slices.Repeat([][]byte{phantom}, 21), 400, "too_many_films"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			status, a := upload(t, frontend.URL, test.field, test.files...)
			wantProblem(t, status, a, test.status, test.code)
			if a.Notice == "" {
				t.Error("the answer lacks the notice that this is not a medical device")
			}
		})
	}
	t.Run("a body of 200 MB", func(t *testing.T) {
		body, form := io.Pipe()
		writer := multipart.NewWriter(form)
		go func() {
			part, err := writer.CreateFormFile("film", "film")
			if err == nil {
				_, err = io.CopyN(part, zeros{}, 200<<20)
			}
			form.CloseWithError(err)
		}()
		status, a := post(t, frontend.URL, writer.FormDataContentType(), body, "Expect", "100-continue")
		wantProblem(t, status, a, http.StatusRequestEntityTooLarge, "body_too_large")
	})
	t.Run("a form without its boundary", func(t *testing.T) {
		status, a := post(t, frontend.URL, "multipart/form-data", strings.NewReader("film"))
		if status != http.StatusBadRequest {
			t.Errorf("the status is %d; want 400", status)
		}
		if a.code() == "" {
			t.Error("the answer has no code")
		}
	})
	frontend.alive(t)
	modelserver.alive(t)
	wantProbability(t, score(t, frontend.URL, phantom))
}

// wantProblem compares the status and the code of an answer.
func wantProblem(tb testing.TB, status int, a answer, wantStatus int, wantCode string) {
	tb.Helper()
	if status != wantStatus {
		tb.Errorf("the status is %d; want %d", status, wantStatus)
	}
	if code := a.code(); code != wantCode {
		tb.Errorf("the code is %q; want %q", code, wantCode)
	}
}

func wantProbability(tb testing.TB, p float64) {
	tb.Helper()
	if p < 0 {
		tb.Errorf("the probability is %v; want at least 0", p)
	}
	if p > 1 {
		tb.Errorf("the probability is %v; want at most 1", p)
	}
}

func TestTheFrontendRecoversWhenTheModelServerDoes(t *testing.T) {
	modelserver := start(t, "modelserver")
	frontend := start(t, "frontend", "FRONTEND_MLFLOW_ADDRESS="+modelserver.URL)
	phantom := drawPhantom(t)
	score(t, frontend.URL, phantom)
	modelserver.stop(t)

	code, a := upload(t, frontend.URL, "film", phantom)
	if code < 500 {
		t.Errorf("without the model server the status is %d; want 5xx", code)
	}
	if got, want := a.code(), "model_unavailable"; got != want {
		t.Errorf("without the model server the code is %q; want %q", got, want)
	}
	if a.Detail == "" {
		t.Error("without the model server the answer has no sentence")
	}
	if got := status(frontend.AdminURL + "/readyz"); got != http.StatusServiceUnavailable {
		t.Errorf("without the model server /readyz is %d; want 503", got)
	}
	if got := status(frontend.AdminURL + "/livez"); got != http.StatusOK {
		t.Errorf("without the model server /livez is %d; want 200", got)
	}

	start(t, "modelserver", "MODELSERVER_LISTEN="+strings.TrimPrefix(modelserver.URL, "http://"))
	eventually(t, "the frontend is ready again", func() bool { return status(frontend.AdminURL+"/readyz") == http.StatusOK })
	score(t, frontend.URL, phantom)
}

func TestNoRequestIsCutOffWhenTheModelServerDrains(t *testing.T) {
	modelserver := start(t, "modelserver", "MODELSERVER_DRAIN_DELAY=300ms")
	body := `{"inputs": [` + blankFilm() + `]}`

	var clients sync.WaitGroup
	var answered atomic.Int64
	for range 4 {
		clients.Go(func() {
			for {
				response, err := http.Post(modelserver.URL+"/invocations", "application/json", strings.NewReader(body))
				if errors.Is(err, syscall.ECONNREFUSED) {
					return // it no longer listens, so another replica would answer
				}
				if err != nil {
					t.Errorf("a request was cut off: %v", err)
					return
				}
				_, err = io.Copy(io.Discard, response.Body)
				response.Body.Close()
				if err != nil {
					t.Errorf("an answer was cut off: %v", err)
					return
				}
				if response.StatusCode != http.StatusOK {
					t.Errorf("the status is %d; want 200", response.StatusCode)
					return
				}
				answered.Add(1)
			}
		})
	}
	eventually(t, "the clients get answers", func() bool { return answered.Load() > 20 })
	if err := modelserver.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	clients.Wait()
	select {
	case <-modelserver.ended:
	case <-time.After(15 * time.Second):
		t.Fatal("the model server did not end after SIGTERM")
	}
	if modelserver.err != nil {
		t.Errorf("the model server ended with %v:\n%s", modelserver.err, modelserver.log)
	}
	if !strings.Contains(modelserver.log.String(), `"drained"`) {
		t.Errorf("the model server did not drain:\n%s", modelserver.log)
	}
}

func TestTheModelServerRefusesToStartWithoutAUsableModel(t *testing.T) {
	tests := []struct{ name, uri, text string }{
		{"a missing folder", "/nowhere/model", "there is no directory /nowhere/model"},
		{"a folder that MLflow did not write", "docs", "holds no MLmodel file"},
		{"a name that is not registered", "models:/nobody@champion", `no model is registered as "nobody"`},
		{"an alias that does not exist", "models:/pneumonia@nobody", `has no alias "nobody"`},
		{"a text that is not a URI", "models:/", "not a model URI"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, err := tryStart(t, "modelserver", "MODELSERVER_MODEL_URI="+test.uri)
			if err == nil {
				p.stop(t)
				t.Fatal("it started")
			}
			for _, want := range []string{test.text, test.uri} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error is %q; want it to contain %q", err, want)
				}
			}
		})
	}
}

func TestBothServicesServeMetrics(t *testing.T) {
	frontend, modelserver := startBoth(t)
	score(t, frontend.URL, drawPhantom(t))
	for url, want := range map[string]string{
		frontend.AdminURL:    `pneumoscope_frontend_films_total{format="png",outcome="scored"} 1`,
		modelserver.AdminURL: `pneumoscope_modelserver_requests_total{code="200",route="/invocations"} 1`,
	} {
		response, err := http.Get(url + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("%s/metrics lacks %s", url, want)
		}
	}
}
