package exif

import "bytes"

// Orientation is how a film must be turned or mirrored to be upright: EXIF's number, from 1, which is upright, to 8.
type Orientation uint8

// Upright is the orientation of a film that is shown as it is stored.
const Upright Orientation = 1

const tagOrientation uint16 = 0x0112

// OrientationOf reads the orientation from EXIF data. If the data make no sense, the film counts as upright, as it does
// in viewers.
func OrientationOf(data []byte) Orientation {
	directory, ok := ReadDirectory(bytes.TrimPrefix(data, []byte("Exif\x00\x00")))
	if !ok {
		return Upright
	}
	return directory.Orientation()
}

// Orientation is the directory's orientation, or Upright when it names none.
func (d Directory) Orientation() Orientation {
	if v, ok := d.Value(tagOrientation); ok && v >= 1 && v <= 8 {
		return Orientation(v)
	}
	return Upright
}

// SwapsSides says whether width and height change places.
func (o Orientation) SwapsSides() bool { return o >= 5 }
