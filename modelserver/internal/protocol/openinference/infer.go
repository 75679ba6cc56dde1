package openinference

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/model"
)

// headerLength is the header with the number of bytes of JSON at the start of a body;
// the tensors' bytes follow. Without it the whole body is JSON.
const headerLength = "Inference-Header-Content-Length"

// infer is POST /v2/models/{model}/infer.
func (p *Protocol) infer(of address) httpserver.Answer {
	return func(w http.ResponseWriter, r *http.Request) *fault {
		if f := checkContentType(r.Header.Get("Content-Type")); f != nil {
			return f
		}
		length, f := jsonLength(r.Header.Get(headerLength))
		if f != nil {
			return f
		}
		return p.predictor.Predict(w, r, &codec{of: of, length: length})
	}
}

// checkContentType also accepts a request without a type, as Triton's clients send it,
// and the type that curl -d sends by default, which Triton ignores.
func checkContentType(header string) *fault {
	if header == "" {
		return nil
	}
	media, params, err := mime.ParseMediaType(header)
	charset, ok := params["charset"]
	if err == nil && (!ok || strings.EqualFold(charset, "utf-8")) {
		switch media {
		case "application/json", "application/octet-stream", "application/x-www-form-urlencoded":
			return nil
		}
	}
	return &fault{Status: http.StatusUnsupportedMediaType, Message: "The Content-Type must be application/json or, with binary tensors, application/octet-stream."}
}

// wholeBody is the length of the JSON when there is no header for it.
const wholeBody = -1

func jsonLength(header string) (int, *fault) {
	if header == "" {
		return wholeBody, nil
	}
	length, err := strconv.ParseUint(header, 10, 31)
	if err != nil {
		return 0, badRequest("%s must be the length of the JSON in bytes.", headerLength)
	}
	return int(length), nil
}

// codec is the protocol's encoding of one prediction.
type codec struct {
	of     address
	length int // of the JSON in the body
	response
}

// Decode implements httpserver.Codec.
func (c *codec) Decode(body []byte, m *model.Model) (inference.Call, *fault) {
	info := m.Info()
	if f := c.of.check(info); f != nil {
		return inference.Call{}, f
	}
	parsed, f := parse(body, c.length)
	if f != nil {
		return inference.Call{}, f
	}
	function := m.Function(parsed.signature)
	signature := info.Signatures[function.Name()]
	inputs, f := match(parsed.inputs, function, signature)
	if f != nil {
		return inference.Call{}, f
	}
	c.response = response{model: nameOf(info), version: info.Version, id: parsed.id}
	if c.outputs, f = parsed.choose(signature); f != nil {
		return inference.Call{}, f
	}
	return inference.Call{Function: function, Inputs: inputs}, nil
}

// parse reads a body whose first length bytes are JSON.
func parse(body []byte, length int) (*request, *fault) {
	var raw []byte
	switch {
	case length > len(body):
		return nil, badRequest("%s is more than the body has.", headerLength)
	case length != wholeBody:
		body, raw = body[:length], body[length:]
	}
	parsed, f := parseJSON(body)
	if f != nil {
		return nil, f
	}
	if f := parsed.attach(raw, length != wholeBody); f != nil {
		return nil, f
	}
	return parsed, nil
}
