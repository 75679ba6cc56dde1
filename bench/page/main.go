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
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
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
	model, err := champion(ctx, *python)
	if err != nil {
		return err
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
	sides, stop, err := startSides(ctx, *python, *mlflow, model, work)
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

// champion is the directory of the model that carries the alias, as MLflow knows it.
func champion(ctx context.Context, python string) (string, error) {
	const ask = `import mlflow; print(mlflow.MlflowClient("mlruns").get_model_version_by_alias("pneumonia", "champion").model_id)`
	command := exec.CommandContext(ctx, python, "-W", "ignore", "-c", ask)
	command.Env = append(os.Environ(), "MLFLOW_ALLOW_FILE_STORE=true")
	id, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("ask MLflow for the champion: %w", err)
	}
	found, err := filepath.Glob(filepath.Join("mlruns", "*", "models", strings.TrimSpace(string(id)), "artifacts"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("want one folder of the champion in mlruns, found %d", len(found))
	}
	return found[0], nil
}
