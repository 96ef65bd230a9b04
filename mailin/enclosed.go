package mailin

import (
	"regexp"
	"slices"
	"strings"

	"sportello/mailin/internal/history"
	"sportello/ticket"
	"sportello/ticket/address"
)

// A mail may be forwarded as a file (message/rfc822): then no word of it stands in
// the text. It is opened like the mail around it, out of the same budget; what it
// says is apart from what the sender says.

// Real people forward a handful of mails, each of which may be a forward itself.
const (
	maxEnclosed      = 10
	maxEnclosedDepth = 3
)

// enclose opens the mails that are attached to m, and those attached to them; each
// stands before what it holds.
func (m *mail) enclose() {
	var open func(around *mail, depth int)
	open = func(around *mail, depth int) {
		for _, p := range around.files() {
			if !p.holdsMail() || len(m.enclosed) == maxEnclosed || depth > maxEnclosedDepth {
				continue
			}
			if !m.budget.draw(&m.budget.opened, len(p.encoded)) {
				return
			}
			inner := m.inside(p)
			m.enclosed = append(m.enclosed, inner)
			open(inner, depth+1)
		}
	}
	open(m, 1)
}

// holdsMail tells whether p is an attached mail.
func (p *part) holdsMail() bool {
	return p.media == "message/rfc822" || p.media == "message/global" || strings.HasSuffix(strings.ToLower(p.name), ".eml")
}

// inside takes apart the mail that p holds.
func (m *mail) inside(p *part) *mail {
	w := &walker{budget: m.budget}
	raw := p.bytes()
	inner := &mail{raw: raw, root: w.entity(raw, 1, "text/plain"), budget: m.budget, labels: m.taken(), around: p}
	inner.openCertified()
	inner.openTNEF()
	inner.words = inner.readText()
	return inner
}

// taken is the names that pictures in m have already.
func (m *mail) taken() map[string]bool {
	if m.labels == nil {
		m.labels = map[string]bool{}
	}
	return m.labels
}

// allFiles are the files of m, then those of the mails attached to it: the order of
// Attachment.Index.
func (m *mail) allFiles() []*part {
	all := m.files()
	for _, e := range m.enclosed {
		all = append(all, e.files()...)
	}
	return all
}

// describeEnclosed fills in.Enclosed and in.Writers.
func (m *mail) describeEnclosed(in *ticket.Inbound) {
	in.Writers = writers(in.Text)
	files, opened := m.allFiles(), map[*part]bool{}
	for _, e := range m.enclosed {
		opened[e.around] = true
	}
	for _, e := range m.enclosed {
		h := e.root.header
		c := ticket.Enclosed{
			File: slices.Index(files, e.around), To: parseAddresses(h.all("To")...), Date: parseDate(h.get("Date")),
			MessageID: ownMessageID(decodeWords(h.get("Message-ID"))), References: keepIDs(messageIDs(decodeWords(h.get("References")))),
			Subject: cutRunes(oneLine(decodeWords(cutRunes(h.get("Subject"), maxSubject))), maxSubject), Text: e.words, Language: language(e.words),
		}
		if from, _ := author(h.all("From")); len(from) > 0 {
			c.From = from[0]
			in.Writers = append(in.Writers, from[0])
		}
		in.Writers = append(in.Writers, writers(e.words)...)
		for _, p := range e.files() {
			if !opened[p] {
				c.Attachments = append(c.Attachments, p.describeFile(slices.Index(files, p)))
			}
		}
		in.Enclosed = append(in.Enclosed, c)
	}
}

// writers are the people whose mails a text quotes or forwards.
func writers(text string) (all []ticket.Mailbox) {
	if !strings.Contains(text, "@") {
		return nil
	}
	for _, s := range history.Writers(text) {
		if p := printedMailbox(s); p.Address != "" {
			all = append(all, p)
		}
	}
	return all
}

// printedAddress finds an address in what a program printed.
var printedAddress = regexp.MustCompile(`[^\s<>()\[\]:;,"'*|]+@[^\s<>()\[\]:;,"'*|]+[^\s<>()\[\]:;,"'*|.]`)

// onBehalf is what the envelope of certified mail (PEC) puts before the address of
// its writer, in the place of a name.
var onBehalf = regexp.MustCompile(`(?i)^\W*per conto di\s*:\s*\W*$`)

// printedMailbox reads a name and an address as programs print them above what they
// quote. The last address counts, since a name may hold one that is not its
// bearer's; certified mail names its writer there by law.
func printedMailbox(s string) ticket.Mailbox {
	places := printedAddress.FindAllStringIndex(s, -1)
	if len(places) == 0 {
		return ticket.Mailbox{}
	}
	first, at := places[0], places[len(places)-1]
	if onBehalf.MatchString(s[:first[0]]) {
		at = first
	}
	p := ticket.Mailbox{Address: address.Canonical(s[at[0]:at[1]])}
	if name := strings.Trim(s[:first[0]], " \t\"'<[(*,"); !strings.ContainsAny(name, "@<>:0123456789") {
		p.Name = displayName(name)
	}
	return p
}
