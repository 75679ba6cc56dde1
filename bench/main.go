// Command bench compares the model server with MLflow's own and with TensorFlow
// alone, in one run, on one machine, side by side.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"

	"pneumoscope/bench/compare"
	"pneumoscope/internal/daemon"
)

func main() { os.Exit(daemon.Main("bench", run)) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	cfg := compare.Config{Progress: stderr}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&cfg.Frontend, "frontend", "bin/frontend", "`program` that draws the films")
	flags.StringVar(&cfg.ModelServer, "modelserver", "bin/modelserver", "our server's `program`")
	flags.StringVar(&cfg.RawLoop, "rawloop", "bin/rawloop", "`program` that calls TensorFlow in a loop")
	flags.StringVar(&cfg.MLflow, "mlflow", "modelserver/training/.venv/bin/mlflow", "MLflow's `program`")
	flags.StringVar(&cfg.Model, "model", "models:/pneumonia@champion", "which model, as MLflow writes it")
	flags.StringVar(&cfg.MLRuns, "mlruns", "mlruns", "`folder` of the MLflow file store")
	flags.Float64Var(&cfg.Seconds, "seconds", 2, "length of each measurement")
	flags.IntVar(&cfg.Rounds, "rounds", 5, "how often everything is measured")
	out := flags.String("json", "bench/results/servers.json", "`file` to write the figures to")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || !(cfg.Seconds > 0) || cfg.Rounds < 1 {
		return errors.New("want more than 0 seconds, 1 round or more, and no arguments; -h lists the flags")
	}
	var err error
	if cfg.WorkDir, err = os.MkdirTemp("", "pneumoscope-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(cfg.WorkDir)

	result, err := compare.Run(ctx, cfg)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(result, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(*out, append(text, '\n'), 0o644); err != nil {
		return err
	}
	return result.Write(stdout)
}
