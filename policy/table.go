package policy

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// faults collects everything that is wrong with a policy file, so that all of
// it can be told at once.
type faults struct {
	name  string
	lines map[string]int
	list  []fault
}

type fault struct {
	line int
	text string
}

// add notes a fault at a path: what it is, and what is allowed.
func (f *faults) add(path, format string, args ...any) {
	text := strings.Trim(strconv.Quote(path), `"`) + ": " + fmt.Sprintf(format, args...)
	f.list = append(f.list, fault{f.line(path), text})
}

// line is where a path stands; of a missing key, where its table stands.
func (f *faults) line(path string) int {
	for path != "" {
		if n, ok := f.lines[path]; ok {
			return n
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 1
}

// err joins the faults in the order of the file; nil when there are none.
func (f *faults) err() error {
	slices.SortStableFunc(f.list, func(a, b fault) int { return cmp.Compare(a.line, b.line) })
	var errs []error
	for _, one := range f.list {
		errs = append(errs, fmt.Errorf("%s:%d: %s", f.name, one.line, one.text))
	}
	return errors.Join(errs...)
}

// table reads one table of the file. What is missing or of the wrong type is
// noted as a fault and read as the zero value; end notes what nobody read.
type table struct {
	path   string
	values map[string]any
	read   map[string]bool
	faults *faults
	absent bool // told already: its keys are not missed one by one
}

func newTable(path string, values map[string]any, f *faults) table {
	return table{path: path, values: values, read: map[string]bool{}, faults: f}
}

// at is the full path of a key of the table.
func (t table) at(key string) string { return strings.TrimPrefix(t.path+"."+key, ".") }

// fault notes a fault at a key of the table.
func (t table) fault(key, format string, args ...any) { t.faults.add(t.at(key), format, args...) }

// keys lists the keys of the table in the order of the file.
func (t table) keys() []string {
	var keys []string
	for key := range t.values {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(cmp.Compare(t.faults.line(t.at(a)), t.faults.line(t.at(b))), cmp.Compare(a, b))
	})
	return keys
}

// end notes the keys that are unknown: those that nobody asked for.
func (t table) end() {
	var known []string
	for key := range t.read {
		known = append(known, key)
	}
	slices.Sort(known)
	for _, key := range t.keys() {
		if !t.read[key] {
			t.fault(key, "unknown key, allowed are %s", strings.Join(known, ", "))
		}
	}
}

// value reads a key as a T; allowed words what may stand there.
func value[T any](t table, key, allowed string) (v T, ok bool) {
	t.read[key] = true
	raw, there := t.values[key]
	if !there && t.absent {
		return v, false
	}
	if !there {
		t.fault(key, "missing, must be %s", allowed)
		return v, false
	}
	v, ok = raw.(T)
	if !ok {
		t.fault(key, "is %s, must be %s", shown(raw), allowed)
	}
	return v, ok
}

// shown words a value for a fault.
func shown(raw any) string {
	switch raw := raw.(type) {
	case string:
		return fmt.Sprintf("%q", raw)
	case map[string]any:
		return "a table"
	case []any:
		return "a list"
	}
	return fmt.Sprint(raw)
}

// text reads a text, which may be empty.
func (t table) text(key, allowed string) string {
	s, _ := value[string](t, key, allowed)
	return s
}

// words reads a text that must not be empty.
func (t table) words(key, allowed string) string {
	s, ok := value[string](t, key, allowed)
	if ok && strings.TrimSpace(s) == "" {
		t.fault(key, "empty, must be %s", allowed)
	}
	return s
}

// flag reads true or false.
func (t table) flag(key string) bool {
	b, _ := value[bool](t, key, "true or false")
	return b
}

// mayFlag reads true or false; otherwise where it is left out.
func (t table) mayFlag(key string, otherwise bool) bool {
	t.read[key] = true
	if _, there := t.values[key]; !there {
		return otherwise
	}
	return t.flag(key)
}

// number reads a whole number from low to high.
func (t table) number(key string, low, high int) int {
	allowed := fmt.Sprintf("a whole number from %d to %d", low, high)
	n, ok := value[int64](t, key, allowed)
	if ok && (n < int64(low) || n > int64(high)) {
		t.fault(key, "is %d, must be %s", n, allowed)
	}
	return int(n)
}

// ratio reads a number from low to high.
func (t table) ratio(key string, low, high float64) float64 {
	if n, whole := t.values[key].(int64); whole {
		t.values[key] = float64(n)
	}
	allowed := fmt.Sprintf("a number from %g to %g", low, high)
	x, ok := value[float64](t, key, allowed)
	if ok && !(x >= low && x <= high) {
		t.fault(key, "is %g, must be %s", x, allowed)
	}
	return x
}

// list reads texts; one that is not a text or empty is a fault of its own.
func (t table) list(key, allowed string) []string {
	raw, ok := value[[]any](t, key, "a list of "+allowed)
	var out []string
	for i, one := range raw {
		s, isText := one.(string)
		if !isText || strings.TrimSpace(s) == "" {
			t.fault(fmt.Sprintf("%s[%d]", key, i), "is %s, must be one of %s", shown(one), allowed)
			continue
		}
		out = append(out, s)
	}
	if ok && len(raw) == 0 {
		t.fault(key, "empty, must be a list of %s", allowed)
	}
	return out
}

// date reads a day, quoted or not.
func (t table) date(key string) Date {
	if d, native := t.values[key].(toml.LocalDate); native {
		t.values[key] = d.String()
	}
	s, ok := value[string](t, key, "an existing day written YYYY-MM-DD")
	if !ok {
		return Date{}
	}
	d, err := ParseDate(s)
	if err != nil {
		t.fault(key, "is %q, must be an existing day written YYYY-MM-DD", s)
	}
	return d
}

// table reads a table that must be there.
func (t table) table(key string) table {
	m, ok := value[map[string]any](t, key, "a table")
	sub := newTable(t.at(key), m, t.faults)
	sub.absent = !ok
	return sub
}

// mayTable reads a table that may be left out.
func (t table) mayTable(key string) table {
	t.read[key] = true
	if _, there := t.values[key]; !there {
		return newTable(t.at(key), nil, t.faults)
	}
	return t.table(key)
}

// mayTables reads an array of tables ([[key]]) that may be left out.
func (t table) mayTables(key string) []table {
	t.read[key] = true
	if _, there := t.values[key]; !there {
		return nil
	}
	raw, _ := value[[]any](t, key, "tables, written [["+t.at(key)+"]]")
	var out []table
	for i, one := range raw {
		path := fmt.Sprintf("%s[%d]", key, i)
		m, ok := one.(map[string]any)
		if !ok {
			t.fault(path, "is %s, must be a table, written [[%s]]", shown(one), t.at(key))
			continue
		}
		out = append(out, newTable(t.at(path), m, t.faults))
	}
	return out
}
