package boltstore

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// paths lists the JSON names of a record, at any depth, with their kinds.
func paths(prefix string, t reflect.Type) []string {
	switch {
	case t.Kind() == reflect.Pointer:
		return paths(prefix, t.Elem())
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		return paths(prefix+"[]", t.Elem())
	case t.Kind() == reflect.Struct && strings.HasSuffix(t.Name(), "Record"):
		var all []string
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			if name == "" {
				name = "?" + t.Field(i).Name
			}
			all = append(all, paths(prefix+"."+name, t.Field(i).Type)...)
		}
		return all
	}
	return []string{prefix + " " + t.String()}
}

// Names that files on disk hold may be joined by others; none may go or change.
func TestNamesOfStoredFieldsStay(t *testing.T) {
	var got []string
	for _, v := range []any{metaRecord{}, cursorRecord{}, gatheredRecord{}, ringRecord{}, restoredRecord{}, statsRecord{}, ticketRecord{}, messageRecord{}, eventRecord{},
		arrivalRecord{}, customerRecord{}, lotRecord{}, entryRecord{}, holdRecord{}, noticeRecord{}, rowRecord{}, letterRecord{}} {
		got = append(got, paths(strings.TrimSuffix(reflect.TypeOf(v).Name(), "Record"), reflect.TypeOf(v))...)
	}
	for _, name := range got {
		if strings.Contains(name, "?") {
			t.Errorf("%s has no JSON name of its own", name)
		}
	}
	golden := filepath.Join("testdata", "fields.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(strings.Join(got, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		if !slices.Contains(got, name) {
			t.Errorf("%s is stored in files and no record has it", name)
		}
	}
}

func TestDecodeRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, b := range []string{"", "\x02{}", "\x01", "\x01{", "\x01[]", "{}"} {
		if err := decode([]byte(b), &ticketRecord{}); err == nil {
			t.Errorf("%q was taken for a value", b)
		}
	}
}

// What is no letter is an error, whatever its bytes.
func FuzzDecodeLetter(f *testing.F) {
	whole, err := encodeLetter(storetest.Filled[ticket.Letter]())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add([]byte(nil))
	f.Add([]byte{0, 0, 0, 9, 1, '{'})
	f.Add(append([]byte{0, 0, 0, 27, 1}, `{"chunks":[{"bytes":1000}]}`...))
	f.Add(append([]byte{0, 0, 0, 28, 1}, `{"chunks":[{"bytes":-1}]}  xyz`...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if l, err := decodeLetter(b); err == nil && l == nil {
			t.Error("neither letter nor error")
		}
	})
}
