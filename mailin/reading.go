package mailin

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"sportello/mailin/internal/history"
	"sportello/ticket"
)

// read tells what was written this time from what the mail quotes.
func (m *mail) read(in *ticket.Inbound, o Options) {
	k := history.Known{Subject: bareSubject(in.Subject), Letters: o.letters(in), Asked: o.Sent != nil, Saying: o.Saying}
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
	in.Titled = titled(k.Subject, k.Letters)
	r := history.Read(in.Text, k)
	in.Reply, in.Signature, in.Aside = r.Reply, r.Signature, nil
	in.Prompt = in.Prompt && !offered(in.Reply, k.Letters[0].Text)
	for _, a := range r.Aside {
		in.Aside = append(in.Aside, ticket.Aside{Line: a.Line, Why: a.Why.String(), Sure: a.Sure})
	}
	in.Forked = len(k.Letters) > 0 && len(in.Reply) <= maxCompared && m.forked(in, k)
}

// offered tells whether what was written is a sentence that the letter offers to
// be sent back, as its buttons do: no robot writes that, however soon it comes.
func offered(reply, letter string) bool {
	said := letters(head(reply, maxCompared))
	return said != "" && len(reply) <= maxCompared && strings.Contains(letters(letter), said)
}

// maxCompared is how long what was written may be to be compared with its HTML:
// longer texts decide nothing.
const maxCompared = 2000

// forked tells whether the HTML beside the plain text that is shown says
// something that the plain text does not say. One that is too large to be read
// a second time may.
func (m *mail) forked(in *ticket.Inbound, k history.Known) (forked bool) {
	m.root.leaves(func(p *part) bool {
		if p.media != "text/html" || p.role != roleSpare {
			return true
		}
		if forked = len(p.text) > maxForm; forked {
			return false
		}
		k.Form = ""
		form := cleanText(htmlText(p.text, 2*maxForm, nil))
		r := history.Read(form, k)
		said, shown := letters(r.Reply), letters(in.Reply+in.Signature)
		forked = !strings.Contains(shown, said) || said == "" && shown != ""
		lines, whole := strings.Split(form, "\n"), letters(in.Text)
		for _, a := range r.Aside {
			forked = forked || !a.Sure && !strings.Contains(whole, letters(lines[a.Line-1]))
		}
		return false
	})
	return forked
}

// letters are the letters and digits of s, small, and nothing else.
func letters(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, s)
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
		if sent := o.Sent(key); len(sent) > 0 {
			found = append(found, sentBack(in.Text, sent))
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

// sentBack is the letter of several that holds most of what text says or quotes: a
// button's sentence, a quotation; of equals the first.
func sentBack(text string, sent [][]byte) history.Letter {
	letter := readLetter(sent[0])
	if len(sent) == 1 {
		return letter
	}
	most := held(text, letter)
	for _, raw := range sent[1:] {
		l := readLetter(raw)
		if n := held(text, l); n > most {
			letter, most = l, n
		}
	}
	return letter
}

// held is how much of text stands in a letter, in one form of it or the other.
func held(text string, l history.Letter) int {
	return max(history.Shared(text, l.Text), history.Shared(text, l.Form))
}

// readLetter takes a letter of ours apart as far as a reply quotes it.
func readLetter(raw []byte) history.Letter {
	m := open(raw)
	h := m.root.header
	l := history.Letter{Subject: bareSubject(oneLine(decodeWords(h.get("Subject")))), Date: parseDate(h.get("Date")), Text: m.readText()}
	var kind ticket.NoticeKind
	if kind.UnmarshalText([]byte(h.get("X-Sportello-Notice"))) == nil && kind.Technical() {
		l.Desk, l.Told = true, ticket.Unframed(l.Text)
	}
	if from := parseAddresses(h.get("From")); len(from) > 0 {
		l.From, l.Address = from[0].Name, from[0].Address
	}
	m.root.leaves(func(p *part) bool {
		if p.media == "text/html" && p.dispo != "attachment" {
			l.Form = cleanText(htmlText(p.text, m.budget.text, nil))
			if bare := deskLinks.ReplaceAllLiteralString(p.text, ""); bare != p.text {
				l.Bare = cleanText(htmlText(bare, m.budget.text, nil))
			}
		}
		return l.Form == ""
	})
	return l
}

// deskLinks are links that write a mail, as letters of ours have them.
var deskLinks = regexp.MustCompile(` href="mailto:[^"]*"`)

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

// titled is what a subject says beyond those of the letters: nothing where it
// is one of them, or a part of one, whatever blanks and marks stand around it.
func titled(subject string, letters []history.Letter) string {
	if len(letters) == 0 {
		return ""
	}
	own := subject
	for _, l := range letters {
		if s, ok := withoutTitle(subject, l.Subject); ok && len(s) < len(own) {
			own = s
		}
	}
	return own
}

// withoutTitle takes the title of a letter out of a subject, with the marks that
// servers and programs put before it: "[EXTERNAL] Re: ".
func withoutTitle(subject, title string) (string, bool) {
	plain := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
	subject, title = plain(subject), plain(title)
	if strings.Contains(title, withoutMarks(subject)) {
		return "", true
	}
	before, after, ok := strings.Cut(subject, title)
	if !ok || title == "" {
		return "", false
	}
	return strings.TrimSpace(withoutMarks(before) + " " + after), true
}

// withoutMarks takes the marks of servers and programs off the beginning of a
// subject in lower case.
func withoutMarks(s string) string {
	for {
		was := s
		s = strings.TrimSpace(s)
		for _, mark := range serverMarks {
			s = strings.TrimPrefix(s, mark)
		}
		s = strings.TrimSuffix(bareSubject(s+" x"), " x")
		if s == "x" {
			s = ""
		}
		if s == was {
			return s
		}
	}
}

// serverMarks are what servers put before the subject of mail from outside.
var serverMarks = []string{"[external]", "[externo]", "[extern]", "[externe]", "[esterno]", "[ext]", "[est]", "external:", "[spam]", "[suspected spam]", "***spam***", "*****spam*****"}
