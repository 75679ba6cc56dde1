//go:build integration

package docker

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/testcontainers/testcontainers-go"
)

// All these tests use one stack, because starting it takes longer than they do.
func TestTheContainersTogether(t *testing.T) {
	s := mustStart(t, 3)
	film := mustDraw(t, s.address)

	t.Run("a drawn film becomes a probability through NGINX", func(t *testing.T) {
		if a := mustUpload(t, s.address, film); !a.scored() {
			t.Fatalf("the film is not scored: %v", a)
		}
	})
	t.Run("an upload of twenty films passes NGINX, which could not write it to a disk", func(t *testing.T) {
		// NGINX's temporary folders hold 64 KiB. The upload has 6 MB, the request to the
		// model another 6 MB.
		a := mustUpload(t, s.address, slices.Repeat([][]byte{film}, 20)...)
		if !a.scored() {
			t.Fatalf("the films are not scored: %v", a)
		}
		if len(a.Films) != 20 {
			t.Fatalf("the answer has %d films, want 20: %v", len(a.Films), a)
		}
	})
	t.Run("nothing of an upload is logged or kept", s.keepsNothing)
	t.Run("hostile uploads are refused at the edge or behind it", s.refusesTheHostile)
	t.Run("Prometheus sees every replica and counters that move", s.isScraped)
	t.Run("every query of the dashboard has data", s.fillsTheDashboard)
	t.Run("every metric is documented, and every documented one exists", s.isDocumented)
	t.Run("the score reference can be written again", s.writesTheScoreReference)
	t.Run("four times too many clients get Retry-After, and the page answers", s.isOverrun)
	t.Run("killing a replica under load fails no request", s.losesAReplica)
	t.Run("without the model the page answers, and films are scored once it is back", s.losesTheModel)
}

func (s *stack) refusesTheHostile(t *testing.T) {
	film := mustDraw(t, s.address)
	tests := []struct {
		name   string
		status int
		code   string
		send   func() (answer, error)
	}{
		{"a body one byte too large", http.StatusRequestEntityTooLarge, "body_too_large", func() (answer, error) {
			return post(t.Context(), s.address, "multipart/form-data; boundary=x", bytes.NewReader(make([]byte, 8388608+1)))
		}},
		{"such a body without its length", http.StatusRequestEntityTooLarge, "body_too_large", func() (answer, error) {
			return post(t.Context(), s.address, "multipart/form-data; boundary=x", io.MultiReader(bytes.NewReader(make([]byte, 8388608+1))))
		}},
		{"a body of the maximum size that is not a form", http.StatusBadRequest, "malformed_form", func() (answer, error) {
			return post(t.Context(), s.address, "multipart/form-data; boundary=x", bytes.NewReader(make([]byte, 8388608)))
		}},
		{"a picture that claims 1.6 gigapixels", http.StatusUnprocessableEntity, "too_many_pixels", func() (answer, error) {
			return upload(t.Context(), s.address, claim(film, 40000, 40000))
		}},
		{"half a film", http.StatusUnprocessableEntity, "corrupt", func() (answer, error) {
			return upload(t.Context(), s.address, film[:len(film)/2])
		}},
		{"a program instead of a film", http.StatusUnsupportedMediaType, "unsupported_type", func() (answer, error) {
			return upload(t.Context(), s.address, []byte("\x7fELF\x02\x01\x01"+strings.Repeat("\x00", 4096)))
		}},
		{"nothing instead of a film", http.StatusUnprocessableEntity, "empty", func() (answer, error) {
			return upload(t.Context(), s.address, nil)
		}},
		{"too many films", http.StatusBadRequest, "too_many_films", func() (answer, error) {
			return upload(t.Context(), s.address, slices.Repeat([][]byte{film[:1000]}, 21)...)
		}},
		{"no form", http.StatusBadRequest, "not_multipart", func() (answer, error) {
			return post(t.Context(), s.address, "application/octet-stream", bytes.NewReader(film))
		}},
		{"metrics, which are not public", http.StatusNotFound, "not_found", func() (answer, error) { return s.get(t, "/metrics") }},
		{"the model server's path", http.StatusNotFound, "not_found", func() (answer, error) { return s.get(t, "/invocations") }},
		{"NGINX's own answers", http.StatusNotFound, "", func() (answer, error) { return s.get(t, "/edge/413.json") }},
		{"a path that leaves the served folder", http.StatusBadRequest, "", func() (answer, error) { return s.get(t, "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd") }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, err := test.send()
			// NGINX closes the connection when it answers before the whole body has arrived. Go,
			// unlike a browser, does not send a POST again on a new connection.
			http.DefaultClient.CloseIdleConnections()
			if err != nil {
				t.Fatal(err)
			}
			if a.status != test.status {
				t.Errorf("the status is %d, want %d: %v", a.status, test.status, a)
			}
			if a.code() != test.code {
				t.Errorf("the code is %q, want %q: %v", a.code(), test.code, a)
			}
		})
	}
	if a := mustUpload(t, s.address, film); !a.scored() {
		t.Errorf("afterwards a film is not scored: %v", a)
	}
	for _, c := range append([]testcontainers.Container{s.frontend, s.nginx}, s.models...) {
		state, err := c.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !state.Running {
			t.Errorf("a container is %s", state.Status)
		}
		if state.OOMKilled {
			t.Error("a container was killed for memory")
		}
	}
}

