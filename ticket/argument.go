package ticket

import (
	"cmp"
	"slices"
	"strings"

	"sportello/policy"
	"sportello/ticket/address"
)

// The arguments of a command are read as its usage is written: words in
// capitals name a kind (N, DAYS, DATE, ADDRESS, TOPIC, ID, NAME), other words are
// written as they stand, | parts choices, brackets hold what may be left out.
// NAME and DATE are all that
// follows.

// maxName is how many words a name has at most.
const maxName = 8

// misused says what is wrong with args; the zero Words when nothing is. own are
// topics beside those of the terms.
func (o *order) misused(args []string, own []policy.Topic) Words {
	kinds := strings.Fields(o.usage)
	most, least := len(kinds), len(kinds)
	for _, k := range kinds {
		if strings.HasPrefix(k, "[") {
			least--
		}
		switch {
		case strings.HasPrefix(k, "NAME"):
			most = maxName
		case strings.Trim(k, "[]") == "DATE":
			most = maxDay
		}
	}
	switch {
	case len(args) < least:
		return Say("order-missing", usage{o.name, o.usage})
	case len(args) > most:
		return Say("order-too-much", usage{o.name, o.usage})
	}
	if most == maxDay && len(args) > 0 { // a date is one argument, in however many words
		args = []string{strings.Join(args, " ")}
	}
	for i, arg := range args {
		if wrong := misread(kinds[min(i, len(kinds)-1)], arg, own); wrong.key != "" {
			return wrong
		}
	}
	return Words{}
}

// unlinked is args without the links that mail programs write behind a word
// (`a@b.example<mailto:a@b.example>`, `#close <https://…>`), and, of a person whom a
// program has named with his address, only what the usage asks for.
func unlinked(usage string, args []string) (bare []string) {
	for _, arg := range args {
		if i := strings.Index(arg, "<mailto:"); i >= 0 && strings.HasSuffix(arg, ">") {
			arg = arg[:i]
		}
		if strings.HasPrefix(arg, "<http") && strings.HasSuffix(arg, ">") {
			continue
		}
		if arg != "" {
			bare = append(bare, arg)
		}
	}
	last := len(bare) - 1
	if last < 1 || bareAddress(bare[last]) == "" || bare[last][0] != '<' {
		return bare
	}
	switch name := strings.Join(bare[:last], " "); {
	case strings.Contains(usage, "ADDRESS") && (!strings.Contains(name, "@") || bareAddress(name) == bareAddress(bare[last])):
		return []string{strings.Trim(bare[last], "<>")}
	case strings.HasPrefix(usage, "NAME"):
		bare[0] = strings.TrimPrefix(bare[0], "@")
		return bare[:last]
	}
	return bare
}

// misread says why arg is not of a kind.
func misread(kind, arg string, own []policy.Topic) Words {
	kind = strings.Trim(kind, "[]")
	switch {
	case kind == "N" || kind == "DAYS":
		if _, ok := wholeNumber(arg); !ok {
			return Say("order-number", arg)
		}
	case kind == "CREDITS":
		if _, ok := wholeNumber(arg); !ok && arg != "0" {
			return Say("order-number", arg)
		}
	case kind == "DATE":
		if _, ok := readDay(strings.Fields(arg), Date{Year: 2026, Month: 1, Day: 1}); !ok {
			return Say("order-date", arg)
		}
	case kind == "ADDRESS":
		if bareAddress(arg) == "" {
			return Say("order-address", arg)
		}
	case kind == "TOPIC":
		if topics := slices.Concat(policy.Topics, own); !contains(topics, policy.Topic(strings.ToLower(arg))) {
			return Say("order-topic", arg, listed(topics))
		}
	case kind == strings.ToLower(kind):
		if chosen(kind, arg) == "" {
			return Say("order-choice", arg, choice(kind))
		}
	}
	return Words{}
}

// wholeNumber reads a number from 1 up to a thousand million; a ticket's may
// have its # before it.
func wholeNumber(s string) (n uint64, ok bool) {
	ok = number(strings.TrimPrefix(s, "#"), &n) && n > 0 && n <= 1_000_000_000
	return n, ok
}

// bareAddress is the address that s is, in the form of address.Canonical; "" when it
// is none that mail can be sent to.
func bareAddress(s string) string {
	s = strings.Trim(s, "<>")
	if !address.Valid(s) || !strings.Contains(s[strings.LastIndexByte(s, '@'):], ".") {
		return ""
	}
	return address.Canonical(s)
}

func listed(topics []policy.Topic) string {
	var all []string
	for _, t := range topics {
		all = append(all, string(t))
	}
	return strings.Join(all, ", ")
}

// choice is words of which one is to be written.
type choice string

func (c choice) in(lang string) string {
	words, or := string(c), " or "
	if lang == "it" {
		words, or = italianArguments(words), " o "
	}
	list := strings.Split(words, "|")
	if n := len(list); n > 1 {
		return strings.Join(list[:n-1], ", ") + or + list[n-1]
	}
	return words
}

// chosen is the English word of kind that arg means, in either language; "" none.
func chosen(kind, arg string) string {
	arg = strings.ToLower(arg)
	for _, word := range strings.Split(kind, "|") {
		if arg == word || arg != "" && arg == italianWords[word] {
			return word
		}
	}
	return ""
}

// italianWords are the arguments as Italian technicians write them.
var italianWords = map[string]string{
	"NAME": "NOME", "TOPIC": "ARGOMENTO", "DAYS": "GIORNI", "DATE": "DATA", "CREDITS": "CREDITI", "ADDRESS": "INDIRIZZO", "ID": "CODICE",
	"me": "io", "none": "nessuno", "mine": "miei", "open": "aperti", "waiting": "attesa", "due": "scadenza", "force": "forza",
}

// italianArguments writes a usage in Italian.
func italianArguments(args string) string {
	var b strings.Builder
	for args != "" {
		i := strings.IndexAny(args, "[]| ")
		if i < 0 {
			i = len(args)
		}
		b.WriteString(cmp.Or(italianWords[args[:i]], args[:i]))
		if i < len(args) {
			b.WriteByte(args[i])
			i++
		}
		args = args[i:]
	}
	return b.String()
}

// means tells whether word stands among args, in either language.
func means(word string, args []string) bool {
	return slices.ContainsFunc(args, func(a string) bool { return chosen(word, a) != "" })
}
