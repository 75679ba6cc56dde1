package xray

import (
	"slices"
	"testing"

	"pneumoscope/frontend/internal/xray/jpeg"
)

func TestEveryFormatThatIsReadIsListed(t *testing.T) {
	for _, format := range formats {
		if !slices.Contains(Formats(), format.name) {
			t.Errorf("%s is read, and Formats does not list it", format.name)
		}
	}
	if len(Formats()) != len(formats)+1 {
		t.Errorf("%d formats are listed, %d are read", len(Formats()), len(formats))
	}
	for data, want := range map[string]string{"\xff\xd8\xff half a film": jpeg.Format, "GIF89a": FormatOther, "a letter": FormatOther, "": FormatOther} {
		if got := FormatOf([]byte(data)); got != want {
			t.Errorf("%q is of format %s, want %s", data, got, want)
		}
	}
}
