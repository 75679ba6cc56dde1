// Package film has the service's own phantom generator draw films to measure
// with: no patient's film is ever needed for that.
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
)

// Side is a film's width and height in pixels: what the model takes.
const Side = 224

// Film is one grey byte for each pixel, row by row.
type Film []byte

// Draw draws films that differ, so that a server that answers a request with
// another's row is found out.
func Draw(ctx context.Context, frontend string, films int) ([]Film, error) {
	drawn := make([]Film, films)
	for i := range drawn {
		opacity := strconv.FormatFloat(float64(i)/float64(films), 'f', 2, 64)
		size := fmt.Sprintf("%dx%d", Side, Side)
		picture, err := exec.CommandContext(ctx, frontend, "phantom", "-seed", strconv.Itoa(i+1), "-opacity", opacity, "-size", size, "-").Output()
		if err != nil {
			return nil, fmt.Errorf("draw film %d: %w", i+1, err)
		}
		decoded, err := png.Decode(bytes.NewReader(picture))
		if err != nil {
			return nil, fmt.Errorf("read drawn film %d: %w", i+1, err)
		}
		grey := image.NewGray(image.Rect(0, 0, Side, Side))
		draw.Draw(grey, grey.Rect, decoded, decoded.Bounds().Min, draw.Src)
		drawn[i] = grey.Pix
	}
	return drawn, nil
}
