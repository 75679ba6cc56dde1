// Command soak keeps the model server under a steady share of its peak load for a long
// time, and replaces its model again and again. It then reports whether an answer
// failed, and whether the server's memory grew or anything was left over.
package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"time"

	"pneumoscope/internal/daemon"
)

func main() { os.Exit(daemon.Main("soak", run)) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	cfg := config{progress: stderr}
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&cfg.frontend, "frontend", "bin/frontend", "`program` that draws the films")
	flags.StringVar(&cfg.modelserver, "modelserver", "bin/modelserver", "the server's `program`")
	flags.StringVar(&cfg.mlruns, "mlruns", "mlruns", "`folder` of the MLflow file store, which is copied")
	flags.DurationVar(&cfg.lasts, "for", 30*time.Minute, "how long it lasts")
	flags.DurationVar(&cfg.reloads, "reloads", time.Minute, "time between two replacements of the model")
	flags.Float64Var(&cfg.share, "share", 0.8, "load, as a share of the peak with 16 clients")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || cfg.reloads <= 0 || cfg.lasts < 6*cfg.reloads || !(cfg.share > 0 && cfg.share < 1) {
		return errors.New("want time for at least six replacements of the model, a share between 0 and 1, and no arguments; -h lists the flags")
	}
	result, err := soak(ctx, cfg)
	if err != nil {
		return err
	}
	result.write(stdout)
	return result.verdict()
}
