package xray

import "bytes"

// turn is how a film must be turned or mirrored to be upright: EXIF's number, from 1, which is upright, to 8.
type turn uint8

const (
	upright        turn   = 1
	tagOrientation uint16 = 0x0112
)

// turnIn reads EXIF's number. Where it makes no sense the film is taken as it lies, as viewers do.
func turnIn(exif []byte) turn {
	exif = bytes.TrimPrefix(exif, []byte("Exif\x00\x00"))
	directory, ok := readIFD(exif)
	if !ok {
		return upright
	}
	return directory.turn()
}

func (d ifd) turn() turn {
	if v, ok := d.value(tagOrientation); ok && v >= 1 && v <= 8 {
		return turn(v)
	}
	return upright
}

// swaps says whether width and height change places.
func (t turn) swaps() bool { return t >= 5 }

// apply turns a prepared film. It is done after the resize because the whole film becomes a square whichever way it
// lies: turning 224x224 pixels costs nothing, turning the film would cost its memory once more. Rows are shortened
// before columns, so a film on its side may differ by one level from the same film upright.
func (t turn) apply(pixels []uint8) []uint8 {
	if t == upright {
		return pixels
	}
	out := make([]uint8, len(pixels))
	const last = Side - 1
	for y := range Side {
		for x := range Side {
			sx, sy := x, y
			switch t {
			case 2:
				sx, sy = last-x, y
			case 3:
				sx, sy = last-x, last-y
			case 4:
				sx, sy = x, last-y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, last-x
			case 7:
				sx, sy = last-y, last-x
			case 8:
				sx, sy = last-y, x
			}
			out[y*Side+x] = pixels[sy*Side+sx]
		}
	}
	return out
}
