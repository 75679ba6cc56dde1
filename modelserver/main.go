// Command modelserver serves a TensorFlow model that was logged with MLflow, over
// MLflow's scoring protocol, the Open Inference Protocol and TensorFlow Serving's
// REST API.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"pneumoscope/internal/daemon"
	"pneumoscope/internal/secret"
)

const prefix = "modelserver"

func main() {
	quietTensorFlow()
	os.Exit(daemon.Main(prefix, run))
}

// quietTensorFlow limits TensorFlow's log to warnings and errors, unless the operator
// has set the level. Its other lines are not JSON, and not useful. On processors with
// oneDNN, TensorFlow logs already while it is loaded, before main starts. For them the
// variable must be in the environment; make run and the images set it there.
func quietTensorFlow() {
	const variable = "TF_CPP_MIN_LOG_LEVEL"
	if _, set := os.LookupEnv(variable); !set {
		_ = os.Setenv(variable, "1") // cannot fail: the name is valid
	}
}

// run serves; with the argument "check" it only loads the model and checks it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet(prefix, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stdout, "modelserver           serve the model\nmodelserver check     load the model, prove it, and exit\nmodelserver -version  say what this program was built from\n\n")
		_ = daemon.WriteUsage(stdout, prefix, &config{}) // if standard output is closed, the error has no reader
	}
	version := flags.Bool("version", false, "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *version {
		fmt.Fprintln(stdout, prefix, daemon.BuildVersion())
		return nil
	}
	check := flags.NArg() == 1 && flags.Arg(0) == "check"
	if flags.NArg() > 0 && !check {
		return errors.New("unknown argument; -h lists what there is")
	}
	var cfg config
	if err := daemon.LoadConfig(prefix, &cfg); err != nil {
		return err
	}
	limitHeap(cfg)
	logger, err := daemon.NewLogger(stderr, cfg.Settings)
	if err != nil {
		return err
	}
	token, err := secret.ReadIfSet(cfg.TokenFile)
	if err != nil {
		return err
	}
	found, err := openModels(cfg, logger)
	if err != nil {
		return err
	}
	defer found.Close()
	if !check {
		return serve(ctx, cfg, token, found, logger)
	}
	opened, _, err := found.first(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, "ok")
	return opened.Close()
}
