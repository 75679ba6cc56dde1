package webp

import (
	"image"
	"slices"
	"testing"
)

func TestGreyWebPCoversTheWholeRange(t *testing.T) {
	img := image.NewYCbCr(image.Rect(0, 0, 4, 1), image.YCbCrSubsampleRatio420)
	copy(img.Y, []uint8{0, 16, 235, 255})
	film, ok := videoRange(img).(videoImage)
	if !ok {
		t.Fatal("it is not read as a video's levels")
	}
	if row := film.GreyRows()(0); !slices.Equal(row, []uint8{0, 0, 255, 255}) {
		t.Errorf("got %v", row)
	}
}
