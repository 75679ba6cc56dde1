package inference

import (
	"context"
	"fmt"
	"time"

	"pneumoscope/modelserver/internal/model"
)

// Body is a request's body as its transport delivers it.
type Body interface {
	// Read returns the whole body. It resizes share before it allocates memory, and
	// fails if Resize refuses. It allocates nothing for a length that is only
	// announced.
	Read(share *Share) ([]byte, error)
	// Discard is called instead of Read for a request that is refused before its
	// body is read. It makes the connection fit for another request.
	Discard()
	// Recycle takes back the buffer that Read returned: nothing refers to it any
	// more.
	Recycle(buffer []byte)
}

// Decode reads a body as a call to the model. The call must not refer to the body.
type Decode func(body []byte, m *model.Model) (Call, error)

// request holds the data that Do keeps for a request, in one allocation.
type request struct {
	share Share
	wait  wait
}

// Do answers one request. The caller must release the lease when the answer has been
// sent: until then the model stays open and the request's memory counts. After an
// error there is nothing to release.
//
// Do checks whether the queue is full before it reads the body, and again before it
// decodes it: otherwise decoding could be wasted work.
func (s *Server) Do(ctx context.Context, body Body, decode Decode) (Outputs, Lease, error) {
	if s.batcher.Full() {
		body.Discard()
		return nil, Lease{}, ErrQueueFull
	}
	r := &request{share: Share{memory: &s.memory}}
	kept := false
	defer func() {
		if !kept {
			r.share.release()
		}
	}()
	buffer, err := body.Read(&r.share)
	if err != nil {
		return nil, Lease{}, err
	}
	reserved, err := s.batcher.Reserve()
	if err != nil {
		body.Recycle(buffer)
		return nil, Lease{}, runError(err)
	}
	defer reserved.Release()
	ctx, cancel := context.WithTimeout(ctx, s.cfg.RequestTimeout)
	defer cancel()
	select {
	case s.decoders <- struct{}{}:
	case <-ctx.Done():
		body.Recycle(buffer)
		return nil, Lease{}, ctx.Err()
	}
	lease := s.Acquire()
	defer func() {
		if !kept {
			lease.Release()
		}
	}()
	call, err := s.decode(body, buffer, decode, lease.Model)
	if err != nil {
		return nil, Lease{}, err
	}
	if !r.share.Resize(call.bytes()) {
		return nil, Lease{}, ErrMemoryFull
	}
	call.wait = &r.wait
	outputs, err := s.run(ctx, reserved, call)
	if err != nil {
		return nil, Lease{}, err
	}
	kept = true
	lease.share = &r.share
	return outputs, lease, nil
}

// decode frees its place among the decoders whatever happens.
func (s *Server) decode(body Body, buffer []byte, decode Decode, m *model.Model) (call Call, err error) {
	defer func() { <-s.decoders }()
	defer s.metrics.stage("decode", time.Now())
	defer body.Recycle(buffer)
	defer func() {
		if recover() != nil {
			err = panicError()
		}
	}()
	return decode(buffer, m)
}

// run computes a call, alone or in a batch with others. It returns ctx's error as
// soon as ctx ends.
func (s *Server) run(ctx context.Context, reserved *reservation, call Call) (Outputs, error) {
	if rows := call.longest(); rows > s.cfg.MaxRequestRows {
		return nil, fmt.Errorf("%w: %d, at most %d", ErrTooManyRows, rows, s.cfg.MaxRequestRows)
	}
	call.wait.since = time.Now()
	outputs, err := reserved.Do(ctx, call)
	if err != nil {
		return nil, runError(err)
	}
	return outputs, nil
}

// Encoded records how long a transport took to encode an answer.
func (s *Server) Encoded(started time.Time) { s.metrics.stage("encode", started) }
