package tensorjson

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
	"unsafe"

	"pneumoscope/modelserver/internal/tensor"
)

// scalar converts the value that starts with first as NumPy converts it.
func (d *decoder) scalar(first byte) error {
	switch first {
	case '"':
		text, err := d.str()
		if err != nil {
			return err
		}
		return d.appendText(text)
	case 't':
		if d.literal("true") {
			return d.appendInt(1)
		}
	case 'f':
		if d.literal("false") {
			return d.appendInt(0)
		}
	case 'n':
		if d.literal("null") {
			return d.appendNull()
		}
	case 'N':
		if d.literal("NaN") {
			return d.appendFloat(math.NaN())
		}
	case 'I':
		if d.literal("Infinity") {
			return d.appendFloat(math.Inf(1))
		}
	case '-':
		if d.literal("-Infinity") {
			return d.appendFloat(math.Inf(-1))
		}
	}
	token, integer, err := d.number()
	if err != nil {
		return err
	}
	if !integer {
		return d.appendFloat(parseFloat(token))
	}
	if tooLong(token) {
		return d.syntax(tooManyDigits)
	}
	return d.appendInteger(token)
}

// appendInteger takes an integer literal of any length.
func (d *decoder) appendInteger(token []byte) error {
	if n, ok := smallInt(token); ok {
		return d.appendInt(n)
	}
	switch d.dtype {
	case tensor.Uint64:
		n, err := strconv.ParseUint(asString(token), 10, 64)
		if err != nil {
			return errOutOfBounds(d.dtype)
		}
		d.data = binary.LittleEndian.AppendUint64(d.data, n)
		return nil
	case tensor.Float32, tensor.Float64:
		f := parseFloat(token)
		if math.IsInf(f, 0) {
			return &ConversionError{"int too large to convert to float"}
		}
		return d.appendFloat(f)
	case tensor.Bool:
		d.data = append(d.data, 1) // too long to be zero
		return nil
	}
	return errOutOfBounds(d.dtype)
}

// smallInt reads an integer literal that fits an int64.
func smallInt(token []byte) (int64, bool) {
	if len(token) <= 18 {
		negative := token[0] == '-'
		digits := token
		if negative {
			digits = token[1:]
		}
		var n int64
		for _, b := range digits {
			n = n*10 + int64(b-'0')
		}
		if negative {
			n = -n
		}
		return n, true
	}
	n, err := strconv.ParseInt(asString(token), 10, 64)
	return n, err == nil
}

func (d *decoder) appendInt(n int64) error {
	switch d.dtype {
	case tensor.Uint8:
		if uint64(n) > math.MaxUint8 {
			return errOutOfBounds(d.dtype)
		}
		d.data = append(d.data, uint8(n))
	case tensor.Float32:
		// Through float64, as Python has no narrower float: rounding twice is
		// part of the contract.
		d.data = binary.LittleEndian.AppendUint32(d.data, math.Float32bits(float32(float64(n))))
	case tensor.Float64:
		d.data = binary.LittleEndian.AppendUint64(d.data, math.Float64bits(float64(n)))
	case tensor.Bool:
		d.data = append(d.data, truth(n != 0))
	case tensor.Int8:
		if n != int64(int8(n)) {
			return errOutOfBounds(d.dtype)
		}
		d.data = append(d.data, uint8(n))
	case tensor.Int16:
		if n != int64(int16(n)) {
			return errOutOfBounds(d.dtype)
		}
		d.data = binary.LittleEndian.AppendUint16(d.data, uint16(n))
	case tensor.Uint16:
		if uint64(n) > math.MaxUint16 {
			return errOutOfBounds(d.dtype)
		}
		d.data = binary.LittleEndian.AppendUint16(d.data, uint16(n))
	case tensor.Int32:
		if n != int64(int32(n)) {
			return errOutOfBounds(d.dtype)
		}
		d.data = binary.LittleEndian.AppendUint32(d.data, uint32(n))
	case tensor.Uint32:
		if uint64(n) > math.MaxUint32 {
			return errOutOfBounds(d.dtype)
		}
		d.data = binary.LittleEndian.AppendUint32(d.data, uint32(n))
	case tensor.Int64:
		d.data = binary.LittleEndian.AppendUint64(d.data, uint64(n))
	case tensor.Uint64:
		if n < 0 {
			return errOutOfBounds(d.dtype)
		}
		d.data = binary.LittleEndian.AppendUint64(d.data, uint64(n))
	default:
		return &ConversionError{fmt.Sprintf("numbers cannot become %s", d.dtype)}
	}
	return nil
}

