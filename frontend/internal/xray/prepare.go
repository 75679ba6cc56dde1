package xray

import (
	"fmt"
	"image"

	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
)

// prepare decodes a file whose header is acceptable, and stretches the film to the square.
func prepare(p plan.Plan) (*Film, error) {
	img, err := p.Decode()
	if err != nil {
		return nil, err
	}
	pixels, err := square(img)
	if err != nil {
		return nil, err
	}
	var padding padding
	if p.Padded {
		padding = paddingOf(img)
	}
	if spread := greySpread(padding.without(pixels)); spread < minSpread {
		return nil, refusal.New(refusal.CodeBlank, fmt.Sprintf("grey levels span %d of 255", spread))
	}
	film := &Film{Pixels: turned(pixels, p.Orientation), Format: p.Format, Width: p.Width, Height: p.Height, Header: p.Header, colour: colourShare(img), padding: padding}
	if p.Orientation.SwapsSides() {
		film.Width, film.Height = film.Height, film.Width
	}
	return film, nil
}

// square resizes img to Side x Side pixels of 8-bit grey. Deeper films keep their 16 bits until after the resize.
func square(img image.Image) ([]uint8, error) {
	size := img.Bounds().Size()
	if rows := rows8(img); rows != nil {
		return resize8(size, rows), nil
	}
	rows := rows16(img)
	if rows == nil {
		return nil, fmt.Errorf("no grey levels from a %T", img)
	}
	deep := resize(size, rows)
	pixels := make([]uint8, len(deep))
	for i, v := range deep {
		pixels[i] = uint8((uint32(v) + 128) / 257)
	}
	return pixels, nil
}
