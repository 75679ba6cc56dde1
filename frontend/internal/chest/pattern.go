package chest

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"image"
	"math"

	"pneumoscope/internal/film"
)

// components is the number of directions that a pattern has in addition to its mean. With twelve, turned films look more
// like upright ones; with thirty, pictures of other things begin to match too.
const components = 20

// pattern describes what films of one kind have in common. The components are orthogonal and of length 1.
type pattern struct {
	mean       grid
	components [components]grid
}

// residual is the part of a grid that the pattern does not explain: near 0 for a film like those to which the pattern was
// fitted.
func (p *pattern) residual(g grid) float64 {
	for i := range g {
		g[i] -= p.mean[i]
	}
	rest := dot(&g, &g)
	for i := range p.components {
		part := dot(&g, &p.components[i])
		rest -= part * part
	}
	return max(rest, 0) / fields
}

func dot(a, b *grid) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// wholeFilm is the area of a prepared film.
func wholeFilm() image.Rectangle { return image.Rect(0, 0, film.Side, film.Side) }

// parts are the areas to which patterns are fitted: the whole film, and the parts that remain after a cropping. A
// cropping is listed only if a pattern can still tell it from a whole film.
func parts() []image.Rectangle {
	part := func(left, top, right, bottom float64) image.Rectangle {
		pixel := func(share float64) int { return int(math.Round(share * film.Side)) }
		return image.Rect(pixel(left), pixel(top), pixel(right), pixel(bottom))
	}
	return []image.Rectangle{
		wholeFilm(),
		part(0.175, 0.175, 0.825, 0.825), // a third of each side is missing
		part(0, 0.25, 1, 1),
		part(0, 0, 1, 0.7),
		part(0.3, 0, 1, 1),
		part(0, 0, 0.7, 1),
	}
}

// patterns has one pattern for each part.
type patterns []pattern

//go:embed patterns.bin
var fitted []byte

var errPatterns = errors.New("chest: the fitted patterns cannot be read")

// A vector is stored as a scale and a signed byte for each field.
const vectorBytes = 4 + fields

func parsePatterns(data []byte) (patterns, error) {
	if len(data) != len(parts())*(1+components)*vectorBytes {
		return nil, errPatterns
	}
	next := func() grid {
		scale := float64(math.Float32frombits(binary.LittleEndian.Uint32(data)))
		var g grid
		for i := range g {
			g[i] = scale * float64(int8(data[4+i]))
		}
		data = data[vectorBytes:]
		return g
	}
	all := make(patterns, len(parts()))
	for i := range all {
		all[i].mean = next()
		for c := range all[i].components {
			all[i].components[c] = next()
		}
	}
	return all, nil
}

func (p patterns) marshal() []byte {
	var out []byte
	put := func(g grid) {
		largest := 0.0
		for _, v := range g {
			largest = max(largest, math.Abs(v))
		}
		scale := float32(max(largest, math.SmallestNonzeroFloat32) / math.MaxInt8)
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(scale))
		for _, v := range g {
			out = append(out, byte(int8(math.Round(v/float64(scale)))))
		}
	}
	for i := range p {
		put(p[i].mean)
		for _, c := range p[i].components {
			put(c)
		}
	}
	return out
}
