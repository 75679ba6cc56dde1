// Command pace measures how long films take to prepare: it reads paths, one for each line, and prints nanoseconds. The
// program that it is compared with sends it a path between its own films, so that both see the same load on the
// machine.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"pneumoscope/frontend/internal/xray"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "pace:", err)
		os.Exit(1)
	}
}

func run(paths io.Reader, nanoseconds io.Writer) error {
	decoder, err := xray.NewDecoder(xray.Config{MaxPixels: 64_000_000, MinSide: 64, Parallel: 1, Timeout: time.Minute, Ungated: true})
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(paths)
	for lines.Scan() {
		data, err := os.ReadFile(lines.Text())
		if err != nil {
			return err
		}
		started := time.Now()
		if _, err := decoder.Decode(context.Background(), data); err != nil {
			return err
		}
		fmt.Fprintln(nanoseconds, time.Since(started).Nanoseconds())
	}
	return lines.Err()
}
