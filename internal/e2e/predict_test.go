//go:build e2e || parity || browser

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"testing"
)

// answer is the frontend's JSON.
type answer struct {
	Films []struct {
		Probability *float64 `json:"probability"`
		Verdict     string   `json:"verdict"`
		Refusal     *problem `json:"refusal"`
	} `json:"films"`
	Error  *problem `json:"error"`
	Notice string   `json:"notice"`
}

type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// code is the first coded problem of an answer, or "".
func (a answer) code() string {
	if a.Error != nil {
		return a.Error.Code
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
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, file := range files {
		part, err := form.CreateFormFile(field, "film")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(file); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return post(t, url, form.FormDataContentType(), &body)
}

// post sends a body; headers are name and value by turns.
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
		t.Fatalf("status %d, and the body is not JSON: %.200s", response.StatusCode, text)
	}
	return response.StatusCode, a
}

// score uploads one film and returns its probability.
func score(t *testing.T, url string, film []byte) float64 {
	t.Helper()
	code, a := upload(t, url, "film", film)
	if code != http.StatusOK || len(a.Films) != 1 || a.Films[0].Probability == nil {
		t.Fatalf("status %d, code %q: no probability", code, a.code())
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
