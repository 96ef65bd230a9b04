package wire

import (
	"bytes"
	"strconv"
	"strings"
)

// asked is what the client has asked for and not yet been told the end of.
type asked struct {
	tags map[string]asks // commands without an answer

	line    []byte // of the client, up to now
	literal int64  // bytes of a literal of the client that are to come
	due     bool   // a "+" is waited for

	sasl    string // tag of the AUTHENTICATE that is under way
	plain   bool   // its mechanism is PLAIN
	initial string // what was sent with it and not asked for again

	found     bool // the SEARCH under way was answered
	oddSearch bool // one was answered with what is no answer, or not at all
}

// asks is what a command asks for.
type asks int

const (
	other asks = iota
	bodies
	search
)

// asksFor reads a command without its tag.
func asksFor(command string) asks {
	switch verb, rest, _ := strings.Cut(strings.TrimPrefix(command, "UID "), " "); {
	case verb == "FETCH" && strings.Contains(rest, "BODY"):
		return bodies
	case verb == "SEARCH":
		return search
	}
	return other
}

// longestCommand is far above any line of ours.
const longestCommand = 1 << 20

// sent reads what the client writes, in pieces as they come.
func (a *asked) sent(p []byte) {
	for len(p) > 0 {
		if a.literal > 0 {
			n := min(a.literal, int64(len(p)))
			p, a.literal = p[n:], a.literal-n
			continue
		}
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			if len(a.line) < longestCommand {
				a.line = append(a.line, p...)
			}
			return
		}
		a.command(string(trimEnd(append(a.line, p[:i]...))))
		p = p[i+1:]
	}
}

func (a *asked) command(line string) {
	a.line = a.line[:0]
	if _, n, ok := literalAt([]byte(line)); ok {
		if tag, _, _ := strings.Cut(line, " "); tag != "" {
			a.tags[tag] = other // it may be refused before it is whole
		}
		a.line = append(a.line, line[:strings.LastIndexByte(line, '{')]...)
		a.literal, a.due = n, !strings.HasSuffix(line, "+}")
		return
	}
	if a.sasl != "" || line == "DONE" {
		a.due = a.sasl != ""
		return
	}
	tag, rest, _ := strings.Cut(line, " ")
	words := strings.Fields(rest)
	if tag == "" || len(words) == 0 {
		return
	}
	a.tags[tag] = asksFor(rest)
	switch words[0] {
	case "SEARCH", "UID":
		a.found = false
	case "IDLE":
		a.due = true
	case "AUTHENTICATE":
		a.due, a.sasl, a.plain = true, tag, len(words) > 1 && words[1] == "PLAIN"
		if len(words) > 2 {
			a.initial = words[2]
		}
	}
}

// end tells whether a command with that tag was under way, and whether it
// succeeded. A SEARCH that did must have been answered, if with nothing.
func (a *asked) end(tag, status string) bool {
	what, ok := a.tags[tag]
	if !ok {
		return false
	}
	a.oddSearch = a.oddSearch || what == search && status == "OK" && !a.found
	delete(a.tags, tag)
	a.due = false
	if tag == a.sasl {
		a.sasl, a.plain, a.initial = "", false, ""
	}
	return true
}

// next is what to do with a "+": whether one is due, what was sent already and
// is to be sent again, and whether it belongs to AUTHENTICATE.
func (a *asked) next() (due bool, again string, plain, sasl bool) {
	due, again, plain, sasl = a.due, a.initial, a.plain, a.sasl != ""
	a.initial = ""
	a.due = again != "" // after it a challenge may come
	return due, again, plain, sasl
}

// bodies tells whether a FETCH that asks for bodies is under way.
func (a *asked) bodies() bool {
	for _, what := range a.tags {
		if what == bodies {
			return true
		}
	}
	return false
}

// literalAt finds a literal that a line ends with: {n}, {n+} or ~{n} (RFC 7888,
// RFC 3516). at is where it begins.
func literalAt(line []byte) (at int, n int64, ok bool) {
	line = trimEnd(line)
	if !bytes.HasSuffix(line, []byte("}")) {
		return 0, 0, false
	}
	at = bytes.LastIndexByte(line, '{')
	if at < 0 {
		return 0, 0, false
	}
	n, err := strconv.ParseInt(string(bytes.TrimSuffix(line[at+1:len(line)-1], []byte("+"))), 10, 64)
	if err != nil || n < 0 || line[at+1] == '+' {
		return 0, 0, false
	}
	if at > 0 && line[at-1] == '~' {
		at--
	}
	return at, n, true
}
