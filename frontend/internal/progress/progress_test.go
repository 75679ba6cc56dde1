package progress

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestABarIsDrawnOnATerminalOnly(t *testing.T) {
	var out bytes.Buffer
	step, end := Bar(&out, 3, "films")
	step()
	end()
	if out.Len() > 0 {
		t.Errorf("a buffer was written to: %q", out.String())
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	step, end = Bar(file, 3, "films")
	step()
	end()
	written, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	if len(written) > 0 {
		t.Errorf("a file was written to: %q", written)
	}
}

func TestTheBarSaysHowManyAreDone(t *testing.T) {
	var out bytes.Buffer
	step, end := draw(&out, 2, "films")
	step()
	end()
	for _, want := range []string{"films", "1/2"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the bar reads %q, want %q in it", out.String(), want)
		}
	}
}
