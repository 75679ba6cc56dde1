package httpserver_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

func compress(tb testing.TB, text string) string {
	tb.Helper()
	var compressed bytes.Buffer
	w := gzip.NewWriter(&compressed)
	if _, err := w.Write([]byte(text)); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return compressed.String()
}

func TestCompressedBodiesAreDecompressed(t *testing.T) {
	h := mustServe(t, tinymodel.Config{}, limitTo(100))
	const (
		served  = `{"predictions": [[1.0, 2.0]]}`
		broken  = `{"error_code":"BAD_REQUEST","message":"The body is said to be gzip and is not."}`
		large   = `{"error_code":"BAD_REQUEST","message":"The body is larger than this server takes."}`
		unknown = "This server takes bodies as they are or with Content-Encoding: gzip."
	)
	compressed := compress(t, fits)
	tests := []struct{ name, encoding, body, want string }{
		{"as it is", "identity", fits, "200 " + served},
		{"gzip", "gzip", compressed, "200 " + served},
		{"gzip by its old name", "x-gzip", compressed, "200 " + served},
		{"gzip in capitals", "GZIP", compressed, "200 " + served},
		{"gzip in two members", "gzip", compress(t, fits[:5]) + compress(t, fits[5:]), "200 " + served},
		{"gzip that grows to the limit", "gzip", compress(t, fits+strings.Repeat(" ", 100-len(fits))), "200 " + served},
		{"gzip that grows beyond the limit", "gzip", compress(t, fits+strings.Repeat(" ", 101-len(fits))), "413 " + large},
		{"gzip that grows far beyond the limit", "gzip", compress(t, strings.Repeat(" ", 20_000)), "413 " + large},
		{"no gzip", "gzip", fits, "400 " + broken},
		{"gzip that ends early", "gzip", compressed[:len(compressed)-10], "400 " + broken},
		{"gzip with a wrong checksum", "gzip", compressed[:len(compressed)-8] + "12345678", "400 " + broken},
		{"gzip of nonsense", "gzip", compressed[:10] + "nonsense", "400 " + broken},
		{"nothing", "gzip", "", "400 " + broken},
		{"another encoding", "br", fits, "415 " + unknown},
		{"two encodings", "gzip, gzip", compressed, "415 " + unknown},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := h.post(t, test.body, "Content-Encoding", test.encoding)
			if answered := fmt.Sprint(got.StatusCode, " ", got.Text); answered != test.want {
				t.Errorf("it answers %s; want %s", answered, test.want)
			}
		})
	}
}

// Each request stays within its own limit, but many requests together could take too
// much memory. A large request that finds no room is refused; a small one that fits
// is served.
func TestMemoryIsBoundedOverAllRequests(t *testing.T) {
	h := mustServe(t, tinyserver.Awaiting(), func(c *tinyserver.Config) { c.Core.MaxMemoryBytes = 1000 })
	large := fits + strings.Repeat(" ", 2000)
	answers := make(chan tinyserver.Answer)
	go func() { answers <- h.post(t, large) }() // alone it may be larger than the limit
	for h.Histogram(t, "pneumoscope_modelserver_stage_duration_seconds", "queue").GetSampleCount() == 0 {
		select {
		case answer := <-answers:
			t.Fatalf("alone it is answered with %d %s", answer.StatusCode, answer.Text)
		default:
		}
	}
	refused := h.post(t, large)
	refused.Check(t, 503, `{"error_code":"TEMPORARILY_UNAVAILABLE","message":"The server is busy: try again after the time in Retry-After."}`, "Retry-After", "1")
	go func() { answers <- h.post(t, fits) }() // there is room for a small one
	for range 2 {
		tinyserver.Release(t, h.Model)
	}
	for range 2 {
		if answer := <-answers; answer.StatusCode != 200 {
			t.Errorf("it is answered with %d %s", answer.StatusCode, answer.Text)
		}
	}
	for range 3 {
		h.Log.Next(t.Context(), t)
	}
	h.CheckIdle(t)
}

func TestARequestOfTooManyRowsIsRefused(t *testing.T) {
	h := mustServe(t, tinymodel.Config{}) // takes up to 20 rows
	rows := func(n int) string {
		return `{"inputs": [` + strings.TrimSuffix(strings.Repeat("[1, 2],", n), ",") + `]}`
	}
	if got := h.post(t, rows(20)); got.StatusCode != 200 {
		t.Errorf("20 rows are answered with %d %s", got.StatusCode, got.Text)
	}
	got := h.post(t, rows(21))
	got.Check(t, 413, `{"error_code":"BAD_REQUEST","message":"The request has more rows than this server takes at once: send it in parts."}`)
}
