package xray

import (
	"slices"
	"testing"
)

func TestEveryFormatThatIsReadIsListed(t *testing.T) {
	for format := range openers {
		if !slices.Contains(Formats(), format) {
			t.Errorf("%s is read, and Formats does not list it", format)
		}
	}
	if len(Formats()) != len(openers)+1 {
		t.Errorf("%d formats are listed, %d are read", len(Formats()), len(openers))
	}
	for data, want := range map[string]string{"\xff\xd8\xff half a film": formatJPEG, "GIF89a": FormatOther, "a letter": FormatOther, "": FormatOther} {
		if got := FormatOf([]byte(data)); got != want {
			t.Errorf("%q is of format %s, want %s", data, got, want)
		}
	}
}
