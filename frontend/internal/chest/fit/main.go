// Command fit makes chest/patterns.bin from the training films of a folder with a manifest.csv.
package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"pneumoscope/frontend/internal/chest"
	"pneumoscope/frontend/internal/xray"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: fit DATA_DIR OUT")
		os.Exit(2)
	}
	if err := fit(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "fit:", err)
		os.Exit(1)
	}
}

func fit(dir, out string) error {
	manifest, err := os.Open(filepath.Join(dir, "manifest.csv"))
	if err != nil {
		return err
	}
	defer manifest.Close()
	rows, err := csv.NewReader(manifest).ReadAll()
	if err != nil {
		return err
	}
	file, source, split := slices.Index(rows[0], "file"), slices.Index(rows[0], "source"), slices.Index(rows[0], "split")
	if min(file, source, split) < 0 {
		return fmt.Errorf("manifest.csv: want the columns file, source and split")
	}
	// The decoder is ungated, because the gate needs the patterns that this program makes.
	decoder, err := xray.NewDecoder(xray.Config{MaxPixels: 64_000_000, MinSide: 64, Parallel: 1, Timeout: time.Minute, Ungated: true})
	if err != nil {
		return err
	}
	fitter := chest.NewFitter()
	for _, row := range rows[1:] {
		if row[split] != "train" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(row[file])))
		if err != nil {
			return err
		}
		film, err := decoder.Decode(context.Background(), data)
		if err != nil {
			return fmt.Errorf("%s: %w", row[file], err)
		}
		if err := fitter.Add(row[source], film.Pixels); err != nil {
			return err
		}
	}
	patterns, err := fitter.Fit()
	if err != nil {
		return err
	}
	return os.WriteFile(out, patterns, 0o644)
}
