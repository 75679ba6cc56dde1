package tensorjson

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
)

// mustAgree compares the fast path with the general path. The tables of this package
// test the general path.
func mustAgree(tb testing.TB, text []byte) {
	tb.Helper()
	for dtype := range rowReaders {
		mustAgreeAs(tb, dtype, text)
	}
}

func mustAgreeAs(tb testing.TB, dtype tensor.DType, text []byte) {
	tb.Helper()
	slow := decoder{cursor: cursor{text: text}, dtype: dtype, scalars: -1}
	slowErr := slow.value(0)
	for _, capacity := range []int{0, len(slow.data)} {
		fast := decoder{cursor: cursor{text: text}, dtype: dtype, scalars: -1, data: make([]byte, 0, capacity), plainRow: rowReaders[dtype]}
		fastErr := fast.value(0)
		if !reflect.DeepEqual(fastErr, slowErr) {
			tb.Fatalf("%.300q as %s: the fast path's error is %v, the general path's %v", text, dtype, fastErr, slowErr)
		}
		if fastErr != nil {
			continue
		}
		if fast.pos != slow.pos {
			tb.Fatalf("%.300q as %s: the fast path ends at %d, the general path at %d", text, dtype, fast.pos, slow.pos)
		}
		if !slices.Equal(fast.shape, slow.shape) {
			tb.Fatalf("%.300q as %s: the fast path's shape is %v, the general path's %v", text, dtype, fast.shape, slow.shape)
		}
		if !bytes.Equal(fast.data, slow.data) {
			tb.Fatalf("%.300q as %s: the fast path's data are %x, the general path's %x", text, dtype, fast.data, slow.data)
		}
	}
}

// These texts look like rows at first.
func TestRowsAreReadAsTheGeneralPathReadsThem(t *testing.T) {
	for _, text := range []string{"[1]2]", "[[1,2]3]]", "[[1],[2]3],[4]]", "[[[1],[2]],[3]]", "[1,2,3,]", "[[1],[2],]", "[[1],[2],[", "[1,2", "[[1], [2],[3], [4]]", "[1/,2]", "[[1:],[2]]", "[1<,2]", "[?]", "[12,\x007]"} {
		mustAgree(t, []byte(text))
		mustAgree(t, []byte(text+strings.Repeat(" ", 100)))
	}
}

// Every byte of a film's text is changed, and every row's length.
func TestLongRowsAreReadAsTheGeneralPathReadsThem(t *testing.T) {
	for _, between := range []string{",", ", "} {
		for _, single := range []bool{false, true} {
			write := func(lengths ...int) []byte {
				return film(between, single, lengths, func(row, column int) string { return strconv.Itoa((row*97 + column*7) % 256) })
			}
			text := write(33, 33, 33, 33, 33, 33)
			for at := range text {
				mustAgreeAs(t, tensor.Uint8, slices.Clip(text[:at]))
				for _, wrong := range []byte(" ,[]-.09\x00") {
					changed := slices.Clone(text)
					changed[at] = wrong
					mustAgreeAs(t, tensor.Uint8, changed)
				}
			}
			for row := range 6 {
				for _, length := range []int{0, 1, 32, 34, 66, 99} {
					lengths := []int{33, 33, 33, 33, 33, 33}
					lengths[row] = length
					mustAgreeAs(t, tensor.Uint8, write(lengths...))
				}
			}
		}
	}
}

// Two rows of small numbers take as much text as one row of large numbers.
func TestRowsOfShorterTextAreReadAsTheGeneralPathReadsThem(t *testing.T) {
	for _, between := range []string{",", ", "} {
		for _, single := range []bool{false, true} {
			for dark := range 12 {
				mustAgreeAs(t, tensor.Uint8, film(between, single, slices.Repeat([]int{100}, 12), func(row, column int) string {
					if row < dark {
						return strconv.Itoa(100 + row)
					}
					return strconv.Itoa((row + column) % 10)
				}))
			}
		}
	}
}

// These are long lists of elements other than numbers, or of elements that change in
// the middle.
func TestLongListsAreReadAsTheGeneralPathReadsThem(t *testing.T) {
	elements := []string{"7", "[7]", "[1, 2, 3]", "[1, 2]", "[]", "[[1]]", "[[1, 2]]", "[-1]", "[1.5]", "[256]", "null"}
	for _, before := range elements {
		for _, after := range elements {
			for _, between := range []string{",", ", "} {
				text := film(between, false, slices.Repeat([]int{40}, 40), func(row, _ int) string {
					if row < 20 || row == 39 {
						return before
					}
					return after
				})
				mustAgreeAs(t, tensor.Uint8, text)
				mustAgreeAs(t, tensor.Uint8, fmt.Appendf(nil, "[%s,%s]", text, text))
			}
		}
	}
}

// FuzzRows checks that the fast path agrees with the general path on any text.
func FuzzRows(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) { mustAgree(t, text) })
}

