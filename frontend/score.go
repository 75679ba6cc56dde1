package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"

	"pneumoscope/frontend/internal/files"
	"pneumoscope/frontend/internal/progress"
	"pneumoscope/frontend/internal/web/i18n"
	"pneumoscope/frontend/internal/xray"
	"pneumoscope/internal/daemon"
	"pneumoscope/internal/secret"
	"pneumoscope/modelserver/api"
)

// scoreFiles is the subcommand "score".
func scoreFiles(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var cfg config
	if err := daemon.LoadConfig(prefix, &cfg); err != nil {
		return err
	}
	flags := flag.NewFlagSet("frontend score", flag.ContinueOnError)
	flags.SetOutput(stderr)
	address := flags.String("address", cfg.MlflowAddress, "base `address` of the model server")
	parallel := flags.Int("parallel", runtime.GOMAXPROCS(0), "films decoded at a time")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 || *parallel < 1 {
		return errors.New("score: want files, such as: frontend score a.jpeg b.dcm")
	}
	token, err := secret.ReadIfSet(cfg.MlflowTokenFile)
	if err != nil {
		return err
	}
	client, err := api.NewClient(api.ClientConfig{Address: *address, Token: token})
	if err != nil {
		return fmt.Errorf("score: address: %w", err)
	}
	decoder, err := xray.NewDecoder(xray.Config{MaxPixels: cfg.MaxPixels, MinSide: cfg.MinSide, Parallel: *parallel, Timeout: patience})
	if err != nil {
		return err
	}
	notice, err := i18n.NoticeInFull(i18n.English)
	if err != nil {
		return err
	}
	wordless := map[string]bool{} // a set, because many films may have the same reason; printed after the progress bar
	step, end := progress.Bar(stderr, flags.NArg(), "films")
	refused, err := files.Score(ctx, files.Config{
		Client:   client,
		Decoder:  decoder,
		Parallel: *parallel,
		MaxBytes: int64(cfg.MaxUploadBytes),
		Done:     step,
		Wordless: func(err error) { wordless[err.Error()] = true },
	}, flags.Args(), stdout)
	end()
	for _, why := range slices.Sorted(maps.Keys(wordless)) {
		fmt.Fprintln(stderr, "score: some numbers have no verdict:", why)
	}
	fmt.Fprintln(stderr, notice) // also after a failure: some numbers are already written
	switch {
	case errors.Is(err, context.Canceled):
		return errors.New("score: interrupted")
	case errors.Is(err, api.ErrUnreachable):
		return errors.New("score: the model server cannot be reached; is FRONTEND_MLFLOW_ADDRESS or -address right?")
	case err != nil:
		return fmt.Errorf("score: %w", err)
	case refused > 0:
		return fmt.Errorf("score: %d of %d films have no probability; the column refusal says why", refused, flags.NArg())
	}
	return nil
}
