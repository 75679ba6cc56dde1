// Package progress shows a person at a terminal how far a long command has come.
package progress

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Step reports that one more step is done.
type Step func()

// Bar draws a bar of this many steps on a terminal. It draws nothing elsewhere, so that a log does not fill up. The
// function end clears the bar.
func Bar(w io.Writer, steps int, what string) (step Step, end func()) {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return func() {}, func() {}
	}
	return draw(w, steps, what)
}

func draw(w io.Writer, steps int, what string) (step Step, end func()) {
	bar := progressbar.NewOptions(steps,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
	// Errors are ignored, so that the work goes on if the terminal is closed.
	return func() { _ = bar.Add(1) }, func() { _ = bar.Finish() }
}
