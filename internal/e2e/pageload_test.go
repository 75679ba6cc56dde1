//go:build browser

package e2e

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

// The page's size is asserted. The time until it is usable depends on the machine and is only logged.
func TestThePageIsSmallAndSoonUsable(t *testing.T) {
	const maxBytes = 150_000 // over the wire
	frontend, _ := startBoth(t)
	loads := 1
	if text := os.Getenv("PAGE_LOADS"); text != "" {
		var err error
		if loads, err = strconv.Atoi(text); err != nil || loads < 1 {
			t.Fatalf("PAGE_LOADS is %q; want a number from 1", text)
		}
	}
	p := openPage(t, frontend.URL, visitor{})
	var usable []float64
	for range loads {
		bytes, milliseconds := p.traceLoad()
		if bytes == 0 {
			t.Error("the trace has no bytes")
		}
		if bytes > maxBytes {
			t.Errorf("the page takes %d bytes; want at most %d", bytes, maxBytes)
		}
		usable = append(usable, milliseconds)
		t.Logf("%d bytes, usable after %.0f ms", bytes, milliseconds)
	}
	slices.Sort(usable)
	t.Logf("median of %d loads: usable after %.0f ms", loads, usable[loads/2])
}

// traceEvent is an event in Chromium's trace.
type traceEvent struct {
	Name      string
	Time      float64 `json:"ts"` // microseconds
	Duration  float64 `json:"dur"`
	Process   int     `json:"pid"`
	Arguments struct {
		Data struct {
			EncodedDataLength    float64
			IsOutermostMainFrame bool
			DocumentLoaderURL    string
		}
	} `json:"args"`
}

// traceLoad loads the page without a cache and traces it with Chromium. bytes is the number of bytes over the wire,
// including headers. The page is usable once its first content is visible, its document is complete and the last task of
// 50 ms or more has ended.
func (p *page) traceLoad() (bytes int, milliseconds float64) {
	p.t.Helper()
	ctx, cancel := context.WithCancel(p.ctx)
	defer cancel()
	var events []traceEvent // written by Listen's goroutine, read once complete is closed
	complete := make(chan struct{})
	err := chromedp.Listen(ctx, func(event any) {
		switch event := event.(type) {
		case *tracing.EventDataCollected:
			for _, raw := range event.Value {
				var e traceEvent
				if json.Unmarshal(raw, &e) == nil { // some have other arguments
					events = append(events, e)
				}
			}
		case *tracing.EventTracingComplete:
			close(complete)
		}
	})
	if err == nil {
		_, err = chromedp.Call(ctx, network.ClearBrowserCache, cdp.Empty{})
	}
	if err == nil {
		_, err = chromedp.Call(ctx, tracing.Start, tracing.StartParams{TraceConfig: &tracing.TraceConfig{
			IncludedCategories: []string{"devtools.timeline", "loading", "blink.user_timing", "disabled-by-default-devtools.timeline"},
		}})
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.do(chromedp.Navigate(p.url + "/?lang=" + p.language))
	if _, err := chromedp.Call(ctx, tracing.End, cdp.Empty{}); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-complete:
	case <-ctx.Done():
		p.t.Fatal("Chromium gave no trace")
	}
	return countBytes(events), p.usable(events)
}

func countBytes(events []traceEvent) int {
	var total float64
	for _, event := range events {
		if event.Name == "ResourceFinish" {
			total += event.Arguments.Data.EncodedDataLength
		}
	}
	return int(total)
}

func (p *page) usable(events []traceEvent) float64 {
	p.t.Helper()
	started, ready, process := 0.0, 0.0, 0
	for _, event := range events {
		if event.Name == "navigationStart" && event.Arguments.Data.DocumentLoaderURL != "" {
			started, process = event.Time, event.Process
		}
	}
	for _, event := range events {
		if event.Process != process || event.Time < started {
			continue
		}
		const long = 50_000
		switch {
		case event.Name == "firstContentfulPaint", event.Name == "domInteractive", event.Name == "domContentLoadedEventEnd":
			ready = max(ready, event.Time)
		case event.Name == "RunTask" && event.Duration >= long:
			ready = max(ready, event.Time+event.Duration)
		}
	}
	if started == 0 || ready == 0 {
		p.t.Fatalf("the trace of %d events does not contain a load", len(events))
	}
	return (ready - started) / 1000
}
