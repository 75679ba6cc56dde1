// Package hostile makes files that the service must refuse: cut short, lying about their size, compression bombs, formats
// that are not read. It is the only list of such files: the decoders, the frontend as a process and the fuzz targets all
// use it. All files are built by this code, the same each time; none is a film or part of one.
package hostile

import (
	"bytes"
	"image"
)

// File is a hostile file, and how the frontend must refuse it with its default settings.
type File struct {
	Name   string
	Data   []byte
	Code   string
	Detail string // in the log
}

// Files makes all of them.
func Files() []File {
	var files []File
	for _, kind := range []func() []File{jpegs, pngs, tiffs, webps, dicoms, others} {
		files = append(files, kind()...)
	}
	return files
}

// flat is a picture of one shade of grey. A file may hide something beside such a picture. If the file is refused as
// blank, the picture was decoded and the hidden part did no harm.
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
