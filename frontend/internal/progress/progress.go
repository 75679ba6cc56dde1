// Package progress shows a person at a terminal how far a long command is.
package progress

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Step says that one more of the things is done.
type Step func()

// Bar draws a bar of so many steps on a terminal, and nothing elsewhere: a log must not fill with it. The function
// end clears the bar away.
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
	// A terminal that has gone away does not stop the work.
	return func() { _ = bar.Add(1) }, func() { _ = bar.Finish() }
}
