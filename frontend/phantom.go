package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"pneumoscope/frontend/internal/phantom"
)

// Sides that a drawn film may have, in pixels.
const (
	minPhantomSide = 64
	maxPhantomSide = 4096
)

// drawPhantom is the subcommand "phantom".
func drawPhantom(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("frontend phantom", flag.ContinueOnError)
	flags.SetOutput(stderr)
	seed := flags.Uint64("seed", 1, "draws another film for each `number`")
	opacity := flags.Float64("opacity", 0, "from 0, clear lungs, to 1, a dense consolidation")
	size := flags.String("size", "768x896", "`width`x`height` in pixels")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("phantom: want one file to write, or - for standard output")
	}
	cfg := phantom.Config{Seed: *seed, Opacity: *opacity}
	if !(cfg.Opacity >= 0 && cfg.Opacity <= 1) {
		return errors.New("phantom: want an opacity from 0 to 1")
	}
	if n, err := fmt.Sscanf(*size+"\n", "%dx%d\n", &cfg.Width, &cfg.Height); err != nil || n != 2 ||
		min(cfg.Width, cfg.Height) < minPhantomSide || max(cfg.Width, cfg.Height) > maxPhantomSide {
		return fmt.Errorf("phantom: want a size such as 768x896, with sides from %d to %d", minPhantomSide, maxPhantomSide)
	}
	picture, err := phantom.PNG(phantom.Draw(cfg))
	if err != nil {
		return err
	}
	if flags.Arg(0) == "-" {
		_, err = stdout.Write(picture)
		return err
	}
	return os.WriteFile(flags.Arg(0), picture, 0o644)
}
