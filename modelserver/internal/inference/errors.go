package inference

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"pneumoscope/modelserver/internal/batch"
)

// Reasons why Do has no outputs. There are two more: the context's own errors,
// and those of the transport's Body and Decode, which Do returns unchanged.
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
	// ErrPanic means a fault of this program, whatever the input was.
	ErrPanic = errors.New("panic")
)

// panicError says where a panic came from, but not its value, which may repeat
// the input.
func panicError() error { return fmt.Errorf("%w\n%s", ErrPanic, debug.Stack()) }

// runError gives an error of the batcher or of a run its public form.
func runError(err error) error {
	switch {
	case errors.Is(err, batch.ErrFull), errors.Is(err, batch.ErrClosed):
		return ErrQueueFull
	case errors.Is(err, ErrPanic), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return err
	}
	return ErrModel
}
