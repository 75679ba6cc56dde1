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
	served, err := server.Start(ctx, serverConfig(cfg, store.root, admin, work))
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
	if result.peak, err = findPeak(cfg, target); err != nil {
		return nil, err
	}
	watch := watcher{admin: admin}
	if result.idleBefore, err = watch.settled(ctx); err != nil {
		return nil, err
	}
	if err := result.endure(ctx, target, watch, store); err != nil {
		return nil, errors.Join(err, served.Alive())
	}
	if result.idleAfter, err = watch.settled(ctx); err != nil {
		return nil, errors.Join(err, served.Alive())
	}
	return result, nil
}

func serverConfig(cfg config, mlruns, admin, logs string) server.Config {
	return server.Config{
		Name: "modelserver", LogDir: logs, Timeout: time.Minute,
		Command: func(port string) *exec.Cmd {
			command := exec.Command(cfg.modelserver)
			command.Env = append(os.Environ(), "TF_CPP_MIN_LOG_LEVEL=1", "MODELSERVER_LOG_LEVEL=warn",
				"MODELSERVER_LISTEN=127.0.0.1:"+port, "MODELSERVER_ADMIN_LISTEN="+admin,
				"MODELSERVER_MLRUNS="+mlruns, "MODELSERVER_RELOAD_INTERVAL=1s")
			return command
		},
		Ask: func(address string) error {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				return err
			}
			return conn.Close()
		},
	}
}

// findPeak warms the server up and measures how many films a second 16 clients get.
// This fills the server's pools and the memory that TensorFlow keeps for each batch
// size. Growth after that is a leak.
func findPeak(cfg config, target load.Target) (float64, error) {
	fmt.Fprintf(cfg.progress, "soak: warm up and find the peak with 16 clients, %s\n", 2*peakFor)
	load.Closed{Clients: 16, Duration: peakFor}.Run(target)
	peak := load.Closed{Clients: 16, Duration: peakFor}.Run(target)
	if peak.Faults() > 0 || peak.PerSecond == 0 {
		return 0, fmt.Errorf("%d of %d answers are wrong or missing, such as: %s", peak.Faults(), peak.Offered, peak.Fault)
	}
	return peak.PerSecond, nil
}

// endure puts the load on the server, watches its metrics and replaces the model.
func (o *outcome) endure(ctx context.Context, target load.Target, watch watcher, store *store) error {
	cfg, rate := o.cfg, o.cfg.share*o.peak
	fmt.Fprintf(cfg.progress, "soak: %.0f films/s, %.0f%% of the peak, for %s; the model is replaced every %s\n", rate, 100*cfg.share, cfg.lasts, cfg.reloads)
	ended := make(chan load.Result)
	go func() {
		ended <- load.Open{Rate: rate, Duration: cfg.lasts, Connections: connections}.Run(target)
	}()
	look := time.NewTicker(cfg.reloads / 12)
	defer look.Stop()
	replace := time.NewTicker(cfg.reloads)
	defer replace.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case o.load = <-ended:
			return nil
		case <-look.C:
			seen, err := watch.look(ctx)
			if err != nil {
				return err
			}
			o.seen = append(o.seen, seen)
		case <-replace.C:
			if err := store.moveAlias(); err != nil {
				return err
			}
			o.replacements++
			fmt.Fprintf(cfg.progress, "soak: %s\n", o.seen[len(o.seen)-1])
		}
	}
}

// targetOf sends each film once and keeps the answer. All later answers must be the same.
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
