package xray

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
)

// Photometric interpretations: how bright the smallest value is.
const (
	monochrome1 = "MONOCHROME1" // white
	monochrome2 = "MONOCHROME2" // black
)

// dicomScale turns stored samples into levels from 0, black, to 65535, white: stored bits, then what they measure
// (a rescale or a modality table), then what of it is to be seen (a window or a table of values of interest).
type dicomScale struct {
	layout    sampleLayout
	inverted  bool
	slope     float64
	intercept float64
	modality  *lookup
	view      func(v float64) float64 // to 0 to 1; nil when the file does not say
}

func (f dicomFile) scale(layout sampleLayout) (dicomScale, error) {
	scale := dicomScale{layout: layout, inverted: text(f.elements[tagPhotometric]) == monochrome1, slope: 1}
	var err error
	if scale.modality, err = f.lookup(tagModalityLUT, layout.signed); err != nil {
		return dicomScale{}, err
	}
	if len(f.elements[tagRescaleSlope]) > 0 || len(f.elements[tagRescaleIntercept]) > 0 {
		var isSlope, isIntercept bool
		scale.slope, isSlope = f.decimal(tagRescaleSlope)
		scale.intercept, isIntercept = f.decimal(tagRescaleIntercept)
		if !isSlope || !isIntercept || scale.slope == 0 {
			return dicomScale{}, errDICOM
		}
	}
	if scale.view = f.window(); scale.view != nil {
		return scale, nil
	}
	table, err := f.lookup(tagVOILUT, layout.signed)
	if err != nil {
		return dicomScale{}, err
	}
	if table != nil {
		scale.view = table.fraction
	}
	return scale, nil
}

// decimal is the first of a decimal string's values, if it is one that a film may have.
func (f dicomFile) decimal(tag uint32) (value float64, ok bool) {
	const largest = 1e9
	value, err := strconv.ParseFloat(text(f.elements[tag]), 64)
	if err != nil || !(math.Abs(value) <= largest) { // so NaN is none
		return 0, false
	}
	return value, true
}

// window is the first of the file's windows, by the formulas of DICOM part 3, C.11.2.1; nil when there is none that
// makes sense. Explicit conversions keep the compiler from fusing products and sums: levels are the same everywhere.
func (f dicomFile) window() func(v float64) float64 {
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

// apply replaces samples by levels, both as 16 bits with the high byte first.
func (s dicomScale) apply(samples []byte) {
	if s.view == nil {
		s.view = s.fallback(samples)
	}
	levels := make([]uint16, 1<<s.layout.allocated)
	for bits := range levels {
		level := uint16(math.Round(float64(s.view(s.measure(s.layout.value(bits))) * math.MaxUint16)))
		if s.inverted {
			level = math.MaxUint16 - level
		}
		levels[bits] = level
	}
	for i := 0; i < len(samples); i += 2 {
		binary.BigEndian.PutUint16(samples[i:], levels[int(binary.BigEndian.Uint16(samples[i:]))&(len(levels)-1)])
	}
}

// measure is what a stored value stands for.
func (s dicomScale) measure(value int) float64 {
	if s.modality != nil {
		return float64(s.modality.at(float64(value)))
	}
	return float64(s.slope*float64(value)) + s.intercept
}

// fallback is for files that do not say what of them is to be seen. Eight bits are taken as they are: such pixels were
// made to be looked at. Deeper ones are stretched between the levels that one pixel in 200 is below or above.
func (s dicomScale) fallback(samples []byte) func(v float64) float64 {
	least, most := 0, 1<<s.layout.stored-1
	if s.layout.signed {
		least, most = -1<<(s.layout.stored-1), 1<<(s.layout.stored-1)-1
	}
	if s.layout.stored > 8 {
		histogram := make([]int, most-least+1)
		for i := 0; i < len(samples); i += 2 {
			histogram[s.layout.value(int(binary.BigEndian.Uint16(samples[i:])))-least]++
		}
		ignored := len(samples) / 2 / 200
		first := least
		for below, above := histogram[least-first], histogram[most-first]; least < most && (below <= ignored || above <= ignored); {
			if below <= ignored {
				least++
				below += histogram[least-first]
			} else {
				most--
				above += histogram[most-first]
			}
		}
	}
	low, high := s.measure(least), s.measure(most)
	if low > high {
		low, high = high, low
	}
	return func(v float64) float64 { return ramp(v, low, high) }
}
