package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"pneumoscope/bench/film"
	"pneumoscope/bench/load"
	"pneumoscope/bench/protocol"
	"pneumoscope/bench/server"
)

type config struct {
	frontend, modelserver, mlruns string
	lasts, reloads                time.Duration
	share                         float64
	progress                      io.Writer
}

const (
	films       = 16
	connections = 64 // open at a time
	peakFor     = 10 * time.Second
	timeout     = time.Minute // of one request
)

// soak runs everything. The server has a copy of the store, in which the alias can be
// moved.
func soak(ctx context.Context, cfg config) (*outcome, error) {
	work, err := os.MkdirTemp("", "pneumoscope-soak-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	store, err := copyStore(cfg.mlruns, filepath.Join(work, "mlruns"))
	if err != nil {
		return nil, err
	}
	admin, err := freeAddress()
	if err != nil {
		return nil, err
	}
	served, err := server.Start(ctx, server.Config{
		Name: "modelserver", LogDir: work, Timeout: time.Minute,
		Command: func(port string) *exec.Cmd {
			command := exec.Command(cfg.modelserver)
			command.Env = append(os.Environ(), "TF_CPP_MIN_LOG_LEVEL=1", "MODELSERVER_LOG_LEVEL=warn",
				"MODELSERVER_LISTEN=127.0.0.1:"+port, "MODELSERVER_ADMIN_LISTEN="+admin,
				"MODELSERVER_MLRUNS="+store.root, "MODELSERVER_RELOAD_INTERVAL=1s")
			return command
		},
		Ask: func(address string) error {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				return err
			}
			return conn.Close()
		},
	})
	if err != nil {
		return nil, err
	}
	defer served.Stop()

	side, err := film.Side(ctx, served.Address)
	if err != nil {
		return nil, err
	}
	drawn, err := film.Draw(ctx, cfg.frontend, side, films)
	if err != nil {
		return nil, err
	}
	target, err := targetOf(served.Address, drawn)
	if err != nil {
		return nil, err
	}
	result := &outcome{cfg: cfg}
	watch := watcher{admin: admin}
	// This fills the server's pools and what TensorFlow keeps for each batch size.
	// Whatever grows afterwards is a leak.
	fmt.Fprintf(cfg.progress, "soak: warm up and find the peak with 16 clients, %s\n", 2*peakFor)
	load.Closed{Clients: 16, Duration: peakFor}.Run(target)
	peak := load.Closed{Clients: 16, Duration: peakFor}.Run(target)
	if peak.Faults() > 0 || peak.PerSecond == 0 {
		return nil, fmt.Errorf("%d of %d answers are wrong or missing, such as: %s", peak.Faults(), peak.Offered, peak.Fault)
	}
	result.peak = peak.PerSecond
	if result.idleBefore, err = watch.settled(ctx); err != nil {
		return nil, err
	}

	fmt.Fprintf(cfg.progress, "soak: %.0f films/s, %.0f%% of the peak, for %s; the model is replaced every %s\n", cfg.share*result.peak, 100*cfg.share, cfg.lasts, cfg.reloads)
	ended := make(chan load.Result)
	go func() {
		ended <- load.Open{Rate: cfg.share * result.peak, Duration: cfg.lasts, Connections: connections}.Run(target)
	}()
	look := time.NewTicker(cfg.reloads / 12)
	defer look.Stop()
	replace := time.NewTicker(cfg.reloads)
	defer replace.Stop()
	for busy := true; busy; {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case result.load = <-ended:
			busy = false
		case <-look.C:
			seen, err := watch.look(ctx)
			if err != nil {
				return nil, errors.Join(err, served.Alive())
			}
			result.seen = append(result.seen, seen)
		case <-replace.C:
			if err := store.moveAlias(); err != nil {
				return nil, err
			}
			result.replacements++
			fmt.Fprintf(cfg.progress, "soak: %s\n", result.seen[len(result.seen)-1])
		}
	}
	if result.idleAfter, err = watch.settled(ctx); err != nil {
		return nil, errors.Join(err, served.Alive())
	}
	return result, nil
}

// targetOf sends each film once: the server must give the same answer for ever.
func targetOf(address string, drawn []film.Film) (load.Target, error) {
	native := protocol.MLflow()
	target := load.Target{Address: address, Requests: native.Requests(address, drawn), Timeout: timeout}
	want := make([]float64, len(drawn))
	for i := range drawn {
		once := target
		once.Requests = target.Requests[i : i+1]
		once.Check = func(_ int, body []byte) (err error) {
			want[i], err = native.Probability(body)
			return err
		}
		if result := (load.Closed{Clients: 1, Requests: 1, Duration: timeout}).Run(once); result.Accepted != 1 {
			return target, fmt.Errorf("film %d has no answer: %s", i+1, result.Fault)
		}
	}
	target.Check = native.Check(want)
	return target, nil
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}
