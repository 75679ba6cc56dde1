// Command modelserver serves a TensorFlow model that was logged with MLflow,
// over MLflow's own scoring protocol.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"pneumoscope/internal/daemon"
	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/mlruns"
	"pneumoscope/modelserver/internal/scoring"
)

const prefix = "modelserver"

func main() {
	quietTensorFlow()
	os.Exit(daemon.Main(prefix, run))
}

// quietTensorFlow asks TensorFlow for errors only, unless the operator says
// otherwise: its chatter is neither JSON nor of use. Two lines that it prints
// before it reads the variable remain.
func quietTensorFlow() {
	const variable = "TF_CPP_MIN_LOG_LEVEL"
	if _, set := os.LookupEnv(variable); !set {
		_ = os.Setenv(variable, "2") // cannot fail: the name is sound
	}
}

// run serves, or with the argument "check" only proves that it could.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet(prefix, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stdout, "modelserver        serve the model\nmodelserver check  load the model, prove it, and exit\n\n")
		_ = daemon.WriteUsage(stdout, prefix, &config{}) // a closed standard output cannot be told
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	check := flags.NArg() == 1 && flags.Arg(0) == "check"
	if flags.NArg() > 0 && !check {
		return errors.New("unknown argument; -h lists what there is")
	}
	var cfg config
	if err := daemon.LoadConfig(prefix, &cfg); err != nil {
		return err
	}
	logger, err := daemon.NewLogger(stderr, cfg.Settings)
	if err != nil {
		return err
	}
	model, err := openModel(ctx, cfg, logger)
	if err != nil {
		return err
	}
	if check {
		fmt.Fprintln(stdout, "ok")
		return model.Close()
	}
	if ctx.Err() != nil { // told to end while it loaded
		return model.Close()
	}
	if err := serve(ctx, cfg, model, logger); err != nil {
		return err // a run may still be under way, which Close would wait for
	}
	return model.Close()
}

// openModel loads the model and lets it prove itself before anything listens:
// until then a client is refused the connection, as by MLflow.
func openModel(ctx context.Context, cfg config, logger *slog.Logger) (*bundle.Model, error) {
	started := time.Now()
	store, err := openStore(cfg, logger)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	model, err := bundle.OpenFrom(ctx, store, bundle.Config{
		URI: cfg.ModelURI, IntraOpThreads: cfg.IntraOpThreads, InterOpThreads: cfg.InterOpThreads,
	})
	if err != nil {
		return nil, err
	}
	proven, err := model.Prove()
	if err != nil {
		model.Close()
		return nil, fmt.Errorf("model %s: %w", cfg.ModelURI, err)
	}
	info := model.Info()
	logger.Info("model loaded", "uri", cfg.ModelURI, "model_id", info.ID, "version", info.Version,
		"tensorflow", info.TensorFlowVersion, "proven", proven, "duration", time.Since(started).String())
	return model, nil
}

// openStore opens what models are looked for in; nothing is asked of it yet.
func openStore(cfg config, logger *slog.Logger) (*mlruns.Store, error) {
	store, err := mlruns.Open(mlruns.Config{
		Tracking:     cfg.Mlruns,
		CacheDir:     cfg.CacheDir,
		TokenFile:    cfg.TrackingTokenFile,
		Username:     cfg.TrackingUsername,
		PasswordFile: cfg.TrackingPasswordFile,
		Logger:       logger,
	})
	if errors.Is(err, mlruns.ErrStore) {
		return nil, fmt.Errorf("MODELSERVER_MLRUNS: %w", err)
	}
	return store, err
}

func serve(ctx context.Context, cfg config, model *bundle.Model, logger *slog.Logger) error {
	registry := daemon.NewRegistry(prefix)
	scorer := scoring.New(scoring.Config{
		Model:          model,
		MLflowVersion:  cfg.MlflowVersion,
		MaxBodyBytes:   cfg.MaxBodyBytes,
		RequestTimeout: cfg.RequestTimeout,
		ParallelRuns:   cfg.ParallelRuns,
		MaxBatchRows:   cfg.MaxBatchRows,
		BatchDelay:     cfg.BatchDelay,
		MaxQueueRows:   cfg.MaxQueueRows,
		Registry:       registry,
		Logger:         logger,
	})
	err := daemon.Serve(ctx, daemon.Config{
		Settings: cfg.Settings,
		Server: &http.Server{
			Handler:           scorer,
			ReadHeaderTimeout: min(cfg.ReadTimeout, 5*time.Second),
			ReadTimeout:       cfg.ReadTimeout,
			// Counted from a request's header on: a client that stops reading its
			// answer must not hold a drain up.
			WriteTimeout:   cfg.ReadTimeout + cfg.RequestTimeout + 10*time.Second,
			IdleTimeout:    2 * time.Minute,
			MaxHeaderBytes: 32 << 10,
			ErrorLog:       slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
		},
		Listen:      cfg.Listen,
		AdminListen: cfg.AdminListen,
		Registry:    registry,
		Ready:       func(context.Context) error { return nil }, // it listens only once the model is proven
		Logger:      logger,
	})
	if err == nil {
		scorer.Close()
	}
	return err
}
