package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"

	"github.com/gofiber/fiber/v2"
)

//go:embed static/*
var staticSources embed.FS

// staticFiles are the page's assets, in one folder with a name that changes whenever any of them does. Scripts in one
// folder can import each other by plain name.
type staticFiles struct {
	version string
	folder  string // /static/VERSION
	files   map[string][]byte
}

func newStaticFiles() (*staticFiles, error) {
	s := &staticFiles{files: map[string][]byte{}}
	hash := sha256.New()
	err := fs.WalkDir(staticSources, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := staticSources.ReadFile(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(hash, "%s %d\n", name, len(text))
		hash.Write(text)
		s.files[path.Base(name)] = text
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read static files: %w", err)
	}
	s.version = hex.EncodeToString(hash.Sum(nil))[:16]
	s.folder = "/static/" + s.version
	return s, nil
}

// serveStatic answers an asset of this version of the page. Under another version's address it answers 404: caches
// would keep this version's asset there.
func (s *server) serveStatic(c *fiber.Ctx) error {
	name := c.Params("name")
	text, ok := s.static.files[name]
	if !ok || c.Params("version") != s.static.version {
		return &fault{Code: CodeNotFound}
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderContentType, contentTypes[path.Ext(name)])
	return c.Send(text)
}

// contentTypes are fixed here, because the mime package's depend on the machine.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}
