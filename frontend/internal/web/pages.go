package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/frontend/internal/web/i18n"
)

//go:embed templates/*.gohtml
var templateFiles embed.FS

// pages renders templates. They are parsed once, and rendered to a buffer, so
// that a template that fails never sends half a page.
type pages struct {
	templates *template.Template
	// prepared is the page for internal errors, rendered at the start: it must
	// not fail when all else does.
	prepared map[i18n.Tag][]byte
}

func newPages() (*pages, error) {
	templates, err := template.New("").Option("missingkey=error").ParseFS(templateFiles, "templates/*.gohtml")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	return &pages{templates: templates, prepared: map[i18n.Tag][]byte{}}, nil
}

func (p *pages) prepare(view pageView) error {
	var buf bytes.Buffer
	if err := p.templates.ExecuteTemplate(&buf, "page", view); err != nil {
		return err
	}
	p.prepared[view.T.Tag] = buf.Bytes()
	return nil
}

// send renders a template as the answer. The status is the caller's to set.
func (p *pages) send(c *fiber.Ctx, name string, view any) error {
	var buf bytes.Buffer
	if err := p.templates.ExecuteTemplate(&buf, name, view); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(buf.Bytes())
}

func (p *pages) sendPrepared(c *fiber.Ctx, texts *i18n.Texts) {
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	_ = c.Send(p.prepared[texts.Tag]) // it only stores the bytes
}
