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

// cache is the folder that keeps models of tracking servers: one folder for
// each, with the model in it and a note of what it was when it was fetched.
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

// key names a model's folder in the cache. Ids of logged models are unique in
// the world; other models are told apart by their server, place and MLmodel.
func (s server) key(o origin) string {
	if o.kind == ofLoggedModel && o.path == "" {
		return o.id
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{s.base.String(), o.id, o.path, o.sum}, "\x00")))
	return "a-" + hex.EncodeToString(sum[:16])
}

// fetch brings a model here unless it is here already, and returns its
// directory.
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
	// Whoever holds the lock is the only one to write these, so what is there is
	// left over from a crash.
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

// elsewhere is the last resort for a model that could not be listed: its folder
// on this machine.
func (s server) elsewhere(ctx context.Context, o origin, cause error) (string, error) {
	if o.kind == ofLoggedModel && strings.HasPrefix(o.location, "models:/") { // which says nothing of where it is
		if logged, err := s.loggedModel(ctx, o.id); err == nil {
			o.location = join(logged.origin.location, o.path)
		}
	}
	here, err := s.onThisMachine(o, cause)
	return here.Dir, err
}

// lock keeps two servers that share a cache from fetching the same model at
// once. The system releases it when its holder dies.
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

// intact says whether a folder of the cache holds what was fetched, and that is
// what the server lists. The sums are of what was received: they find a disk's
// faults and a hand's.
func intact(dir string, listed []file) bool {
	text, err := os.ReadFile(filepath.Join(dir, "files.json"))
	if err != nil {
		return false
	}
	var noted []file
	if json.Unmarshal(text, &noted) != nil || !sameFiles(noted, listed) {
		return false
	}
	root, err := os.OpenRoot(filepath.Join(dir, "model"))
	if err != nil {
		return false
	}
	defer root.Close()
	for _, note := range noted {
		if sum, err := sumOf(root, note.Path); err != nil || sum != note.SHA256 {
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
	return err == nil && found == len(noted)
}

func sumOf(root *os.Root, name string) (string, error) {
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

// syncDir makes a rename in a folder last through a loss of power.
func syncDir(dir string) error {
	opened, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer opened.Close()
	return opened.Sync()
}
