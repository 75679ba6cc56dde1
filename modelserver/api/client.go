package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// ErrNoModelCard means that the server has no GET /model. MLflow's own has not.
var ErrNoModelCard = errors.New("model server has no description of its model")

// ErrUnreachable wraps every failure to get an answer at all.
var ErrUnreachable = errors.New("model server cannot be reached")

// ErrBadAnswer wraps a 200 whose body is not what the protocol says.
var ErrBadAnswer = errors.New("model server's answer cannot be read")

// maxAnswer bounds what is read of an answer: 20 films' activation maps are
// under 1 MB.
const maxAnswer = 16 << 20

// ClientConfig is a client's configuration.
type ClientConfig struct {
	Address string // base address, such as http://localhost:8000
	Token   string // sent as a bearer token; empty: none is
	// RetryWait is the pause before the one retry when the server names
	// none. 0 means 100 ms.
	RetryWait time.Duration
}

// Client calls one model server. It is safe for concurrent use.
type Client struct {
	base      *url.URL
	token     string
	http      *http.Client
	retryWait time.Duration
}

// NewClient checks the address and returns a client with its own connections.
func NewClient(cfg ClientConfig) (*Client, error) {
	base, err := url.Parse(cfg.Address)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, errors.New("want an address such as http://localhost:8000")
	}
	if cfg.RetryWait == 0 {
		cfg.RetryWait = 100 * time.Millisecond
	}
	transport := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 2 * time.Second}).DialContext,
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     30 * time.Second,
		TLSHandshakeTimeout: 5 * time.Second,
	}
	return &Client{
		base:  base,
		token: cfg.Token,
		// A film goes to the address that was configured and nowhere else.
		http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}},
		retryWait: cfg.RetryWait,
	}, nil
}

// Invocation is one call of POST /invocations with one unnamed input tensor.
type Invocation struct {
	// SignatureName selects a function other than serving_default. MLflow's own
	// server ignores it and runs the default one.
	SignatureName string
	Inputs        Uint8Tensor
	RequestID     string // sent as X-Request-ID when set
}

// Predictions are a call's outputs by name. A server that runs a function with
// one output gives it the name "".
type Predictions struct {
	ModelID string // from ModelHeader; empty from MLflow's own server
	Outputs map[string]Float64Tensor
}

// Invoke asks for predictions. It retries once when the server is too busy
// (503), or is being exchanged for another (502 of a proxy, a connection that
// breaks), and ctx leaves the time. Errors: *StatusError, or one that wraps
// ErrUnreachable, ErrBadAnswer or the context's.
func (c *Client) Invoke(ctx context.Context, call Invocation) (*Predictions, error) {
	body, err := call.marshal()
	if err != nil {
		return nil, err
	}
	answer, err := c.post(ctx, body, call.RequestID)
	if wait, worth := c.worthRetrying(err); worth {
		if !sleepWithin(ctx, wait) {
			return nil, err
		}
		answer, err = c.post(ctx, body, call.RequestID)
	}
	return answer, err
}

// worthRetrying tells whether another moment may bring another answer, and how
// long to wait for it. A prediction changes nothing, so one whose connection
// broke may be asked for again.
func (c *Client) worthRetrying(err error) (time.Duration, bool) {
	if status, ok := errors.AsType[*StatusError](err); ok {
		worth := status.Status == http.StatusServiceUnavailable || status.Status == http.StatusBadGateway
		return max(status.RetryAfter, c.retryWait), worth
	}
	return c.retryWait, errors.Is(err, ErrUnreachable)
}

// Model describes the model that the server has loaded; ErrNoModelCard when it
// cannot say.
func (c *Client) Model(ctx context.Context) (*Model, error) {
	response, err := c.do(ctx, http.MethodGet, "/model", nil, "")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return nil, ErrNoModelCard
	}
	if response.StatusCode != http.StatusOK {
		return nil, statusError(response)
	}
	text, err := c.readAnswer(ctx, response)
	if err != nil {
		return nil, err
	}
	var model Model
	if err := json.Unmarshal(text, &model); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadAnswer, err)
	}
	return &model, nil
}

// Ping asks whether the server takes work.
func (c *Client) Ping(ctx context.Context) error {
	response, err := c.do(ctx, http.MethodGet, "/ping", nil, "")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return statusError(response)
	}
	_, err = c.readAnswer(ctx, response) // to its end, so that the connection is kept
	return err
}

func (i Invocation) marshal() ([]byte, error) {
	body := make([]byte, 0, 64+4*len(i.Inputs.Data)+4*len(i.Inputs.Shape))
	body = append(body, '{')
	if i.SignatureName != "" {
		name, err := json.Marshal(i.SignatureName)
		if err != nil {
			return nil, err
		}
		body = append(body, `"signature_name":`...)
		body = append(body, name...)
		body = append(body, ',')
	}
	body = append(body, `"inputs":`...)
	body, err := i.Inputs.appendJSON(body)
	if err != nil {
		return nil, err
	}
	return append(body, '}'), nil
}

func (c *Client) post(ctx context.Context, body []byte, requestID string) (*Predictions, error) {
	response, err := c.do(ctx, http.MethodPost, "/invocations", body, requestID)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, statusError(response)
	}
	text, err := c.readAnswer(ctx, response)
	if err != nil {
		return nil, err
	}
	outputs, err := parsePredictions(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadAnswer, err)
	}
	return &Predictions{ModelID: response.Header.Get(ModelHeader), Outputs: outputs}, nil
}

// parsePredictions reads {"predictions": tensor} and
// {"predictions": {name: tensor}}.
func parsePredictions(text []byte) (map[string]Float64Tensor, error) {
	var answer struct {
		Predictions json.RawMessage `json:"predictions"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, err
	}
	if len(answer.Predictions) == 0 {
		return nil, errors.New("no predictions")
	}
	if answer.Predictions[0] != '{' {
		tensor, err := parseTensor(answer.Predictions)
		if err != nil {
			return nil, err
		}
		return map[string]Float64Tensor{"": tensor}, nil
	}
	var named map[string]json.RawMessage
	if err := json.Unmarshal(answer.Predictions, &named); err != nil {
		return nil, err
	}
	outputs := make(map[string]Float64Tensor, len(named))
	for name, raw := range named {
		tensor, err := parseTensor(raw)
		if err != nil {
			return nil, err
		}
		outputs[name] = tensor
	}
	return outputs, nil
}

func (c *Client) do(ctx context.Context, method, path string, body []byte, requestID string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.base.JoinPath(path).String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	if requestID != "" {
		request.Header.Set("X-Request-ID", requestID)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, c.transportError(ctx, err)
	}
	return response, nil
}

// readAnswer reads the body of a 200.
func (c *Client) readAnswer(ctx context.Context, response *http.Response) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, c.transportError(ctx, err)
	}
	if len(text) > maxAnswer {
		return nil, fmt.Errorf("%w: it is longer than %d bytes", ErrBadAnswer, maxAnswer)
	}
	return text, nil
}

// transportError tells a caller that ran out of time from a server that is away.
func (c *Client) transportError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("ask model server: %w", ctx.Err())
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}

func statusError(response *http.Response) error {
	e := &StatusError{Status: response.StatusCode}
	text, _ := io.ReadAll(io.LimitReader(response.Body, 64<<10)) // the status alone is an answer
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
		var body ErrorBody
		if json.Unmarshal(text, &body) == nil {
			e.Code, e.Message = body.Code, body.Message
		}
	}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	return e
}

// sleepWithin pauses for d, unless ctx would end first: then it says false.
func sleepWithin(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
