// Package server starts the servers that are compared, each as its users start it,
// and measures their cost.
package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Server is a running process, with its children, that listens.
type Server struct {
	Address string        // host:port
	Start   time.Duration // from its start to its first answer

	command *exec.Cmd
	ended   chan struct{}
	log     string
}

// Config says how to start a server.
type Config struct {
	Name    string
	Command func(port string) *exec.Cmd
	LogDir  string // where its output goes
	// Ask sends the server one request. The first call without an error is the first
	// answer.
	Ask     func(address string) error
	Timeout time.Duration // for the first answer
}

// Ours starts the model server on a model of a store. The environment's settings apply;
// all others have their defaults.
func Ours(program, model, store string) func(port string) *exec.Cmd {
	return func(port string) *exec.Cmd {
		command := exec.Command(program)
		command.Env = append(os.Environ(), "MODELSERVER_MODEL_URI="+model, "MODELSERVER_MLRUNS="+store, "MODELSERVER_LISTEN="+net.JoinHostPort(loopback, port),
			"MODELSERVER_ADMIN_LISTEN="+net.JoinHostPort(loopback, "0"), "MODELSERVER_DRAIN_DELAY=0s")
		return command
	}
}

// MLflow starts MLflow's own server as its documentation says, in the environment of
// the program.
func MLflow(program, modelDir string) func(port string) *exec.Cmd {
	return func(port string) *exec.Cmd {
		command := exec.Command(program, "models", "serve", "--model-uri", modelDir, "--env-manager", "local", "--host", loopback, "--port", port)
		command.Env = append(os.Environ(), "PATH="+filepath.Dir(program)+string(os.PathListSeparator)+os.Getenv("PATH"))
		return command
	}
}

const loopback = "127.0.0.1"

// pause is the time between two requests to a server that does not listen yet. It
// limits the precision of Start.
const pause = 2 * time.Millisecond

// Start starts a server and waits for its first answer.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(cfg.LogDir, cfg.Name+"-"+port+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	s := &Server{Address: net.JoinHostPort(loopback, port), command: cfg.Command(port), ended: make(chan struct{}), log: log.Name()}
	s.command.Stdout, s.command.Stderr = log, log
	s.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that its children end with it
	started := time.Now()
	if err := s.command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", cfg.Name, err)
	}
	go func() {
		_ = s.command.Wait() // its log says more than its status
		close(s.ended)
	}()
	ctx, cancel := context.WithTimeout(ctx, cfg.Timeout)
	defer cancel()
	for {
		if err = cfg.Ask(s.Address); err == nil {
			s.Start = time.Since(started)
			return s, nil
		}
		select {
		case <-time.After(pause):
		case <-s.ended:
			return nil, fmt.Errorf("start %s: it has ended: %s", cfg.Name, s.tail())
		case <-ctx.Done():
			s.Stop()
			return nil, fmt.Errorf("start %s: %w: %w: %s", cfg.Name, ctx.Err(), err, s.tail())
		}
	}
}

// Stop asks the process to end, as an orchestrator does, then kills what is left of
// it and its children.
func (s *Server) Stop() {
	group := -s.command.Process.Pid
	_ = syscall.Kill(group, syscall.SIGTERM) // it may have ended already
	select {
	case <-s.ended:
	case <-time.After(10 * time.Second):
	}
	_ = syscall.Kill(group, syscall.SIGKILL) // there may be none left
	<-s.ended
}

// Alive returns an error with the end of the log when the server has ended.
func (s *Server) Alive() error {
	select {
	case <-s.ended:
		return errors.New("the server has ended: " + s.tail())
	default:
		return nil
	}
}

// tail is the end of the server's log.
func (s *Server) tail() string {
	text, err := os.ReadFile(s.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

// freePort is a port that is free at this moment.
func freePort() (string, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(loopback, "0"))
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, err
}
