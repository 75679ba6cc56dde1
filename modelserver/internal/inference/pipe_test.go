package inference_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/tensor"
)

// pipe is a second transport, as small as one can be: a request is a length and
// rows of two float32 numbers, an answer is a status, a length and the outputs, over
// any connection. The core does the rest.
type pipe struct {
	core   *inference.Server
	decode inference.Decode
}

// status is the first byte of an answer.
type status byte

const (
	ok status = iota
	badRequest
	busy
	tooManyRows
	refusedByModel
	timeout
	internalError
)

// errBadRequest is the transport's own error: Do passes it on.
var errBadRequest = errors.New("the body does not hold rows of two float32 numbers")

// statusOf handles every error of the core that a transport must distinguish.
func statusOf(err error) status {
	switch {
	case err == nil:
		return ok
	case errors.Is(err, errBadRequest):
		return badRequest
	case errors.Is(err, inference.ErrBusy):
		return busy
	case errors.Is(err, inference.ErrTooManyRows):
		return tooManyRows
	case errors.Is(err, inference.ErrModel):
		return refusedByModel
	case errors.Is(err, context.DeadlineExceeded):
		return timeout
	}
	return internalError
}

// serve answers one request after the other until the connection ends.
func (p *pipe) serve(ctx context.Context, conn io.ReadWriter) {
	for {
		body := &pipeBody{conn: conn}
		if binary.Read(conn, binary.LittleEndian, &body.length) != nil {
			return
		}
		outputs, lease, err := p.core.Do(ctx, body, p.decode)
		answer := append([]byte{byte(statusOf(err))}, binary.LittleEndian.AppendUint32(nil, uint32(len(outputs["output_0"].Data)))...)
		_, failed := conn.Write(append(answer, outputs["output_0"].Data...))
		if err == nil {
			lease.Release()
		}
		if failed != nil {
			return
		}
	}
}

// pipeBody is the next body of a connection.
type pipeBody struct {
	conn   io.Reader
	length uint32 // the bytes that are still to be read
}

func (b *pipeBody) Read(share *inference.Share) ([]byte, error) {
	var buffer []byte
	for b.length > 0 {
		arriving := min(b.length, 4<<10)
		if !share.Resize(int64(len(buffer)) + int64(arriving)) {
			b.Discard()
			return nil, inference.ErrMemoryFull
		}
		part := make([]byte, arriving)
		if _, err := io.ReadFull(b.conn, part); err != nil {
			return nil, err
		}
		buffer = append(buffer, part...)
		b.length -= arriving
	}
	return buffer, nil
}

func (b *pipeBody) Discard() {
	_, _ = io.CopyN(io.Discard, b.conn, int64(b.length)) // if the connection is broken, the answer fails too
}

func (b *pipeBody) Recycle([]byte) {}

// rowsOfTwo decodes a body. It copies the numbers: a call must not refer to the body.
func rowsOfTwo(body []byte, m *model.Model) (inference.Call, error) {
	if len(body)%8 != 0 {
		return inference.Call{}, errBadRequest
	}
	numbers := tensor.Tensor{DType: tensor.Float32, Shape: []int{len(body) / 8, 2}, Data: append([]byte(nil), body...)}
	function := m.Function("")
	return inference.Call{Function: function, Inputs: map[string]tensor.Tensor{function.Inputs()[0].Name: numbers}}, nil
}

// dial connects a client to a pipe over the harness's core.
func (h *harness) dial(tb testing.TB, decode inference.Decode) *pipeClient {
	tb.Helper()
	client, server := net.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		(&pipe{core: h.Core, decode: decode}).serve(context.Background(), server)
	}()
	tb.Cleanup(func() {
		client.Close()
		<-ended
	})
	return &pipeClient{client}
}

type pipeClient struct{ net.Conn }

// ask sends numbers and returns the status and the numbers of the answer.
func (c *pipeClient) ask(tb testing.TB, numbers ...float32) (status, []float32) {
	tb.Helper()
	body, err := binary.Append(nil, binary.LittleEndian, numbers)
	if err != nil {
		tb.Fatal(err)
	}
	return c.send(tb, body)
}

// send sends a body.
func (c *pipeClient) send(tb testing.TB, body []byte) (status, []float32) {
	tb.Helper()
	if _, err := c.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))); err != nil {
		tb.Fatal(err)
	}
	if _, err := c.Write(body); err != nil {
		tb.Fatal(err)
	}
	var head struct {
		Status status
		Length uint32
	}
	if err := binary.Read(c, binary.LittleEndian, &head); err != nil {
		tb.Fatal(err)
	}
	numbers := make([]float32, head.Length/4)
	if err := binary.Read(c, binary.LittleEndian, numbers); err != nil {
		tb.Fatal(err)
	}
	return head.Status, numbers
}

func (s status) String() string {
	names := []string{"ok", "bad request", "busy", "too many rows", "refused by the model", "timeout", "internal error"}
	if int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("status %d", byte(s))
}
