package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"pneumoscope/frontend/api"
)

// figures has the milliseconds from the first byte of the upload to the last byte of the answer, and how many
// times faster our page is.
type figures struct {
	FilmBytes    int     `json:"film_bytes"`
	Rounds       int     `json:"rounds"`
	Uploads      int     `json:"uploads_each_round"`
	TheirsMS     float64 `json:"flask_and_mlflow_ms"`
	OursMS       float64 `json:"ours_ms"`
	Ratio        float64 `json:"ratio"`
	WorstRatio   float64 `json:"worst_ratio"`
	BestRatio    float64 `json:"best_ratio"`
	TheirPercent float64 `json:"flask_and_mlflow_percent"`
	OurPercent   float64 `json:"ours_percent"`
}

// compare uploads one film to both pages in turn. Ratios are taken within a round, and their median counts.
func compare(pages pages, film []byte, rounds, uploads int) (figures, error) {
	f := figures{FilmBytes: len(film), Rounds: rounds, Uploads: uploads}
	var err error
	if f.TheirPercent, f.OurPercent, err = percents(pages, film); err != nil {
		return f, err
	}
	const roundedAway = 0.06 // percentage points: theirs has one decimal, and comes from Pillow's decoder
	if math.Abs(f.TheirPercent-f.OurPercent) > 10*roundedAway {
		return f, fmt.Errorf("they say %.1f %%, we %.1f %%: not the same service", f.TheirPercent, f.OurPercent)
	}
	var theirs, ours, ratios []float64
	for range rounds {
		var roundTheirs, roundOurs []float64
		for range uploads {
			for url, times := range map[string]*[]float64{pages.theirs: &roundTheirs, pages.ours: &roundOurs} {
				started := time.Now()
				if _, err := upload(url, "text/html", film); err != nil {
					return f, err
				}
				*times = append(*times, time.Since(started).Seconds()*1000)
			}
		}
		theirs, ours = append(theirs, median(roundTheirs)), append(ours, median(roundOurs))
		ratios = append(ratios, theirs[len(theirs)-1]/ours[len(ours)-1])
	}
	f.TheirsMS, f.OursMS, f.Ratio = median(theirs), median(ours), median(ratios)
	f.WorstRatio, f.BestRatio = slices.Min(ratios), slices.Max(ratios)
	return f, nil
}

func (f figures) print(w io.Writer) {
	fmt.Fprintf(w, "one film of %d bytes, one client, %d rounds of %d uploads:\n", f.FilmBytes, f.Rounds, f.Uploads)
	fmt.Fprintf(w, "  Flask, Pillow, mlflow models serve  %7.1f ms  (%.1f %%)\n", f.TheirsMS, f.TheirPercent)
	fmt.Fprintf(w, "  ours                                %7.1f ms  (%.1f %%)\n", f.OursMS, f.OurPercent)
	fmt.Fprintf(w, "  ratio %.1f (worst to best round %.1f to %.1f)\n", f.Ratio, f.WorstRatio, f.BestRatio)
}

// percents returns both answers for the film. These uploads also warm up both pages.
func percents(pages pages, film []byte) (theirs, ours float64, err error) {
	page, err := upload(pages.theirs, "text/html", film)
	if err != nil {
		return 0, 0, err
	}
	found := regexp.MustCompile(`<strong>([0-9.]+) %`).FindSubmatch(page)
	if found == nil {
		return 0, 0, errors.New("the page of Flask has no number")
	}
	if theirs, err = strconv.ParseFloat(string(found[1]), 64); err != nil {
		return 0, 0, err
	}
	client, err := api.NewClient(pages.ours)
	if err != nil {
		return 0, 0, err
	}
	answer, err := client.Predict(context.Background(), film)
	if err != nil {
		return 0, 0, err
	}
	if len(answer.Films) != 1 || answer.Films[0].Probability == nil {
		return 0, 0, fmt.Errorf("our answer has %d films, or one without a probability", len(answer.Films))
	}
	return theirs, 100 * *answer.Films[0].Probability, nil
}

func upload(url, accept string, film []byte) ([]byte, error) {
	body, contentType := api.Form(api.FilmField, film)
	request, err := http.NewRequest(http.MethodPost, url+"/predict", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Accept", accept)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("POST %s: %s", url, response.Status)
	}
	return text, err
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}
