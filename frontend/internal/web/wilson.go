package web

import "math"

// wilson is the 95 % interval of a share that was counted as n of total, by
// Wilson's score: unlike the usual one it stays within 0 to 1, and it holds for
// the few films and the shares near 1 that a card has.
func wilson(n, total int) (low, high float64) {
	const z = 1.959964
	films, share := float64(total), float64(n)/float64(total)
	centre := (share + z*z/(2*films)) / (1 + z*z/films)
	half := z / (1 + z*z/films) * math.Sqrt(share*(1-share)/films+z*z/(4*films*films))
	return max(0, centre-half), min(1, centre+half)
}
