package tensorjson

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"unsafe"

	"pneumoscope/modelserver/internal/tensor"
)

// scalar converts the value that starts with first as NumPy does.
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

// appendInteger appends an integer literal of any length.
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

// smallInt reads an integer literal if it fits an int64.
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
		// Converted through float64, because Python has no narrower float: clients
		// get the same numbers only if the value is rounded twice.
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

// appendText converts a string as Python's int() or float() does.
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

// asString passes a token to strconv without a copy. strconv does not retain it.
func asString(token []byte) string {
	return unsafe.String(unsafe.SliceData(token), len(token))
}
