package tensorjson_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

// The texts and positions are those of Python's json module.
func TestSyntaxErrorsHavePythonsTexts(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "Expecting value: line 1 column 1 (char 0)"},
		{"   ", "Expecting value: line 1 column 4 (char 3)"},
		{"[", "Expecting value: line 1 column 2 (char 1)"},
		{"[1", "Expecting ',' delimiter: line 1 column 3 (char 2)"},
		{"[1,", "Expecting value: line 1 column 4 (char 3)"},
		{"[1,]", "Expecting value: line 1 column 4 (char 3)"},
		{"[1 2]", "Expecting ',' delimiter: line 1 column 4 (char 3)"},
		{"[1.]", "Expecting ',' delimiter: line 1 column 3 (char 2)"},
		{"[01]", "Expecting ',' delimiter: line 1 column 3 (char 2)"},
		{"[1e]", "Expecting ',' delimiter: line 1 column 3 (char 2)"},
		{"[-]", "Expecting value: line 1 column 2 (char 1)"},
		{"[+1]", "Expecting value: line 1 column 2 (char 1)"},
		{"[.5]", "Expecting value: line 1 column 2 (char 1)"},
		{"[tru]", "Expecting value: line 1 column 2 (char 1)"},
		{"[NaNN]", "Expecting ',' delimiter: line 1 column 5 (char 4)"},
		{"[-Inf]", "Expecting value: line 1 column 2 (char 1)"},
		{"['a']", "Expecting value: line 1 column 2 (char 1)"},
		{"[1}", "Expecting ',' delimiter: line 1 column 3 (char 2)"},
		{"[1]]", "Extra data: line 1 column 4 (char 3)"},
		{"[1] x", "Extra data: line 1 column 5 (char 4)"},
		{"\n[1,\n 2,,3]", "Expecting value: line 3 column 4 (char 8)"},
		{"{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"},
		{"{,}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"},
		{"{a:1}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"},
		{`{"a"`, "Expecting ':' delimiter: line 1 column 5 (char 4)"},
		{`{"a" 1}`, "Expecting ':' delimiter: line 1 column 6 (char 5)"},
		{`{"a":`, "Expecting value: line 1 column 6 (char 5)"},
		{`{"a":1`, "Expecting ',' delimiter: line 1 column 7 (char 6)"},
		{`{"a":1]`, "Expecting ',' delimiter: line 1 column 7 (char 6)"},
		{`{"a":1,}`, "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)"},
		{`["a`, "Unterminated string starting at: line 1 column 2 (char 1)"},
		{`["\`, "Unterminated string starting at: line 1 column 2 (char 1)"},
		{`["\x"]`, `Invalid \escape: line 1 column 3 (char 2)`},
		{`["\u12g4"]`, `Invalid \uXXXX escape: line 1 column 4 (char 3)`},
		{`["\u12`, `Invalid \uXXXX escape: line 1 column 4 (char 3)`},
		{"[\"\n\"]", "Invalid control character at: line 1 column 3 (char 2)"},
		{"[\"\xff\"]", "the body is not valid UTF-8"},
		{"\xef\xbb\xbf\xff\xfe[", "the body is not valid UTF-8"},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			reader, err := tensorjson.NewReader([]byte(test.text))
			if err == nil {
				err = reader.Skip()
			}
			if err == nil {
				err = reader.End()
			}
			wantSyntaxError(t, err, test.want)
			if strings.HasPrefix(test.text, "{") { // Object must return the same error as Skip
				reader, err := tensorjson.NewReader([]byte(test.text))
				if err != nil {
					t.Fatal(err)
				}
				wantSyntaxError(t, reader.Object(func(string) error { return reader.Skip() }), test.want)
			}
		})
	}
}

func wantSyntaxError(tb testing.TB, err error, want string) {
	tb.Helper()
	syntax, ok := errors.AsType[*tensorjson.SyntaxError](err)
	if !ok {
		tb.Fatalf("the error is %v; want the syntax error %q", err, want)
	}
	if got := syntax.Error(); got != want {
		tb.Errorf("the error is %q; want %q", got, want)
	}
}

func TestReaderDetectsTheEncodingAsPythonDoes(t *testing.T) {
	spread := func(text string, size, place int) string {
		encoded := make([]byte, size*len(text))
		for i := range len(text) {
			encoded[size*i+place] = text[i]
		}
		return string(encoded)
	}
	const text = "[1, 25]"
	tests := []struct{ name, text, want string }{
		{"UTF-8", text, "[1, 25]"},
		{"UTF-8 with a mark", "\xef\xbb\xbf" + text, "[1, 25]"},
		{"UTF-16, little-endian", spread(text, 2, 0), "[1, 25]"},
		{"UTF-16, big-endian", spread(text, 2, 1), "[1, 25]"},
		{"UTF-16 with a mark, little-endian", "\xff\xfe" + spread(text, 2, 0), "[1, 25]"},
		{"UTF-16 with a mark, big-endian", "\xfe\xff" + spread(text, 2, 1), "[1, 25]"},
		{"UTF-32, little-endian", spread(text, 4, 0), "[1, 25]"},
		{"UTF-32, big-endian", spread(text, 4, 3), "[1, 25]"},
		{"UTF-32 with a mark, little-endian", "\xff\xfe\x00\x00" + spread(text, 4, 0), "[1, 25]"},
		{"UTF-32 with a mark, big-endian", "\x00\x00\xfe\xff" + spread(text, 4, 3), "[1, 25]"},
		{"half a character of UTF-32", spread(text, 4, 0) + "\x00\x00", "error: the body is not valid UTF-16 or UTF-32"},
		{"no character of UTF-32", spread("[\"", 4, 0) + "\x00\x00\x11\x00" + spread("\"]", 4, 0), "error: the body is not valid UTF-16 or UTF-32"},
		{"one digit of UTF-8", "7", "7"},
		{"one digit of UTF-16", "7\x00", "7"},
		{"half a character of UTF-16", spread(text, 2, 0) + "]", "error: Extra data: line 1 column 8 (char 7)"},
		{"zero bytes alone", "\x00\x00", "error: Expecting value: line 1 column 1 (char 0)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := written(t, test.text, tensor.Uint8); got != test.want {
				t.Errorf("it becomes %s; want %s", got, test.want)
			}
		})
	}
}

