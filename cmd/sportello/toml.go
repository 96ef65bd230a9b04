package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// A fault is one thing wrong in a file, in the words of the one who must mend
// it: "FILE:LINE: table.key: what, and what is allowed".
type fault struct {
	file string // "" when text holds file and line already
	line int
	key  string // "" when it is about no key (syntax)
	text string
}

func (f fault) String() string {
	if f.file == "" {
		return f.text
	}
	if f.key == "" {
		return fmt.Sprintf("%s:%d: %s", f.file, f.line, f.text)
	}
	return fmt.Sprintf("%s:%d: %s: %s", f.file, f.line, f.key, f.text)
}

// faults is every fault of a file, in the order of its lines. As an error it
// is one fault a line.
type faults []fault

func (f faults) Error() string {
	lines := make([]string, len(f))
	for i := range f {
		lines[i] = f[i].String()
	}
	return strings.Join(lines, "\n")
}

// document is a TOML file that knows on which line each key stands and which
// keys were asked for. What it cannot give is recorded in faults.
type document struct {
	file   string
	lines  map[string]int // "desk.name", "technician[0].name" → line, from 1
	faults faults
}

// section is one table of a document. Its accessors return the default where
// the key is missing or wrong; wrong ones are recorded.
type section struct {
	doc    *document
	shown  string // as faults name it: "desk"
	path   string // as lines are found: "technician[0]"
	values map[string]any
	known  []string
}

// readDocument takes a TOML file apart. A file that is no TOML at all yields
// its syntax fault and a nil root.
func readDocument(file string, data []byte) (*document, map[string]any) {
	d := &document{file: file, lines: map[string]int{}}
	var root map[string]any
	if err := toml.Unmarshal(data, &root); err != nil {
		line, text := 1, err.Error()
		if de, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, _ = de.Position()
			text = strings.TrimPrefix(de.Error(), "toml: ")
		}
		d.faults = append(d.faults, fault{file: file, line: line, text: "not TOML: " + text + "; strings stand in \"double quotes\", tables in [brackets]"})
		return d, nil
	}
	d.locate(data)
	if root == nil {
		root = map[string]any{}
	}
	return d, root
}

// locate fills in on which line every key and table stands.
func (d *document) locate(data []byte) {
	var p unstable.Parser
	p.Reset(data)
	prefix, counts := "", map[string]int{}
	line := func(n *unstable.Node) int { return p.Shape(n.Raw).Start.Line }
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			path, at := "", 1
			for it := e.Key(); it.Next(); {
				path, at = join(path, string(it.Node().Data)), line(it.Node())
			}
			if e.Kind == unstable.ArrayTable {
				prefix = fmt.Sprintf("%s[%d]", path, counts[path])
				counts[path]++
			} else {
				prefix = path
			}
			d.note(path, at)
			d.note(prefix, at)
		case unstable.KeyValue:
			d.locateValue(&p, prefix, e)
		}
	}
}

func (d *document) locateValue(p *unstable.Parser, prefix string, e *unstable.Node) {
	path, at := prefix, 1
	for it := e.Key(); it.Next(); {
		path = join(path, string(it.Node().Data))
		at = p.Shape(it.Node().Raw).Start.Line
		d.note(path, at)
	}
	d.locateInside(p, path, at, e.Value())
}

func (d *document) locateInside(p *unstable.Parser, path string, at int, v *unstable.Node) {
	d.note(path, at)
	switch v.Kind {
	case unstable.InlineTable:
		for it := v.Children(); it.Next(); {
			d.locateValue(p, path, it.Node())
		}
	case unstable.Array:
		i := 0
		for it := v.Children(); it.Next(); {
			if it.Node().Kind == unstable.Comment {
				continue
			}
			d.locateInside(p, fmt.Sprintf("%s[%d]", path, i), at, it.Node())
			i++
		}
	}
}

func (d *document) note(path string, line int) {
	if _, ok := d.lines[path]; !ok && path != "" {
		d.lines[path] = line
	}
}

func join(prefix, key string) string {
	if prefix == "" {
		return key
	}
	return prefix + "." + key
}

// line finds the line of path, else that of its table, else 1.
func (d *document) line(path string) int {
	for path != "" {
		if n, ok := d.lines[path]; ok {
			return n
		}
		path = path[:max(strings.LastIndexByte(path, '.'), 0)]
	}
	return 1
}

// sorted returns the faults in the order of their lines.
func (d *document) sorted() faults {
	slices.SortStableFunc(d.faults, func(a, b fault) int { return cmp.Compare(a.line, b.line) })
	return d.faults
}

// section returns the table called name of root; a missing one is empty.
func (d *document) section(root map[string]any, name string) *section {
	s := &section{doc: d, shown: name, path: name}
	switch v := root[name].(type) {
	case nil:
	case map[string]any:
		s.values = v
	default:
		d.faults = append(d.faults, fault{d.file, d.line(name), name, "is a value; write a table [" + name + "]"})
	}
	return s
}

