package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Invocation is one call of POST /invocations with one unnamed input tensor.
type Invocation struct {
	// SignatureName selects a function other than serving_default. MLflow's own
	// server ignores it and runs serving_default.
	SignatureName string
	Inputs        Uint8Tensor
	RequestID     string // sent as X-Request-ID when set
}

// Predictions are a call's outputs by name. An output that the server sends
// without a name has the name "".
type Predictions struct {
	ModelID string // from ModelHeader; empty from MLflow's own server
	Outputs map[string]Float64Tensor
}

// Invoke requests predictions. It retries once when the server is busy (503) or
// is being replaced (a proxy's 502, a broken connection), if ctx leaves enough
// time. Its error is a *StatusError, or wraps ErrUnreachable, ErrBadAnswer or the
// context's error.
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

// post sends one request for predictions.
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
