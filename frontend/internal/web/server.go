// Package web serves the page and the JSON API over HTTP: routes, limits, answers, log and metrics. Package view
// computes what the answers show, and package card reads the model's card.
package web

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/valyala/fasthttp"

	"pneumoscope/frontend/internal/card"
	"pneumoscope/frontend/internal/quota"
	"pneumoscope/frontend/internal/web/i18n"
	"pneumoscope/frontend/internal/web/view"
	"pneumoscope/frontend/internal/xray"
	modelserver "pneumoscope/modelserver/api"
)

// The paths that are needed in more than one place.
const (
	predictPath  = "/predict"
	modelPath    = "/model"
	openAPIPath  = "/openapi.json"
	phantomPath  = "/phantom.png"
	problemsPath = "/problems/" // a problem's type begins with it
)

// Config configures the app.
type Config struct {
	Client *modelserver.Client
	// Ready returns nil when a film would be scored.
	Ready   func(context.Context) error
	Decoder *xray.Decoder
	// Films is the decoder's configuration, for the sentences that name its limits.
	Films xray.Config
	// MaxUploadBytes bounds a request's body, MaxFilms the films in it, and
	// MaxUploads how many such requests are in memory at a time.
	MaxUploadBytes int
	MaxUploads     int
	MaxFilms       int
	// RequestTimeout bounds the work on a request once its body is there.
	RequestTimeout time.Duration
	// ReadTimeout is how long a client may take to send a request, or to receive an answer; IdleTimeout how long it may
	// keep a connection without a request.
	ReadTimeout time.Duration
	IdleTimeout time.Duration
	// Uploads limits the uploads of one client address, and Requests its other requests. The X-Forwarded-For of
	// TrustedProxies says which client a request is from.
	Uploads        quota.Config
	Requests       quota.Config
	TrustedProxies quota.Networks
	Registerer     prometheus.Registerer
	Logger         *slog.Logger
}

// server has the data that the handlers share.
type server struct {
	cfg       Config
	site      view.Site
	languages []string // as a client names them in Accept-Language
	pages     *pages
	static    *staticFiles
	openAPI   []byte
	metrics   *metrics
	cards     *card.Cache
	phantoms  phantoms
	uploads   chan struct{} // holds a token for each upload in memory

	uploadQuota, requestQuota *quota.Limiter // by client address
}

// New returns the app. Serve it through Lingering.
func New(cfg Config) (*fiber.App, error) {
	if cfg.Client == nil || cfg.Ready == nil || cfg.Decoder == nil || cfg.Registerer == nil || cfg.Logger == nil {
		return nil, errors.New("web: a client, its readiness, a decoder, a registerer and a logger are needed")
	}
	catalogues, err := i18n.Load(i18n.Limits{
		MaxFilms: cfg.MaxFilms, MaxBytes: cfg.MaxUploadBytes, MaxPixels: cfg.Films.MaxPixels, MinSide: cfg.Films.MinSide,
		Side: xray.Side,
	})
	if err != nil {
		return nil, err
	}
	s := &server{
		cfg: cfg, languages: i18n.Languages(), openAPI: newOpenAPI(), cards: card.NewCache(cfg.Client), phantoms: newPhantoms(),
		uploads:     make(chan struct{}, cfg.MaxUploads),
		uploadQuota: quota.New(cfg.Uploads), requestQuota: quota.New(cfg.Requests),
	}
	if s.static, err = newStaticFiles(); err != nil {
		return nil, err
	}
	s.site = view.Site{
		Catalogues: catalogues, Static: s.static.folder, MaxBytes: cfg.MaxUploadBytes, MaxFilms: cfg.MaxFilms,
		LocalCodes: []string{string(CodeBodyTooLarge), string(CodeTooManyFilms), string(CodeMalformedForm)},
	}
	if s.pages, err = newPages(s.site); err != nil {
		return nil, err
	}
	if s.metrics, err = newMetrics(cfg.Registerer, s.uploadQuota, s.requestQuota); err != nil {
		return nil, err
	}
	return s.app(), nil
}

func (s *server) app() *fiber.App {
	app := fiber.New(fiber.Config{
		AppName:               "pneumoscope",
		DisableStartupMessage: true,
		ErrorHandler:          s.refuseBeforeRouting,
		ReadTimeout:           s.cfg.ReadTimeout,
		WriteTimeout:          s.cfg.ReadTimeout,
		IdleTimeout:           s.cfg.IdleTimeout,
		ReadBufferSize:        16 << 10, // bounds a request's headers
		BodyLimit:             s.cfg.MaxUploadBytes,
		// Bodies are streamed and parsed by requestBody and readFilms.
		StreamRequestBody:            true,
		DisablePreParseMultipartForm: true,
		Immutable:                    true, // a request's strings stay valid after its end: the model client may still use them
		StrictRouting:                true,
		CaseSensitive:                true,
	})
	s.refuseUnknownMethods(app)

	app.Use(
		func(c *fiber.Ctx) error { secure(c); return c.Next() },
		s.holdBody,
		identify,
		s.observe,  // inside identify, which gives it the id to log
		catchPanic, // inside observe, which answers, logs and counts the panic
		s.limitOthers,
		s.limitTime,
	)
	app.Get("/", s.showHome)
	app.Post(predictPath, sameOrigin, s.limitUploads, s.predict)
	app.Get(modelPath, s.showModel)
	app.Get(openAPIPath, s.showOpenAPI)
	app.Get(problemsPath+":code", s.explainProblem)
	app.Get(phantomPath, s.drawPhantom)
	app.Get("/static/:version/:name", s.serveStatic)
	app.Get("/livez", s.live)
	app.Get("/readyz", s.ready)
	return app
}

// limitTime gives a request a deadline. Fiber's own context has none, and does not end when the client leaves. Reading
// a body has a time limit of its own, so predict starts a new deadline when it has read the body.
func (s *server) limitTime(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.cfg.RequestTimeout)
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}

// refuseUnknownMethods answers unknown methods, which Fiber would refuse with a bare sentence before any middleware.
func (s *server) refuseUnknownMethods(app *fiber.App) {
	route := app.Server().Handler
	app.Server().Handler = func(ctx *fasthttp.RequestCtx) {
		if slices.Contains(fiber.DefaultMethods, string(ctx.Method())) {
			route(ctx)
			return
		}
		c := app.AcquireCtx(ctx)
		defer app.ReleaseCtx(c)
		c.Set(fiber.HeaderAllow, "GET, HEAD")
		if c.Path() == predictPath {
			c.Set(fiber.HeaderAllow, "POST")
		}
		_ = s.refuseBeforeRouting(c, fiber.ErrMethodNotAllowed) // it always answers, and returns no error
	}
}
