package stretch_test

import (
	"image"
	"image/color"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/frontend/internal/xray/stretch"
)

func TestBoundsLeaveOutOneValueInTwoHundred(t *testing.T) {
	histogram := make([]int, 100)
	histogram[3], histogram[10], histogram[60], histogram[99] = 1, 200, 200, 2
	first, last := stretch.Bounds(histogram)
	if first != 10 {
		t.Errorf("the first value is %d, want 10", first)
	}
	if last != 60 {
		t.Errorf("the last value is %d, want 60", last)
	}
}

func TestOnlyPicturesOfFewerBitsAreStretched(t *testing.T) {
	for _, tt := range []struct {
		name     string
		inverted bool
		levels   []uint16
		want     []uint16
	}{
		{"10 bits", false, []uint16{0, 341, 1023}, []uint16{0, 21845, 65535}},
		{"12 bits", false, []uint16{0, 1365, 4095}, []uint16{0, 21845, 65535}},
		{"14 bits", false, []uint16{0, 5461, 16383}, []uint16{0, 21845, 65535}},
		{"more than 14 bits", false, []uint16{0, 5461, 16384}, []uint16{0, 5461, 16384}},
		{"12 bits, inverted", true, []uint16{65535, 65535 - 1365, 65535 - 4095}, []uint16{65535, 65535 - 21845, 0}},
		{"inverted, by its own account", false, []uint16{65535, 65535 - 4095}, []uint16{65535, 65535 - 4095}},
		{"one shade", false, []uint16{7, 7}, []uint16{7, 7}},
	} {
		img := image.NewGray16(image.Rect(0, 0, len(tt.levels), 1))
		for x, v := range tt.levels {
			img.SetGray16(x, 0, color.Gray16{Y: v})
		}
		stretch.Shallow(img, tt.inverted)
		var got []uint16
		for x := range tt.levels {
			got = append(got, img.Gray16At(x, 0).Y)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestAPictureOf8BitsStaysAsItIs(t *testing.T) {
	img := &image.Gray{Pix: []uint8{0, 1, 2}, Stride: 3, Rect: image.Rect(0, 0, 3, 1)}
	stretch.Shallow(img, false)
	if diff := cmp.Diff([]uint8{0, 1, 2}, img.Pix); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