// sections returns the tables of the array called name.
func (d *document) sections(root map[string]any, name string) []*section {
	list, ok := root[name].([]any)
	if !ok && root[name] != nil {
		d.faults = append(d.faults, fault{d.file, d.line(name), name, "must be written as [[" + name + "]], once for each"})
		return nil
	}
	var all []*section
	for i, v := range list {
		table, ok := v.(map[string]any)
		if !ok {
			d.faults = append(d.faults, fault{d.file, d.line(name), name, "must be written as [[" + name + "]], once for each"})
			return nil
		}
		all = append(all, &section{doc: d, shown: name, path: fmt.Sprintf("%s[%d]", name, i), values: table})
	}
	return all
}

// fault records that key is wrong.
func (s *section) fault(key, format string, args ...any) {
	path := join(s.path, key)
	s.doc.faults = append(s.doc.faults, fault{s.doc.file, s.doc.line(path), s.shown + "." + key, fmt.Sprintf(format, args...)})
}

// has tells whether key was written.
func (s *section) has(key string) bool { return s.values[key] != nil }

func (s *section) value(key string) any {
	s.known = append(s.known, key)
	return s.values[key]
}

// text reads a string; allowed says in a fault what stands there otherwise.
func (s *section) text(key, missing string) string {
	switch v := s.value(key).(type) {
	case nil:
		return missing
	case string:
		return strings.TrimSpace(v)
	default:
		s.fault(key, "is %s; it must be a string in double quotes", kindOf(v))
		return missing
	}
}

// need reads a string that must be there.
func (s *section) need(key, example string) string {
	v := s.text(key, "")
	if v == "" && (!s.has(key) || s.values[key] == "") {
		s.fault(key, "is missing; it is required, for example %s = %q", key, example)
	}
	return v
}

// word reads one of the allowed words; the first is the default.
func (s *section) word(key string, allowed ...string) string {
	v := s.text(key, allowed[0])
	if !slices.Contains(allowed, v) {
		s.fault(key, "%q is not allowed; it must be %s", v, oneOf(allowed))
		return allowed[0]
	}
	return v
}

// texts reads a list of strings.
func (s *section) texts(key string) []string {
	list, ok := s.value(key).([]any)
	if !ok && s.has(key) {
		s.fault(key, "is %s; it must be a list of strings, like [\"a\", \"b\"]", kindOf(s.values[key]))
		return nil
	}
	var all []string
	for _, v := range list {
		t, ok := v.(string)
		if !ok {
			s.fault(key, "holds %s; it must be a list of strings, like [\"a\", \"b\"]", kindOf(v))
			return nil
		}
		all = append(all, strings.TrimSpace(t))
	}
	return all
}

// yes reads a boolean.
func (s *section) yes(key string, missing bool) bool {
	switch v := s.value(key).(type) {
	case nil:
		return missing
	case bool:
		return v
	default:
		s.fault(key, "is %s; it must be true or false, without quotes", kindOf(v))
		return missing
	}
}

// whole reads a whole number of at least low.
func (s *section) whole(key string, missing, low int) int {
	switch v := s.value(key).(type) {
	case nil:
		return missing
	case int64:
		if v >= int64(low) && v <= 1<<31-1 {
			return int(v)
		}
		s.fault(key, "%d is out of range; it must be a whole number from %d to %d", v, low, 1<<31-1)
	default:
		s.fault(key, "is %s; it must be a whole number, without quotes", kindOf(v))
	}
	return missing
}

// duration reads a duration of at least low.
func (s *section) duration(key string, missing, low time.Duration) time.Duration {
	t := s.text(key, "")
	if t == "" && !s.has(key) {
		return missing
	}
	if _, ok := s.values[key].(string); !ok {
		return missing
	}
	d, err := parseDuration(t)
	switch {
	case err != nil:
		s.fault(key, "%q is no duration; write a number and a unit, like \"30s\", \"5m\", \"24h\", \"7d\"", t)
	case d < low:
		s.fault(key, "%q is too short; it must be at least %q", t, low.String())
	default:
		return d
	}
	return missing
}

// unknown records every key that nobody asked for, with the nearest known one.
func (s *section) unknown() {
	for key := range s.values {
		if !slices.Contains(s.known, key) {
			s.fault(key, "unknown key%s", hint(key, s.known))
		}
	}
}

// hint words which of the known names is meant, or lists them all.
func hint(name string, known []string) string {
	best, least := "", len(name)/2+1
	for _, k := range known {
		if n := distance(name, k); n < least {
			best, least = k, n
		}
	}
	if best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return "; allowed are " + strings.Join(known, ", ")
}

// distance counts the single letters to add, drop or change between a and b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			step := corner
			if a[i] != b[j] {
				step++
			}
			corner = row[j+1]
			row[j+1] = min(step, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func oneOf(words []string) string {
	var b bytes.Buffer
	for i, w := range words {
		switch {
		case i > 0 && i == len(words)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", w)
	}
	return b.String()
}

func kindOf(v any) string {
	switch v.(type) {
	case string:
		return "a string"
	case int64:
		return "a number"
	case float64:
		return "a fraction"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "a date or time"
}