// FuzzFilms checks the same on lists of many rows, such as clients send, with one
// byte changed or inserted, and the end cut off.
func FuzzFilms(f *testing.F) {
	for form := range uint8(64) {
		for _, width := range []uint16{0, 30, 32, 223, 299} {
			f.Add(uint64(form), form, width, uint16(0), byte(0), uint16(0))
			f.Add(uint64(form), form, width, uint16(150), byte(','), uint16(3))
			f.Add(uint64(form), form, width, 7*width, byte(' '), uint16(0))
		}
	}
	f.Fuzz(func(t *testing.T, seed uint64, form uint8, width, at uint16, wrong byte, cut uint16) {
		random := rand.New(rand.NewPCG(seed, 0))
		text := film([]string{",", ", "}[form&1], form&2 != 0, lengths(random, 1+int(width)%300), func(row, _ int) string {
			if random.IntN(2000) == 0 {
				return " " + number(random, form>>2)
			}
			if form>>2&7 == 0 { // some rows are darker than others
				return strconv.Itoa(random.IntN([]int{10, 100, 256}[(seed>>(row%32))%3]))
			}
			return number(random, form>>2)
		})
		if form>>5&1 != 0 {
			text = fmt.Appendf(nil, "[%s,%s]", text, text)
		}
		if at > 0 {
			place := int(at) % len(text)
			text = slices.Replace(text, place, place+int(seed%2), wrong)
		}
		text = text[:len(text)-int(cut)%len(text)]
		mustAgree(t, slices.Clip(text))
	})
}

// lengths returns the lengths of up to twelve rows. Sometimes one differs from the
// others.
func lengths(random *rand.Rand, width int) []int {
	rows := slices.Repeat([]int{width}, 1+random.IntN(12))
	switch row := random.IntN(len(rows)); random.IntN(8) {
	case 0:
		rows[row] = max(0, width+random.IntN(7)-3)
	case 1:
		rows[row] = random.IntN(2*width + 2)
	}
	return rows
}

// film writes a list of rows of numbers, or of rows of lists of one number.
func film(between string, single bool, lengths []int, element func(row, column int) string) []byte {
	rows := make([]string, len(lengths))
	for row, length := range lengths {
		elements := make([]string, length)
		for column := range elements {
			elements[column] = element(row, column)
			if single {
				elements[column] = "[" + elements[column] + "]"
			}
		}
		rows[row] = "[" + strings.Join(elements, between) + "]"
	}
	return []byte("[" + strings.Join(rows, between) + "]")
}

// number writes a number of a kind, or rarely anything else.
func number(random *rand.Rand, kind uint8) string {
	if random.IntN(1000) == 0 {
		return []string{"null", "256", "01", "-0", "-0.0", "1e2", "00", "-", "0.", "[7]", "[]", "99999999999999999999", "9007199254740993", "\"7\"", "0.00000000000000000000000000001"}[random.IntN(15)]
	}
	switch kind % 8 {
	case 0, 1:
		return strconv.Itoa(random.IntN(256))
	case 2:
		return strconv.FormatInt(int64(random.Uint64())>>random.IntN(64), 10)
	case 3:
		return strconv.FormatFloat(float64(random.Float32()), 'f', -1, 32)
	case 4:
		return strconv.FormatFloat(float64(random.Float32()-0.5), 'f', -1, 64)
	case 5:
		return fmt.Sprintf("%.*f", random.IntN(30), random.NormFloat64()*math.Pow10(random.IntN(25)))
	case 6:
		return strconv.FormatFloat(random.NormFloat64()*math.Pow10(random.IntN(40)-20), 'g', -1, 64)
	}
	return strings.TrimLeft(fmt.Sprintf("%d.%d", random.Uint64N(1e19)>>random.IntN(64), random.Uint64N(1e19)>>random.IntN(64)), " ")
}

// Careless rounding fails for numbers that are halfway between two float64s, or differ
// from the middle in their last digit.
func TestPlainFloatsAreTheNearest(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	texts := []string{"9007199254740993.0", "9007199254740992.9", "9007199254740993.1", "9007199254740991.5", "4503599627370497.5", "0.1", "1.0", "0.0", "-0.0", "9999999999999999999.9", "1.8446744073709551616", "0.000000000000000000000000001"}
	for range 20_000 {
		f := math.Float64frombits(random.Uint64N(0x4340000000000000-0x3f00000000000000) + 0x3f00000000000000) // from 2^-15 to 2^53
		texts = append(texts,
			strconv.FormatFloat(f, 'f', -1, 64),
			strconv.FormatFloat(f, 'f', 18-len(strconv.Itoa(int(f))), 64),
			fmt.Sprintf("%d.5", int64(1)<<52+random.Int64N(1<<52)),
			fmt.Sprintf("%d.%0*d", random.IntN(10), 1+random.IntN(32), random.Uint64N(1e18)>>random.IntN(60)))
	}
	for _, text := range texts {
		want, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		read, err := decodeAll("["+text+",0]", tensor.Float64)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if math.Float64bits(read[0]) != math.Float64bits(want) {
			t.Errorf("%s is read as %v; want %v", text, read[0], want)
		}
	}
}

func decodeAll(text string, dtype tensor.DType) ([]float64, error) {
	read, _, err := decodeTensor(cursor{text: []byte(text)}, dtype, 0)
	if err != nil {
		return nil, err
	}
	return read.Float64s()
}
