package web

import (
	"errors"
	"mime"
	"strconv"
	"strings"
)

// mediaRange is an element of Accept: types that the client accepts, and how much it prefers them.
type mediaRange struct {
	kind, subtype string  // in lower case; * stands for any
	quality       float64 // 0 to 1; 0 says that they are not accepted
}

// mediaRanges reads an Accept header (RFC 9110, 12.5.1). It skips elements that are not media ranges.
func mediaRanges(header string) []mediaRange {
	var ranges []mediaRange
	for element := range strings.SplitSeq(header, ",") {
		mediaType, parameters, err := mime.ParseMediaType(element)
		if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
			continue
		}
		kind, subtype, ok := strings.Cut(mediaType, "/")
		if !ok && mediaType == "*" { // as old Java clients write it
			subtype, ok = "*", true
		}
		if !ok {
			continue
		}
		quality, err := strconv.ParseFloat(parameters["q"], 64)
		if err != nil || !(quality >= 0 && quality <= 1) { // true for NaN, too
			quality = 1
		}
		ranges = append(ranges, mediaRange{kind, subtype, quality})
	}
	return ranges
}

// matches says how closely a media type matches: 0 not at all, 3 exactly. Parameters other than the quality do not
// count, because no offer has any.
func (r mediaRange) matches(offer string) int {
	kind, subtype, _ := strings.Cut(offer, "/")
	switch {
	case r.kind == kind && r.subtype == subtype:
		return 3
	case r.kind == kind && r.subtype == "*":
		return 2
	case r.kind == "*" && r.subtype == "*":
		return 1
	}
	return 0
}

// accepted picks the offer that an Accept header prefers. The highest quality wins, then the closest match, then the
// first in the header, then the first of the offers. It returns "" if the header accepts none of them.
func accepted(header string, offers []string) string {
	if strings.TrimSpace(header) == "" {
		return offers[0]
	}
	ranges := mediaRanges(header)
	var best string
	var bestRange mediaRange
	bestMatch, bestAt := 0, 0
	for _, offer := range offers {
		// The range that names an offer most closely decides about it.
		var named mediaRange
		match, at := 0, 0
		for i, r := range ranges {
			if closer := r.matches(offer); closer > match {
				named, match, at = r, closer, i
			}
		}
		if match == 0 || named.quality == 0 {
			continue
		}
		switch {
		case named.quality > bestRange.quality,
			named.quality == bestRange.quality && match > bestMatch,
			named.quality == bestRange.quality && match == bestMatch && at < bestAt:
			best, bestRange, bestMatch, bestAt = offer, named, match, at
		}
	}
	return best
}
