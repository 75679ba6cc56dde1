package inference

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"pneumoscope/modelserver/internal/batch"
	"pneumoscope/modelserver/internal/savedmodel"
)

// Reasons why Do has no outputs. Do also returns the context's errors, and the errors
// of the transport's Body and Decode, unchanged.
var (
	// ErrBusy means that there is no room now: another try may succeed.
	ErrBusy       = errors.New("the server is busy")
	ErrQueueFull  = fmt.Errorf("%w: the queue is full", ErrBusy)
	ErrMemoryFull = fmt.Errorf("%w: the requests in flight hold all the memory they may", ErrBusy)
	// ErrTooManyRows means that the request has more rows than are allowed.
	ErrTooManyRows = errors.New("too many rows")
	// ErrModel means that the inputs fit the signature and TensorFlow still
	// refused them. TensorFlow's own text is dropped: it may repeat input values.
	ErrModel = errors.New("TensorFlow refused the input")
	// ErrModelFailed means that the model failed, whatever the input was.
	ErrModelFailed = errors.New("the model failed")
	// ErrPanic means a fault of this program, whatever the input was.
	ErrPanic = errors.New("panic")
)

// panicError says where a panic came from, but not its value, which may repeat
// the input.
func panicError() error { return fmt.Errorf("%w\n%s", ErrPanic, debug.Stack()) }

// runError turns an error of the batcher or of a run into one that Do may return.
func runError(err error) error {
	switch {
	case errors.Is(err, batch.ErrFull), errors.Is(err, batch.ErrClosed):
		return ErrQueueFull
	case errors.Is(err, ErrPanic), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return err
	}
	failure, ofTensorFlow := errors.AsType[*savedmodel.Failure](err)
	switch {
	case !ofTensorFlow: // a call is complete and fits the signature, so the outputs are at fault
		return fmt.Errorf("%w: %w", ErrModelFailed, err)
	case failure.InputsToBlame():
		return ErrModel
	}
	return fmt.Errorf("%w: signature %q: %s", ErrModelFailed, failure.Signature, failure.Reason())
}
