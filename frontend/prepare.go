package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"time"

	"pneumoscope/frontend/internal/dataset"
	"pneumoscope/frontend/internal/progress"
	"pneumoscope/frontend/internal/xray"
	"pneumoscope/internal/daemon"
)

// patience is how long a film may take to decode when nobody waits for a page.
const patience = 10 * time.Minute

// prepareFilms is the subcommand "prepare".
func prepareFilms(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("frontend prepare", flag.ContinueOnError)
	flags.SetOutput(stderr)
	ungated := flags.Bool("ungated", false, "prepare every picture, even one that the page would refuse because it is not a chest film")
	parallel := flags.Int("parallel", runtime.GOMAXPROCS(0), "films prepared at a time")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 2 || *parallel < 1 {
		return errors.New("prepare: want a folder to read and one to write, such as: frontend prepare films prepared")
	}
	var cfg config
	if err := daemon.LoadConfig(prefix, &cfg); err != nil {
		return err
	}
	films := xray.Config{MaxPixels: cfg.MaxPixels, MinSide: cfg.MinSide, Parallel: *parallel, Timeout: patience, Ungated: *ungated}
	decoder, err := xray.NewDecoder(films)
	if err != nil {
		return err
	}
	var step progress.Step
	end := func() {}
	summary, err := dataset.Prepare(ctx, dataset.Config{
		From:     flags.Arg(0),
		To:       flags.Arg(1),
		Decoder:  decoder,
		Parallel: *parallel,
		MaxBytes: int64(cfg.MaxUploadBytes),
		Settings: fmt.Sprintf("ungated=%t max_pixels=%d min_side=%d max_bytes=%d\n", *ungated, cfg.MaxPixels, cfg.MinSide, cfg.MaxUploadBytes),
		Started:  func(n int) { step, end = progress.Bar(stderr, n, "films") },
		Done:     func() { step() },
	})
	end()
	if errors.Is(err, context.Canceled) {
		return errors.New("prepare: interrupted; the same command goes on from here")
	}
	if err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	fmt.Fprintf(stdout, "%d films prepared, %d of them by an earlier run\n", summary.Prepared, summary.Kept)
	for _, code := range slices.Sorted(maps.Keys(summary.Refused)) {
		fmt.Fprintf(stdout, "%d refused: %s\n", summary.Refused[code], code)
	}
	if len(summary.Refused) > 0 {
		fmt.Fprintln(stdout, "refused.csv in the folder written lists them")
	}
	return nil
}
