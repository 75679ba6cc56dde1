package web

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"pneumoscope/frontend/api"
)

// A client that sends far too much must be able to read the reason, in the form it accepts, before its connection ends.
// Fiber's own limit would answer a chunked request, or one with Expect, without our headers, and the kernel would then
// drop the answer with the rest of the body.
func TestAnOversizeUploadIsRefusedWithItsReason(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	for _, test := range []struct {
		name    string
		chunked bool
		expect  string
		accept  string
	}{
		{"with its length", false, "", "application/problem+json"},
		{"chunked", true, "", "application/problem+json"},
		{"with its length, asking first", false, "100-continue", "application/problem+json"},
		{"chunked, asking first", true, "100-continue", "application/problem+json"},
		{"from a browser's form", false, "", "text/html"},
	} {
		t.Run(test.name, func(t *testing.T) {
			const size = 64 << 20
			head := "--x\r\nContent-Disposition: form-data; name=\"film\"; filename=\"a\"\r\n\r\n"
			body := io.MultiReader(strings.NewReader(head), io.LimitReader(zeros{}, size))
			request, err := http.NewRequest("POST", s.URL+"/predict?lang=fr", body)
			if err != nil {
				t.Fatal(err)
			}
			if !test.chunked {
				request.ContentLength = int64(len(head)) + size
			}
			request.Header.Set("Content-Type", "multipart/form-data; boundary=x")
			request.Header.Set("Accept", test.accept)
			if test.expect != "" {
				request.Header.Set("Expect", test.expect)
			}
			response, err := (&http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Second}}).Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			text, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			r := reply{response.StatusCode, response.Header, string(text)}
			wantStatus(t, "the answer", r, 413)
			wantText(t, "the answer", r.Body, "dépasse 2\u00a0Mo")
			wantPrefix(t, "the type", r.Header.Get("Content-Type"), test.accept)
			for _, header := range []string{"Content-Security-Policy", requestIDHeader} {
				if r.Header.Get(header) == "" {
					t.Errorf("the answer lacks %s, which all answers have", header)
				}
			}
		})
	}
	log := s.log.String()
	if n := strings.Count(log, `"code":"body_too_large"`); n != 5 {
		t.Errorf("the log has %d refusals, want five: %s", n, log)
	}
	lackText(t, "the log", log, `"route":"unmatched"`)
}

func TestABodyThatJustFitsIsRead(t *testing.T) {
	const limit = 1 << 20
	s := startSite(t, startModel(t).URL, func(c *Config) { c.MaxUploadBytes = limit })
	for surplus, status := range map[int]int{0: 415, 1: 413} {
		for _, chunked := range []bool{false, true} {
			var body bytes.Buffer
			form := multipart.NewWriter(&body)
			part, err := form.CreateFormFile(api.FilmField, "a")
			if err != nil {
				t.Fatal(err)
			}
			end := len("\r\n--" + form.Boundary() + "--\r\n")
			if _, err := part.Write(bytes.Repeat([]byte("x"), limit-body.Len()-end+surplus)); err != nil {
				t.Fatal(err)
			}
			form.Close()
			var reader io.Reader = &body
			if chunked {
				reader = io.MultiReader(&body) // net/http does not know its length
			}
			r := s.do(t, "POST", "/predict", reader, "Content-Type", form.FormDataContentType())
			wantStatus(t, fmt.Sprintf("%d bytes above the limit, chunked %t", surplus, chunked), r, status)
		}
	}
}

