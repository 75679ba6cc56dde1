package scoring

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"pneumoscope/modelserver/api"
	"pneumoscope/modelserver/internal/batch"
)

// invocations is POST /invocations: read, decode, run, encode.
func (s *server) invocations(w http.ResponseWriter, r *http.Request) {
	if f := checkContentType(r.Header.Values("Content-Type")); f != nil {
		s.fail(w, r, f)
		return
	}
	body, f := s.readBody(w, r)
	if f != nil {
		s.fail(w, r, f)
		return
	}
	ctx, cancel := s.withTimeout(r.Context())
	defer cancel()

	started := time.Now()
	call, f := parseCall(body, s.cfg.Model)
	s.metrics.stage("decode", started)
	if f != nil {
		s.fail(w, r, f)
		return
	}
	outputs, err := s.batcher.Do(ctx, call)
	if err != nil {
		s.fail(w, r, runFault(err))
		return
	}
	started = time.Now()
	answer := appendPredictions(nil, call.function, outputs)
	s.metrics.stage("encode", started)
	w.Header().Set(api.ModelHeader, s.cfg.Model.Info().ID)
	answerJSON(w, http.StatusOK, answer)
}

func (s *server) readBody(w http.ResponseWriter, r *http.Request) ([]byte, *fault) {
	if r.ContentLength > s.cfg.MaxBodyBytes {
		return nil, errTooBig
	}
	// Memory is not given for a length that is only announced. One byte more:
	// the last read finds the end.
	body := make([]byte, 0, min(max(r.ContentLength, 0), 1<<20)+1)
	reader := http.MaxBytesReader(w, r.Body, s.cfg.MaxBodyBytes)
	for {
		n, err := reader.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case errors.Is(err, io.EOF):
			return body, nil
		case err != nil:
			if _, tooBig := errors.AsType[*http.MaxBytesError](err); tooBig {
				return nil, errTooBig
			}
			if errors.Is(err, os.ErrDeadlineExceeded) {
				return nil, errSlow
			}
			return nil, errCutBody
		case len(body) == cap(body):
			body = append(body, 0)[:len(body)]
		}
	}
}

func runFault(err error) *fault {
	switch {
	case errors.Is(err, errPanic):
		return internalFault(err)
	case errors.Is(err, batch.ErrFull), errors.Is(err, batch.ErrClosed):
		return errBusy
	case errors.Is(err, context.DeadlineExceeded):
		return errTimeout
	case errors.Is(err, context.Canceled):
		return &fault{status: 499, code: api.BadRequest, message: "The client has gone."} // read by the log alone
	}
	// The input fits the signature and the graph cannot use it. TensorFlow's own
	// words are dropped: they may name values of the input.
	return &fault{
		status: http.StatusBadRequest, code: api.BadRequest,
		message: "Encountered an unexpected error while evaluating the model. Verify that the serialized input is compatible with the model for inference.",
	}
}
