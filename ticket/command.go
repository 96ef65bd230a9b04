package ticket

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sportello/policy"
	"sportello/ticket/address"
)

// Command is one order of a technician: its English name and its arguments.
type Command struct {
	Name string   `json:"name"`
	Args []string `json:"args"`
}

// Orders is a technician's mail taken apart (DESIGN.md section 3, "Commands").
type Orders struct {
	Commands []Command
	Public   string // what the customer may see: without commands, "" for a note
	// Wrong says which line is refused and why; then Commands and Public are
	// empty and nothing may be done. Held tells that it is a question rather
	// than a fault: a known command further down.
	Wrong Words
	Held  bool
}

// Right tells that nothing is refused.
func (o Orders) Right() bool { return o.Wrong.key == "" }

// Note tells whether the whole mail is an internal note.
func (o Orders) Note() bool {
	for _, c := range o.Commands {
		if c.Name == "note" {
			return true
		}
	}
	return false
}

// aliases are the Italian names.
var aliases = map[string]string{
	"nota": "note", "prendo": "take", "assegna": "assign", "chiudi": "close", "riapri": "reopen", "attesa": "wait",
	"coperta": "covered", "preventivo": "quote", "ritira": "withdraw", "accettato": "accepted", "addebita": "charge",
	"unisci": "merge", "elenco": "list", "mostra": "show", "aiuto": "help", "invia": "send", "scarta": "discard", "da": "from",
}

// arguments says how many arguments a command takes and what they must be.
var arguments = map[string]struct {
	min, max int
	check    func(i int, arg string) Words
	usage    string
}{
	"note": {}, "take": {}, "reopen": {}, "wait": {}, "covered": {}, "extra": {}, "withdraw": {}, "accepted": {}, "spam": {},
	"help": {}, "send": {}, "discard": {},
	"assign":   {1, 8, nil, "NAME|me|none"},
	"close":    {0, 1, fromNothing, "[N]"},
	"topic":    {1, 1, knownTopic, "TOPIC"},
	"quote":    {1, 2, wholeNumber, "N [DAYS]"},
	"charge":   {1, 1, wholeNumber, "N"},
	"customer": {1, 1, nil, "ID"},
	"from":     {1, 1, plainAddress, "ADDRESS"},
	"cc":       {1, 1, plainAddress, "ADDRESS"},
	"uncc":     {1, 1, plainAddress, "ADDRESS"},
	"merge":    {1, 1, wholeNumber, "N"},
	"list":     {0, 1, listWord, "[mine|open|waiting|extra|due]"},
	"show":     {1, 1, wholeNumber, "N"},
}

func wholeNumber(_ int, s string) Words {
	var n uint64
	if !number(strings.TrimPrefix(s, "#"), &n) || n == 0 || n > 1_000_000_000 {
		return Say("order-number", s)
	}
	return Words{}
}

// fromNothing is a whole number, 0 among them: what is closed without a charge.
func fromNothing(i int, s string) Words {
	if s == "0" {
		return Words{}
	}
	return wholeNumber(i, s)
}

func knownTopic(_ int, s string) Words {
	if !contains(policy.Topics, policy.Topic(strings.ToLower(s))) {
		var all []string
		for _, t := range policy.Topics {
			all = append(all, string(t))
		}
		return Say("order-topic", s, strings.Join(all, ", "))
	}
	return Words{}
}

func plainAddress(_ int, s string) Words {
	if bare := strings.Trim(s, "<>"); !address.Valid(bare) || !strings.Contains(bare[strings.LastIndexByte(bare, '@'):], ".") {
		return Say("order-address", s)
	}
	return Words{}
}

func listWord(_ int, s string) Words {
	if !contains([]string{"mine", "open", "waiting", "extra", "due"}, strings.ToLower(s)) {
		return Say("order-list", s)
	}
	return Words{}
}

// ParseOrders reads the commands at the very top of a technician's new text;
// signature is put back under what remains. Nothing is ever half understood:
// one wrong line refuses the whole mail.
func ParseOrders(reply, signature string) Orders {
	o, rest := leadingOrders(reply)
	if !o.Right() {
		return o
	}
	for _, l := range append(rest[:len(rest):len(rest)], strings.Split(signature, "\n")...) {
		words := commandWords(l)
		if words == nil {
			continue
		}
		if _, known := canonical(words[0]); known {
			return Orders{Held: true, Wrong: Say("order-line", strings.TrimFunc(l, white), Say("order-below"))}
		}
	}
	return o.over(rest, signature)
}

// parseReleased reads a mail that was held and then let go as it stands: a
// command further down is text like the lines around it.
func parseReleased(reply, signature string) Orders {
	o, rest := leadingOrders(reply)
	if !o.Right() {
		return o
	}
	return o.over(rest, signature)
}

// leadingOrders reads the block of commands at the top and returns the lines
// below it.
func leadingOrders(reply string) (Orders, []string) {
	lines := strings.Split(strings.ReplaceAll(reply, "\r\n", "\n"), "\n")
	var o Orders
	i := 0
	for ; i < len(lines); i++ {
		words := commandWords(lines[i])
		if words == nil && strings.TrimFunc(lines[i], white) == "" {
			continue
		}
		if words == nil {
			break
		}
		c, wrong := readCommand(words)
		if wrong.key != "" {
			return Orders{Wrong: Say("order-line", strings.TrimFunc(lines[i], white), wrong)}, nil
		}
		o.Commands = append(o.Commands, c)
	}
	return o, lines[i:]
}

// over is o with the lines below its commands as what the customer may see.
func (o Orders) over(rest []string, signature string) Orders {
	o.Public = strings.TrimSpace(strings.Join(rest, "\n"))
	if o.Note() {
		o.Public = ""
	} else if o.Public != "" && strings.TrimSpace(signature) != "" {
		o.Public += "\n\n" + strings.TrimSpace(signature)
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

// canonical is the English name of a command word, case aside.
func canonical(word string) (string, bool) {
	name := address.Lower(word)
	if en, ok := aliases[name]; ok {
		name = en
	}
	_, ok := arguments[name]
	return name, ok
}

func readCommand(words []string) (Command, Words) {
	name, ok := canonical(words[0])
	if !ok {
		near, _ := canonical(nearest(words[0]))
		return Command{}, Say("order-unknown", Order(near), Order("help"))
	}
	args, rule := words[1:], arguments[name]
	written := usage{name, rule.usage}
	switch {
	case len(args) < rule.min:
		return Command{}, Say("order-missing", written)
	case len(args) > rule.max:
		return Command{}, Say("order-too-much", written)
	}
	for i, a := range args {
		if rule.check == nil {
			break
		}
		if wrong := rule.check(i, a); wrong.key != "" {
			return Command{}, wrong
		}
	}
	return Command{Name: name, Args: append([]string{}, args...)}, Words{}
}

// nearest is the known command word closest to word by edit distance; the
// first in alphabetical order among equals.
func nearest(word string) string {
	best, distance := "help", 1<<30
	consider := func(name string) {
		if d := editDistance(strings.ToLower(word), name); d < distance || d == distance && name < best {
			best, distance = name, d
		}
	}
	for name := range arguments {
		consider(name)
	}
	for name := range aliases {
		consider(name)
	}
	return best
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
