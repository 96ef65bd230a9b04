package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// foldings are what may make two addresses one that are not.
var foldings = map[string]bool{
	"strings.EqualFold": true, "strings.ToLower": true, "strings.ToUpper": true, "bytes.EqualFold": true, "bytes.ToLower": true,
	"unicode.ToLower": true, "unicode.SimpleFold": true, "idna.ToASCII": true, "idna.ToUnicode": true, "idna.Lookup.ToASCII": true,
}

// anAddress is in the code that speaks of one.
var anAddress = regexp.MustCompile(`(?i)addr|\be?mail\b|mailbox|recipient|domain|alias|technician|contact|participant|sender|\bdesk\b|\blists?\b`)

// TestOneFoldingOfAddresses: an address is brought to its form in ticket/address,
// where it enters, and compared by bytes from then on. Nothing else folds the
// case of one, and in ticket, where people are told apart, nobody compares
// without case at all.
func TestOneFoldingOfAddresses(t *testing.T) {
	walk(t, func(file string) {
		dir := path.Dir(file)
		if strings.HasSuffix(file, "_test.go") || dir == "ticket/address" || strings.HasPrefix(dir, "policy") {
			return
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, filepath.Join("../..", file), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !foldings[source(t, set, call.Fun)] {
				return true
			}
			said := source(t, set, call)
			if anAddress.MatchString(said) || dir == "ticket" && strings.Contains(said, "EqualFold") {
				t.Errorf("%s: %s: an address has its form from ticket/address", set.Position(call.Pos()), said)
			}
			return true
		})
	})
}

func source(t *testing.T, set *token.FileSet, n ast.Node) string {
	t.Helper()
	var b bytes.Buffer
	if err := printer.Fprint(&b, set, n); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
