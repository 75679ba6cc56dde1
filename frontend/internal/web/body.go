package web

import (
	"errors"
	"io"

	"github.com/gofiber/fiber/v2"
)

// errBodyLimit ends the reading of a body that is too large.
var errBodyLimit = errors.New("the body is larger than the limit")

// requestBody reads a request's body as it arrives. It is streamed, not buffered. So a handler refuses a body that is too
// large, with the request's id, log line and headers, which Fiber's own limit does not have; and no part of a film is
// ever written to a temporary file.
type requestBody struct {
	stream   io.Reader
	left     int64 // of the limit
	read     int64
	finished bool // nothing of the body is left on the connection
	exceeded bool
}

func newRequestBody(c *fiber.Ctx, limit int64) *requestBody {
	body := &requestBody{stream: c.Context().RequestBodyStream(), left: limit}
	declared := int64(c.Request().Header.ContentLength())
	body.finished = body.stream == nil || declared == 0
	body.exceeded = declared > limit
	return body
}

func (b *requestBody) Read(p []byte) (int, error) {
	if b.exceeded {
		return 0, errBodyLimit
	}
	if b.finished {
		return 0, io.EOF
	}
	// One byte more than the limit tells a body that is too large from one that just fits.
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.stream.Read(p)
	b.read += int64(n)
	b.left -= int64(n)
	if b.left < 0 {
		b.exceeded = true
		return 0, errBodyLimit
	}
	if errors.Is(err, io.EOF) {
		b.finished = true
	}
	return n, err
}

// holdBody gives handlers the body. When a handler leaves some of it unread the connection ends with the answer, so that
// the rest cannot be taken for the next request.
func (s *server) holdBody(c *fiber.Ctx) error {
	body := newRequestBody(c, int64(s.cfg.MaxUploadBytes))
	c.Locals(bodyLocal, body)
	err := c.Next()
	if !body.finished {
		endConnection(c)
	}
	return err
}

const bodyLocal = "body"

func bodyOf(c *fiber.Ctx) *requestBody {
	body, ok := c.Locals(bodyLocal).(*requestBody)
	if !ok {
		return &requestBody{finished: true}
	}
	return body
}

func endConnection(c *fiber.Ctx) {
	c.Context().SetConnectionClose()
	if connection, ok := c.Context().Conn().(*lingeringConn); ok {
		connection.linger()
	}
}
