package mailout

import (
	"fmt"
	"net/url"
	"strings"
	"text/template"
	"time"
	"unicode"
	"unicode/utf8"

	"sportello/ticket"
)

// letterFuncs are the functions of letter templates. Blocks: fact LABEL VALUE,
// item TEXT, button LABEL URL, text TEXT (as written), message TITLE TEXT (in a
// frame), small TEXT, web TEXT (in HTML only), sign LINE…, rule. Words: b (bold), date, moment, credits, size, cap.
func letterFuncs(language string) template.FuncMap {
	return template.FuncMap{
		"fact": markup("fact"), "item": markup("item"), "button": markup("button"), "text": markup("text"),
		"message": markup("message"), "small": markup("small"), "web": markup("web"), "sign": markup("sign"), "rule": markup("rule"),
		"b":       func(s any) string { return boldStart + fmt.Sprint(s) + boldEnd },
		"date":    func(d ticket.Date) string { return longDate(d, language) },
		"moment":  func(t time.Time) string { return moment(t, language) },
		"credits": func(n ticket.Credits) string { return credits(n, language) },
		"size":    fileSize,
		"cap":     capital,
		"next":    func(n int) int { return n + 1 },
		"person":  person,
		"name":    phraseName,
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

// mailto writes a link (RFC 6068).
func mailto(address, subject, body string) string {
	query := "subject=" + percent(subject)
	if body != "" {
		query += "&body=" + percent(body)
	}
	return "mailto:" + plainAddress.Replace(percent(address)) + "?" + query
}

// plainAddress leaves readable in an address what links may hold as it is.
var plainAddress = strings.NewReplacer("%40", "@", "%2B", "+")

// percent encodes all but unreserved characters.
func percent(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
