package mailin

import (
	"strings"
	"time"

	"sportello/mailin/internal/history"
	"sportello/ticket"
)

// read tells what was written this time from what the mail quotes.
func (m *mail) read(in *ticket.Inbound, o Options) {
	k := history.Known{Subject: bareSubject(in.Subject), Letters: o.letters(in), Asked: o.Sent != nil}
	if from, ok := in.Sole(); ok {
		k.Name, k.Address = from.Name, from.Address
	}
	for _, a := range in.To {
		name, _, _ := strings.Cut(a.Name, " #") // token addresses are called NAME #1042
		k.To = append(k.To, a.Address, name)
	}
	k.Form = m.otherForm()
	for _, l := range k.Letters[:min(1, len(k.Letters))] {
		since := in.Date.Sub(l.Date)
		in.Prompt = !l.Date.IsZero() && since >= 0 && since < time.Minute
	}
	r := history.Read(in.Text, k)
	in.Reply, in.Signature, in.Aside = r.Reply, r.Signature, nil
	for _, a := range r.Aside {
		in.Aside = append(in.Aside, ticket.Aside{Line: a.Line, Why: a.Why.String(), Sure: a.Sure})
	}
}

// maxForm is how much HTML is rendered a second time, for its structure.
const maxForm = 200 << 10

// otherForm is the text of the HTML that stands beside the plain text which is
// shown, "" where nothing in it marks a signature or a quotation.
func (m *mail) otherForm() (form string) {
	m.root.leaves(func(p *part) bool {
		if p.media != "text/html" || p.role != roleSpare || len(p.text) > maxForm {
			return true
		}
		if strings.Contains(p.text, "ignature") || strings.Contains(p.text, "<blockquote") {
			form = htmlText(p.text, 2*maxForm, nil)
		}
		return false
	})
	return form
}

// maxQuotable bounds the letters that one mail is compared with.
const maxQuotable = 4

// letters are those of ours that in may quote, the one that it answers first.
func (o Options) letters(in *ticket.Inbound) []history.Letter {
	if o.Sent == nil {
		return nil
	}
	var found []history.Letter
	seen := map[string]bool{}
	add := func(key string) {
		if key == "" || seen[key] || len(found) == maxQuotable {
			return
		}
		seen[key] = true
		if raw := o.Sent(key); raw != nil {
			found = append(found, readLetter(raw))
		}
	}
	for _, id := range in.InReplyTo {
		add(id)
	}
	for i := len(in.References) - 1; i >= 0; i-- {
		add(in.References[i])
	}
	if len(found) == 0 {
		for _, addr := range in.Recipients {
			add(addr)
		}
	}
	return found
}

// readLetter takes a letter of ours apart as far as a reply quotes it.
func readLetter(raw []byte) history.Letter {
	m := open(raw)
	h := m.root.header
	l := history.Letter{Subject: bareSubject(oneLine(decodeWords(h.get("Subject")))), Date: parseDate(h.get("Date")), Text: m.readText()}
	if from := parseAddresses(h.get("From")); len(from) > 0 {
		l.From, l.Address = from[0].Name, from[0].Address
	}
	m.root.leaves(func(p *part) bool {
		if p.media == "text/html" && p.dispo != "attachment" {
			l.Form = cleanText(htmlText(p.text, m.budget.text, nil))
		}
		return l.Form == ""
	})
	return l
}

// bareSubject is a subject without the marks of replies before it.
func bareSubject(s string) string {
	for {
		mark, rest, ok := strings.Cut(s, ":")
		if !ok || len(mark) > 4 || strings.ContainsAny(mark, " [") {
			return s
		}
		s = strings.TrimSpace(rest)
	}
}
