package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// FilmField is the form's field that holds films.
const FilmField = "film"

// maxAnswer bounds how much of an answer is read. The films of one upload need far less.
const maxAnswer = 16 << 20

// Client calls one frontend. It is safe for concurrent use.
type Client struct {
	address string
	http    *http.Client
}

// NewClient takes the frontend's base address, such as http://localhost:8080.
func NewClient(address string) (*Client, error) {
	base, err := url.Parse(address)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, errors.New("want an address such as http://localhost:8080")
	}
	return &Client{address: strings.TrimSuffix(address, "/"), http: http.DefaultClient}, nil
}

// Predict uploads films and returns the answer. Some of the films in it may be refused. If no film was scored, the
// error is an *Error. Predict has no time limit of its own, because an upload may be slow: ctx limits it.
func (c *Client) Predict(ctx context.Context, films ...[]byte) (*Prediction, error) {
	body, contentType := Form(FilmField, films...)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address+"/predict", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Accept", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return ReadPrediction(response)
}

// Form is a multipart form with the files in one field. Their names are not sent: nobody reads them.
func Form(field string, files ...[]byte) (body []byte, contentType string) {
	var buffer bytes.Buffer
	form := multipart.NewWriter(&buffer) // writing to a buffer cannot fail
	for _, file := range files {
		part, _ := form.CreateFormFile(field, "film")
		_, _ = part.Write(file)
	}
	_ = form.Close()
	return buffer.Bytes(), form.FormDataContentType()
}

// ReadPrediction reads an answer of POST /predict, of at most 16 MB. For any status other than 200 it returns an
// *Error.
func ReadPrediction(response *http.Response) (*Prediction, error) {
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, newError(response, text)
	}
	if len(text) > maxAnswer {
		return nil, fmt.Errorf("the answer is longer than %d bytes", maxAnswer)
	}
	var prediction Prediction
	if err := json.Unmarshal(text, &prediction); err != nil {
		return nil, fmt.Errorf("the answer is not a prediction: %w", err)
	}
	return &prediction, nil
}

// Error is an answer without a result. Its problem is empty if something other than a frontend answered, for example a
// proxy with a page.
type Error struct {
	Status     int
	Code       string        // "" without a problem
	RetryAfter time.Duration // 0: the answer does not say how long to wait
	Problem    Problem
}

func newError(response *http.Response, text []byte) *Error {
	e := &Error{Status: response.StatusCode}
	if json.Unmarshal(text, &e.Problem) == nil {
		e.Code = e.Problem.Code
	}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	return e
}

func (e *Error) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("the frontend answered %d", e.Status)
	}
	return fmt.Sprintf("the frontend answered %d %s: %s", e.Status, e.Code, e.Problem.Detail)
}
