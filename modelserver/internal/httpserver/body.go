package httpserver

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"

	"pneumoscope/modelserver/api"
	"pneumoscope/modelserver/internal/inference"
)

// firstPart is the part of a body that must arrive before its Content-Length gets
// memory: clients that announce much and send nothing hold little.
const firstPart = 16 << 10

// requestBody is a request's body, for package inference to read.
type requestBody struct {
	w       http.ResponseWriter
	r       *http.Request
	max     int64 // bytes, after decompression
	buffers *buffers
}

// Read returns the whole body. The buffer and the request's share of the memory grow
// as the body arrives.
func (b *requestBody) Read(share *inference.Share) ([]byte, error) {
	if b.r.ContentLength > b.max {
		return nil, tooBig()
	}
	raw := http.MaxBytesReader(b.w, b.r.Body, b.max)
	var reader io.Reader = raw
	switch encoding := strings.ToLower(b.r.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		unpacker, err := gzip.NewReader(raw)
		if err != nil {
			return nil, bodyFault(raw, err)
		}
		reader = unpacker
	default:
		return nil, &Fault{Status: http.StatusUnsupportedMediaType, Message: "This server takes bodies as they are or with Content-Encoding: gzip."}
	}
	announced := min(max(b.r.ContentLength, 0), 1<<20) + 1 // one byte more: the last read finds the end
	body := b.buffers.get(min(announced, firstPart))
	for {
		if !share.Resize(int64(cap(body))) {
			b.buffers.put(body)
			f := busy()
			f.hangUp = true
			return nil, f
		}
		n, err := reader.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case int64(len(body)) > b.max:
			b.buffers.put(body)
			return nil, tooBig()
		case errors.Is(err, io.EOF):
			return body, nil
		case err != nil:
			b.buffers.put(body)
			return nil, bodyFault(raw, err)
		case len(body) == cap(body) && int64(cap(body)) < announced:
			part := body
			body = append(b.buffers.get(announced), part...)
			b.buffers.put(part)
		case len(body) == cap(body):
			body = append(body, 0)[:len(body)]
		}
	}
}

// Recycle keeps the buffer for another request.
func (b *requestBody) Recycle(buffer []byte) { b.buffers.put(buffer) }

// Discard reads the body to its end, so that the connection can be used again: the
// client reads its answer only after it has sent everything.
func (b *requestBody) Discard() {
	scratch := b.buffers.scratch()
	defer b.buffers.putScratch(scratch)
	reader := http.MaxBytesReader(b.w, b.r.Body, b.max)
	for {
		if _, err := reader.Read(scratch[:]); err != nil {
			return
		}
	}
}

// bodyFault says why a body could not be read. raw is the body before
// decompression.
func bodyFault(raw io.Reader, err error) *Fault {
	if _, big := errors.AsType[*http.MaxBytesError](err); big {
		return tooBig()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return tooSlow()
	}
	if _, corrupt := errors.AsType[flate.CorruptInputError](err); corrupt || errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) {
		return badGzip()
	}
	if _, end := raw.Read(make([]byte, 1)); errors.Is(end, io.EOF) { // the whole body arrived, but the gzip in it ends too early
		return badGzip()
	}
	return cutBody()
}

func tooBig() *Fault {
	return &Fault{Status: http.StatusRequestEntityTooLarge, Code: api.BadRequest, Message: "The body is larger than this server takes.", hangUp: true}
}

func tooSlow() *Fault {
	return &Fault{Status: http.StatusRequestTimeout, Code: api.BadRequest, Message: "The body did not arrive in time.", hangUp: true}
}

func cutBody() *Fault {
	return &Fault{Status: http.StatusBadRequest, Code: api.BadRequest, Message: "The body ended before its announced length."}
}

func badGzip() *Fault {
	return &Fault{Status: http.StatusBadRequest, Code: api.BadRequest, Message: "The body is said to be gzip and is not."}
}
