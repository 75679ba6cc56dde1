package main

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pneumoscope/internal/daemon"
)

func TestConfigRefusesWhatCannotBeUsed(t *testing.T) {
	tests := []struct{ variable, value, says string }{
		{"FRONTEND_MLFLOW_ADDRESS", "localhost:8000", "FRONTEND_MLFLOW_ADDRESS: want an address such as http://localhost:8000"},
		{"FRONTEND_MLFLOW_ADDRESS", "ftp://localhost", "FRONTEND_MLFLOW_ADDRESS: want an address such as http://localhost:8000"},
		{"FRONTEND_MAX_UPLOAD_BYTES", "32MB", "FRONTEND_MAX_UPLOAD_BYTES: cannot be read as int"},
		{"FRONTEND_MAX_UPLOAD_BYTES", "1000", "FRONTEND_MAX_UPLOAD_BYTES: want 1048576 or more"},
		{"FRONTEND_MAX_UPLOADS", "0", "FRONTEND_MAX_UPLOADS: want 1 or more"},
		{"FRONTEND_MAX_CONNECTIONS", "0", "FRONTEND_MAX_CONNECTIONS: want 1 or more"},
		{"FRONTEND_UPLOADS_PER_MINUTE", "-1", "FRONTEND_UPLOADS_PER_MINUTE: want 0 or more"},
		{"FRONTEND_UPLOADS_PER_ADDRESS", "-1", "FRONTEND_UPLOADS_PER_ADDRESS: want 0 or more"},
		{"FRONTEND_REQUESTS_PER_MINUTE", "-1", "FRONTEND_REQUESTS_PER_MINUTE: want 0 or more"},
		{"FRONTEND_REQUESTS_PER_ADDRESS", "-1", "FRONTEND_REQUESTS_PER_ADDRESS: want 0 or more"},
		{"FRONTEND_MAX_FILMS", "0", "FRONTEND_MAX_FILMS: want 1 or more"},
		{"FRONTEND_MAX_PIXELS", "999999", "FRONTEND_MAX_PIXELS: want 1000000 or more"},
		{"FRONTEND_MIN_SIDE", "0", "FRONTEND_MIN_SIDE: want 1 or more"},
		{"FRONTEND_DECODE_PARALLEL", "0", "FRONTEND_DECODE_PARALLEL: want 1 or more"},
		{"FRONTEND_DECODE_TIMEOUT", "0s", "FRONTEND_DECODE_TIMEOUT: want more than 0s"},
		{"FRONTEND_REQUEST_TIMEOUT", "30", "FRONTEND_REQUEST_TIMEOUT: cannot be read as time.Duration"},
		{"FRONTEND_REQUEST_TIMEOUT", "-1s", "FRONTEND_REQUEST_TIMEOUT: want more than 0s"},
		{"FRONTEND_READ_TIMEOUT", "0s", "FRONTEND_READ_TIMEOUT: want more than 0s"},
		{"FRONTEND_IDLE_TIMEOUT", "0s", "FRONTEND_IDLE_TIMEOUT: want more than 0s"},
		{"FRONTEND_LOG_LEVEL", "loud", "FRONTEND_LOG_LEVEL: want debug, info, warn or error"},
		{"FRONTEND_MAX_FILM", "1", "FRONTEND_MAX_FILM: no such setting; -h lists them all"},
	}
	for _, test := range tests {
		t.Run(test.variable+"="+test.value, func(t *testing.T) {
			t.Setenv(test.variable, test.value)
			if err := daemon.LoadConfig(prefix, &config{}); err == nil || err.Error() != test.says {
				t.Errorf("it says %v; want %q", err, test.says)
			}
			if err := run(context.Background(), []string{"check"}, &bytes.Buffer{}, &bytes.Buffer{}); err == nil || err.Error() != test.says {
				t.Errorf("check says %v; want %q", err, test.says)
			}
		})
	}
}

func TestCheckSaysThatTheConfigurationCanBeUsed(t *testing.T) {
	var out bytes.Buffer
	if err := run(context.Background(), []string{"check"}, &out, &bytes.Buffer{}); err != nil || out.String() != "ok\n" {
		t.Errorf("it says %q, %v", out.String(), err)
	}
}

func TestPhantomDrawsAFilm(t *testing.T) {
	draw := func(args ...string) ([]byte, error) {
		var out bytes.Buffer
		err := run(context.Background(), append([]string{"phantom"}, args...), &out, &bytes.Buffer{})
		return out.Bytes(), err
	}
	first, err := draw("-size", "200x300", "-")
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(first))
	if err != nil || picture.Bounds().Dx() != 200 || picture.Bounds().Dy() != 300 {
		t.Fatalf("no film of 200x300 pixels: %v", err)
	}
	for _, args := range [][]string{{"-seed", "2"}, {"-opacity", "0.9"}} {
		if other, err := draw(append(args, "-size", "200x300", "-")...); err != nil || bytes.Equal(other, first) {
			t.Errorf("%v makes no difference: %v", args, err)
		}
	}

	path := filepath.Join(t.TempDir(), "film.png")
	if out, err := draw("-size", "200x300", path); err != nil || len(out) > 0 {
		t.Fatalf("%v, and %d bytes to standard output", err, len(out))
	}
	if written, err := os.ReadFile(path); err != nil || !bytes.Equal(written, first) {
		t.Errorf("the file is not the film: %v", err)
	}

	for _, args := range [][]string{{}, {"a", "b"}, {"-size", "200", "-"}, {"-size", "1x1", "-"}, {"-size", "200x300x4", "-"},
		{"-size", "99999x99999", "-"}, {"-opacity", "2", "-"}, {"-opacity", "NaN", "-"}} {
		if _, err := draw(args...); err == nil || !strings.HasPrefix(err.Error(), "phantom: want ") {
			t.Errorf("%v: it says %v", args, err)
		}
	}
}
