package exif_test

import (
	"encoding/binary"
	"testing"

	"pneumoscope/frontend/internal/xray/exif"
	"pneumoscope/frontend/internal/xray/xraytest"
)

func TestOrientationsThatMakeNoSenseAreUpright(t *testing.T) {
	for number, want := range map[uint16]exif.Orientation{0: 1, 1: 1, 6: 6, 8: 8, 9: 1, 65535: 1} {
		for name, data := range map[string][]byte{
			"big endian":         xraytest.EXIF(binary.BigEndian, number),
			"little endian":      xraytest.EXIF(binary.LittleEndian, number),
			"after EXIF's title": append([]byte("Exif\x00\x00"), xraytest.EXIF(binary.BigEndian, number)...),
		} {
			if got := exif.OrientationOf(data); got != want {
				t.Errorf("%d, %s: the orientation is %d, want %d", number, name, got, want)
			}
		}
	}
}

func TestSidesThatAreSwapped(t *testing.T) {
	for o := exif.Orientation(1); o <= 8; o++ {
		if got, want := o.SwapsSides(), o >= 5; got != want {
			t.Errorf("orientation %d swaps the sides: %t, want %t", o, got, want)
		}
	}
}