func (s *stack) get(t *testing.T, path string) (answer, error) {
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.address+path, nil)
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Accept", "application/json")
	return do(request)
}

// claim writes another width and height into a PNG's header.
func claim(film []byte, width, height uint32) []byte {
	liar := bytes.Clone(film)
	header := liar[12:29] // the chunk's name and its 13 bytes
	binary.BigEndian.PutUint32(header[4:], width)
	binary.BigEndian.PutUint32(header[8:], height)
	binary.BigEndian.PutUint32(liar[29:], crc32.ChecksumIEEE(header))
	return liar
}

func (s *stack) isOverrun(t *testing.T) {
	film := mustDraw(t, s.address)
	ctx, stop := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	answers := make(chan answer)
	for range 64 {
		clients.Go(func() {
			for ctx.Err() == nil {
				a, err := upload(context.WithoutCancel(ctx), s.address, film)
				if err != nil {
					a.text = err.Error()
				}
				answers <- a
			}
		})
	}
	go func() { clients.Wait(); close(answers) }()
	scored, turnedAway := 0, 0
	for a := range answers {
		switch {
		case a.scored():
			scored++
		case a.status == http.StatusTooManyRequests && a.retryAfter != "" && a.code() == "too_many_at_once",
			a.status == http.StatusServiceUnavailable && a.retryAfter != "" && a.code() == "busy":
			turnedAway++
		default:
			t.Errorf("the answer is %v, retry after %q", a, a.retryAfter)
			stop() // otherwise a stack that is gone would fail forever
		}
		switch scored + turnedAway {
		case 200:
			if page := mustGet(t, s.address+"/"); page.status != http.StatusOK {
				t.Errorf("under this load the page is %v", page)
			}
		case 1000:
			stop()
		}
	}
	stop()
	t.Logf("%d films scored, %d turned away", scored, turnedAway)
	if scored == 0 {
		t.Error("no film was scored")
	}
	if turnedAway == 0 {
		t.Error("no film was turned away")
	}
}

func (s *stack) losesAReplica(t *testing.T) {
	load := startTraffic(t, s.address, 16)
	load.more(t, 20)
	mustDocker(t, "kill", s.models[0].GetContainerID())
	load.more(t, 100)
	mustDocker(t, "start", s.models[0].GetContainerID())
	load.more(t, 50)
	load.end(t)
}

func (s *stack) losesTheModel(t *testing.T) {
	film := mustDraw(t, s.address)
	for _, model := range s.models {
		mustDocker(t, "kill", model.GetContainerID())
	}
	eventually(t, time.Minute, func() error {
		a, err := upload(t.Context(), s.address, film)
		if a.retryAfter == "" {
			t.Errorf("without the model the answer to a film has no Retry-After: %v", a)
		}
		// For a second NGINX still has the old addresses, and waits for them.
		if err == nil && (a.status != http.StatusServiceUnavailable || a.code() != "model_unavailable") {
			err = errors.New(a.String())
		}
		return err
	})
	if a := mustGet(t, s.address+"/"); a.status != http.StatusOK {
		t.Errorf("without the model the page is %v", a)
	}
	mustDocker(t, "start", s.models[0].GetContainerID())
	eventually(t, time.Minute, func() error {
		a, err := upload(t.Context(), s.address, film)
		if err == nil && !a.scored() {
			err = errors.New(a.String())
		}
		return err
	})
}
