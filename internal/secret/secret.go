// Package secret reads tokens and passwords from files, so that they appear neither
// in the environment nor in a list of processes.
package secret

import (
	"fmt"
	"os"
	"strings"
)

// Read returns the one line of a file. An empty file is an error: otherwise a lost
// secret would look as if none had been configured.
func Read(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read a secret: %w", err)
	}
	line := strings.TrimSpace(string(text))
	if line == "" || strings.ContainsAny(line, "\r\n") {
		return "", fmt.Errorf("read a secret: %s must hold one line that is not empty", file)
	}
	return line, nil
}

// ReadIfSet is Read for a setting that may be left empty: then there is no secret.
func ReadIfSet(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	return Read(file)
}
