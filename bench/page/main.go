// Command page measures the way of a film from its upload to the answer: on our page, and on the same page written with
// Flask, Pillow and mlflow models serve.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "page:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	python := flag.String("python", "", "interpreter of the environment with Flask and gunicorn")
	mlflow := flag.String("mlflow", "", "MLflow's program")
	rounds := flag.Int("rounds", 5, "how often both are measured")
	uploads := flag.Int("uploads", 20, "uploads to each in a round")
	out := flag.String("json", "", "file to write the figures to")
	flag.Parse()
	if *python == "" || *mlflow == "" || *rounds < 1 || *uploads < 1 {
		return errors.New("want -python, -mlflow, and rounds and uploads of 1 or more")
	}
	models, err := filepath.Glob("mlruns/*/models/*/artifacts")
	if err != nil || len(models) != 1 {
		return fmt.Errorf("want one model in mlruns, found %d", len(models))
	}
	work, err := os.MkdirTemp("", "pneumoscope-page-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	film, err := drawFilm(ctx)
	if err != nil {
		return err
	}
	sides, stop, err := startSides(ctx, *python, *mlflow, models[0], work)
	defer stop()
	if err != nil {
		return err
	}
	figures, err := compare(sides, film, *rounds, *uploads)
	if err != nil {
		return err
	}
	figures.print()
	if *out == "" {
		return nil
	}
	text, err := json.MarshalIndent(figures, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(*out, append(text, '\n'), 0o644)
}
