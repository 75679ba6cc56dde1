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
	if written, err := os.ReadFile(file.Name()); err != nil || len(written) > 0 {
		t.Errorf("a file was written to: %q, %v", written, err)
	}
}

func TestTheBarSaysHowManyAreDone(t *testing.T) {
	var out bytes.Buffer
	step, end := draw(&out, 2, "films")
	step()
	end()
	if text := out.String(); !strings.Contains(text, "films") || !strings.Contains(text, "1/2") {
		t.Errorf("the bar reads %q", text)
	}
}
