package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

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
