// Package film draws films for measurements, with the frontend's phantom generator. So
// no patient's film is needed.
package film

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os/exec"
	"strconv"

	"pneumoscope/modelserver/api"
)

// Film is a square picture with one grey byte for each pixel, row by row.
type Film struct {
	Side   int // width and height in pixels
	Pixels []byte
}

// Side returns the width and height of the films that a model server's model takes.
func Side(ctx context.Context, address string) (int, error) {
	client, err := api.NewClient(api.ClientConfig{Address: "http://" + address})
	if err != nil {
		return 0, err
	}
	model, err := client.Model(ctx)
	if err != nil {
		return 0, err
	}
	for _, input := range model.Signatures["serving_default"].Inputs {
		if shape := input.Shape; len(shape) == 4 && shape[1] > 0 && shape[1] == shape[2] {
			return shape[1], nil
		}
	}
	return 0, fmt.Errorf("the model takes no square films: %v", model.Signatures)
}

// Draw draws different films, so that an answer with the result of another request is
// noticed.
func Draw(ctx context.Context, frontend string, side, films int) ([]Film, error) {
	drawn := make([]Film, films)
	for i := range drawn {
		opacity := strconv.FormatFloat(float64(i)/float64(films), 'f', 2, 64)
		size := fmt.Sprintf("%dx%d", side, side)
		picture, err := exec.CommandContext(ctx, frontend, "phantom", "-seed", strconv.Itoa(i+1), "-opacity", opacity, "-size", size, "-").Output()
		if err != nil {
			return nil, fmt.Errorf("draw film %d: %w", i+1, err)
		}
		decoded, err := png.Decode(bytes.NewReader(picture))
		if err != nil {
			return nil, fmt.Errorf("read drawn film %d: %w", i+1, err)
		}
		grey := image.NewGray(image.Rect(0, 0, side, side))
		draw.Draw(grey, grey.Rect, decoded, decoded.Bounds().Min, draw.Src)
		drawn[i] = Film{Side: side, Pixels: grey.Pix}
	}
	return drawn, nil
}
