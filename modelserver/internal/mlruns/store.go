package mlruns

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
)

// Reasons why a store could not be read. They are separate from ErrNotFound, so
// that a broken store is not mistaken for a missing model.
var (
	ErrStore       = errors.New("not a store of models: want a folder, file:///…, sqlite:///relative.db, sqlite:////absolute.db or http(s)://host:port")
	ErrUnreachable = errors.New("store cannot be read now")
	ErrRefused     = errors.New("store refuses the credentials")
	ErrNotMLflow   = errors.New("store is not MLflow's")
	ErrSchema      = errors.New("store was written by an MLflow that is too old")
)

// Config configures a Store.
type Config struct {
	// Tracking is MLflow's tracking URI. A missing store is an error only when a
	// URI needs it: directories and file: URIs of models need none.
	Tracking string
	// CacheDir is where models from a tracking server are kept. Empty means the
	// user's cache folder.
	CacheDir string
	// The credentials for a tracking server. If all are empty, none are sent.
	TokenFile              string // holds a bearer token
	Username, PasswordFile string
	Logger                 *slog.Logger // logs downloads; nil for none
}

// Store locates models and fetches those that a tracking server keeps. It is safe
// for concurrent use.
type Store struct {
	locate locator
	fetch  func(context.Context, Location) (string, error)
	close  func() error
}

// locator resolves a URI that is not a directory.
type locator func(context.Context, URI) (Location, error)

// Open chooses the store by the scheme of its URI. It does not read the store.
func Open(cfg Config) (*Store, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	scheme, rest, found := strings.Cut(cfg.Tracking, ":")
	if !found || strings.ContainsAny(scheme, "/.") {
		return local(fileStore{root: cfg.Tracking}.locate, nil), nil
	}
	switch scheme {
	case "file":
		root, err := fileURI(cfg.Tracking)
		if err != nil {
			return nil, ErrStore
		}
		return local(fileStore{root: root}.locate, nil), nil
	case "sqlite":
		file, isFile := strings.CutPrefix(rest, "///")
		file, _, _ = strings.Cut(file, "?") // SQLAlchemy's options follow
		if !isFile || file == "" {
			return nil, ErrStore
		}
		file, err := filepath.Abs(file)
		if err != nil {
			return nil, err
		}
		db, err := openDatabase(file)
		if err != nil {
			return nil, err
		}
		return local(db.locate, db.Close), nil
	case "http", "https":
		return openServer(cfg)
	}
	return nil, fmt.Errorf("%w: the scheme %q is not supported", ErrStore, scheme)
}

// local is a store whose models are on this machine.
func local(locate locator, closeStore func() error) *Store {
	return &Store{
		locate: func(ctx context.Context, uri URI) (Location, error) {
			location, err := locate(ctx, uri)
			if err != nil {
				return Location{}, err
			}
			return location, location.identify()
		},
		close: closeStore,
	}
}

// Locate resolves a URI to the current location of its model. It is cheap, so it
// can be called repeatedly to see whether an alias has moved.
func (s *Store) Locate(ctx context.Context, uri URI) (Location, error) {
	if uri.Path == "" {
		return s.locate(ctx, uri)
	}
	if err := requireModel(uri.Path); err != nil {
		return Location{}, err
	}
	location := Location{Dir: uri.Path}
	return location, location.identify()
}

// Fetch returns the directory that holds the model, and downloads the model first
// if necessary.
func (s *Store) Fetch(ctx context.Context, location Location) (string, error) {
	if location.Dir != "" {
		return location.Dir, nil
	}
	return s.fetch(ctx, location)
}

// Close releases the store's connections.
func (s *Store) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close()
}

// fileURI returns the path of a file: URI on this machine.
func fileURI(text string) (string, error) {
	parsed, err := url.Parse(text)
	if err != nil || (parsed.Host != "" && parsed.Host != "localhost") || parsed.Path == "" {
		return "", ErrURI
	}
	return parsed.Path, nil
}
