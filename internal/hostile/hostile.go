// Package hostile makes files that no service may fall for: cut short, lying about their size, packed bombs, kinds that
// are not read. All are built from nothing, the same each time; none is a film, or part of one.
package hostile

import (
	"bytes"
	"image"
)

// File is a hostile file, and the code with which it must be refused.
type File struct {
	Name string
	Data []byte
	Code string
}

// Files makes all of them.
func Files() []File {
	var files []File
	for _, kind := range []func() []File{jpegs, pngs, tiffs, webps, dicoms, others} {
		files = append(files, kind()...)
	}
	return files
}

// flat is one shade of grey. A file that hides something beside such a picture is refused as blank once it was decoded:
// then what it hides did no harm.
func flat(width, height int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = 77
	}
	return img
}

// rough has structure at every scale, so that its file is long.
func rough(width, height int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		x, y := i%width, i/width
		img.Pix[i] = uint8((x*x*3 + y*7 + x*y) / 5)
	}
	return img
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func repeated(text string, n int) []byte { return bytes.Repeat([]byte(text), n) }
