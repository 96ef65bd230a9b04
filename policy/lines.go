package policy

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// lines says on which line of a TOML file each key stands, tables and elements
// of arrays included. Keys are full paths: "plan.hyper.allowance",
// "exception[0].topic", "words.it.accept[3]".
type lines struct {
	at     map[string]int
	data   []byte
	offset int // up to where line breaks were counted
	line   int
}

// linesOf walks a file that is known to be good TOML.
func linesOf(data []byte) map[string]int {
	l := &lines{at: map[string]int{}, data: data, line: 1}
	p := &unstable.Parser{}
	p.Reset(data)
	arrays := map[string]int{} // how many tables an array of tables has so far
	table := ""
	for p.NextExpression() {
		n := p.Expression()
		switch n.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = l.key("", n.Key(), arrays)
			if n.Kind == unstable.ArrayTable {
				i := arrays[table]
				arrays[table]++
				table = fmt.Sprintf("%s[%d]", table, i)
			}
			l.at[table] = l.line
		case unstable.KeyValue:
			l.value(l.key(table, n.Key(), nil), n.Value())
		}
	}
	return l.at
}

// key appends a dotted key to the path of its table and notes its line. A part
// that names an array of tables (arrays) means its newest table.
func (l *lines) key(path string, keys unstable.Iterator, arrays map[string]int) string {
	for keys.Next() {
		if n := arrays[path]; n > 0 {
			path = fmt.Sprintf("%s[%d]", path, n-1)
		}
		part := keys.Node()
		path = strings.TrimPrefix(path+"."+string(part.Data), ".")
		l.note(path, part)
	}
	return path
}

// value notes the lines of what stands inside a value.
func (l *lines) value(path string, v *unstable.Node) {
	switch v.Kind {
	case unstable.Array:
		children := v.Children()
		for i := 0; children.Next(); i++ {
			element := fmt.Sprintf("%s[%d]", path, i)
			l.note(element, children.Node())
			l.value(element, children.Node())
		}
	case unstable.InlineTable:
		children := v.Children()
		for children.Next() {
			l.value(l.key(path, children.Node().Key(), nil), children.Node().Value())
		}
	}
}

// note remembers the line of a node the first time its path is seen. Nodes come
// in the order of the file, so that line breaks are counted once.
func (l *lines) note(path string, n *unstable.Node) {
	if to := int(n.Raw.Offset); n.Raw.Length > 0 && to > l.offset {
		l.line += bytes.Count(l.data[l.offset:to], []byte{'\n'})
		l.offset = to
	}
	if _, seen := l.at[path]; !seen {
		l.at[path] = l.line
	}
}
