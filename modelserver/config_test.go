package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/internal/daemon"
)

func TestConfigRefusesWhatCannotBeUsed(t *testing.T) {
	tests := []struct{ variable, value, says string }{
		{"MODELSERVER_MAX_BODY_BYTES", "0", "MODELSERVER_MAX_BODY_BYTES: want more than 0"},
		{"MODELSERVER_MAX_BODY_BYTES", "64MB", "MODELSERVER_MAX_BODY_BYTES: cannot be read as int64"},
		{"MODELSERVER_REQUEST_TIMEOUT", "60", "MODELSERVER_REQUEST_TIMEOUT: cannot be read as time.Duration"},
		{"MODELSERVER_REQUEST_TIMEOUT", "0s", "MODELSERVER_REQUEST_TIMEOUT: want more than 0s"},
		{"MODELSERVER_MAX_MEMORY_BYTES", "0", "MODELSERVER_MAX_MEMORY_BYTES: want more than 0"},
		{"MODELSERVER_MAX_REQUEST_ROWS", "0", "MODELSERVER_MAX_REQUEST_ROWS: want 1 or more"},
		{"MODELSERVER_MAX_CONNECTIONS", "0", "MODELSERVER_MAX_CONNECTIONS: want 1 or more"},
		{"MODELSERVER_RELOAD_INTERVAL", "-1s", "MODELSERVER_RELOAD_INTERVAL: want 0s or more"},
		{"MODELSERVER_READ_TIMEOUT", "0s", "MODELSERVER_READ_TIMEOUT: want more than 0s"},
		{"MODELSERVER_BATCH_DELAY", "-1ms", "MODELSERVER_BATCH_DELAY: want 0s or more"},
		{"MODELSERVER_INTRA_OP_THREADS", "-1", "MODELSERVER_INTRA_OP_THREADS: want 0 or more"},
		{"MODELSERVER_INTER_OP_THREADS", "-2", "MODELSERVER_INTER_OP_THREADS: want -1 or more"},
		{"MODELSERVER_PARALLEL_RUNS", "-1", "MODELSERVER_PARALLEL_RUNS: want 0 or more"},
		{"MODELSERVER_MAX_QUEUE_ROWS", "-1", "MODELSERVER_MAX_QUEUE_ROWS: want 0 or more"},
		{"MODELSERVER_MAX_BATCH_ROWS", "-1", "MODELSERVER_MAX_BATCH_ROWS: want 0 or more"},
		{"MODELSERVER_TRACKING_USERNAME", "ada", "MODELSERVER_TRACKING_USERNAME: want it and TRACKING_PASSWORD_FILE, or neither"},
		{"MODELSERVER_TRACKING_PASSWORD_FILE", "/run/secrets/password", "MODELSERVER_TRACKING_USERNAME: want it and TRACKING_PASSWORD_FILE, or neither"},
		{"MODELSERVER_LOG_FORMAT", "xml", "MODELSERVER_LOG_FORMAT: want json or text"},
		{"MODELSERVER_MAX_QUEU", "1", "MODELSERVER_MAX_QUEU: no such setting; -h lists them all"},
	}
	for _, test := range tests {
		t.Run(test.variable+"="+test.value, func(t *testing.T) {
			t.Setenv(test.variable, test.value)
			err := daemon.LoadConfig(prefix, &config{})
			if err == nil {
				t.Fatalf("no error, want %q", test.says)
			}
			if diff := cmp.Diff(test.says, err.Error()); diff != "" {
				t.Errorf("the error differs (-want +got):\n%s", diff)
			}
		})
	}
}
