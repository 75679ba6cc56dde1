package inference

import (
	"fmt"
	"strings"
	"time"

	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
)

// Call is a decoded request: a function and its inputs.
type Call struct {
	Function *model.Function
	Inputs   map[string]tensor.Tensor // complete, and of shapes that the function accepts
	wait     *wait
}

// wait is a request's time in the queue. It is recorded once, even if the request is
// split or its run is repeated.
type wait struct {
	since    time.Time
	recorded bool
}

// bytes is the memory that the inputs take.
func (c Call) bytes() int64 {
	var bytes int64
	for _, input := range c.Inputs {
		bytes += int64(len(input.Data))
	}
	return bytes
}

// shareable says whether the call may share a run, or be split over several. The
// function must work row by row, and all inputs must have the same number of rows.
func (c Call) shareable() bool {
	rows := 0
	for _, input := range c.Inputs {
		if input.Rows() == 0 || rows != 0 && input.Rows() != rows {
			return false
		}
		rows = input.Rows()
	}
	return rows > 0 && c.Function.RowByRow()
}

// rows is the call's size for the batcher. A call that cannot be split counts as
// one row.
func (c Call) rows() int {
	if c.shareable() {
		for _, input := range c.Inputs {
			return input.Rows()
		}
	}
	return 1
}

// longest is the length of the longest first axis of an input. For clients this is
// the number of rows, even if the call cannot share a run.
func (c Call) longest() int {
	rows := 0
	for _, input := range c.Inputs {
		rows = max(rows, input.Rows())
	}
	return rows
}

func (c Call) key() runKey {
	if !c.shareable() {
		return c.aloneKey()
	}
	var shapes strings.Builder
	for _, spec := range c.Function.Inputs() {
		fmt.Fprint(&shapes, c.Inputs[spec.Name].Shape[1:])
	}
	return runKey{function: c.Function, shapes: shapes.String()}
}

func (Call) aloneKey() runKey { return runKey{alone: new(struct{ _ byte })} }

// split divides the call into parts of at most maxRows rows.
func (c Call) split(maxRows int) []Call {
	var parts []Call
	for from, rows := 0, c.rows(); from < rows; from += maxRows {
		part := Call{Function: c.Function, Inputs: make(map[string]tensor.Tensor, len(c.Inputs))}
		if from == 0 {
			part.wait = c.wait
		}
		for name, input := range c.Inputs {
			part.Inputs[name] = input.Slice(from, min(from+maxRows, rows))
		}
		parts = append(parts, part)
	}
	return parts
}