// The part of a body that a handler leaves unread must not be taken for a request.
func TestAnUnreadBodyIsNotTakenForARequest(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	smuggled := "GET /phantom.png HTTP/1.1\r\nHost: x\r\n\r\n"
	padding := strings.Repeat("x", 20000) // more than is read ahead
	for _, target := range []string{"POST /", "POST /predict", "GET /livez", "GET /nothing"} {
		connection, err := net.Dial("tcp", s.Address)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(connection, "%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s%s", target, len(padding)+len(smuggled), padding, smuggled)
		_ = connection.SetReadDeadline(time.Now().Add(5 * time.Second))
		reader := bufio.NewReader(connection)
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatalf("%s: %v", target, err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		if rest, _ := io.ReadAll(reader); len(rest) > 0 {
			t.Errorf("%s: a second answer came: %.100s", target, rest)
		}
		connection.Close()
	}
	lackText(t, "the log, if the body was not taken for a request", s.log.String(), "/phantom.png")
}

func TestAConnectionStaysForTheNextFilm(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	form, contentType := formOf(t, api.FilmField, film(t))
	connection, err := net.Dial("tcp", s.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	reader := bufio.NewReader(connection)
	for i := range 2 {
		fmt.Fprintf(connection, "POST /predict HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", contentType, form.Len(), form.Bytes())
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		if response.StatusCode != 200 {
			t.Errorf("film %d: status %d", i, response.StatusCode)
		}
		if response.Close {
			t.Errorf("film %d: the connection is closed", i)
		}
	}
}

// Slow uploads must not fill the memory. When there are too many, the next one is refused before it is read. Once there
// is room again, uploads are accepted.
func TestTooManyUploadsAtATimeAreRefused(t *testing.T) {
	t.Run("of all clients together", func(t *testing.T) {
		refusesTheSecondUpload(t, 503, "busy", func(c *Config) { c.MaxUploads = 1 })
	})
	t.Run("of one address", func(t *testing.T) {
		refusesTheSecondUpload(t, 429, "too_many_at_once", func(c *Config) { c.Uploads.MaxConcurrent = 1 })
	})
}

func refusesTheSecondUpload(t *testing.T, status int, code string, change func(*Config)) {
	s := startSite(t, startModel(t).URL, change)
	slow := mustSendHalf(t, s.Address)
	defer func() { slow.Close() }()

	// The test cannot see when the slow upload begins or ends, so it repeats uploads until one has the expected status.
	uploadUntil := func(status int, otherwise func()) (reply, jsonAnswer) {
		t.Helper()
		for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			r, answer := s.uploadJSON(t, film(t))
			if r.Status == status || time.Now().After(deadline) {
				return r, answer
			}
			otherwise()
		}
	}
	r, answer := uploadUntil(status, func() {
		if isAnswered(slow) { // then the slow upload was the second one, and was refused
			slow.Close()
			slow = mustSendHalf(t, s.Address)
		}
	})
	wantStatus(t, "the second upload", r, status)
	wantEqual(t, "the second upload's code", answer.code(), code)
	if r.Header.Get("Retry-After") == "" {
		t.Error("the second upload is not told when to try again")
	}
	slow.Close()
	r, _ = uploadUntil(200, func() {})
	wantStatus(t, "an upload once there is room", r, 200)
}

// mustSendHalf begins an upload and does not finish it.
func mustSendHalf(t *testing.T, address string) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	part := "--x\r\nContent-Disposition: form-data; name=\"film\"\r\n\r\n" + strings.Repeat("x", 20000) // more than is read ahead of the handler
	fmt.Fprintf(connection, "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n%s", part)
	return connection
}

func isAnswered(connection net.Conn) bool {
	_ = connection.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := connection.Read(make([]byte, 1))
	return !errors.Is(err, os.ErrDeadlineExceeded)
}

// A client that stops sending gets an answer, and its request ends.
func TestAnUploadThatStallsIsGivenUp(t *testing.T) {
	s := startSite(t, startModel(t).URL, func(c *Config) { c.ReadTimeout = 300 * time.Millisecond })
	connection, err := net.Dial("tcp", s.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	part := "--x\r\nContent-Disposition: form-data; name=\"film\"; filename=\"a\"\r\n\r\n" + strings.Repeat("x", 20000)
	fmt.Fprintf(connection, "POST /predict HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n%s", part)
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(response.Body)
	wantStatus(t, "the answer", reply{response.StatusCode, response.Header, string(text)}, 408)
	wantText(t, "the answer", string(text), "upload_timeout")
}

// Form parsers often write large parts to temporary files. A film must never be in one.
func TestNoFileIsWritten(t *testing.T) {
	scratch := t.TempDir()
	t.Setenv("TMPDIR", scratch)
	s := startSite(t, startModel(t).URL, func(c *Config) { c.MaxUploadBytes = 64 << 20 })
	sent := make(chan struct{})
	body, form := io.Pipe()
	writer := multipart.NewWriter(form)
	go func() {
		defer close(sent)
		part, err := writer.CreateFormFile(api.FilmField, "a")
		if err != nil {
			form.CloseWithError(err)
			return
		}
		_, _ = part.Write(film(t))
		_, _ = io.CopyN(part, zeros{}, 40<<20)
		// The upload has not ended: now a temporary file would be there.
		time.Sleep(50 * time.Millisecond)
		lackFiles(t, "while a film is uploaded", scratch)
		writer.Close()
		form.Close()
	}()
	r := s.do(t, "POST", "/predict", body, "Content-Type", writer.FormDataContentType(), "Accept", "application/json")
	<-sent
	wantStatus(t, "the upload", r, 200)
	lackFiles(t, "after a film was uploaded", scratch)
}

func lackFiles(t *testing.T, when, folder string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Errorf("%s: %v", when, err)
	}
	if len(entries) > 0 {
		t.Errorf("%s there are files: %v", when, entries)
	}
}

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
