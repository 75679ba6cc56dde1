package mlruns

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// database reads MLflow's SQLite file, its default store since version 3.7. The
// artifacts are in folders beside it.
type database struct {
	*sql.DB
	file string
	root storeRoot
}

func openDatabase(file string) (database, error) {
	source := url.URL{Scheme: "file", Path: file, RawQuery: url.Values{
		// The file is not opened as immutable, because an MLflow server may be
		// writing to it. The server locks the file during a transaction;
		// _busy_timeout limits the wait for the lock.
		"mode":          {"ro"},
		"_busy_timeout": {"5000"}, // milliseconds
		"_query_only":   {"true"},
	}.Encode()}
	db, err := sql.Open("sqlite3", source.String())
	if err != nil {
		return database{}, fmt.Errorf("open %s: %w", file, err)
	}
	return database{DB: db, file: file, root: storeRoot(filepath.Dir(file))}, nil
}

// locate resolves a URI that is not a directory.
func (db database) locate(ctx context.Context, uri URI) (Location, error) {
	location, err := db.resolve(ctx, uri)
	return location, db.explain(err)
}

func (db database) resolve(ctx context.Context, uri URI) (Location, error) {
	if _, err := os.Stat(db.file); err != nil {
		return Location{}, fmt.Errorf("%w: there is no database %s", ErrNotFound, db.file)
	}
	schema, err := db.schema(ctx)
	if err != nil {
		return Location{}, err
	}
	switch {
	case uri.ModelID != "":
		dir, err := db.loggedModel(ctx, schema, uri.ModelID)
		return Location{Dir: dir}, err
	case uri.RunID != "":
		dir, err := db.runArtifact(ctx, schema, uri.RunID, uri.ArtifactPath)
		return Location{Dir: dir}, err
	}
	return db.registered(ctx, schema, uri)
}

// explain turns an SQLite error into one that an operator understands.
func (db database) explain(err error) error {
	fault, ok := errors.AsType[sqlite3.Error](err)
	switch {
	case !ok:
		return err
	case fault.Code == sqlite3.ErrNotADB:
		return fmt.Errorf("%w: %s is not an SQLite database", ErrNotMLflow, db.file)
	case fault.Code == sqlite3.ErrBusy:
		return fmt.Errorf("%w: %s has been locked by a writer for more than 5 s", ErrUnreachable, db.file)
	}
	return fmt.Errorf("%w: %s: %w", ErrUnreachable, db.file, fault)
}

// schema is the set of columns, as "table.column". It differs between versions of
// MLflow, and a server may upgrade it while this one runs.
type schema map[string]bool

// requiredColumns are needed to find any model. MLflow 3's logged models and
// workspaces are not among them, because stores of MLflow 2 lack them.
var requiredColumns = []string{
	"runs.run_uuid", "runs.artifact_uri", "runs.experiment_id",
	"model_versions.source", "model_versions.storage_location", "model_versions.current_stage",
	"registered_models.name", "registered_model_aliases.alias",
}

