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

// The films here are originals that the model has not been trained on: all that
// there are of the validation split.
func TestRealFilmsLandOnTheirSide(t *testing.T) {
	films := originals(t)
	frontend, _ := startBoth(t)
	counts := map[bool]int{}
	for _, film := range films {
		if film.Split != "val" {
			continue
		}
		_, a := upload(t, frontend.URL, "film", read(t, film.Path))
		if len(a.Films) != 1 || a.Films[0].Probability == nil {
			t.Fatalf("no probability: %q", a.code())
		}
		p, verdict := *a.Films[0].Probability, a.Films[0].Verdict
		t.Logf("pneumonia %-5t  probability %.3f  %s", film.Positive, p, verdict)
		if want := map[bool]string{true: "likely", false: "unlikely"}[film.Positive]; verdict == want {
			counts[film.Positive]++
		}
		if film.Positive && verdict == "unlikely" || !film.Positive && verdict == "likely" {
			t.Errorf("a film of the validation split landed on the wrong side (pneumonia: %t, %.3f)", film.Positive, p)
		}
	}
	if counts[true] < 3 || counts[false] < 3 {
		t.Errorf("%d pneumonia and %d normal films were told apart; want three of each at least", counts[true], counts[false])
	}
}

// An original and the copy that the training saw must score the same: else what
// was measured is not what is served.
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
	if median >= 0.02 || worst >= 0.10 {
		t.Errorf("median %.4f (want < 0.02), worst %.4f (want < 0.10)", median, worst)
	}
}

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
		{"a field without bytes", "film", [][]byte{{}}, 422, "empty"},
		{"text", "film", [][]byte{[]byte("this is a note about a film")}, 415, "unsupported_type"},
		{"a truncated JPEG", "film", [][]byte{truncatedJPEG(t)}, 422, "corrupt"},
		{"a truncated PNG", "film", [][]byte{phantom[:len(phantom)/2]}, 422, "corrupt"},
		{"a PNG that says it has 20,000 x 20,000 pixels", "film", [][]byte{hugePNGHeader()}, 422, "too_many_pixels"},
		{"SVG", "film", [][]byte{[]byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)}, 415, "unsupported_type"},
		{"GIF", "film", [][]byte{[]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")}, 415, "unsupported_type"},
		{"PDF", "film", [][]byte{[]byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")}, 415, "unsupported_type"},
		{"the wrong field", "picture", [][]byte{phantom}, 400, "no_film"},
		{"more films than a request may hold", "film", slices.Repeat([][]byte{phantom}, 21), 400, "too_many_films"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			status, a := upload(t, frontend.URL, test.field, test.files...)
			if status != test.status || a.code() != test.code {
				t.Errorf("status %d, code %q; want %d, %q", status, a.code(), test.status, test.code)
			}
			if a.Notice == "" {
				t.Error("the answer does not say that this is no medical device")
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
		if status != http.StatusRequestEntityTooLarge || a.code() != "body_too_large" {
			t.Errorf("status %d, code %q; want 413, body_too_large", status, a.code())
		}
	})
	t.Run("a form without its boundary", func(t *testing.T) {
		status, a := post(t, frontend.URL, "multipart/form-data", strings.NewReader("film"))
		if status != http.StatusBadRequest || a.code() == "" {
			t.Errorf("status %d, code %q; want 400 and a code", status, a.code())
		}
	})
	frontend.alive(t)
	modelserver.alive(t)
	if p := score(t, frontend.URL, phantom); p < 0 || p > 1 {
		t.Errorf("afterwards a film scores %v", p)
	}
}

func TestTheFrontendRecoversWhenTheModelServerDoes(t *testing.T) {
	modelserver := start(t, "modelserver")
	frontend := start(t, "frontend", "FRONTEND_MLFLOW_ADDRESS="+modelserver.URL)
	phantom := drawPhantom(t)
	score(t, frontend.URL, phantom)
	modelserver.stop(t)

	code, a := upload(t, frontend.URL, "film", phantom)
	if code < 500 || a.code() != "model_unavailable" || a.Detail == "" {
		t.Errorf("with the model server away: status %d, code %q; want 5xx, model_unavailable and a sentence", code, a.code())
	}
	if got := status(frontend.AdminURL + "/readyz"); got != http.StatusServiceUnavailable {
		t.Errorf("with the model server away /readyz says %d, want 503", got)
	}
	if got := status(frontend.AdminURL + "/livez"); got != http.StatusOK {
		t.Errorf("with the model server away /livez says %d, want 200", got)
	}

	start(t, "modelserver", "MODELSERVER_LISTEN="+strings.TrimPrefix(modelserver.URL, "http://"))
	eventually(t, "the frontend is ready again", func() bool { return status(frontend.AdminURL+"/readyz") == http.StatusOK })
	score(t, frontend.URL, phantom)
}

func TestNoRequestIsCutWhenTheModelServerDrains(t *testing.T) {
	modelserver := start(t, "modelserver", "MODELSERVER_DRAIN_DELAY=300ms")
	body := `{"inputs": [` + blankFilm() + `]}`

	var clients sync.WaitGroup
	var answered atomic.Int64
	for range 4 {
		clients.Go(func() {
			for {
				response, err := http.Post(modelserver.URL+"/invocations", "application/json", strings.NewReader(body))
				if errors.Is(err, syscall.ECONNREFUSED) {
					return // it no longer listens: another replica's turn
				}
				if err != nil {
					t.Errorf("a request was cut: %v", err)
					return
				}
				_, err = io.Copy(io.Discard, response.Body)
				response.Body.Close()
				if err != nil || response.StatusCode != http.StatusOK {
					t.Errorf("status %d, %v: an answer was cut", response.StatusCode, err)
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
	if modelserver.err != nil || !strings.Contains(modelserver.log.String(), `"drained"`) {
		t.Errorf("the model server did not drain cleanly (%v):\n%s", modelserver.err, modelserver.log)
	}
}

func TestTheModelServerRefusesToStartWithoutAUsableModel(t *testing.T) {
	tests := []struct{ name, uri, says string }{
		{"a folder that is not there", "/nowhere/model", "there is no directory /nowhere/model"},
		{"a folder that MLflow did not write", "docs", "holds no MLmodel file"},
		{"a name that nobody registered", "models:/nobody@champion", `no model is registered as "nobody"`},
		{"an alias that is not there", "models:/pneumonia@nobody", `has no alias "nobody"`},
		{"something that is no URI", "models:/", "not a model URI"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, err := tryStart(t, "modelserver", "MODELSERVER_MODEL_URI="+test.uri)
			if err == nil {
				p.stop(t)
				t.Fatal("it started")
			}
			if !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), test.uri) {
				t.Errorf("it says %q; want the URI and %q", err, test.says)
			}
		})
	}
}

func TestMetricsOfBothServicesAreScraped(t *testing.T) {
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
