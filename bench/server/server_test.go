package server_test

import (
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"pneumoscope/bench/server"
)

// TestMain lets this program also play the server under test, and a launcher like
// MLflow's in front of it.
func TestMain(m *testing.M) {
	switch os.Getenv("BENCH_TEST_ROLE") {
	case "launcher":
		command := exec.Command(os.Args[0])
		command.Env = append(os.Environ(), "BENCH_TEST_ROLE=server")
		if err := command.Run(); err != nil {
			os.Exit(1)
		}
	case "server":
		ballast := make([]byte, 128<<20)
		for i := range ballast {
			ballast[i] = 1
		}
		_ = http.ListenAndServe("127.0.0.1:"+os.Getenv("BENCH_TEST_PORT"), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(int(ballast[0]) + 199)
		}))
	case "broken":
		os.Stderr.WriteString("no model\n")
		os.Exit(1)
	default:
		os.Exit(m.Run())
	}
}

func config(t *testing.T, role string) server.Config {
	return server.Config{
		Name: role, LogDir: t.TempDir(), Timeout: time.Minute,
		Command: func(port string) *exec.Cmd {
			command := exec.Command(os.Args[0])
			command.Env = append(os.Environ(), "BENCH_TEST_ROLE="+role, "BENCH_TEST_PORT="+port)
			return command
		},
		Ask: func(address string) error {
			response, err := http.Get("http://" + address)
			if err != nil {
				return err
			}
			response.Body.Close()
			if response.StatusCode != 200 {
				return errors.New(response.Status)
			}
			return nil
		},
	}
}

func TestAServerBehindALauncherIsMeasuredAndEndsWithIt(t *testing.T) {
	s, err := server.Start(t.Context(), config(t, "launcher"))
	if err != nil {
		t.Fatal(err)
	}
	cost, err := s.Cost()
	if err != nil {
		t.Fatal(err)
	}
	if cost.ResidentMiB < 128 {
		t.Errorf("it has %g MiB of memory, but holds 128", cost.ResidentMiB)
	}
	if cost.PeakMiB < cost.ResidentMiB-1 {
		t.Errorf("its peak of %g MiB is below the %g MiB that it has now", cost.PeakMiB, cost.ResidentMiB)
	}
	if cost.CPU <= 0 {
		t.Errorf("it has used %s of processor time", cost.CPU)
	}
	if s.Start <= 0 {
		t.Errorf("it has started in %s", s.Start)
	}
	if err := s.Alive(); err != nil {
		t.Error(err)
	}
	s.Stop()
	if s.Alive() == nil {
		t.Error("it is alive after Stop")
	}
	for { // the launcher's child gets the signal too, but Stop does not wait for it
		conn, err := net.Dial("tcp", s.Address)
		if err != nil {
			return
		}
		conn.Close()
	}
}

func TestAServerThatEndsBeforeItAnswersIsQuoted(t *testing.T) {
	_, err := server.Start(t.Context(), config(t, "broken"))
	if err == nil {
		t.Fatal("no error")
	}
	if want := "start broken: it has ended: no model"; !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %q, want it to contain %q", err, want)
	}
}
