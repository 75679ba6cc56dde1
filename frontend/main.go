// Command frontend serves the page and the JSON API that turn a chest film into
// a probability, in front of any server that speaks MLflow's scoring protocol.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/frontend/internal/quota"
	"pneumoscope/frontend/internal/readiness"
	"pneumoscope/frontend/internal/web"
	"pneumoscope/frontend/internal/xray"
	"pneumoscope/internal/daemon"
	"pneumoscope/internal/secret"
	"pneumoscope/modelserver/api"
)

const prefix = "frontend"

const usage = `frontend          serve the page and the API
frontend check    validate the configuration, and exit
frontend -version say what this program was built from
frontend phantom [-seed N] [-opacity F] [-size WxH] OUT.png
                  draw a film, to a file or, with -, to standard output
frontend prepare [-ungated] [-parallel N] SRC DST
                  prepare the films SRC/SOURCE/CLASS/FILE for training, as they are
                  prepared to be scored; an interrupted run goes on where it was
frontend score [-address URL] [-parallel N] FILE...
                  print each film's probability, or why it has none, as CSV;
                  status 0 when every film has one

`

func main() { os.Exit(daemon.Main(prefix, run)) }

// run serves the page and the API, or runs a subcommand.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet(prefix, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stdout, usage)
		_ = daemon.WriteUsage(stdout, prefix, &config{}) // nothing can be done if standard output is closed
	}
	version := flags.Bool("version", false, "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *version {
		fmt.Fprintln(stdout, prefix, daemon.BuildVersion())
		return nil
	}
	switch flags.Arg(0) {
	case "phantom":
		return drawPhantom(flags.Args()[1:], stdout, stderr)
	case "prepare":
		return prepareFilms(ctx, flags.Args()[1:], stdout, stderr)
	case "score":
		return scoreFiles(ctx, flags.Args()[1:], stdout, stderr)
	}
	check := flags.NArg() == 1 && flags.Arg(0) == "check"
	if flags.NArg() > 0 && !check {
		return errors.New("unknown argument; -h lists what there is")
	}
	var cfg config
	if err := daemon.LoadConfig(prefix, &cfg); err != nil {
		return err
	}
	if check {
		fmt.Fprintln(stdout, "ok")
		return nil
	}
	logger, err := daemon.NewLogger(stderr, cfg.Settings)
	if err != nil {
		return err
	}
	return serve(ctx, cfg, logger)
}

func serve(ctx context.Context, cfg config, logger *slog.Logger) error {
	token, err := secret.ReadIfSet(cfg.MlflowTokenFile)
	if err != nil {
		return err
	}
	client, err := api.NewClient(api.ClientConfig{Address: cfg.MlflowAddress, Token: token})
	if err != nil {
		return err
	}
	decoder, err := xray.NewDecoder(cfg.films())
	if err != nil {
		return err
	}
	proxies, err := quota.ParseNetworks(cfg.TrustedProxies)
	if err != nil {
		return err
	}
	ready := readiness.New(client, logger)
	registry := daemon.NewRegistry(prefix)
	app, err := web.New(web.Config{
		Client:         client,
		Ready:          ready.Check,
		Decoder:        decoder,
		Films:          cfg.films(),
		MaxUploadBytes: cfg.MaxUploadBytes,
		MaxUploads:     cfg.MaxUploads,
		MaxFilms:       cfg.MaxFilms,
		Uploads:        quota.Config{PerMinute: cfg.UploadsPerMinute, MaxConcurrent: cfg.UploadsPerAddress},
		Requests:       quota.Config{PerMinute: cfg.RequestsPerMinute, MaxConcurrent: cfg.RequestsPerAddress},
		TrustedProxies: proxies,
		RequestTimeout: cfg.RequestTimeout,
		ReadTimeout:    cfg.ReadTimeout,
		IdleTimeout:    cfg.IdleTimeout,
		Registerer:     registry,
		Logger:         logger,
	})
	if err != nil {
		return err
	}
	return daemon.Serve(ctx, daemon.Config{
		Settings:       cfg.Settings,
		Server:         fiberServer{app},
		Listen:         cfg.Listen,
		AdminListen:    cfg.AdminListen,
		MaxConnections: cfg.MaxConnections,
		Registry:       registry,
		Ready:          ready.Check,
		Logger:         logger,
	})
}

// fiberServer lets daemon.Serve run a Fiber app.
type fiberServer struct{ app *fiber.App }

func (s fiberServer) Serve(listener net.Listener) error {
	return s.app.Listener(web.Lingering(listener))
}

func (s fiberServer) Shutdown(ctx context.Context) error { return s.app.ShutdownWithContext(ctx) }
