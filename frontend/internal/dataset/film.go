package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"pneumoscope/frontend/internal/xray/refusal"
)

// The codes of films that are refused before decoding. The other codes are the decoder's.
const (
	codeMisplaced = "misplaced"      // not in a folder SOURCE/CLASS
	codeTooLarge  = "file_too_large" // more bytes than an upload may have
)

// outcome says what became of one film.
type outcome struct {
	digest       string // of the prepared file
	kept         bool
	code, detail string // of a refusal
}

// target is the path of the prepared film. It keeps the whole old name, so that a.jpg and a.png do not collide.
func (f found) target() string { return f.path + ".png" }

func (cfg Config) prepare(ctx context.Context, film found) (outcome, error) {
	from, to := filepath.Join(cfg.From, filepath.FromSlash(film.path)), filepath.Join(cfg.To, filepath.FromSlash(film.target()))
	if film.misplaced {
		return outcome{code: codeMisplaced, detail: "want SOURCE/CLASS/film"}, nil
	}
	info, err := os.Stat(from)
	if err != nil {
		return outcome{}, err
	}
	if info.Size() > cfg.MaxBytes {
		return outcome{code: codeTooLarge, detail: fmt.Sprintf("%d bytes, limit %d", info.Size(), cfg.MaxBytes)}, nil
	}
	// A film that has changed since it was prepared is prepared again.
	if earlier, err := os.Stat(to); err == nil && earlier.ModTime().After(info.ModTime()) {
		data, err := os.ReadFile(to)
		return outcome{digest: digest(data), kept: true}, err
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return outcome{}, err
	}
	prepared, err := cfg.Decoder.Decode(ctx, data)
	if refused, ok := errors.AsType[*refusal.Refusal](err); ok {
		if refused.Code == refusal.CodeTimeout {
			return outcome{}, refused // the machine's fault: the next run may succeed
		}
		// An earlier run may have prepared this file before it changed. That prepared film must not stay.
		if err := os.Remove(to); err != nil && !errors.Is(err, os.ErrNotExist) {
			return outcome{}, err
		}
		return outcome{code: string(refused.Code), detail: refused.Detail}, nil
	}
	if err != nil {
		return outcome{}, err
	}
	picture, err := prepared.PNG()
	if err != nil {
		return outcome{}, err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return outcome{}, err
	}
	return outcome{digest: digest(picture)}, replace(to, picture)
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// replace writes a file whole or not at all.
func replace(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".part-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // fails after the rename
	_, err = file.Write(data)
	if err := errors.Join(err, file.Chmod(0o644), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
