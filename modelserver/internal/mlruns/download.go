package mlruns

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// stallTimeout is how long a download may go without receiving a byte. It is long
// because a server fetches a whole file from its bucket before it sends any of it.
const stallTimeout = 5 * time.Minute

// download writes a model and the list of its files into a new folder. The folder
// is complete only if there is no error; nothing refers to it until then.
func (s server) download(ctx context.Context, o origin, files []file, dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "model"), 0o700); err != nil {
		return fmt.Errorf("make a folder in the cache: %w", err)
	}
	// The names come from the server. os.Root refuses those that lead out of the
	// folder.
	root, err := os.OpenRoot(filepath.Join(dir, "model"))
	if err != nil {
		return err
	}
	defer root.Close()
	progress := newProgress(s.cache.logger, files)
	received := make([]file, len(files))
	for i, listed := range files {
		if received[i], err = s.downloadFile(ctx, o, listed, root, progress); err != nil {
			return err
		}
	}
	again, err := s.files(ctx, o)
	if err != nil {
		return err
	}
	if !sameFiles(again, received) {
		return fmt.Errorf("%w: the files of %s at %s changed while they were fetched", ErrUnreachable, o.location, s.base)
	}
	note, err := json.Marshal(received)
	if err != nil {
		return err
	}
	if err := writeSynced(filepath.Join(dir, "files.json"), note); err != nil {
		return fmt.Errorf("note what was fetched: %w", err)
	}
	progress.done()
	return syncDir(dir)
}

// downloadFile downloads one file and returns its size and hash.
func (s server) downloadFile(ctx context.Context, o origin, listed file, root *os.Root, progress *progress) (file, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := time.AfterFunc(stallTimeout, func() { cancel(fmt.Errorf("nothing arrived for %s", stallTimeout)) })
	defer stalled.Stop()
	response, err := s.open(ctx, o, listed.Path)
	if err != nil {
		return file{}, err
	}
	defer response.Body.Close()
	name := filepath.FromSlash(listed.Path)
	if err := root.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return file{}, fmt.Errorf("write to the cache: %w", err)
	}
	target, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return file{}, fmt.Errorf("write to the cache: %w", err)
	}
	defer target.Close()
	limit := listed.Size
	if limit < 0 { // the server does not know the size
		limit = maxBytes - progress.bytes
	}
	hash := sha256.New()
	received := byteCounter(func(n int) {
		stalled.Reset(stallTimeout)
		progress.add(n)
	})
	written, err := io.Copy(io.MultiWriter(target, hash, received), io.LimitReader(response.Body, limit+1)) // one byte more shows that the file is too long
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || err == nil && (listed.Size >= 0 && written != listed.Size || written > limit):
		return file{}, fmt.Errorf("%w: the tracking server at %s sent %d bytes of %s, which has %d", ErrUnreachable, s.base, written, listed.Path, max(listed.Size, response.ContentLength))
	case isPathError(err):
		return file{}, fmt.Errorf("write to the cache: %w", err)
	case err != nil:
		return file{}, s.unreachable(ctx, err)
	}
	if err := errors.Join(target.Sync(), target.Close()); err != nil {
		return file{}, fmt.Errorf("write to the cache: %w", err)
	}
	progress.file()
	return file{Path: listed.Path, Size: written, SHA256: hex.EncodeToString(hash.Sum(nil))}, nil
}

// isPathError reports whether this machine's file system failed.
func isPathError(err error) bool {
	_, ok := errors.AsType[*fs.PathError](err)
	return ok
}

// byteCounter is a writer that reports the length of each write.
type byteCounter func(int)

func (count byteCounter) Write(p []byte) (int, error) {
	count(len(p))
	return len(p), nil
}

func writeSynced(path string, text []byte) error {
	target, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = target.Write(text)
	return errors.Join(err, target.Sync(), target.Close())
}

// progress logs how far a download is: after every tenth of it, but not more often
// than every minStep bytes.
type progress struct {
	logger            *slog.Logger
	files, totalFiles int
	bytes, totalBytes int64
	next, step        int64
	started           time.Time
}

const minStep = 8 << 20

func newProgress(logger *slog.Logger, files []file) *progress {
	p := &progress{logger: logger, totalFiles: len(files), started: time.Now()}
	for _, listed := range files {
		p.totalBytes += max(listed.Size, 0)
	}
	p.step = max(p.totalBytes/10, minStep)
	p.next = p.step
	p.logger.Info("model download started", p.attributes()...)
	return p
}

func (p *progress) attributes() []any {
	return []any{
		slog.Int("files", p.files), slog.Int("of_files", p.totalFiles),
		slog.Int64("bytes", p.bytes), slog.Int64("of_bytes", p.totalBytes),
		slog.String("duration", time.Since(p.started).String()),
	}
}

func (p *progress) add(n int) {
	if p.bytes += int64(n); p.bytes >= p.next {
		p.next = p.bytes + p.step
		p.logger.Info("model download goes on", p.attributes()...)
	}
}

func (p *progress) file() { p.files++ }
func (p *progress) done() { p.logger.Info("model download finished", p.attributes()...) }