func (db database) schema(ctx context.Context) (schema, error) {
	rows, err := db.QueryContext(ctx, `SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found, tables := schema{}, map[string]bool{}
	for rows.Next() {
		var column string
		if err := rows.Scan(&column); err != nil {
			return nil, err
		}
		found[column] = true
		table, _, _ := strings.Cut(column, ".")
		tables[table] = true
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if !tables["alembic_version"] || !tables["runs"] || !tables["experiments"] {
		return nil, fmt.Errorf("%w: %s is an SQLite database without MLflow's tables", ErrNotMLflow, db.file)
	}
	for _, column := range requiredColumns {
		if !found[column] {
			return nil, fmt.Errorf("%w: %s lacks %s; run `mlflow db upgrade`", ErrSchema, db.file, column)
		}
	}
	return found, nil
}

// inDefault restricts a query of the registry to the default workspace, which
// MLflow uses when none is named. Older stores have no workspaces.
func (s schema) inDefault(table string) string {
	if s[table+".workspace"] {
		return " AND workspace = 'default'"
	}
	return ""
}

// registered resolves a name in the registry, by alias, version, stage or latest.
func (db database) registered(ctx context.Context, schema schema, uri URI) (Location, error) {
	var name string
	err := db.QueryRowContext(ctx, `SELECT name FROM registered_models WHERE name = ?`+schema.inDefault("registered_models"), uri.Name).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return Location{}, fmt.Errorf("%w: no model is registered as %q in %s", ErrNotFound, uri.Name, db.file)
	}
	if err != nil {
		return Location{}, err
	}
	version, err := db.version(ctx, schema, uri)
	if err != nil {
		return Location{}, err
	}
	var source, storage sql.NullString
	err = db.QueryRowContext(ctx, `SELECT source, storage_location FROM model_versions WHERE name = ? AND version = ? AND COALESCE(current_stage, '') <> ?`+
		schema.inDefault("model_versions"), uri.Name, version, deletedStage).Scan(&source, &storage)
	if errors.Is(err, sql.ErrNoRows) {
		return Location{}, fmt.Errorf("%w: %q has no version %d in %s", ErrNotFound, uri.Name, version, db.file)
	}
	if err != nil {
		return Location{}, err
	}
	dir, err := db.root.directory(cmp.Or(storage.String, source.String), func(id string) (string, error) {
		return db.loggedModel(ctx, schema, id)
	})
	return Location{Dir: dir, Name: uri.Name, Version: strconv.Itoa(version)}, err
}

func (db database) version(ctx context.Context, schema schema, uri URI) (int, error) {
	if uri.Version != 0 {
		return uri.Version, nil
	}
	var version int
	if uri.Alias != "" {
		err := db.QueryRowContext(ctx, `SELECT version FROM registered_model_aliases WHERE name = ? AND alias = ?`+
			schema.inDefault("registered_model_aliases"), uri.Name, uri.Alias).Scan(&version)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, fmt.Errorf("%w: %q has no alias %q in %s", ErrNotFound, uri.Name, uri.Alias, db.file)
		}
		return version, err
	}
	err := db.QueryRowContext(ctx, `SELECT version FROM model_versions WHERE name = ? AND COALESCE(current_stage, '') <> ? AND (? OR LOWER(current_stage) = LOWER(?))`+
		schema.inDefault("model_versions")+` ORDER BY version DESC LIMIT 1`, uri.Name, deletedStage, uri.Latest, uri.Stage).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("%w: %q has no version in stage %q in %s", ErrNotFound, uri.Name, cmp.Or(uri.Stage, "latest"), db.file)
	}
	return version, err
}

// loggedModel resolves models:/m-….
func (db database) loggedModel(ctx context.Context, schema schema, id string) (string, error) {
	missing := fmt.Errorf("%w: no logged model %s in %s", ErrNotFound, id, db.file)
	if !schema["logged_models.artifact_location"] {
		return "", missing
	}
	var location string
	err := db.QueryRowContext(ctx, `SELECT artifact_location FROM logged_models WHERE model_id = ? AND COALESCE(lifecycle_stage, '') <> 'deleted'`, id).Scan(&location)
	if errors.Is(err, sql.ErrNoRows) {
		return "", missing
	}
	if err != nil {
		return "", err
	}
	return db.root.resolve(location, "")
}

// runArtifact resolves runs:/<run>/<path>. It searches the same two places in the
// same order as a file store.
func (db database) runArtifact(ctx context.Context, schema schema, run, path string) (string, error) {
	var experiment int
	var artifacts sql.NullString
	err := db.QueryRowContext(ctx, `SELECT experiment_id, artifact_uri FROM runs WHERE run_uuid = ?`, run).Scan(&experiment, &artifacts)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("%w: no run %s in %s", ErrNotFound, run, db.file)
	}
	if err != nil {
		return "", err
	}
	if schema["logged_models.artifact_location"] {
		name, rest, _ := strings.Cut(path, "/")
		var location string
		// The query excludes unfinished models, so that a model that is being logged
		// does not hide its predecessor.
		err := db.QueryRowContext(ctx, `SELECT artifact_location FROM logged_models
			WHERE experiment_id = ? AND source_run_id = ? AND name = ? AND COALESCE(lifecycle_stage, '') <> 'deleted' AND status NOT IN (1, 3)
			ORDER BY creation_timestamp_ms DESC LIMIT 1`, experiment, run, name).Scan(&location)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return "", err
		}
		if err == nil {
			if dir, err := db.root.resolve(location, filepath.Join("/", rest)); err == nil {
				return dir, nil
			}
		}
	}
	dir, err := db.root.resolve(artifacts.String, filepath.Join("/", path))
	if err != nil {
		return "", fmt.Errorf("%w: run %s logged no model %q in %s", ErrNotFound, run, path, db.file)
	}
	return dir, nil
}
