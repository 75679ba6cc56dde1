package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/frontend/internal/web/i18n"
	"pneumoscope/frontend/internal/web/view"
)

//go:embed templates/*.gohtml
var templateFiles embed.FS

// pages renders templates. They are parsed once, and rendered to a buffer, so that a template that fails never sends
// half a page.
type pages struct {
	templates *template.Template
	// prepared is the page for internal errors, rendered at the start: it must not fail when everything else does.
	prepared map[i18n.Tag][]byte
}

func newPages(site view.Site) (*pages, error) {
	templates, err := template.New("").Option("missingkey=error").ParseFS(templateFiles, "templates/*.gohtml")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	p := &pages{templates: templates, prepared: map[i18n.Tag][]byte{}}
	for tag, texts := range site.Catalogues {
		page := site.Page(texts)
		page.Results = view.AlertResults(texts, string(CodeInternal), "")
		if p.prepared[tag], err = p.render("page", page); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *pages) render(name string, view any) ([]byte, error) {
	var buf bytes.Buffer
	if err := p.templates.ExecuteTemplate(&buf, name, view); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return buf.Bytes(), nil
}

// send renders a template as the answer. The caller sets the status.
func (p *pages) send(c *fiber.Ctx, name string, view any) error {
	text, err := p.render(name, view)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(text)
}

func (p *pages) sendPrepared(c *fiber.Ctx, texts *i18n.Texts) {
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	_ = c.Send(p.prepared[texts.Tag]) // it only stores the bytes
}
