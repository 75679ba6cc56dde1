// Package api is the Go client of a model server that speaks MLflow's scoring
// protocol, with the protocol's types and errors. It works with this project's
// model server and with MLflow's own.
package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// maxAnswer bounds how much of an answer is read. The activation maps of 20
// films take less than 1 MB.
const maxAnswer = 16 << 20

// ClientConfig configures a Client.
type ClientConfig struct {
	Address string // base address, such as http://localhost:8000
	Token   string // sent as a bearer token, unless it is empty
	// RetryWait is the shortest pause before the retry. The server's answer
	// may name a longer one. 0 means 100 ms.
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
		// A film goes to the configured address and nowhere else.
		http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}},
		retryWait: cfg.RetryWait,
	}, nil
}

// do sends one request. The caller closes the response's body.
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

// readAnswer reads the body of a successful answer.
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

// transportError distinguishes a caller that ran out of time from a server that
// cannot be reached.
func (c *Client) transportError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("ask model server: %w", ctx.Err())
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}
