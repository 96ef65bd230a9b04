package policy

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What may be the name of a site are the stretches between signs that have no place
// in one, without dots and dashes around them.
func TestNamesOfSites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("ab.-@ /\n\u00a0\u00b7è\ufffd漢"))).Draw(t, "text")
		var names, want []string
		for rest := text; rest != ""; {
			var name string
			if name, rest = nextName(rest); name != "" {
				names = append(names, trimName(name))
			}
		}
		for name := range strings.FieldsFuncSeq(text, outsideName) {
			want = append(want, strings.Trim(name, ".-"))
		}
		if !slices.Equal(names, want) {
			t.Errorf("%q: %q, want %q", text, names, want)
		}
	})
}

func TestSitesNamed(t *testing.T) {
	plans := []Plan{{Site: "example.it"}, {Site: "shop.example.it"}, {Site: "Altro.EXAMPLE"}, {}}
	for text, want := range map[string][]string{
		"www.shop.example.it non va":                  {"shop.example.it"},
		"scrivete a info@EXAMPLE.it.":                 {"example.it"},
		"https://example.it/altro.example?x=--":       {"altro.example", "example.it"},
		"myexample.it e example.itx, èexample.it, .-": nil,
		"":  nil,
		"…": nil,
	} {
		got := sitesNamed(plans, text)
		if len(got) != len(want) || slices.ContainsFunc(want, func(site string) bool { return !got[site] }) {
			t.Errorf("%q names %v, want %v", text, got, want)
		}
	}
}
