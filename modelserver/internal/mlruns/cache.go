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
	"strings"
	"syscall"
	"time"
)

// cache keeps the models of tracking servers, each in a folder of its own: the
// model, and a list of its files with the hashes they had when they were fetched.
//
//	m-0123…/model/MLmodel …
//	m-0123…/files.json
//	m-0123….lock
type cache struct {
	dir    string
	logger *slog.Logger
}

func newCache(cfg Config) (cache, error) {
	dir := cfg.CacheDir
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return cache{}, errors.New("there is no home folder to keep models in: name a cache folder")
		}
		dir = filepath.Join(user, "pneumoscope")
	}
	return cache{dir: dir, logger: cfg.Logger}, nil
}

// key returns the name of a model's folder in the cache. The id of a logged model
// is globally unique. Any other model is identified by its server, its location
// and its MLmodel file.
func (s server) key(o origin) string {
	if o.kind == ofLoggedModel && o.path == "" {
		return o.id
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{s.base.String(), o.id, o.path, o.sum}, "\x00")))
	return "a-" + hex.EncodeToString(sum[:16])
}

// fetch downloads a model unless it is in the cache, and returns its directory.
func (s server) fetch(ctx context.Context, l Location) (string, error) {
	files, err := s.files(ctx, l.origin)
	if err != nil {
		return s.elsewhere(ctx, l.origin, err)
	}
	if err := os.MkdirAll(s.cache.dir, 0o700); err != nil {
		return "", fmt.Errorf("make the cache folder: %w", err)
	}
	final := filepath.Join(s.cache.dir, s.key(l.origin))
	unlock, err := lock(ctx, final+".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	model := filepath.Join(final, "model")
	if intact(final, files) {
		s.cache.logger.Info("model is in the cache", "dir", model, "files", len(files))
		return model, nil
	}
	// Only the holder of the lock writes these folders. If they exist, they are
	// left over from a crash, or their content is not intact.
	partial := final + ".partial"
	if err := errors.Join(os.RemoveAll(partial), os.RemoveAll(final)); err != nil {
		return "", fmt.Errorf("clear the cache: %w", err)
	}
	if err := s.download(ctx, l.origin, files, partial); err != nil {
		return "", errors.Join(err, os.RemoveAll(partial))
	}
	if err := os.Rename(partial, final); err != nil {
		return "", fmt.Errorf("keep the model: %w", err)
	}
	return model, syncDir(s.cache.dir)
}

// elsewhere is the last resort for a model whose files could not be listed: its
// location may be a folder on this machine.
func (s server) elsewhere(ctx context.Context, o origin, cause error) (string, error) {
	if o.kind == ofLoggedModel && strings.HasPrefix(o.location, "models:/") { // such a location names no folder
		if logged, err := s.loggedModel(ctx, o.id); err == nil {
			o.location = join(logged.origin.location, o.path)
		}
	}
	here, err := s.onThisMachine(o, cause)
	return here.Dir, err
}

// lock keeps two servers that share a cache from fetching the same model at the
// same time. The operating system releases it when its holder ends.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	held, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the cache: %w", err)
	}
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		err := syscall.Flock(int(held.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { held.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			held.Close()
			return nil, fmt.Errorf("lock the cache: %w", err)
		}
		select {
		case <-ctx.Done():
			held.Close()
			return nil, fmt.Errorf("wait for another server that fetches the model: %w", context.Cause(ctx))
		case <-again.C:
		}
	}
}

// intact reports whether a folder of the cache holds exactly the files that were
// fetched, and the server still lists the same ones. The hashes are of the bytes
// received: they reveal a disk fault or a change by hand.
func intact(dir string, listed []file) bool {
	text, err := os.ReadFile(filepath.Join(dir, "files.json"))
	if err != nil {
		return false
	}
	var fetched []file
	if json.Unmarshal(text, &fetched) != nil || !sameFiles(fetched, listed) {
		return false
	}
	root, err := os.OpenRoot(filepath.Join(dir, "model"))
	if err != nil {
		return false
	}
	defer root.Close()
	for _, file := range fetched {
		if sum, err := hashFile(root, file.Path); err != nil || sum != file.SHA256 {
			return false
		}
	}
	found := 0
	err = fs.WalkDir(root.FS(), ".", func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			found++
		}
		return err
	})
	return err == nil && found == len(fetched)
}

func hashFile(root *os.Root, name string) (string, error) {
	opened, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return "", err
	}
	defer opened.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, opened); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// syncDir makes a rename in a folder survive a power failure.
func syncDir(dir string) error {
	opened, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer opened.Close()
	return opened.Sync()
}
