package mailout

import (
	"fmt"
	"strings"
	"text/template"
	"time"
	"unicode"
	"unicode/utf8"

	"sportello/ticket"
)

// letterFuncs are the functions of letter templates. Blocks: fact LABEL VALUE,
// item TEXT, button LABEL URL, link LABEL URL, text TEXT (as written), message
// TITLE TEXT (in a frame), small TEXT, sign LINE…, rule, row CELL… (of a table with
// what rows follow; the first names the columns, the last column is of numbers), heading TEXT, entry TITLE URL
// PART… (what is empty of them is left out), act LABEL URL (a button that the text does without), bar LABEL NUMBER PERCENT. Words: b (bold), date, day,
// moment, credits, ordinal, size, cap, and say LEI TU VOI, which chooses by the tone.
func letterFuncs(language string, tone Tone) template.FuncMap {
	return template.FuncMap{
		"fact": markup("fact", 2), "item": markup("item", 1), "button": markup("button", 2), "link": markup("link", 2), "text": markup("text", 1),
		"message": markup("message", 2), "small": markup("small", 1), "sign": markup("sign", 1), "rule": markup("rule", 0), "row": markup("row", 1),
		"act": markup("act", 2), "bar": markup("bar", 3), "heading": markup("heading", 1), "entry": markup("entry", 1),
		"dated": func(before string, d ticket.Date) string {
			if d.IsZero() {
				return ""
			}
			return before + longDate(d, language)
		},
		"kind":    func(k ticket.NoticeKind) string { return ticket.Say("kind " + k.String()).In(language) },
		"list":    func(all []string) string { return strings.Join(all, ", ") },
		"say":     tone.say,
		"b":       func(s any) string { return boldStart + fmt.Sprint(s) + boldEnd },
		"date":    func(d ticket.Date) string { return longDate(d, language) },
		"day":     func(d ticket.Date) string { return shortDate(d, language) },
		"moment":  func(t time.Time) string { return moment(t, language) },
		"credits": func(n ticket.Credits) string { return credits(n, language) },
		"size":    func(n int64) string { return fileSize(n, language) },
		"cap":     capital,
		"percent": func(n, of int) int {
			if of == 0 || n == 0 {
				return 0
			}
			return max(2, n*100/of)
		},
		"next":     func(n int) int { return n + 1 },
		"ordinal":  func(n int) string { return ordinal(n, language) },
		"person":   person,
		"name":     phraseName,
		"files":    func(list []ticket.Relay) string { return fileCount(len(list), language) },
		"names":    func(list []ticket.Relay) string { return fileNames(list, language) },
		"movement": func(e ticket.EntryLine) string { return movement(e, language) },
		"quoteState": func(s ticket.QuoteState) string {
			if language == "en" {
				return s.String()
			}
			return italianQuotes[s]
		},
	}
}

// capital makes the first letter a capital.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

var italianQuotes = map[ticket.QuoteState]string{ticket.QuoteOffered: "offerto", ticket.QuoteAccepted: "accettato",
	ticket.QuoteDeclined: "rifiutato", ticket.QuoteSuperseded: "sostituito", ticket.QuoteExpired: "scaduto",
	ticket.QuoteWithdrawn: "ritirato"}

// movements are the words for an entry of a ledger, in Italian and English: with
// one credit, with several, and for which request.
var movements = map[string][2][3]string{
	"purchase": {{"Acquistato 1 credito", "Acquistati %d crediti", ""}, {"Bought 1 credit", "Bought %d credits", ""}},
	"hold":     {{"Riservato 1 credito", "Riservati %d crediti", " (richiesta #%d)"}, {"Reserved 1 credit", "Reserved %d credits", " (request #%d)"}},
	"capture":  {{"Scalato 1 credito riservato", "Scalati %d crediti riservati", " (richiesta #%d)"}, {"Deducted 1 reserved credit", "Deducted %d reserved credits", " (request #%d)"}},
	"release":  {{"Di nuovo disponibile 1 credito", "Di nuovo disponibili %d crediti", " (richiesta #%d)"}, {"1 credit available again", "%d credits available again", " (request #%d)"}},
	"expire":   {{"Scaduto 1 credito", "Scaduti %d crediti", ""}, {"1 credit expired", "%d credits expired", ""}},
	"correct":  {{"Correzione: %+d credito", "Correzione: %+d crediti", ""}, {"Correction: %+d credit", "Correction: %+d credits", ""}},
}

// movement words an entry of a ledger.
func movement(e ticket.EntryLine, language string) string {
	words := movements[e.Kind.String()][0]
	if language == "en" {
		words = movements[e.Kind.String()][1]
	}
	text := words[1]
	if e.Credits == 1 || e.Credits == -1 {
		text = words[0]
	}
	if strings.Contains(text, "%") {
		text = fmt.Sprintf(text, int(e.Credits))
	}
	if words[2] != "" && e.Ticket != 0 {
		text += fmt.Sprintf(words[2], uint64(e.Ticket))
	}
	return text
}

// phraseName is the name, or the address of who has none.
func phraseName(m ticket.Mailbox) string {
	if m.Name == "" {
		return m.Address
	}
	return m.Name
}

// person writes a name and an address.
func person(m ticket.Mailbox) string {
	if m.Name == "" || m.Name == m.Address {
		return m.Address
	}
	return m.Name + " <" + m.Address + ">"
}

// Tone is how Italian letters address the customer.
type Tone string

const (
	ToneLei Tone = "lei" // the polite form, of an office; also the zero value
	ToneTu  Tone = "tu"
	ToneVoi Tone = "voi"
)

// say chooses among the three wordings of a phrase.
func (t Tone) say(lei, tu, voi string) string {
	switch t {
	case ToneTu:
		return tu
	case ToneVoi:
		return voi
	}
	return lei
}

// fileCount is the label before the names of attached files.
func fileCount(n int, language string) string {
	switch {
	case language == "en" && n == 1:
		return "1 attached file"
	case language == "en":
		return fmt.Sprintf("%d attached files", n)
	case n == 1:
		return "1 file allegato"
	}
	return fmt.Sprintf("%d file allegati", n)
}

// fileNames lists files with their sizes.
func fileNames(list []ticket.Relay, language string) string {
	names := make([]string, len(list))
	for i, r := range list {
		names[i] = r.Name + " (" + fileSize(r.Size, language) + ")"
	}
	return strings.Join(names, ", ")
}

// mailto is ticket.MailLink.
func mailto(address, subject, body string) string { return ticket.MailLink(address, subject, body) }
