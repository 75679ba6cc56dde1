package xray

import "pneumoscope/frontend/internal/xray/exif"

// turned turns a prepared film upright. It comes after the resize, because turning Side x Side pixels costs nothing,
// and turning the whole film would take its memory once more. The film becomes a square either way. But rows are
// resized before columns, so a film stored on its side may differ by one level from the same film stored upright.
func turned(pixels []uint8, from exif.Orientation) []uint8 {
	if from == exif.Upright {
		return pixels
	}
	out := make([]uint8, len(pixels))
	const last = Side - 1
	for y := range Side {
		for x := range Side {
			sx, sy := x, y
			switch from {
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
