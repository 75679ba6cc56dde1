package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"pneumoscope/frontend/api"
	"pneumoscope/frontend/internal/phantom"
	"pneumoscope/frontend/internal/readiness"
	"pneumoscope/frontend/internal/xray"
	modelserver "pneumoscope/modelserver/api"
)

// site is the app on a port, as main serves it.
type site struct {
	URL      string
	Address  string
	app      *fiber.App
	log      *lockedBuffer
	registry *prometheus.Registry
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func startSite(t *testing.T, modelURL string, change ...func(*Config)) *site {
	t.Helper()
	client, err := modelserver.NewClient(modelserver.ClientConfig{Address: modelURL, RetryWait: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{log: &lockedBuffer{}, registry: prometheus.NewPedanticRegistry()}
	cfg := Config{
		Client:         client,
		Films:          xray.Config{MaxPixels: 4_000_000, MinSide: 64, Parallel: 2, Timeout: 10 * time.Second},
		MaxUploadBytes: 2 << 20,
		MaxUploads:     4,
		MaxFilms:       3,
		RequestTimeout: 10 * time.Second,
		ReadTimeout:    10 * time.Second,
		IdleTimeout:    10 * time.Second,
		Registerer:     s.registry,
		Logger:         slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	cfg.Ready = readiness.New(client, cfg.Logger).Check
	for _, c := range change {
		c(&cfg)
	}
	if cfg.Decoder, err = xray.NewDecoder(cfg.Films); err != nil {
		t.Fatal(err)
	}
	if s.app, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	// This handler panics, so that tests can check the answer and the log.
	s.app.Get("/panic", func(*fiber.Ctx) error { panic("Jane Doe") })

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Address = listener.Addr().String()
	s.URL = "http://" + s.Address
	ended := make(chan error, 1)
	go func() { ended <- s.app.Listener(Lingering(listener)) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := s.app.ShutdownWithTimeout(10 * time.Second); err != nil {
			t.Errorf("shut down: %v", err)
		}
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	waitUntilServing(t, s.URL)
	return s
}

// waitUntilServing waits for the start, because Fiber can only shut down a server that has started.
func waitUntilServing(t *testing.T, url string) {
	t.Helper()
	response, err := http.Get(url + "/livez")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
}

// reply is an answer, read to its end.
type reply struct {
	Status int
	Header http.Header
	Body   string
}

func (r reply) json(t *testing.T) jsonAnswer {
	t.Helper()
	var a jsonAnswer
	if err := json.Unmarshal([]byte(r.Body), &a); err != nil {
		t.Fatalf("status %d, and the body is not JSON: %.300s", r.Status, r.Body)
	}
	return a
}

// jsonAnswer is a prediction or a problem: they share the films and the notice.
type jsonAnswer struct {
	api.Problem
	Model *api.Model `json:"model"`
}

func (a jsonAnswer) code() string {
	for _, film := range a.Films {
		if film.Refusal != nil {
			return film.Refusal.Code
		}
	}
	return a.Code
}

func (s *site) do(t *testing.T, method, path string, body io.Reader, header ...string) reply {
	t.Helper()
	request, err := http.NewRequest(method, s.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(text)}
}

func (s *site) get(t *testing.T, path string, header ...string) reply {
	t.Helper()
	return s.do(t, http.MethodGet, path, nil, header...)
}

// upload sends films as a form does. header are pairs of name and value.
func (s *site) upload(t *testing.T, films [][]byte, header ...string) reply {
	t.Helper()
	body, contentType := formOf(t, api.FilmField, films...)
	return s.do(t, http.MethodPost, "/predict", body, append([]string{"Content-Type", contentType}, header...)...)
}

// uploadJSON is upload for an API client.
func (s *site) uploadJSON(t *testing.T, films ...[]byte) (reply, jsonAnswer) {
	t.Helper()
	r := s.upload(t, films, "Accept", "application/json")
	return r, r.json(t)
}

func formOf(t *testing.T, field string, films ...[]byte) (*bytes.Buffer, string) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i, film := range films {
		part, err := form.CreateFormFile(field, fmt.Sprintf("Doe-Jane-%d.png", i))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(film); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return &body, form.FormDataContentType()
}

var drawnFilm = sync.OnceValues(func() ([]byte, error) {
	return phantom.PNG(phantom.Draw(phantom.Config{Seed: 3, Width: 256, Height: 256}))
})

func film(t *testing.T) []byte {
	t.Helper()
	picture, err := drawnFilm()
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// squeeze returns a page's text without tags and with single spaces, so that a test can search it.
func squeeze(html string) string {
	var text strings.Builder
	inTag := false
	for _, r := range html {
		switch {
		case r == '<':
			inTag = true
			text.WriteByte(' ')
		case r == '>':
			inTag = false
		case !inTag:
			text.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(text.String(), "\u00a0", " ")), " ")
}
