package main

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"image/png"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"pneumoscope/bench/film"
	"pneumoscope/bench/server"
)

// drawFilm draws a film like a hospital's export: a JPEG of about the size of the training originals.
func drawFilm(ctx context.Context) ([]byte, error) {
	drawn, err := exec.CommandContext(ctx, "bin/frontend", "phantom", "-opacity", "0.7", "-size", "1400x1100", "-").Output()
	if err != nil {
		return nil, fmt.Errorf("draw a film: %w", err)
	}
	picture, err := png.Decode(bytes.NewReader(drawn))
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	err = jpeg.Encode(&file, picture, &jpeg.Options{Quality: 90})
	return file.Bytes(), err
}

// pages are the addresses of both pages.
type pages struct{ theirs, ours string }

// startPages starts both pages and the servers behind them; stop ends all that were started.
func startPages(ctx context.Context, python, mlflow, model, work string) (started pages, stop func(), err error) {
	var running []*server.Server
	stop = func() {
		for _, s := range running {
			s.Stop()
		}
	}
	start := func(name, path string, command func(port string) *exec.Cmd) string {
		if err != nil {
			return ""
		}
		ask := func(address string) error {
			response, err := http.Get("http://" + address + path)
			if err != nil {
				return err
			}
			response.Body.Close()
			if response.StatusCode != http.StatusOK {
				return fmt.Errorf("GET %s: %s", path, response.Status)
			}
			return nil
		}
		var s *server.Server
		if s, err = server.Start(ctx, server.Config{Name: name, Command: command, LogDir: work, Ask: ask, Timeout: 3 * time.Minute}); err != nil {
			return ""
		}
		running = append(running, s)
		return s.Address
	}
	theirModel := start("mlflow", "/ping", server.MLflow(mlflow, model))
	ourModel := start("modelserver", "/ping", server.Ours("bin/modelserver", model, "mlruns"))
	if err != nil {
		return started, stop, err
	}
	side, err := film.Side(ctx, ourModel)
	if err != nil {
		return started, stop, err
	}
	started.theirs = "http://" + start("flask", "/", func(port string) *exec.Cmd {
		command := exec.Command(python, "-m", "gunicorn", "--chdir", "bench/flask", "--bind", net.JoinHostPort("127.0.0.1", port), "--timeout", "120", "app:app")
		command.Env = append(os.Environ(), "MLFLOW_ADDRESS=http://"+theirModel, "FILM_SIDE="+strconv.Itoa(side))
		return command
	})
	started.ours = "http://" + start("frontend", "/", func(port string) *exec.Cmd {
		command := exec.Command(filepath.Join("bin", "frontend"))
		command.Env = append(os.Environ(), "FRONTEND_MLFLOW_ADDRESS=http://"+ourModel, "FRONTEND_LISTEN="+net.JoinHostPort("127.0.0.1", port),
			"FRONTEND_ADMIN_LISTEN=127.0.0.1:0", "FRONTEND_DRAIN_DELAY=0s")
		return command
	})
	return started, stop, err
}
