package xray

import "image"

// padding says for each pixel of a prepared film whether it is padding. Padding is black and is not part of the film.
// The slice is nil for a film without padding.
type padding []bool

// paddingOf finds the padding of a picture in which level 0 is padding. A prepared pixel is padding if the pixel at its
// middle is.
func paddingOf(img image.Image) padding {
	deep, ok := img.(*image.Gray16)
	if !ok {
		return nil
	}
	size := deep.Rect.Size()
	found := make(padding, 0, Side*Side)
	for y := range Side {
		row := deep.Pix[(2*y+1)*size.Y/(2*Side)*deep.Stride:]
		for x := range Side {
			at := 2 * ((2*x + 1) * size.X / (2 * Side))
			found = append(found, row[at] == 0 && row[at+1] == 0)
		}
	}
	return found
}

// at says whether the pixel with this index is padding.
func (p padding) at(i int) bool { return p != nil && p[i] }

// without are the pixels that are not padding.
func (p padding) without(pixels []uint8) []uint8 {
	if p == nil {
		return pixels
	}
	var kept []uint8
	for i, v := range pixels {
		if !p[i] {
			kept = append(kept, v)
		}
	}
	return kept
}
