package scoring

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"pneumoscope/modelserver/api"
	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/tensor"
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
	outputs, err := s.run(ctx, call)
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

// run waits for the model's turn and runs it. A run cannot be interrupted in C:
// when ctx ends first the caller is answered, and the slot stays taken until
// the run has really ended.
func (s *server) run(ctx context.Context, call call) (map[string]tensor.Tensor, error) {
	queued := time.Now()
	release, err := s.gate.enter(ctx)
	s.metrics.stage("queue", queued)
	if err != nil {
		return nil, err
	}
	type result struct {
		outputs map[string]tensor.Tensor
		err     error
	}
	done := make(chan result, 1)
	go func() {
		defer release()
		defer func() { // observe cannot see it from another goroutine
			if recover() != nil {
				done <- result{err: panicError()}
			}
		}()
		started := time.Now()
		outputs, err := call.function.Run(call.inputs)
		s.metrics.stage("run", started)
		done <- result{outputs, err}
	}()
	select {
	case r := <-done:
		if r.err == nil {
			s.metrics.rows.Add(float64(call.rows()))
		}
		return r.outputs, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func runFault(err error) *fault {
	switch {
	case errors.Is(err, errPanic):
		return internalFault(err)
	case errors.Is(err, errFull):
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

// call is a request that has been understood.
type call struct {
	function *bundle.Function
	inputs   map[string]tensor.Tensor
}

// rows is the length of the batch axis.
func (c call) rows() int {
	for _, input := range c.inputs {
		if len(input.Shape) > 0 {
			return input.Shape[0]
		}
	}
	return 1
}
