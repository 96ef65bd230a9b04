package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows says which of our packages a package may import. The demo runs IMAP
// and SMTP servers of its own, so cmd may import anything.
var arrows = map[string][]string{
	"cmd/sportello":         {"cmd/sportello/internal/bundle", "cmd/sportello/internal/monthly", "mailin", "mailout", "policy", "ticket", "ticket/address", "ticket/boltstore"},
	"mailin":                {"mailin/internal/history", "mailin/internal/wire", "mailin/internal/wording", "ticket", "ticket/address", "ticket/secret"},
	"mailin/internal/wire":  {"ticket/secret"},
	"mailout":               {"ticket", "ticket/address", "ticket/secret"},
	"ticket":                {"policy", "ticket/address"},
	"ticket/address":        {},
	"ticket/secret":         {},
	"ticket/boltstore":      {"ticket", "policy"},
	"ticket/storetest":      {"ticket", "policy"},
	"policy":                {"policy/internal/topic"},
	"policy/internal/topic": {},
	"policy/internal/train": {"policy", "policy/internal/topic"},

	"mailin/internal/history":        {"mailin/internal/wording"},
	"mailin/internal/wording":        {},
	"cmd/sportello/internal/bundle":  {},
	"cmd/sportello/internal/monthly": {"policy", "ticket"},
}

// foreign says where a module of others may be imported beside cmd; what is not
// named here may stand anywhere but in ticket, which needs nobody.
var foreign = map[string][]string{
	"go.etcd.io/bbolt":          {"ticket/boltstore"},
	"github.com/emersion/":      {"mailin", "mailout"},
	"github.com/rs/zerolog":     {"mailin", "mailout"},
	"github.com/spf13/":         {},
	"github.com/pelletier/":     {"policy"},
	"github.com/rickar/cal/":    {"policy"},
	"github.com/klauspost/":     {"ticket/boltstore"},
	"github.com/google/go-cmp/": {"ticket/storetest"},
	"github.com/go-analyze/":    {"cmd/sportello/internal/monthly"},
}

// TestArrows holds the direct imports of every package against the drawing in
// the README: nothing imports upwards, and mailin and mailout never meet.
func TestArrows(t *testing.T) {
	seen := map[string]bool{}
	walk(t, func(file string) {
		dir := path.Dir(file)
		seen[dir] = true
		allowed, known := arrows[dir]
		if !known {
			t.Errorf("%s: package %s has no place in the house", file, dir)
			return
		}
		for _, imported := range imports(t, file) {
			switch {
			case strings.HasSuffix(file, "_test.go"):
				if local, ours := strings.CutPrefix(imported, "sportello/"); ours && local != dir && local != "ticket/storetest" && !slices.Contains(allowed, local) {
					t.Errorf("%s imports %s", file, imported)
				}
			case strings.HasPrefix(imported, "sportello/"):
				if !slices.Contains(allowed, strings.TrimPrefix(imported, "sportello/")) {
					t.Errorf("%s imports %s; %s may import %v", file, imported, dir, allowed)
				}
			case dir != "cmd/sportello" && !mayImport(dir, imported):
				t.Errorf("%s imports %s, which has no place in %s", file, imported, dir)
			}
		}
	})
	for dir := range arrows {
		if !seen[dir] {
			t.Errorf("there is no package %s", dir)
		}
	}
}

// mayImport tells whether dir may import a package that is not ours.
func mayImport(dir, imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") {
		return true // the standard library
	}
	for prefix, where := range foreign {
		if strings.HasPrefix(imported, prefix) {
			return slices.Contains(where, dir)
		}
	}
	return dir != "ticket"
}

// TestTopLevel: the top level holds these entries and dot-files, nothing else.
func TestTopLevel(t *testing.T) {
	allowed := []string{"cmd", "mailin", "mailout", "policy", "testdata", "ticket", "go.mod", "go.sum", "LICENSE", "README.md", "CHANGELOG.md"}
	entries, err := os.ReadDir("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(allowed, e.Name()) {
			t.Errorf("%s does not belong on the top level", e.Name())
		}
	}
}

// walk calls f for every Go file of the module, with its path from the root.
func walk(t *testing.T, f func(file string)) {
	t.Helper()
	err := filepath.WalkDir("../..", func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel("../..", p)
		if err != nil {
			return err
		}
		if e.IsDir() && (e.Name() == "testdata" || strings.HasPrefix(e.Name(), ".") && rel != ".") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(rel, ".go") {
			f(filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func imports(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join("../..", file), nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range parsed.Imports {
		imported, err := strconv.Unquote(s.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, imported)
	}
	return all
}
