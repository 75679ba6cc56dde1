package chest

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"image"
	"math"
)

// components is how many directions a pattern has besides its mean. Twelve leave turned films more alike upright ones;
// with thirty, pictures of other things begin to be explained too.
const components = 20

// pattern is what films of one kind have in common. The components are orthogonal and of length 1.
type pattern struct {
	mean       grid
	components [components]grid
}

// unexplained is the part of a grid that a pattern does not account for: near 0 for a film like those that the pattern
// was fitted to.
func (p *pattern) unexplained(g grid) float64 {
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

// parts are what a pattern is fitted to: the whole film, and what is left of it when it was cropped in the ways that
// the pattern still tells from a whole one.
func parts() []image.Rectangle {
	return []image.Rectangle{
		image.Rect(0, 0, film, film),
		image.Rect(39, 39, 185, 185), // a third of each side is gone
		image.Rect(0, 56, film, film),
		image.Rect(0, 0, film, 157),
		image.Rect(67, 0, film, film),
		image.Rect(0, 0, 157, film),
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
