package dicom

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"

	"pneumoscope/frontend/internal/xray/stretch"
)

// The photometric interpretations say how bright the smallest value is.
const (
	monochrome1 = "MONOCHROME1" // white
	monochrome2 = "MONOCHROME2" // black
)

// scale turns stored samples into levels from 0, black, to 65535, white, in DICOM's two steps: the modality transform
// (a rescale or a modality LUT) turns samples into measurements, and the VOI transform (a window or a VOI LUT) selects
// the values of interest.
type scale struct {
	layout    layout
	inverted  bool
	slope     float64
	intercept float64
	padding   *padding // it is always black; nil when the file has none
	modality  *lut
	voi       func(v float64) float64 // to 0 to 1; nil when the file has none
}

func (f file) scale(l layout) (scale, error) {
	s := scale{layout: l, inverted: f.inverted(), padding: f.padding(l)}
	var err error
	if s.modality, err = f.lut(tagModalityLUT, l.signed); err != nil {
		return scale{}, err
	}
	var isSlope, isIntercept bool
	s.slope, isSlope = f.decimalOr(tagRescaleSlope, 1)
	s.intercept, isIntercept = f.decimalOr(tagRescaleIntercept, 0)
	if !isSlope || !isIntercept || s.slope == 0 {
		return scale{}, errDICOM
	}
	if s.voi = f.window(); s.voi != nil {
		return s, nil
	}
	// The table is for measurements, which a rescale may make negative.
	lowest, highest := l.bounds()
	signed := l.signed || s.measure(lowest) < 0 || s.measure(highest) < 0
	table, err := f.lut(tagVOILUT, signed)
	if err != nil {
		return scale{}, err
	}
	if table != nil {
		s.voi = table.fractions()
	}
	return s, nil
}

// inverted says whether the smallest value is white. A presentation LUT of the shape INVERSE means the same as
// MONOCHROME1. A file that has both is still inverted only once.
func (f file) inverted() bool {
	return text(f.elements[tagPhotometric]) == monochrome1 || strings.EqualFold(text(f.elements[tagPresentationLUTShape]), "INVERSE")
}

// decimal is the first value of a decimal string; ok is false if it is not a number, or too large for any film.
func (f file) decimal(tag uint32) (value float64, ok bool) {
	const maxAbs = 1e9
	value, err := strconv.ParseFloat(text(f.elements[tag]), 64)
	if err != nil || !(math.Abs(value) <= maxAbs) { // false for NaN, too
		return 0, false
	}
	return value, true
}

// decimalOr is decimal for an element that may be missing.
func (f file) decimalOr(tag uint32, missing float64) (value float64, ok bool) {
	if text(f.elements[tag]) == "" {
		return missing, true
	}
	return f.decimal(tag)
}

// window is the first of the file's windows, by the formulas of DICOM part 3, C.11.2.1; nil when there is none or it
// makes no sense. Explicit conversions keep the compiler from fusing products and sums, so that levels are the same on
// every processor.
func (f file) window() func(v float64) float64 {
	center, hasCenter := f.decimal(tagWindowCenter)
	width, hasWidth := f.decimal(tagWindowWidth)
	if !hasCenter || !hasWidth || width <= 0 {
		return nil
	}
	switch strings.ToUpper(text(f.elements[tagVOILUTFunction])) {
	case "SIGMOID":
		return func(v float64) float64 { return 1 / (1 + math.Exp(-4*(v-center)/width)) }
	case "LINEAR_EXACT":
		return func(v float64) float64 { return ramp(v, center-float64(width/2), center+float64(width/2)) }
	}
	if width < 1 {
		return nil
	}
	return func(v float64) float64 {
		return ramp(v, center-0.5-float64((width-1)/2), center-0.5+float64((width-1)/2))
	}
}

// ramp is 0 up to low, 1 above high, and straight between.
func ramp(v, low, high float64) float64 {
	switch {
	case v <= low:
		return 0
	case v > high:
		return 1
	}
	return (v - low) / (high - low)
}

// apply replaces samples by levels, both as 16 bits with the high byte first. In a film with padding, only padding has
// the level 0.
func (s scale) apply(samples []byte) {
	s.layout = s.layout.corrected(samples)
	padded := s.padding.samples(s.layout)
	if s.voi == nil {
		s.voi = s.fallback(samples, padded)
	}
	levels := make([]uint16, 1<<s.layout.allocated)
	for bits := range levels {
		level := uint16(math.Round(float64(s.voi(s.measure(s.layout.value(bits))) * math.MaxUint16)))
		if s.inverted {
			level = math.MaxUint16 - level
		}
		switch {
		case padded == nil:
		case padded[bits]:
			level = 0
		default:
			level = max(level, 1)
		}
		levels[bits] = level
	}
	for i := 0; i < len(samples); i += 2 {
		binary.BigEndian.PutUint16(samples[i:], levels[int(binary.BigEndian.Uint16(samples[i:]))&(len(levels)-1)])
	}
}

// measure is the modality transform of a stored value.
func (s scale) measure(value int) float64 {
	if s.modality != nil {
		return float64(s.modality.at(float64(value)))
	}
	return float64(s.slope*float64(value)) + s.intercept
}

// fallback is the VOI transform for a file without one. Values of up to eight bits are taken as they are, because they
// were made to be looked at. Deeper values are stretched, so that one pixel in 200 at either end becomes black or
// white. Padding does not count.
func (s scale) fallback(samples []byte, padded []bool) func(v float64) float64 {
	lowest, highest := s.layout.bounds()
	if s.layout.stored > 8 {
		histogram := make([]int, highest-lowest+1)
		for i := 0; i < len(samples); i += 2 {
			bits := int(binary.BigEndian.Uint16(samples[i:]))
			if padded != nil && padded[bits&(len(padded)-1)] {
				continue
			}
			histogram[s.layout.value(bits)-lowest]++
		}
		first, last := stretch.Bounds(histogram)
		lowest, highest = lowest+first, lowest+last
	}
	low, high := s.measure(lowest), s.measure(highest)
	if low > high {
		low, high = high, low
	}
	return func(v float64) float64 { return ramp(v, low, high) }
}
