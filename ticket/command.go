package ticket

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sportello/policy"
)

// Command is one order of a technician: its English name and its arguments.
type Command struct {
	Name string   `json:"name"`
	Args []string `json:"args"`
	Line int      `json:"-"` // where it stands in the new text, from 1
}

// Orders is a technician's mail taken apart (DESIGN.md section 3, "Commands").
type Orders struct {
	Commands []Command
	Bare     string // what stands below the commands; "" nothing
	Below    string // Bare, with the signature
	Public   string // what of Below the customer may see: all of it, or nothing of what is for others
	// Wrong says which lines are refused and why; then Commands and Public are
	// empty and nothing may be done. Held tells that it is a question rather
	// than a fault: a known command further down.
	Wrong Faults
	Held  bool
}

// Right tells that nothing is refused.
func (o Orders) Right() bool { return len(o.Wrong) == 0 }

// Faults are what is wrong with a mail's commands, one a line of it.
type Faults []Words

// In words f in a language, one a line.
func (f Faults) In(lang string) []string {
	var all []string
	for _, w := range f {
		all = append(all, w.In(lang))
	}
	return all
}

// String is f in English, for `explain`.
func (f Faults) String() string { return strings.Join(f.In("en"), "; ") }

// Note tells whether the whole mail is an internal note.
func (o Orders) Note() bool { return o.has("note") }

// Asks tells whether the text is for somebody else than the customer.
func (o Orders) Asks() bool { return o.has("ask") }

func (o Orders) has(name string) bool {
	return slices.ContainsFunc(o.Commands, func(c Command) bool { return c.Name == name })
}

// ParseOrders reads the commands at the very top of a technician's new text;
// signature is put back under what remains. Nothing is ever half understood:
// one wrong line refuses the whole mail. own are the policy file's own topics.
func ParseOrders(reply, signature string, own ...policy.Topic) Orders {
	o, rest, above := leadingOrders(reply, own)
	if !o.Right() {
		return o
	}
	var below Faults
	for i, l := range append(rest[:len(rest):len(rest)], strings.Split(signature, "\n")...) {
		if words := commandWords(l); words != nil && orderCalled(words[0]) != nil {
			below = append(below, wrongLine(above+i+1, l, Say("order-below")))
		}
	}
	if below != nil {
		return Orders{Held: true, Wrong: below}
	}
	return o.over(rest, signature)
}

// parseReleased reads a mail that was held and then let go as it stands: a
// command further down is text like the lines around it.
func parseReleased(reply, signature string, own ...policy.Topic) Orders {
	o, rest, _ := leadingOrders(reply, own)
	if !o.Right() {
		return o
	}
	return o.over(rest, signature)
}

// wrongLine says what is wrong with a line of the new text.
func wrongLine(n int, line string, why Words) Words {
	return Say("order-line", n, strings.TrimFunc(line, white), why)
}

// leadingOrders reads the block of commands at the top and returns the lines
// below it, and how many stand above those.
func leadingOrders(reply string, own []policy.Topic) (Orders, []string, int) {
	lines := strings.Split(strings.ReplaceAll(reply, "\r\n", "\n"), "\n")
	var o Orders
	i := 0
	for ; i < len(lines); i++ {
		words := commandWords(lines[i])
		if words == nil && strings.TrimFunc(lines[i], white) == "" {
			continue
		}
		if words == nil && dressed(lines[i], own) {
			o.Wrong = append(o.Wrong, wrongLine(i+1, lines[i], Say("order-dressed")))
			continue
		}
		if words == nil {
			break
		}
		c, wrong := readCommand(words, own)
		if wrong.key != "" {
			o.Wrong = append(o.Wrong, wrongLine(i+1, lines[i], wrong))
			continue
		}
		c.Line = i + 1
		o.Commands = append(o.Commands, c)
	}
	if !o.Right() {
		return Orders{Wrong: o.Wrong}, nil, 0
	}
	return o, lines[i:], i
}

// over is o with the lines below its commands as what the customer may see.
func (o Orders) over(rest []string, signature string) Orders {
	o.Bare = strings.TrimSpace(strings.Join(rest, "\n"))
	o.Below = o.Bare
	if o.Below != "" && strings.TrimSpace(signature) != "" {
		o.Below += "\n\n" + strings.TrimSpace(signature)
	}
	if !o.Note() && !o.Asks() {
		o.Public = o.Below
	}
	return o
}

// commandWords splits a line that begins, after white space and what is
// invisible, with `#` and a letter into words; nil for any other line. Exactly 3,
// 4, 6 or 8 hex digits are a colour, not a word.
func commandWords(line string) []string {
	rest, ok := strings.CutPrefix(strings.TrimLeftFunc(line, white), "#")
	if !ok {
		return nil
	}
	if r, _ := utf8.DecodeRuneInString(rest); !unicode.IsLetter(r) {
		return nil
	}
	words := strings.FieldsFunc(rest, unicode.IsSpace)
	if n := len(words[0]); (n == 3 || n == 4 || n == 6 || n == 8) && strings.Trim(words[0], "0123456789abcdefABCDEF") == "" {
		return nil
	}
	return words
}

// dressed tells whether a line is a command and nothing else, but for signs around
// it: quotation marks, the asterisks that stand for bold, a dash of a list. Nobody
// writes that to a customer. What begins with > is history.
func dressed(line string, own []policy.Topic) bool {
	sign := func(r rune) bool { return r != '#' && (white(r) || unicode.IsPunct(r) || unicode.IsSymbol(r)) }
	front, rest, ok := strings.Cut(line, "#")
	if !ok || strings.Contains(front, ">") || strings.TrimFunc(front, sign) != "" {
		return false
	}
	words := commandWords("#" + strings.TrimRightFunc(rest, sign))
	if words == nil {
		return false
	}
	_, wrong := readCommand(words, own)
	return wrong.key == ""
}

// readCommand reads the words of a line that is meant as a command.
func readCommand(words []string, own []policy.Topic) (Command, Words) {
	o := orderCalled(words[0])
	if o == nil {
		return Command{}, Say("order-unknown", nearest(words[0]), Order("help"))
	}
	args := unlinked(o.usage, words[1:])
	if wrong := o.misused(args, own); wrong.key != "" {
		return Command{}, wrong
	}
	return Command{Name: o.name, Args: append([]string{}, args...)}, Words{}
}

// nearest is the name of a command, in either language, that is closest to word
// by edit distance; the first in alphabetical order among equals. Where more than
// half of word is another, it is #help.
func nearest(word string) any {
	near, distance := "", 1<<30
	for _, o := range orders() {
		for _, name := range []string{o.name, o.italian} {
			d := editDistance(strings.ToLower(word), name)
			if name != "" && (d < distance || d == distance && name < near) {
				near, distance = name, d
			}
		}
	}
	if 2*distance > utf8.RuneCountInString(word)+1 {
		return Order("help")
	}
	return "#" + near
}

// editDistance is Levenshtein's, over at most the first 32 characters.
func editDistance(a, b string) int {
	x, y := []rune(clip(a, 32)), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			change := diagonal
			if x[i] != y[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}
