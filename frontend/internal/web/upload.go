package web

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"

	"github.com/gofiber/fiber/v2"
)

// filmField is the form's field that holds films.
const filmField = "film"

// readFilms takes the films out of a form, in their order, into memory. What
// else the form holds, file names included, is not looked at.
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
	room := uploadRoom{make([]byte, max(c.Request().Header.ContentLength(), 0))} // no more than the limit: see above
	for {
		part, err := reader.NextPart()
		// Bare at the form's end, wrapped where a form breaks off.
		if err == io.EOF { //nolint:errorlint // the difference matters
			break
		}
		if err != nil {
			return nil, uploadFault(body, err)
		}
		if part.FormName() != filmField {
			continue // NextPart skips the rest of it
		}
		film, err := room.read(part)
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
	// What follows the form's end is read too: then the connection can stay.
	if _, err := io.Copy(io.Discard, body); err != nil {
		return nil, uploadFault(body, err)
	}
	if len(films) == 0 {
		return nil, &fault{Code: CodeNoFilm}
	}
	return films, nil
}

// uploadFault tells why a body could not be read. The parser's own words are
// dropped, they may quote the form.
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
