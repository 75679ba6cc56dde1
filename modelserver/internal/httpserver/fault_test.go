package httpserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pneumoscope/modelserver/api"
	"pneumoscope/modelserver/internal/inference"
)

func TestEveryErrorOfTheCoreHasAStatus(t *testing.T) {
	own := &Fault{Status: http.StatusTeapot, Message: "of a protocol"}
	tests := []struct {
		name string
		err  error
		want Fault // without its message and its error
	}{
		{"a fault of a protocol", fmt.Errorf("decode: %w", own), Fault{Status: http.StatusTeapot}},
		{"a full queue", inference.ErrQueueFull, Fault{Status: 503, Code: api.TemporarilyUnavailable, retry: "1"}},
		{"no memory", inference.ErrMemoryFull, Fault{Status: 503, Code: api.TemporarilyUnavailable, retry: "1"}},
		{"too many rows", fmt.Errorf("%w: 21", inference.ErrTooManyRows), Fault{Status: 413, Code: api.BadRequest}},
		{"the time is over", context.DeadlineExceeded, Fault{Status: 504}},
		{"the client has gone", context.Canceled, Fault{Status: 499, Code: api.BadRequest}},
		{"the model fails", inference.ErrModel, Fault{Status: 400, Code: api.BadRequest}},
		{"the model fails whatever the input is", fmt.Errorf("%w: of memory", inference.ErrModelFailed), Fault{Status: 500, Code: api.InternalError}},
		{"a panic", fmt.Errorf("%w\nstack", inference.ErrPanic), Fault{Status: 500, Code: api.InternalError}},
		{"any other", errors.New("unknown"), Fault{Status: 500, Code: api.InternalError}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := faultOf(test.err)
			if got.Message == "" {
				t.Error("it has no message")
			}
			if diff := cmp.Diff(test.want, *got, cmp.AllowUnexported(Fault{}), cmpopts.IgnoreFields(Fault{}, "Message", "Err")); diff != "" {
				t.Errorf("the fault differs (-want +got):\n%s", diff)
			}
		})
	}
}
