package xray

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
)

// prepare decodes a file whose header was found acceptable, and stretches it to the square.
func prepare(format string, data []byte) (*Film, error) {
	img, err := decode(format, data)
	if err != nil {
		return nil, err
	}
	pixels, err := square(img)
	if err != nil {
		return nil, err
	}
	if spread := greySpread(pixels); spread < minSpread {
		return nil, &Refusal{CodeBlank, fmt.Sprintf("grey levels span %d of 255", spread)}
	}
	size := img.Bounds().Size()
	return &Film{Pixels: pixels, Format: format, Width: size.X, Height: size.Y}, nil
}

func decode(format string, data []byte) (image.Image, error) {
	if format == formatPNG {
		return png.Decode(bytes.NewReader(data))
	}
	return jpeg.Decode(bytes.NewReader(data))
}

// square resizes img to Side x Side pixels of 8-bit grey. Deeper films keep their 16 bits until after the resize.
func square(img image.Image) ([]uint8, error) {
	size := img.Bounds().Size()
	if rows := rows8(img); rows != nil {
		return resize(size, rows), nil
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
