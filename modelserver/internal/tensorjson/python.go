package tensorjson

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pythonFloat reads a number as Python's float() does: with blanks around it, single
// underscores between digits, and inf and nan in any case.
func pythonFloat(text string) (float64, bool) {
	text = strings.TrimSpace(asciiDigits(text))
	unsigned := strings.ToLower(strings.TrimLeft(text, "+-"))
	switch unsigned {
	case "nan": // Go accepts it only without a sign; Python keeps the sign, which a model can see
		sign := 1.0
		if strings.HasPrefix(text, "-") {
			sign = -1
		}
		return math.Copysign(math.NaN(), sign), len(text) <= len("-nan")
	case "inf", "infinity":
		f, err := strconv.ParseFloat(text, 64)
		return f, err == nil
	}
	if unsigned == "" || strings.ContainsAny(unsigned, "xpin") {
		return 0, false // Go reads hexadecimal floats, unlike Python
	}
	text, ok := dropUnderscores(text)
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && math.IsInf(f, 0) {
		return f, true // 1e400 is infinite in Python too
	}
	return f, err == nil
}

// pythonDigits reads an integer as Python's int() does and returns it as a JSON
// integer.
func pythonDigits(text string) (string, bool) {
	text, ok := dropUnderscores(strings.TrimSpace(asciiDigits(text)))
	if !ok {
		return "", false
	}
	sign := ""
	if text != "" && (text[0] == '+' || text[0] == '-') {
		sign, text = text[:1], text[1:]
	}
	if text == "" || strings.Trim(text, "0123456789") != "" || len(text) > maxIntegerDigits {
		return "", false
	}
	text = strings.TrimLeft(text, "0")
	if text == "" {
		return "0", true
	}
	if sign == "-" {
		return "-" + text, true
	}
	return text, true
}

// asciiDigits replaces the decimal digits of all scripts by ASCII digits, as Python
// does before it reads a number.
func asciiDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf || !unicode.IsDigit(r) {
			return r
		}
		zero := r // a script's digits are consecutive, and those of several scripts may be adjacent
		for unicode.IsDigit(zero - 1) {
			zero--
		}
		return '0' + (r-zero)%10
	}, text)
}

// dropUnderscores removes underscores, each of which must be between two digits.
func dropUnderscores(text string) (string, bool) {
	if !strings.Contains(text, "_") {
		return text, true
	}
	digit := func(i int) bool { return i >= 0 && i < len(text) && text[i]-'0' <= 9 }
	for i := range len(text) {
		if text[i] == '_' && !(digit(i-1) && digit(i+1)) {
			return "", false
		}
	}
	return strings.ReplaceAll(text, "_", ""), true
}
