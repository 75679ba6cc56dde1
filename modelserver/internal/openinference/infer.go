package openinference

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/endpoint"
	"pneumoscope/modelserver/internal/serving"
)

// headerLength says how many bytes of a body are JSON; the tensors' bytes
// follow. Without it all of the body is JSON.
const headerLength = "Inference-Header-Content-Length"

// infer is POST /v2/models/{model}/infer.
func (p *Protocol) infer(of address) endpoint.Answer {
	return func(w http.ResponseWriter, r *http.Request) *fault {
		if f := checkContentType(r.Header.Get("Content-Type")); f != nil {
			return f
		}
		length, f := jsonLength(r.Header.Get(headerLength))
		if f != nil {
			return f
		}
		return p.predictor.Predict(w, r, func(body []byte, model *bundle.Model) (serving.Call, endpoint.Encode, *fault) {
			return decode(body, length, of, model)
		})
	}
}

// checkContentType lets a request without a type through: Triton's clients send
// none.
func checkContentType(header string) *fault {
	switch header {
	case "", "application/json", "application/octet-stream":
		return nil
	}
	media, params, err := mime.ParseMediaType(header)
	if charset, ok := params["charset"]; err == nil && (media == "application/json" || media == "application/octet-stream") && (!ok || strings.EqualFold(charset, "utf-8")) {
		return nil
	}
	return &fault{Status: http.StatusUnsupportedMediaType, Message: "The Content-Type must be application/json or, with binary tensors, application/octet-stream."}
}

// wholeBody is the length of the JSON when no header tells it.
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

func decode(body []byte, length int, of address, model *bundle.Model) (serving.Call, endpoint.Encode, *fault) {
	info := model.Info()
	if f := of.check(info); f != nil {
		return serving.Call{}, nil, f
	}
	asked, f := parse(body, length)
	if f != nil {
		return serving.Call{}, nil, f
	}
	function := model.Function(asked.signature)
	signature := info.Signatures[function.Name()]
	inputs, f := match(asked.inputs, function, signature)
	if f != nil {
		return serving.Call{}, nil, f
	}
	answered := response{model: nameOf(info), version: info.Version, id: asked.id}
	if answered.outputs, f = asked.choose(signature); f != nil {
		return serving.Call{}, nil, f
	}
	return serving.Call{Function: function, Inputs: inputs}, answered.encode, nil
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
	asked, f := parseJSON(body)
	if f != nil {
		return nil, f
	}
	if f := asked.attach(raw, length != wholeBody); f != nil {
		return nil, f
	}
	return asked, nil
}