func TestReaderAcceptsSurrogatesAsPythonDoes(t *testing.T) {
	for _, text := range []string{"[\"\xed\xa0\x80\"]", "[\"a\xed\xbf\xbfb\"]", "[\"\xed\xa0\xbd\xed\xb8\x80\"]"} {
		if got := written(t, text, tensor.Bool); got != "[true]" {
			t.Errorf("%q becomes %s; want [true]", text, got)
		}
	}
	for _, text := range []string{"[\"\xed\xa0\"]", "[\"\xed\"]", "[\"\xed\xa0\x80\xff\"]", "[\"\xf4\x90\x80\x80\"]", "[\"\xc0\x80\"]"} {
		if got := written(t, text, tensor.Bool); got != "error: the body is not valid UTF-8" {
			t.Errorf("%q becomes %s; want an error", text, got)
		}
	}
}

// walk reads a value with the reader's methods and returns it as text.
func walk(reader *tensorjson.Reader) (string, error) {
	switch reader.Kind() {
	case tensorjson.Object:
		var members []string
		err := reader.Object(func(name string) error {
			value, err := walk(reader)
			members = append(members, name+"="+value)
			return err
		})
		return fmt.Sprint(members), err
	case tensorjson.List:
		var elements []string
		err := reader.List(func() error {
			value, err := walk(reader)
			elements = append(elements, value)
			return err
		})
		return fmt.Sprint(elements), err
	case tensorjson.Text:
		return reader.Text()
	}
	kind := reader.Kind()
	return fmt.Sprint("kind ", int(kind)), reader.Skip()
}

func TestReaderWalksObjectsAndLists(t *testing.T) {
	text := ` { "a" : [ 1 , "x\u00e9\"\/\n" , [ ] , { } ] , "b":null, "a": true, "\ud83d\ude00": -Infinity , "":NaN}`
	want := "[a=[kind 4 xé\"/\n [] []] b=kind 6 a=kind 5 😀=kind 4 =kind 4]"
	reader, err := tensorjson.NewReader([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	got, err := walk(reader)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("the value is read as %s; want %s", got, want)
	}
	if err := reader.End(); err != nil {
		t.Error(err)
	}
}

func TestKindDependsOnTheFirstByte(t *testing.T) {
	for text, want := range map[string]tensorjson.Kind{
		"": tensorjson.Invalid, " ": tensorjson.Invalid, "x": tensorjson.Invalid, "]": tensorjson.Invalid, " {": tensorjson.Object, "[": tensorjson.List, `"`: tensorjson.Text,
		"0": tensorjson.Number, "9": tensorjson.Number, "-": tensorjson.Number, "NaN": tensorjson.Number, "Infinity": tensorjson.Number,
		"true": tensorjson.Boolean, "false": tensorjson.Boolean, "null": tensorjson.Null,
	} {
		if got := tensorjson.Reread([]byte(text)).Kind(); got != want {
			t.Errorf("%q is kind %d; want %d", text, got, want)
		}
	}
	for text, want := range map[string]tensorjson.Kind{
		"[]": tensorjson.Invalid, "[": tensorjson.Invalid, "7": tensorjson.Invalid, " [ {": tensorjson.Object, "[[": tensorjson.List, "[7": tensorjson.Number,
	} {
		reader := tensorjson.Reread([]byte(text))
		if got := reader.FirstElement(); got != want {
			t.Errorf("the first element of %q is kind %d; want %d", text, got, want)
		}
		if at := reader.Mark(); at != 0 && !strings.HasPrefix(text, " ") {
			t.Errorf("FirstElement moves the reader of %q to %d", text, at)
		}
	}
}

// Object reports a duplicate name each time it occurs. The caller decides that the
// last one counts, as in Python.
func TestObjectReportsDuplicates(t *testing.T) {
	reader := tensorjson.Reread([]byte(`{"a": [1], "a": [2], "b": 3}`))
	var got []string
	err := reader.Object(func(name string) error {
		raw, err := reader.Raw()
		got = append(got, name+string(raw))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a[1]", "a[2]", "b3"}; !slices.Equal(got, want) {
		t.Errorf("the members are %v; want %v", got, want)
	}
}

func TestReaderReturnsToAMark(t *testing.T) {
	reader := tensorjson.Reread([]byte(" [300] "))
	mark := reader.Mark()
	if _, err := reader.Tensor(tensor.Uint8, 0); err == nil {
		t.Error("300 became a uint8")
	}
	reader.Return(mark)
	again, err := reader.Tensor(tensor.Int16, 0)
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{1}; !slices.Equal(again.Shape, want) {
		t.Errorf("after the return the shape is %v; want %v", again.Shape, want)
	}
}
