package ticket

import (
	"fmt"
	"strings"
)

// Words are something said to people: a phrase by its key, and what stands in
// it. They are worded when it is known who reads them, so that no letter holds a
// language that is not its own: an error is never a line of a letter.
type Words struct {
	key  string
	args []any
}

// Say makes words of a phrase. An argument is a name, a number, another Words, a
// NoticeKind, or what a server or a person wrote and the phrase quotes.
func Say(key string, args ...any) Words { return Words{key, args} }

// In words w in a language; "" when there is nothing to say.
func (w Words) In(lang string) string {
	if w.key == "" {
		return ""
	}
	return phraseIn(lang, w.key, w.args...)
}

// or is w, or o where w says nothing.
func (w Words) or(o Words) Words {
	if w.key == "" {
		return o
	}
	return w
}

// String is w in English, for the log and the command line.
func (w Words) String() string { return w.In("en") }

// Equal tells whether w and o say the same.
func (w Words) Equal(o Words) bool { return w.String() == o.String() }

// inLanguage words those arguments of a phrase that have words of their own.
func inLanguage(lang string, args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case Words:
			out[i] = a.In(lang)
		case usage:
			out[i] = a.in(lang)
		case choice:
			out[i] = a.in(lang)
		case Order:
			out[i] = a.In(lang)
		case amount:
			out[i] = a.in(lang)
		case day:
			out[i] = a.in(lang)
		case NoticeKind:
			out[i] = phraseIn(lang, "kind "+a.String())
		default:
			out[i] = a
		}
	}
	return out
}

// Order is the English name of a command; in words it stands as its reader writes it.
type Order string

// In writes the command as technicians who read lang do.
func (n Order) In(lang string) string {
	if o := orderCalled(string(n)); lang == "it" && o != nil && o.italian != "" {
		return "#" + o.italian
	}
	return "#" + string(n)
}

// amount is credits in words: "1 credito", "3 credits".
type amount Credits

func (a amount) in(lang string) string {
	switch {
	case lang == "it" && a == 1:
		return "1 credito"
	case lang == "it":
		return fmt.Sprintf("%d crediti", int(a))
	case a == 1:
		return "1 credit"
	}
	return fmt.Sprintf("%d credits", int(a))
}

// usage is what stands behind a command: its arguments, named.
type usage struct{ name, args string }

func (u usage) in(lang string) string {
	args := u.args
	if lang == "it" {
		args = italianArguments(args)
	}
	return strings.TrimSpace(Order(u.name).In(lang) + " " + args)
}

// sayAll words lines in the desk's language and leaves out the empty ones.
func (w *work) sayAll(lines []Words) []string {
	var all []string
	for _, l := range lines {
		if text := l.In(w.d.Language); text != "" {
			all = append(all, text)
		}
	}
	return all
}
