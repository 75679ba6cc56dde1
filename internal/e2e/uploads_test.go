//go:build e2e || parity || browser || api

package e2e

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image/jpeg"
	"image/png"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// drawPhantom has the frontend draw a film, as PNG.
func drawPhantom(t *testing.T, args ...string) []byte {
	t.Helper()
	command := exec.Command(filepath.Join(binaries, "frontend"), append(append([]string{"phantom"}, args...), "-")...)
	var picture, log bytes.Buffer
	command.Stdout, command.Stderr = &picture, &log
	if err := command.Run(); err != nil {
		t.Fatalf("draw a phantom: %v: %s", err, log.String())
	}
	return picture.Bytes()
}

func truncatedJPEG(t *testing.T) []byte {
	t.Helper()
	drawn, err := png.Decode(bytes.NewReader(drawPhantom(t)))
	if err != nil {
		t.Fatal(err)
	}
	var film bytes.Buffer
	if err := jpeg.Encode(&film, drawn, nil); err != nil {
		t.Fatal(err)
	}
	return film.Bytes()[:film.Len()/2]
}

// hugePNGHeader is a PNG that ends after saying that it is 20,000 x 20,000.
func hugePNGHeader() []byte {
	header := []byte("IHDR")
	header = binary.BigEndian.AppendUint32(header, 20000)
	header = binary.BigEndian.AppendUint32(header, 20000)
	header = append(header, 8, 0, 0, 0, 0) // 8-bit grey
	film := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d")
	film = append(film, header...)
	return binary.BigEndian.AppendUint32(film, crc32.ChecksumIEEE(header))
}

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// blankFilm is a grey film as a nested JSON list, without the batch's bracket.
func blankFilm() string {
	list := func(element string) string { return "[" + strings.Repeat(element+",", 223) + element + "]" }
	return list(list("[128]"))
}
