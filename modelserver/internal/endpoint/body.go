package endpoint

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"math/bits"
	"net/http"
	"os"
	"strings"
	"sync"

	"pneumoscope/modelserver/api"
)

// Buffers of usual bodies are kept for the next request; larger ones are not
// worth their memory.
const keptBuffer = 4 << 20

// bodies reads request bodies within limits.
type bodies struct {
	max     int64 // bytes of one body, unpacked
	memory  *memory
	buffers [65]sync.Pool // of *[]byte, by the length of their capacity in bits
	scratch sync.Pool     // what is thrown away goes through it
}

// read returns a whole body; hand its buffer to recycle when nothing refers to
// it any more. Memory is not given for a length that is only announced: the
// buffer, and the request's share of the memory, grow with what arrives.
func (b *bodies) read(w http.ResponseWriter, r *http.Request, held *share) ([]byte, *Fault) {
	if r.ContentLength > b.max {
		return nil, tooBig()
	}
	raw := http.MaxBytesReader(w, r.Body, b.max)
	var reader io.Reader = raw
	switch encoding := strings.ToLower(r.Header.Get("Content-Encoding")); encoding {
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
	body := b.buffer(min(max(r.ContentLength, 0), 1<<20) + 1) // one byte more: the last read finds the end
	for {
		if !held.resize(int64(cap(body))) {
			b.recycle(body)
			f := busy()
			f.hangUp = true
			return nil, f
		}
		n, err := reader.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case int64(len(body)) > b.max:
			b.recycle(body)
			return nil, tooBig()
		case errors.Is(err, io.EOF):
			return body, nil
		case err != nil:
			b.recycle(body)
			return nil, bodyFault(raw, err)
		case len(body) == cap(body):
			body = append(body, 0)[:len(body)]
		}
	}
}

// bodyFault says why a body could not be read that arrives as raw.
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
	if _, end := raw.Read(make([]byte, 1)); errors.Is(end, io.EOF) { // all of it arrived, and the gzip in it ends too early
		return badGzip()
	}
	return cutBody()
}

func badGzip() *Fault {
	return &Fault{Status: http.StatusBadRequest, Code: api.BadRequest, Message: "The body is said to be gzip and is not."}
}

// discard reads the body of a request that is refused anyway, so that the
// connection stays of use: the client reads its answer only after it has sent
// everything.
func (b *bodies) discard(w http.ResponseWriter, r *http.Request) {
	scratch, ok := b.scratch.Get().(*[64 << 10]byte)
	if !ok {
		scratch = new([64 << 10]byte)
	}
	defer b.scratch.Put(scratch)
	reader := http.MaxBytesReader(w, r.Body, b.max)
	for {
		if _, err := reader.Read(scratch[:]); err != nil {
			return
		}
	}
}

// buffer returns an empty buffer of that size or some more. Buffers are kept by
// the power of two that they reach: a small body does not get a large one, which
// would hold a share of the memory that it has no use for.
func (b *bodies) buffer(size int64) []byte {
	if kept, ok := b.buffers[bits.Len64(uint64(size))].Get().(*[]byte); ok && int64(cap(*kept)) >= size {
		return (*kept)[:0]
	}
	return make([]byte, 0, size)
}

func (b *bodies) recycle(buffer []byte) {
	if cap(buffer) <= keptBuffer {
		b.buffers[bits.Len64(uint64(cap(buffer)))].Put(&buffer)
	}
}
