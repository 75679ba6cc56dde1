package report

import "slices"

// SpreadOf summarizes the values of the rounds; zeros when there are none.
func SpreadOf(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	median := sorted[middle]
	if len(sorted)%2 == 0 {
		median = (sorted[middle-1] + sorted[middle]) / 2
	}
	return Spread{Median: median, Min: sorted[0], Max: sorted[len(sorted)-1]}
}

// Ratios divides round by round, so that a slowdown of a whole round cancels out.
// Rounds without a counterpart, or with a counterpart of 0, are left out.
func Ratios(above, below []float64) []float64 {
	var ratios []float64
	for i := range min(len(above), len(below)) {
		if below[i] != 0 {
			ratios = append(ratios, above[i]/below[i])
		}
	}
	return ratios
}

// Differences subtracts round by round.
func Differences(from, what []float64) []float64 {
	var differences []float64
	for i := range min(len(from), len(what)) {
		differences = append(differences, from[i]-what[i])
	}
	return differences
}

// NewTarget judges the rounds by their median.
func NewTarget(name string, rounds []float64, want float64, atMost bool, unit string) Target {
	t := Target{Name: name, Got: SpreadOf(rounds), Want: want, AtMost: atMost, Unit: unit}
	t.Met = len(rounds) > 0 && (atMost && t.Got.Median <= want || !atMost && t.Got.Median >= want)
	return t
}
