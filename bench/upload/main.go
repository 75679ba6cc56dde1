// Command upload measures the time from the upload of a film to the answer, on our page and on the same page written
// with Flask, Pillow and mlflow models serve.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"pneumoscope/internal/daemon"
)

func main() { os.Exit(daemon.Main("upload", run)) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("upload", flag.ContinueOnError)
	flags.SetOutput(stderr)
	python := flags.String("python", "", "interpreter of the environment with Flask and gunicorn")
	mlflow := flags.String("mlflow", "", "MLflow's `program`")
	rounds := flags.Int("rounds", 5, "how often both are measured")
	uploads := flags.Int("uploads", 20, "uploads to each in a round")
	out := flags.String("json", "", "`file` to write the figures to")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *python == "" || *mlflow == "" || *rounds < 1 || *uploads < 1 {
		return errors.New("want -python, -mlflow, and rounds and uploads of 1 or more")
	}
	model, err := champion(ctx, *python)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "pneumoscope-upload-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	film, err := drawFilm(ctx)
	if err != nil {
		return err
	}
	pages, stop, err := startPages(ctx, *python, *mlflow, model, work)
	defer stop()
	if err != nil {
		return err
	}
	result, err := compare(pages, film, *rounds, *uploads)
	if err != nil {
		return err
	}
	result.print(stdout)
	if *out == "" {
		return nil
	}
	text, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(*out, append(text, '\n'), 0o644)
}

// champion returns the directory of the model that has the alias champion, as MLflow finds it.
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
