package web

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"io"
	"mime/multipart"
	"strings"
	"testing"

	"pneumoscope/frontend/api"
	"pneumoscope/frontend/internal/phantom"
)

func TestHostileUploadsAreRefusedAndTheNextFilmIsRead(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	single := func(film []byte) func() (io.Reader, string) {
		return func() (io.Reader, string) {
			body, contentType := formOf(t, api.FilmField, film)
			return body, contentType
		}
	}
	raw := func(body, contentType string) func() (io.Reader, string) {
		return func() (io.Reader, string) { return strings.NewReader(body), contentType }
	}
	tests := []struct {
		name   string
		body   func() (io.Reader, string)
		status int
		code   string
	}{
		{"nothing", raw("", ""), 400, "not_multipart"},
		{"an empty form", raw("--x--\r\n", "multipart/form-data; boundary=x"), 400, "no_film"},
		{"a form sent without choosing a file", raw("--x\r\nContent-Disposition: form-data; name=\"film\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--x--\r\n", "multipart/form-data; boundary=x"), 400, "no_film"},
		{"a file without bytes", single(nil), 422, "empty"},
		{"text", single([]byte("a note about a film")), 415, "unsupported_type"},
		{"SVG", single([]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)), 415, "unsupported_type"},
		{"GIF", single([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff;")), 415, "unsupported_type"},
		{"PDF", single([]byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")), 415, "unsupported_type"},
		{"a truncated JPEG", single(truncatedJPEG(t)), 422, "corrupt"},
		{"a PNG that says it has 20,000 x 20,000 pixels", single(hugePNGHeader()), 422, "too_many_pixels"},
		{"a film of 8 x 8 pixels", single(blank(t, 8)), 422, "too_small"},
		{"a black film", single(blank(t, 256)), 422, "blank"},
		{"another field", func() (io.Reader, string) { b, c := formOf(t, "picture", film(t)); return b, c }, 400, "no_film"},
		{"too many films", func() (io.Reader, string) {
			b, c := formOf(t, api.FilmField, film(t), film(t), film(t), film(t))
			return b, c
		}, 400, "too_many_films"},
		{"a film without a form", func() (io.Reader, string) { return bytes.NewReader(film(t)), "image/png" }, 400, "not_multipart"},
		{"JSON", raw(`{"film": 1}`, "application/json"), 400, "not_multipart"},
		{"a form without its boundary", raw("--x\r\n\r\n--x--", "multipart/form-data"), 400, "not_multipart"},
		{"another boundary than was announced", raw("--y\r\n\r\n--y--\r\n", "multipart/form-data; boundary=x"), 400, "malformed_form"},
		{"a form that ends early", raw("--x\r\nContent-Disposition: form-data; name=\"film\"; filename=\"a\"\r\n\r\nabc", "multipart/form-data; boundary=x"), 400, "malformed_form"},
		{"a part with a broken head", raw("--x\r\nContent-Disposition\r\n\r\nabc\r\n--x--\r\n", "multipart/form-data; boundary=x"), 400, "malformed_form"},
		{"a body above the limit", single(make([]byte, 3<<20)), 413, "body_too_large"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			body, contentType := test.body()
			r := s.do(t, "POST", "/predict", body, "Content-Type", contentType, "Accept", "application/json")
			a := r.json(t)
			wantStatus(t, "the answer", r, test.status)
			wantEqual(t, "the code", a.code(), test.code)
			if a.Notice == "" {
				t.Error("the answer does not say that this is no medical device")
			}
			r, a = s.uploadJSON(t, film(t))
			wantStatus(t, "the next film", r, 200)
			wantFilms(t, "the next film", a, 1)
			wantScored(t, "the next film", a.Films[0])
		})
	}
}

// Only the parts of the field for films are read. Other fields are ignored.
func TestOtherFieldsOfAFormAreIgnored(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("patient", "Jane Doe"); err != nil {
		t.Fatal(err)
	}
	part, err := form.CreateFormFile(api.FilmField, "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(film(t)); err != nil {
		t.Fatal(err)
	}
	form.Close()
	r := s.do(t, "POST", "/predict", &body, "Content-Type", form.FormDataContentType(), "Accept", "application/json")
	wantStatus(t, "the answer", r, 200)
	wantFilms(t, "the answer", r.json(t), 1)
	lackText(t, "the answer", r.Body, "Jane")
	lackText(t, "the log", s.log.String(), "Jane")
}

// Markup in a file's name, a path or a header must never come back, neither raw
// nor escaped: nothing of the request is repeated.
func TestNothingOfARequestIsRepeated(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	const markup = `<script>alert("Doe")</script>`
	replies := []reply{
		s.do(t, "POST", "/predict", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"film\"; filename=\"<script>alert(Doe)</script>.png\"\r\nContent-Type: text/<script>Doe\r\n\r\n"+markup+"\r\n--x--\r\n"),
			"Content-Type", "multipart/form-data; boundary=x"),
		s.upload(t, [][]byte{film(t)}),
		s.upload(t, [][]byte{film(t)}, "Accept", "application/json"),
		s.get(t, "/Doe/%3Cscript%3E"),
		s.get(t, "/Doe", "Accept", "application/json"),
		s.get(t, "/?lang=Doe"),
		s.get(t, "/phantom.png?opacity=Doe"),
		s.get(t, "/", "X-Request-ID", "Doe<script>"),
	}
	for i, r := range replies {
		lackText(t, fmt.Sprintf("answer %d", i), r.Body, "Doe", "script&", "alert(")
		lackText(t, fmt.Sprintf("the id of answer %d", i), r.Header.Get(requestIDHeader), "Doe")
	}
	lackText(t, "the log", s.log.String(), "Doe")
}

func truncatedJPEG(t *testing.T) []byte {
	t.Helper()
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, phantom.Draw(phantom.Config{Seed: 3, Width: 256, Height: 256}), nil); err != nil {
		t.Fatal(err)
	}
	return picture.Bytes()[:picture.Len()/2]
}

func blank(t *testing.T, side int) []byte {
	t.Helper()
	picture, err := phantom.PNG(image.NewGray(image.Rect(0, 0, side, side)))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// hugePNGHeader is a PNG that ends after saying that it is 20,000 x 20,000.
func hugePNGHeader() []byte {
	header := []byte("IHDR")
	header = binary.BigEndian.AppendUint32(header, 20000)
	header = binary.BigEndian.AppendUint32(header, 20000)
	header = append(header, 8, 0, 0, 0, 0) // 8-bit grey
	film := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header...)
	return binary.BigEndian.AppendUint32(film, crc32.ChecksumIEEE(header))
}
