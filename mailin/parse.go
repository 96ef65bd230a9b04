package mailin

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"sportello/ticket"
)

// Options says what Parse may know about the desk. The zero value reads a mail
// without knowing whose desk it is.
type Options struct {
	// Own tells whether addr, bare and lower-case, is one of the desk's; nil: none is.
	Own func(addr string) bool
	// OwnID tells whether a Message-ID without brackets is one we signed; nil: by its shape.
	OwnID func(mid string) bool
	// Listed tells whether a List-Id or address, lower-case, is that of a group or
	// web form that delivers here (desk.lists); nil: none is.
	Listed func(s string) bool
	// Sent finds a letter that the desk sent, by its Message-ID without brackets, or
	// those that asked to answer to a token address, the newest first: of several
	// the one is meant that holds what was sent back. nil: it knows none. Of their
	// bytes only the text counts.
	Sent func(key string) [][]byte
	// Saying tells whether a word is part of no name, so that it says something
	// even among those of a signature; nil: none does.
	Saying func(word string) bool
	// Arrived is when the server took the mail; it becomes Inbound.Arrived.
	Arrived time.Time
}

// Parse reads one mail. It never fails and never panics: it answers what could
// be read, and Defects says what could not. Source, Evidence, Partial and the
// clamp of Arrived are the caller's. The answer keeps raw, which must not change.
func Parse(raw []byte, o Options) (in *ticket.Inbound) {
	in = &ticket.Inbound{Arrived: o.Arrived, Raw: raw, Size: int64(len(raw)), RawSum: sha256.Sum256(raw), Kind: ticket.KindRequest}
	defer func() {
		if r := recover(); r != nil { // one mail must never stop the others (P12)
			in.Unfit = fmt.Sprintf("cannot be read: %v", r)
			in.Defects = append(in.Defects, in.Unfit)
		}
	}()
	m := open(raw)
	m.fillHeader(in)
	in.Text = m.readText()
	m.enclose()
	for i, p := range m.files() {
		in.Attachments = append(in.Attachments, p.describeFile(i))
	}
	m.describeEnclosed(in)
	m.note(in)
	if m.budget.refused {
		m.cut = true
		m.defect(outgrown)
	}
	if !m.cut { // what was read in part may differ in the rest: identity is the raw bytes
		in.Content = contentSum(in)
	}
	m.read(in, o)
	in.Kind, in.KindReason = kindOf(m, in, o)
	if in.Kind == ticket.KindBounce {
		in.Bounce = readBounce(m, in)
	}
	m.rewritten(in, o)
	in.Language = language(in.Shown())
	if in.Kind == ticket.KindRequest {
		in.Reaction = m.reaction(in)
	}
	m.judge(in)
	in.Defects = m.defects
	return in
}

// open takes raw apart.
func open(raw []byte) *mail {
	m := &mail{raw: raw}
	if bytes.IndexByte(raw[:min(len(raw), maxHeader)], '\n') < 0 && bytes.IndexByte(raw, '\r') >= 0 {
		raw = bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
		m.defects = append(m.defects, "lines end in bare CR")
	}
	m.budget = newBudget(len(raw))
	w := &walker{budget: m.budget}
	m.root = w.entity(raw, 0, "text/plain")
	m.unfit = w.unfit
	m.cut = w.cut || w.dropped > 0 || w.unfit != ""
	m.defects = append(m.defects, w.defects...)
	if w.dropped > 0 {
		m.defects = append(m.defects, fmt.Sprintf("more than %d parts: %d not read", maxParts, w.dropped))
	}
	m.openCertified()
	m.openTNEF()
	return m
}

// maxSubject bounds, in bytes, what is read of a subject: a line of mail has 998,
// and whatever looks at subjects does so for every mail.
const maxSubject = 8 << 10

// fillHeader reads who wrote to whom about what.
func (m *mail) fillHeader(in *ticket.Inbound) {
	h := m.root.header
	in.Certified = m.carrier != nil
	in.MessageID = ownMessageID(decodeWords(h.get("Message-ID")))
	in.Date = parseDate(h.get("Date"))
	from, clear := author(h.all("From"))
	in.From, in.Unclear = from, !clear && len(from) > 0
	if in.Unclear && len(h.all("From")) == 1 {
		m.defect("From is not one well-formed mailbox")
	}
	if s := parseAddresses(h.get("Sender")); len(s) > 0 {
		in.Sender = s[0]
	}
	in.To = parseAddresses(h.all("To")...)
	in.Cc = parseAddresses(h.all("Cc")...)
	in.ReplyTo = parseAddresses(h.all("Reply-To")...)
	in.Subject = cutRunes(oneLine(decodeWords(cutRunes(h.get("Subject"), maxSubject))), maxSubject)
	for _, v := range h.all("In-Reply-To") {
		in.InReplyTo = keepIDs(append(in.InReplyTo, messageIDs(decodeWords(v))...))
	}
	for _, v := range h.all("References") {
		in.References = keepIDs(append(in.References, messageIDs(decodeWords(v))...))
	}
	in.Recipients = m.recipients(in)
	for _, name := range []string{"From", "Date", "Message-ID"} {
		if h.get(name) == "" && len(h.all(name)) == 0 {
			m.defects = append(m.defects, "no "+name)
		}
	}
	for _, name := range once {
		if n := len(m.top().header.all(name)); n > 1 {
			in.Doubled = name
			m.defects = append(m.defects, fmt.Sprintf("%d %s fields", n, properName(name)))
		}
	}
}

// properName writes a lower-case field name as it is known: Message-ID, Reply-To.
func properName(name string) string {
	words := strings.Split(name, "-")
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
		if w == "id" {
			words[i] = "ID"
		}
	}
	return strings.Join(words, "-")
}

// recipients are the addresses a reply token may stand in, each once.
func (m *mail) recipients(in *ticket.Inbound) []string {
	var out []string
	seen := map[string]bool{}
	add := func(list []ticket.Mailbox) {
		for _, a := range list {
			if a.Address != "" && !seen[a.Address] {
				seen[a.Address] = true
				out = append(out, a.Address)
			}
		}
	}
	add(in.To)
	add(in.Cc)
	heads := []header{m.root.header}
	if m.carrier != nil {
		heads = append(heads, m.carrier.header)
		add(parseAddresses(m.carrier.header.all("To")...))
	}
	for _, h := range heads {
		for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "Resent-To"} {
			add(parseAddresses(h.all(name)...))
		}
	}
	return out
}

// note lists what a reader should know about sender and parts of m.
func (m *mail) note(in *ticket.Inbound) {
	for _, p := range m.files() {
		if (p.media == "application/pkcs7-mime" || p.media == "application/x-pkcs7-mime") && !slices.Contains(m.defects, signedNote) {
			m.defect("encrypted: not read")
		}
	}
	m.suspect(in)
	if strings.Contains(in.Text, "-----BEGIN PGP ") {
		m.defect("PGP in the text: not read or verified")
	}
}

// judge says why in cannot be filed, if so (cases E03, E10). A bounce needs no sender.
func (m *mail) judge(in *ticket.Inbound) {
	in.Unfit = m.unfit
	if in.Unfit != "" || in.Kind == ticket.KindBounce {
		return
	}
	for _, f := range in.From {
		if strings.Contains(f.Address, "@") {
			return
		}
	}
	in.Unfit = "no From"
}
