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
	connections = 64 // that the load may have open
	peakFor     = 10 * time.Second
	timeout     = time.Minute // of one request
)

// soak runs the whole of it. The server's folder is a copy of the store, so that
// its alias can be moved.
func soak(ctx context.Context, cfg config) (*found, error) {
	work, err := os.MkdirTemp("", "pneumoscope-soak-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	store, err := copyStore(cfg.mlruns, filepath.Join(work, "mlruns"))
	if err != nil {
		return nil, err
	}
	drawn, err := film.Draw(ctx, cfg.frontend, films)
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

	target, err := targetOf(served.Address, drawn)
	if err != nil {
		return nil, err
	}
	found := &found{cfg: cfg}
	watch := watcher{admin: admin}
	// What TensorFlow keeps for each size of batch, and the pools that load fills,
	// are there after this; what grows from here on is a leak.
	fmt.Fprintf(cfg.progress, "soak: warm up and find the most that 16 clients get, %s\n", 2*peakFor)
	load.Closed{Clients: 16, Duration: peakFor}.Run(target)
	peak := load.Closed{Clients: 16, Duration: peakFor}.Run(target)
	if peak.Faults() > 0 || peak.PerSecond == 0 {
		return nil, fmt.Errorf("%d of %d answers are no good, such as: %s", peak.Faults(), peak.Offered, peak.Fault)
	}
	found.peak = peak.PerSecond
	if found.idleBefore, err = watch.settled(ctx); err != nil {
		return nil, err
	}

	fmt.Fprintf(cfg.progress, "soak: %.0f films/s, %.0f%% of the most, for %s; the model is exchanged every %s\n", cfg.share*found.peak, 100*cfg.share, cfg.lasts, cfg.reloads)
	ended := make(chan load.Result)
	go func() {
		ended <- load.Open{Rate: cfg.share * found.peak, Duration: cfg.lasts, Connections: connections}.Run(target)
	}()
	look := time.NewTicker(cfg.reloads / 12)
	defer look.Stop()
	exchange := time.NewTicker(cfg.reloads)
	defer exchange.Stop()
	for busy := true; busy; {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case found.load = <-ended:
			busy = false
		case <-look.C:
			seen, err := watch.look(ctx)
			if err != nil {
				return nil, errors.Join(err, served.Alive())
			}
			found.seen = append(found.seen, seen)
		case <-exchange.C:
			if err := store.exchange(); err != nil {
				return nil, err
			}
			found.exchanges++
			fmt.Fprintf(cfg.progress, "soak: %s\n", found.seen[len(found.seen)-1])
		}
	}
	if found.idleAfter, err = watch.settled(ctx); err != nil {
		return nil, errors.Join(err, served.Alive())
	}
	return found, nil
}

// targetOf asks for each film once: what the server answers now it must answer
// for ever.
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
