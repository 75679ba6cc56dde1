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

// readFilms reads the films of a form, in their order, into memory. Nothing else of the form is used, file names
// included.
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
	buffer := filmBuffer{make([]byte, max(c.Request().Header.ContentLength(), 0))} // the limit bounds it: see above
	for {
		part, err := reader.NextPart()
		// Bare at the form's end, wrapped where a form breaks off.
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
	// Bytes after the form's end are read too: then the connection can stay.
	if _, err := io.Copy(io.Discard, body); err != nil {
		return nil, uploadFault(body, err)
	}
	if len(films) == 0 {
		return nil, &fault{Code: CodeNoFilm}
	}
	return films, nil
}

// uploadFault tells why a body could not be read. The parser's own text is dropped, it may quote the form.
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

// filmBuffer holds an upload's films one behind the other, in as many bytes as the request announced. A slice that grows
// while a film is read would hold more than twice as much for a moment.
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
