package web

import (
	"errors"
	"io"
)

// uploadRoom is where an upload's films lie, one behind the other: as many bytes as the request announced. A slice that
// grows while a film is read would hold more than twice as much for a moment.
type uploadRoom struct{ free []byte }

func (r *uploadRoom) read(part io.Reader) ([]byte, error) {
	n := 0
	for n < len(r.free) {
		more, err := part.Read(r.free[n:])
		n += more
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	film := r.free[:n:n]
	r.free = r.free[n:]
	if len(r.free) > 0 {
		return film, nil
	}
	rest, err := io.ReadAll(part) // the request did not announce its length
	return append(film, rest...), err
}