func (d *decoder) appendFloat(f float64) error {
	switch d.dtype {
	case tensor.Float32:
		d.data = binary.LittleEndian.AppendUint32(d.data, math.Float32bits(float32(f)))
		return nil
	case tensor.Float64:
		d.data = binary.LittleEndian.AppendUint64(d.data, math.Float64bits(f))
		return nil
	case tensor.Bool:
		d.data = append(d.data, truth(f != 0))
		return nil
	}
	switch whole := math.Trunc(f); {
	case math.IsNaN(f):
		return &ConversionError{"cannot convert float NaN to integer"}
	case math.IsInf(f, 0):
		return &ConversionError{"cannot convert float infinity to integer"}
	case whole >= -(1<<63) && whole < 1<<63:
		return d.appendInt(int64(whole))
	case d.dtype == tensor.Uint64 && whole >= 0 && whole < 1<<64:
		d.data = binary.LittleEndian.AppendUint64(d.data, uint64(whole))
		return nil
	}
	return errOutOfBounds(d.dtype)
}

func (d *decoder) appendNull() error {
	switch d.dtype {
	case tensor.Float32, tensor.Float64:
		return d.appendFloat(math.NaN())
	case tensor.Bool:
		return d.appendInt(0)
	}
	return &ConversionError{"int() argument must be a string, a bytes-like object or a real number, not 'NoneType'"}
}

// appendText converts a string as Python's int() and float() do.
func (d *decoder) appendText(text string) error {
	switch d.dtype {
	case tensor.Bool:
		d.data = append(d.data, truth(text != ""))
		return nil
	case tensor.Float32, tensor.Float64:
		f, ok := pythonFloat(text)
		if !ok {
			return &ConversionError{"could not convert string to float"}
		}
		return d.appendFloat(f)
	}
	digits, ok := pythonDigits(text)
	if !ok {
		return &ConversionError{"invalid literal for int() with base 10"}
	}
	return d.appendInteger([]byte(digits))
}

func errOutOfBounds(dtype tensor.DType) *ConversionError {
	return &ConversionError{fmt.Sprintf("Python integer out of bounds for %s", dtype)}
}

func truth(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// pythonFloat reads what Python's float() reads: blanks around, one underscore
// between digits, inf and nan in any case.
func pythonFloat(text string) (float64, bool) {
	text = strings.TrimSpace(asciiDigits(text))
	unsigned := strings.ToLower(strings.TrimLeft(text, "+-"))
	switch unsigned {
	case "nan": // which Go takes without a sign only; Python keeps the sign, and a model can see it
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
		return 0, false // Go reads hexadecimal floats, Python does not
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

// pythonDigits reads what Python's int() reads and returns it as a JSON
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

// asciiDigits replaces the decimal digits of every script, as Python does before
// it reads a number.
func asciiDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf || !unicode.IsDigit(r) {
			return r
		}
		zero := r // each script's digits follow one another, and those of several scripts may
		for unicode.IsDigit(zero - 1) {
			zero--
		}
		return '0' + (r-zero)%10
	}, text)
}

// dropUnderscores removes underscores, each of which must stand between digits.
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

// exactPowers are the powers of ten that a float64 holds exactly.
var exactPowers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// parseFloat reads a JSON number as Python's float() does: the nearest float64.
func parseFloat(token []byte) float64 {
	// A mantissa below 2^53 over an exact power of ten is one correctly rounded
	// division: that holds for nearly every number that people send.
	var mantissa uint64
	fraction, dot := 0, false
	for i, b := range token {
		switch {
		case b-'0' <= 9:
			if mantissa >= 1<<53/10-1 {
				return parseLongFloat(token)
			}
			mantissa = mantissa*10 + uint64(b-'0')
			if dot {
				fraction++
			}
		case b == '.':
			dot = true
		case b == '-' && i == 0:
		default:
			return parseLongFloat(token) // an exponent
		}
	}
	if fraction >= len(exactPowers) {
		return parseLongFloat(token)
	}
	f := float64(mantissa) / exactPowers[fraction]
	if token[0] == '-' {
		return -f
	}
	return f
}

func parseLongFloat(token []byte) float64 {
	f, _ := strconv.ParseFloat(asString(token), 64) // out of range: ±Inf, as in Python
	return f
}

// asString lends a token to strconv without a copy; strconv keeps nothing of it.
func asString(token []byte) string {
	return unsafe.String(unsafe.SliceData(token), len(token))
}
