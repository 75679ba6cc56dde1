// Package view makes what the page and the JSON show out of films, the model's readings of them and its card. It is
// pure: it knows no server and no request, and asks nobody.
package view

import "pneumoscope/frontend/internal/web/i18n"

// Site is what all pages have in common.
type Site struct {
	Catalogues map[i18n.Tag]*i18n.Texts
	Static     string // folder of the assets
	MaxBytes   int
	MaxFilms   int
	// LocalCodes are those of the answers that the page's script gives itself, without the server.
	LocalCodes []string
}

// Page is a whole page.
type Page struct {
	T        *i18n.Texts
	Other    *i18n.Texts // the other language, to switch to
	Static   string      // folder of the assets
	Upload   bool        // show the form
	Heading  string      // where there is no form
	Away     bool        // the model cannot be reached
	MaxBytes int
	MaxFilms int
	// Local are the answers that the script gives itself.
	Local   []Results
	Results Results
}

// Page is a page without a form and without results.
func (s Site) Page(texts *i18n.Texts) Page {
	other := s.Catalogues[i18n.French]
	if texts.Tag == i18n.French {
		other = s.Catalogues[i18n.English]
	}
	page := Page{
		T:        texts,
		Other:    other,
		Static:   s.Static,
		Heading:  texts.ErrorPageHeading,
		MaxBytes: s.MaxBytes,
		MaxFilms: s.MaxFilms,
		Results:  Results{T: texts},
	}
	for _, code := range s.LocalCodes {
		page.Local = append(page.Local, AlertResults(texts, code, texts.FailedHeading))
	}
	return page
}

// Alert is why there is no result.
type Alert struct {
	Code    string
	Heading string // empty below a heading that says it all
	Message string
}

// AlertResults is an alert in the place of results.
func AlertResults(texts *i18n.Texts, code, heading string) Results {
	return Results{T: texts, Alert: Alert{code, heading, texts.Errors[code]}}
}
