package mlruns

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
	"strings"
	"time"

	"pneumoscope/internal/secret"
)

const (
	// metadataTimeout limits one request for metadata, which the server answers
	// from its database.
	metadataTimeout = 30 * time.Second
	// maxAnswer limits the answer to such a request. A listing of maxFiles names
	// of ordinary length is shorter.
	maxAnswer = 8 << 20
	// maxRedirects limits the redirects of one request within the server.
	maxRedirects = 10
)

var errNoAnswer = fmt.Errorf("no answer within %s", metadataTimeout)

// client speaks to a tracking server as MLflow's client does.
type client struct {
	base                              *url.URL
	http                              *http.Client
	tokenFile, username, passwordFile string
}

func newClient(cfg Config) (client, error) {
	base, err := url.Parse(cfg.Tracking)
	switch {
	case err != nil || base.Host == "" || base.RawQuery != "" || base.Fragment != "":
		return client{}, ErrStore // the error must not repeat the address, which may contain a password
	case base.User != nil:
		return client{}, fmt.Errorf("%w: put the name and the password in settings of their own, not in the address", ErrStore)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	transport.DisableCompression = true // the sizes of files are compared with the listing
	c := client{
		base: base, http: &http.Client{Transport: transport, CheckRedirect: stay},
		tokenFile: cfg.TokenFile, username: cfg.Username, passwordFile: cfg.PasswordFile,
	}
	// The secret is read here too, so that an unreadable file is reported at the
	// start and not at the first request.
	return c, c.authorize(&http.Request{Header: http.Header{}})
}

// errElsewhere is a redirect to another server.
type errElsewhere struct{ to url.URL }

func (e *errElsewhere) Error() string { return "redirected to " + e.to.String() }

// stay refuses redirects to another scheme, host or port: the credentials are only for
// the configured server, and a redirect may lead into a private network.
func stay(request *http.Request, via []*http.Request) error {
	if from, to := via[0].URL, request.URL; site(from) != site(to) {
		return &errElsewhere{to: url.URL{Scheme: to.Scheme, Host: to.Host}}
	}
	if len(via) >= maxRedirects {
		return errors.New("too many redirects")
	}
	return nil
}

// site is the scheme, host and port of an address.
func site(address *url.URL) string {
	port := address.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[address.Scheme]
	}
	return address.Scheme + "://" + net.JoinHostPort(strings.ToLower(address.Hostname()), port)
}

// authorize adds the credentials to a request. It reads the files each time,
// because a token may be renewed while the server runs.
func (c client) authorize(request *http.Request) error {
	if c.tokenFile != "" {
		token, err := secret.Read(c.tokenFile)
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if c.username != "" {
		password, err := secret.Read(c.passwordFile)
		if err != nil {
			return err
		}
		request.SetBasicAuth(c.username, password)
	}
	return nil
}

// apiFault is an answer other than 2xx. Its code is MLflow's error code, or empty
// if the answer is not an error of MLflow's.
type apiFault struct {
	base   string
	status int
	code   string
}

func (f *apiFault) Error() string {
	return fmt.Sprintf("%v: the tracking server at %s answered %d", f.Unwrap(), f.base, f.status)
}

func (f *apiFault) Unwrap() error {
	if f.code != "" || f.status >= 500 || f.status == http.StatusTooManyRequests {
		return ErrUnreachable
	}
	return ErrNotMLflow
}

// missing reports whether an answer means that the requested thing does not exist.
// For an unknown alias or stage MLflow answers INVALID_PARAMETER_VALUE.
func missing(err error) bool {
	fault, ok := errors.AsType[*apiFault](err)
	return ok && (fault.code == "RESOURCE_DOES_NOT_EXIST" || fault.code == "INVALID_PARAMETER_VALUE")
}

// unknownPath reports whether the server lacks an endpoint, as older versions of
// MLflow do.
func unknownPath(err error) bool {
	fault, ok := errors.AsType[*apiFault](err)
	return ok && fault.status == http.StatusNotFound && fault.code == ""
}

// get requests metadata.
func (c client) get(ctx context.Context, path string, query url.Values, into any) error {
	return c.requestJSON(ctx, http.MethodGet, path, query, nil, into)
}

// post requests metadata with a JSON object.
func (c client) post(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.requestJSON(ctx, http.MethodPost, path, nil, text, into)
}

// requestJSON sends one request for metadata and decodes the JSON answer.
func (c client) requestJSON(ctx context.Context, method, path string, query url.Values, body []byte, into any) error {
	ctx, cancel := context.WithTimeoutCause(ctx, metadataTimeout, errNoAnswer)
	defer cancel()
	response, err := c.do(ctx, method, path, query, body)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return c.unreachable(ctx, err)
	}
	if len(text) > maxAnswer || json.Unmarshal(text, into) != nil {
		return fmt.Errorf("%w: the server at %s does not answer as MLflow's tracking server does", ErrNotMLflow, c.base)
	}
	return nil
}

// do sends one request and returns a 2xx answer, whose body the caller closes. Any
// other answer is an error.
func (c client) do(ctx context.Context, method, path string, query url.Values, body []byte) (*http.Response, error) {
	address := c.base.JoinPath(path)
	address.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, method, address.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if err := c.authorize(request); err != nil {
		return nil, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	if response.StatusCode/100 == 2 {
		return response, nil
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, 64<<10)) // if it is cut off, the error is only less exact
	return nil, c.explain(response.StatusCode, text)
}

// explain turns an error answer into an error that does not repeat the server's
// text.
func (c client) explain(status int, text []byte) error {
	if status == http.StatusForbidden && bytes.HasPrefix(text, []byte("Invalid Host header")) {
		return fmt.Errorf("%w: the tracking server at %s does not take requests under that host name; start it with --allowed-hosts", ErrRefused, c.base)
	}
	if status == http.StatusUnauthorized || status == http.StatusForbidden {
		reason := "does not take the credentials that it was given"
		if c.tokenFile == "" && c.username == "" {
			reason = "wants credentials"
		}
		return fmt.Errorf("%w: the tracking server at %s %s (%d)", ErrRefused, c.base, reason, status)
	}
	var fault struct {
		Code string `json:"error_code"`
	}
	_ = json.Unmarshal(text, &fault) // an answer that is not MLflow's has no code
	return &apiFault{base: c.base.String(), status: status, code: fault.Code}
}

// unreachable returns the reason why there was no answer: the caller cancelled, or
// the network failed.
func (c client) unreachable(ctx context.Context, err error) error {
	if elsewhere, ok := errors.AsType[*errElsewhere](err); ok {
		return fmt.Errorf("%w: the tracking server at %s redirects to %s: if that is the right server, set MODELSERVER_MLRUNS to its address", ErrNotMLflow, c.base, &elsewhere.to)
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if sent, ok := errors.AsType[*url.Error](err); ok {
		err = sent.Err // without the address, which the error already contains
	}
	return fmt.Errorf("%w: the tracking server at %s: %w", ErrUnreachable, c.base, err)
}

// escapePath escapes each segment of a slash-separated path.
func escapePath(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		segments[i] = url.PathEscape(segment)
	}
	return strings.Join(segments, "/")
}
