package mk

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// services makes two scripts: a frontend that writes its variables for addresses to a
// file and ends, and a model server that keeps running.
func services(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"frontend":    "env | grep -E '_LISTEN=|MLFLOW_ADDRESS=' | sort >" + filepath.Join(folder, "environment"),
		"modelserver": "exec sleep 30",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// Otherwise everybody on a school's Wi-Fi could use the model and read its metrics.
func TestRunListensOnThisMachineAlone(t *testing.T) {
	tests := []struct {
		name       string
		env, wants []string
	}{
		{"by default", nil, []string{
			"FRONTEND_ADMIN_LISTEN=127.0.0.1:8081", "FRONTEND_LISTEN=127.0.0.1:8080", "FRONTEND_MLFLOW_ADDRESS=http://127.0.0.1:8000",
			"MODELSERVER_ADMIN_LISTEN=127.0.0.1:8001", "MODELSERVER_LISTEN=127.0.0.1:8000",
		}},
		{"unless a setting opens it", []string{"FRONTEND_LISTEN=:9090", "MODELSERVER_LISTEN=0.0.0.0:9000"}, []string{
			"FRONTEND_ADMIN_LISTEN=127.0.0.1:8081", "FRONTEND_LISTEN=:9090", "FRONTEND_MLFLOW_ADDRESS=http://127.0.0.1:9000",
			"MODELSERVER_ADMIN_LISTEN=127.0.0.1:8001", "MODELSERVER_LISTEN=0.0.0.0:9000",
		}},
		{"with another model server", []string{"FRONTEND_MLFLOW_ADDRESS=http://mlflow:5000"}, []string{
			"FRONTEND_ADMIN_LISTEN=127.0.0.1:8081", "FRONTEND_LISTEN=127.0.0.1:8080", "FRONTEND_MLFLOW_ADDRESS=http://mlflow:5000",
			"MODELSERVER_ADMIN_LISTEN=127.0.0.1:8001", "MODELSERVER_LISTEN=127.0.0.1:8000",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			folder := services(t)
			run := exec.Command("./run", folder)
			run.Env = append([]string{"PATH=" + os.Getenv("PATH")}, test.env...)
			_ = run.Run() // it fails, because a service ends
			text, err := os.ReadFile(filepath.Join(folder, "environment"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.wants, strings.Fields(string(text))); diff != "" {
				t.Errorf("the services' settings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRunNamesAMissingBinary(t *testing.T) {
	output, err := exec.Command("./run", t.TempDir()).CombinedOutput()
	if err == nil {
		t.Error("it succeeds without binaries")
	}
	if !strings.HasSuffix(string(output), "modelserver is missing: make build\n") {
		t.Errorf("it says %q", output)
	}
}
