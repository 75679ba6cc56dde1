// Command soak asks the model server for films at a steady share of what it can
// do, for as long as told, exchanges its model again and again meanwhile, and says
// whether an answer failed and whether anything grew.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	cfg := config{progress: stderr}
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&cfg.frontend, "frontend", "bin/frontend", "`program` that draws the films")
	flags.StringVar(&cfg.modelserver, "modelserver", "bin/modelserver", "the server's `program`")
	flags.StringVar(&cfg.mlruns, "mlruns", "mlruns", "`folder` of the MLflow file store, which is copied")
	flags.DurationVar(&cfg.lasts, "for", 30*time.Minute, "how long it lasts")
	flags.DurationVar(&cfg.reloads, "reloads", time.Minute, "time between two exchanges of the model")
	flags.Float64Var(&cfg.share, "share", 0.8, "load, as a share of the most that 16 clients get")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || cfg.reloads <= 0 || cfg.lasts < 6*cfg.reloads || !(cfg.share > 0 && cfg.share < 1) {
		return errors.New("want six exchanges of the model at least, a share between 0 and 1, and no arguments; -h lists the flags")
	}
	found, err := soak(ctx, cfg)
	if err != nil {
		return err
	}
	found.write(stdout)
	return found.verdict()
}
