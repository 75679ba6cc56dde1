package openinference

import (
	"encoding/binary"
	"net/http"
	"strconv"
	"unicode/utf8"

	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

// response is the part of an answer that is known before the model has run.
type response struct {
	model, version string
	id             *string
	outputs        []chosen
}

// chosen is an output to answer with, in JSON or as bytes.
type chosen struct {
	name   string
	binary bool
}

// Encode implements httpserver.Codec. It writes JSON, followed by the bytes of the
// outputs that are sent as bytes.
func (r *response) Encode(header http.Header, outputs inference.Outputs) ([]byte, *fault) {
	dst := make([]byte, 0, r.room(outputs))
	dst = tensorjson.AppendString(append(dst, `{"model_name":`...), r.model)
	if r.version != "" {
		dst = tensorjson.AppendString(append(dst, `,"model_version":`...), r.version)
	}
	if r.id != nil {
		dst = tensorjson.AppendString(append(dst, `,"id":`...), *r.id)
	}
	dst = append(dst, `,"outputs":[`...)
	raw := false
	for i, c := range r.outputs {
		if i > 0 {
			dst = append(dst, ',')
		}
		var f *fault
		if dst, f = appendOutput(dst, c, outputs[c.name]); f != nil {
			return nil, f
		}
		raw = raw || c.binary
	}
	dst = append(dst, "]}"...)
	if !raw {
		header.Set("Content-Type", "application/json")
		return dst, nil
	}
	header.Set("Content-Type", "application/octet-stream")
	header.Set(headerLength, strconv.Itoa(len(dst)))
	for _, c := range r.outputs {
		if c.binary {
			dst = appendBytes(dst, outputs[c.name])
		}
	}
	return dst, nil
}

// room estimates the length of the answer, to allocate it once.
func (r *response) room(outputs inference.Outputs) int {
	size := 256
	for _, c := range r.outputs {
		size += 128
		if c.binary {
			size += byteSize(outputs[c.name])
		} else {
			size += 20 * outputs[c.name].Elements()
		}
	}
	return size
}

func appendOutput(dst []byte, c chosen, t tensor.Tensor) ([]byte, *fault) {
	dst = tensorjson.AppendString(append(dst, `{"name":`...), c.name)
	dst = append(dst, `,"shape":[`...)
	for i, axis := range t.Shape {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendInt(dst, int64(axis), 10)
	}
	dst = append(append(dst, `],"datatype":"`...), datatypeOf(t.DType)...)
	if c.binary {
		dst = append(dst, `","parameters":{"binary_data_size":`...)
		dst = strconv.AppendInt(dst, int64(byteSize(t)), 10)
		return append(dst, "}}"...), nil
	}
	dst = append(dst, `","data":`...)
	if t.DType != tensor.String {
		return append(tensorjson.AppendFlat(dst, t), '}'), nil
	}
	dst = append(dst, '[')
	for i, s := range t.Strings {
		if !utf8.ValidString(s) {
			return nil, badRequest("The output %s is no text, which JSON cannot carry: ask for it with binary_data.", c.name)
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = tensorjson.AppendString(dst, s)
	}
	return append(dst, "]}"...), nil
}

// byteSize is the number of bytes that appendBytes writes.
func byteSize(t tensor.Tensor) int {
	size := len(t.Data)
	for _, s := range t.Strings {
		size += 4 + len(s)
	}
	return size
}

// appendBytes writes elements in little-endian order, and each string after its
// length.
func appendBytes(dst []byte, t tensor.Tensor) []byte {
	dst = append(dst, t.Data...)
	for _, s := range t.Strings {
		dst = append(binary.LittleEndian.AppendUint32(dst, uint32(len(s))), s...)
	}
	return dst
}
