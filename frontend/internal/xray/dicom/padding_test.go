package dicom_test

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/frontend/internal/xray/dicom"
	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/xraytest"
	"pneumoscope/internal/dicomfile"
)

// The values follow DICOM part 3, C.7.5.1.1.2. Only padding has the level 0.
func TestPaddingIsBlack(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*dicomfile.File)
		stored []uint16
		want   []uint16
	}{
		{"white", func(d *dicomfile.File) { d.Number(dicomfile.PixelPadding, 4095) }, []uint16{0, 2048, 4095}, []uint16{1, 32776, 0}},
		{"white, of MONOCHROME1", func(d *dicomfile.File) {
			d.Number(dicomfile.PixelPadding, 0).Text(dicomfile.Photometric, "CS", "MONOCHROME1")
		}, []uint16{0, 2048, 4095}, []uint16{0, 32759, 1}},
		{"a range", func(d *dicomfile.File) {
			d.Number(dicomfile.PixelPadding, 3000).Number(dicomfile.PixelPaddingLimit, 4000)
		}, []uint16{2048, 3000, 3500, 4000, 4001}, []uint16{32776, 0, 0, 0, 64031}},
		{"a range downwards", func(d *dicomfile.File) {
			d.Number(dicomfile.PixelPadding, 4000).Number(dicomfile.PixelPaddingLimit, 3000)
		}, []uint16{2048, 3500}, []uint16{32776, 0}},
		{"signed", func(d *dicomfile.File) {
			d.Number(dicomfile.PixelRepresentation, 1).Number(dicomfile.PixelPadding, 0xfff6) // -10
		}, []uint16{0x0ff6, 0x0800, 2047}, []uint16{0, 1, 32759}},
		{"more bits than the stored ones", func(d *dicomfile.File) { d.Number(dicomfile.PixelPadding, 65535) },
			[]uint16{65535, 4095, 2048}, []uint16{0, 65535, 32776}},
		{"8 bits", func(d *dicomfile.File) {
			d.Eight(4, 1, []byte{255, 254, 0, 128}).Number(dicomfile.PixelPadding, 255)
		}, nil, []uint16{0, 254 * 257, 1, 128 * 257}},
	} {
		d := drawnDICOM().Number(dicomfile.Rows, 1).Number(dicomfile.Columns, uint16(len(tt.stored)))
		var pixels []byte
		for _, v := range tt.stored {
			pixels = binary.LittleEndian.AppendUint16(pixels, v)
		}
		d.Set(dicomfile.PixelData, dicomfile.Element{VR: "OW", Value: pixels})
		tt.change(d)
		if diff := cmp.Diff(tt.want, levels(t, d.Write())); diff != "" {
			t.Errorf("%s: levels (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestPaddingDoesNotCountInTheStretch(t *testing.T) {
	d := drawnDICOM().Without(dicomfile.WindowCenter).Number(dicomfile.Rows, 40).Number(dicomfile.Columns, 50)
	d.Number(dicomfile.BitsStored, 16).Number(dicomfile.HighBit, 15).Number(dicomfile.PixelPadding, 65535)
	pixels := make([]byte, 0, 2*40*50)
	for i := range 40 * 50 { // half of it is padding
		pixels = binary.LittleEndian.AppendUint16(pixels, []uint16{65535, uint16(1000 + i)}[i%2])
	}
	d.Set(dicomfile.PixelData, dicomfile.Element{VR: "OW", Value: pixels})
	got := levels(t, d.Write())
	if got[0] != 0 {
		t.Errorf("padding has the level %d, want 0", got[0])
	}
	if got[1001] < 32000 || got[1001] > 33500 {
		t.Errorf("the middle has the level %d, want half", got[1001])
	}
	if got[1999] != 65535 {
		t.Errorf("the brightest has the level %d, want 65535", got[1999])
	}
	p, err := dicom.Open(d.Write())
	if err != nil {
		t.Fatal(err)
	}
	if !p.Padded {
		t.Error("the plan does not tell of the padding")
	}
}

func TestAFilmOfNothingButPaddingIsBlank(t *testing.T) {
	d := drawnDICOM().Without(dicomfile.WindowCenter).Number(dicomfile.PixelPadding, 0).Number(dicomfile.PixelPaddingLimit, 4095)
	_, err := decode(t, d.Write())
	xraytest.WantRefusal(t, err, refusal.CodeBlank, "grey levels span 0 of 255")
}
