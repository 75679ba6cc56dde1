package web

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/frontend/api"
)

// errBodyLimit ends the reading of a body that is too large.
var errBodyLimit = errors.New("the body is larger than the limit")

// requestBody reads a request's body as it arrives. The body is streamed, not buffered. So a handler can refuse a body
// that is too large, and its answer has a request id, a log line and our headers. Answers of Fiber's own limit have
// none of these. Streaming also keeps films out of temporary files.
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
	// Reading one byte more than the limit tells a body that is too large from one that just fits.
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

// holdBody gives handlers the body. If a handler leaves some of it unread, the connection is closed after the answer,
// so that the rest cannot be taken for the next request.
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

// readFilms reads the films of a form, in their order, into memory. The rest of the form, file names included, is
// ignored.
func (s *server) readFilms(c *fiber.Ctx) ([][]byte, error) {
	body := bodyOf(c)
	if body.exceeded {
		return nil, &fault{Code: CodeBodyTooLarge}
	}
	kind, parameters, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || kind != fiber.MIMEMultipartForm || parameters["boundary"] == "" {
		return nil, &fault{Code: CodeNotMultipart}
	}
	reader := multipart.NewReader(body, parameters["boundary"])
	var films [][]byte
	buffer := filmBuffer{make([]byte, max(c.Request().Header.ContentLength(), 0))} // not more than the limit: longer bodies were refused above
	for {
		part, err := reader.NextPart()
		// At the form's end the error is io.EOF itself. If the form breaks off, the error wraps io.EOF.
		if err == io.EOF { //nolint:errorlint // the difference matters
			break
		}
		if err != nil {
			return nil, uploadFault(body, err)
		}
		if part.FormName() != api.FilmField {
			continue // NextPart skips the rest of it
		}
		film, err := buffer.read(part)
		if err != nil {
			return nil, uploadFault(body, err)
		}
		if len(film) == 0 && part.FileName() == "" {
			continue // a browser's form that was sent without choosing a file
		}
		if len(films) == s.cfg.MaxFilms {
			return nil, &fault{Code: CodeTooManyFilms}
		}
		films = append(films, film)
	}
	// Bytes after the form's end are read too, so that the connection can stay open.
	if _, err := io.Copy(io.Discard, body); err != nil {
		return nil, uploadFault(body, err)
	}
	if len(films) == 0 {
		return nil, &fault{Code: CodeNoFilm}
	}
	return films, nil
}

// uploadFault says why a body could not be read. The parser's own text is dropped, because it may quote the form.
func uploadFault(body *requestBody, err error) error {
	var network net.Error
	switch {
	case body.exceeded:
		return &fault{Code: CodeBodyTooLarge}
	case errors.As(err, &network) && network.Timeout():
		return &fault{Code: CodeUploadTimeout}
	}
	return &fault{Code: CodeMalformedForm}
}

// filmBuffer holds an upload's films, one after the other, in as many bytes as the request announced. A slice that grew
// while a film is read would need more than twice the memory for a moment.
type filmBuffer struct{ free []byte }

func (b *filmBuffer) read(part io.Reader) ([]byte, error) {
	n := 0
	for n < len(b.free) {
		more, err := part.Read(b.free[n:])
		n += more
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	film := b.free[:n:n]
	b.free = b.free[n:]
	if len(b.free) > 0 {
		return film, nil
	}
	rest, err := io.ReadAll(part) // the request did not announce its length
	return append(film, rest...), err
}
