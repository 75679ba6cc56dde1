//go:build e2e || parity || browser || api

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"pneumoscope/frontend/api"
)

// answer is the frontend's JSON. A prediction has the films and the notice in the same fields as a problem.
type answer struct{ api.Problem }

// code returns the first code in an answer, or "".
func (a answer) code() string {
	if a.Code != "" {
		return a.Code
	}
	for _, film := range a.Films {
		if film.Refusal != nil {
			return film.Refusal.Code
		}
	}
	return ""
}

// upload posts files under a form field and returns the status and the JSON.
func upload(t *testing.T, url, field string, files ...[]byte) (int, answer) {
	t.Helper()
	body, contentType := form(t, field, files...)
	return post(t, url, contentType, body)
}

func form(t *testing.T, field string, files ...[]byte) (body *bytes.Buffer, contentType string) {
	t.Helper()
	text, contentType := api.Form(field, files...)
	return bytes.NewBuffer(text), contentType
}

// beginUpload sends the headers of an upload and the beginning of its body. The caller
// closes the connection.
func beginUpload(t *testing.T, url, contentType string, beginning []byte, headers ...string) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	head := fmt.Sprintf("POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: 10000000\r\n", contentType)
	for i := 0; i < len(headers); i += 2 {
		head += headers[i] + ": " + headers[i+1] + "\r\n"
	}
	if _, err := connection.Write(append([]byte(head+"\r\n"), beginning...)); err != nil {
		t.Fatal(err)
	}
	return connection
}

// post sends a body. headers are alternating names and values.
func post(t *testing.T, url, contentType string, body io.Reader, headers ...string) (int, answer) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, url+"/predict", body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Accept", "application/json")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
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
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatalf("the status is %d, and the body is not JSON: %.200s", response.StatusCode, text)
	}
	return response.StatusCode, a
}

// score uploads one film and returns its probability.
func score(t *testing.T, url string, film []byte) float64 {
	t.Helper()
	code, a := upload(t, url, "film", film)
	if code != http.StatusOK {
		t.Fatalf("the status is %d, the code %q; want 200", code, a.code())
	}
	if n := len(a.Films); n != 1 {
		t.Fatalf("the answer has %d films; want 1", n)
	}
	if a.Films[0].Probability == nil {
		t.Fatalf("there is no probability; the code is %q", a.code())
	}
	return *a.Films[0].Probability
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
