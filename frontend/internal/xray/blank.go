package xray

// minSpread is the number of grey levels that a film must span to show anything. Radiographs span well over a hundred.
// A colour picture of 12 significant bits in a 16-bit file spans at most 17 of 255 levels. It is too dark to be judged,
// so it is refused.
const minSpread = 20

// greySpread is the distance between the darkest and the brightest grey level, not counting one pixel in a hundred at
// either end. So a burnt-in marker does not make an empty film count as a picture.
func greySpread(pixels []uint8) int {
	if len(pixels) == 0 {
		return 0
	}
	var histogram [256]int
	for _, v := range pixels {
		histogram[v]++
	}
	ignored := len(pixels) / 100
	low, high := 0, 255
	for below := histogram[low]; below <= ignored; below += histogram[low] {
		low++
	}
	for above := histogram[high]; above <= ignored; above += histogram[high] {
		high--
	}
	return high - low
}
