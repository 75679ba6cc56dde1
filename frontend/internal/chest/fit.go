package chest

import (
	"errors"
	"fmt"
	"math"

	"pneumoscope/internal/film"
)

// Fitter collects films and fits the patterns to them. Every source has the same weight, however many films it has, so
// that the patterns describe children and adults equally well.
type Fitter struct {
	sources map[string]*[]moments // for each source, the moments of each part
	order   []string
}

// moments are sums over films.
type moments struct {
	n     float64
	first grid
	outer [fields][fields]float64
}

// NewFitter returns a Fitter without films.
func NewFitter() *Fitter { return &Fitter{sources: map[string]*[]moments{}} }

// Add adds a film of a source. The film must be prepared, whole and upright.
func (f *Fitter) Add(source string, pixels []uint8) error {
	if len(pixels) != film.Side*film.Side {
		return fmt.Errorf("fit a film of %d pixels, want %d", len(pixels), film.Side*film.Side)
	}
	if f.sources[source] == nil {
		collected := make([]moments, len(parts()))
		f.sources[source] = &collected
		f.order = append(f.order, source)
	}
	collected := *f.sources[source]
	for i, part := range parts() {
		g, m := gridOf(pixels, part), &collected[i]
		m.n++
		for a, v := range g {
			m.first[a] += v
			row := &m.outer[a]
			for b, w := range g {
				row[b] += v * w
			}
		}
	}
	return nil
}

// Fit returns the patterns in the form that NewMatcher reads.
func (f *Fitter) Fit() ([]byte, error) {
	if len(f.order) == 0 {
		return nil, errors.New("fit without films")
	}
	all := make(patterns, len(parts()))
	for i := range all {
		var mean grid
		var covariance [fields]grid
		for _, source := range f.order {
			m := &(*f.sources[source])[i]
			weight := 1 / (m.n * float64(len(f.order)))
			for a := range fields {
				mean[a] += weight * m.first[a]
				for b := range fields {
					covariance[a][b] += weight * m.outer[a][b]
				}
			}
		}
		for a := range fields {
			for b := range fields {
				covariance[a][b] -= mean[a] * mean[b]
			}
		}
		all[i] = pattern{mean, principal(&covariance)}
	}
	return all.marshal(), nil
}

// principal finds the directions of the largest variance by orthogonal iteration. That is simple, and exact enough: only
// the space that the directions span together matters.
func principal(covariance *[fields]grid) [components]grid {
	const rounds = 200
	var found [components]grid
	for c := range found {
		for i := range fields {
			found[c][i] = math.Cos(float64((c + 1) * (2*i + 1))) // any start that is not orthogonal to all directions
		}
	}
	for range rounds {
		for c := range found {
			var next grid
			for i := range fields {
				next[i] = dot(&covariance[i], &found[c])
			}
			for earlier := range c {
				along := dot(&next, &found[earlier])
				for i := range next {
					next[i] -= along * found[earlier][i]
				}
			}
			length := math.Sqrt(dot(&next, &next))
			for i := range next {
				next[i] /= max(length, math.SmallestNonzeroFloat64)
			}
			found[c] = next
		}
	}
	return found
}
