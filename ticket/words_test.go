package ticket

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var verbs = regexp.MustCompile(`%[a-z]`)

// TestPhrases: every phrase exists in both languages, with as many arguments in
// each, in the same order; none is the same in both but for names and signs.
func TestPhrases(t *testing.T) {
	alike := []string{"value spam", "value extra"}
	for key, it := range phrases["it"] {
		en, ok := phrases["en"][key]
		if !ok || it == "" || en == "" {
			t.Errorf("%q is not in both languages", key)
		}
		a, b := verbs.FindAllString(it, -1), verbs.FindAllString(strings.ReplaceAll(en, "%q", "%s"), -1)
		if !slices.Equal(a, b) {
			t.Errorf("%q takes %v in Italian and %v in English", key, a, b)
		}
		if it == en && !slices.Contains(alike, key) {
			t.Errorf("%q is not translated: %q", key, it)
		}
	}
	if len(phrases["it"]) != len(phrases["en"]) {
		t.Errorf("%d phrases in Italian, %d in English", len(phrases["it"]), len(phrases["en"]))
	}
	for k := NoticeKind(1); k.String() != "" && !strings.HasPrefix(k.String(), "NoticeKind"); k++ {
		if phrases["it"]["kind "+k.String()] == "" {
			t.Errorf("the kind %s has no name in letters", k)
		}
		if k == NoticeAlert {
			break
		}
	}
}

// TestPhrasesSaid: every phrase that the code says exists, with as many
// arguments as it is given, and every phrase is said somewhere. No error's own
// text is an argument: what Go or this program says in English is for the log.
func TestPhrasesSaid(t *testing.T) {
	said := map[string]bool{}
	eachCall(t, ".", func(at token.Position, name string, args []ast.Expr) {
		for _, a := range args {
			if callsError(a) && (name == "say" || name == "Say") {
				t.Errorf("%s: an error's text is said to people", at)
			}
		}
		from := map[string]int{"say": 0, "Say": 0, "phraseIn": 1}
		first, ok := from[name]
		if !ok || len(args) <= first {
			return
		}
		lit, ok := args[first].(*ast.BasicLit)
		if !ok {
			return
		}
		key, _ := strconv.Unquote(lit.Value)
		said[key] = true
		phrase, known := phrases["en"][key]
		if want, got := len(verbs.FindAllString(phrase, -1)), len(args)-first-1; !known || want != got {
			t.Errorf("%s: %q takes %d arguments, gets %d", at, key, want, got)
		}
	})
	if len(said) < 20 {
		t.Errorf("only %d phrases are said: the test reads the wrong code", len(said))
	}
}

// TestOrdersInItalian: whatever is wrong with a command, an Italian technician
// reads no English.
func TestOrdersInItalian(t *testing.T) {
	english := strings.Fields("the is must command nearest missing behind written number above no address topic top carried out such too much")
	for _, text := range []string{"#clsoe", "#charge", "#charge tanto", "#take adesso", "#topic pizza", "#cc mario", "#list tutto", "#assign", "#show", "ciao\n#close"} {
		o := ParseOrders(text, "")
		it, en := strings.Join(o.Wrong.In("it"), "; "), o.Wrong.String()
		if o.Right() || it == en {
			t.Errorf("%q: %q in Italian, %q in English", text, it, en)
		}
		_, why, _ := strings.Cut(it, ": ")
		for _, w := range strings.Fields(strings.ReplaceAll(why, ",", " ")) {
			if slices.Contains(english, w) {
				t.Errorf("%q: %q holds %q", text, it, w)
			}
		}
	}
}

// callsError tells whether e holds a call of a method Error.
func callsError(e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Error" && len(call.Args) == 0 {
				found = true
			}
		}
		return true
	})
	return found
}

// eachCall gives every call in the package of dir, but for its tests, to f.
func eachCall(t *testing.T, dir string, f func(at token.Position, name string, args []ast.Expr)) {
	t.Helper()
	files := token.NewFileSet()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		p, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(p, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			switch fun := call.Fun.(type) {
			case *ast.Ident:
				f(files.Position(call.Pos()), fun.Name, call.Args)
			case *ast.SelectorExpr:
				f(files.Position(call.Pos()), fun.Sel.Name, call.Args)
			}
			return true
		})
	}
}
