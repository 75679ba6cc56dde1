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

// Reasons why a store could not be asked, so that nobody takes them for a model
// that does not exist.
var (
	ErrStore       = errors.New("not a store of models: want a folder, file:///…, sqlite:///relative.db, sqlite:////absolute.db or http(s)://host:port")
	ErrUnreachable = errors.New("store cannot be read now")
	ErrRefused     = errors.New("store refuses the credentials")
	ErrNotMLflow   = errors.New("store is not MLflow's")
	ErrSchema      = errors.New("store was written by an MLflow that is too old")
)

// Config says which store URIs refer to.
type Config struct {
	// Tracking is MLflow's tracking URI. Directories and file: URIs of models
	// need no store, so one that is not there is no fault until it is needed.
	Tracking string
	// CacheDir is where models from a tracking server are kept; empty for the
	// user's cache folder.
	CacheDir string
	// Credentials for a tracking server, none when all are empty.
	TokenFile              string // holds a bearer token
	Username, PasswordFile string
	Logger                 *slog.Logger // of downloads; nil for none
}

// Store finds models, and fetches them when they are elsewhere. It is safe for
// concurrent use.
type Store struct {
	locate locator
	fetch  func(context.Context, Location) (string, error)
	close  func() error
}

// locator follows a URI that is not a directory.
type locator func(context.Context, URI) (Location, error)

// Open chooses the store by the scheme of its URI. Nothing is read yet.
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
		file, _, _ = strings.Cut(file, "?") // options of SQLAlchemy's
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

// local is a store whose models lie on this machine.
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

// Locate follows a URI to where its model is now. It is cheap, so that it can
// be asked again and again whether an alias has moved.
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

// Fetch returns the directory that holds the model, after it has brought it
// here if it was elsewhere.
func (s *Store) Fetch(ctx context.Context, location Location) (string, error) {
	if location.Dir != "" {
		return location.Dir, nil
	}
	return s.fetch(ctx, location)
}

// Close frees what the store holds open.
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
