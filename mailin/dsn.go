package mailin

import (
	"strconv"
	"strings"

	"sportello/ticket"
	"sportello/ticket/address"
)

// readBounce reads what a bounce says about the first recipient that failed,
// else about the first that is late: from its delivery status (RFC 3464, RFC
// 6533), and what is missing there from its text, as the old formats have it.
// It never returns nil; what the bounce does not say is empty, but Action and
// Status always hold the best guess.
func readBounce(m *mail, in *ticket.Inbound) *ticket.Bounce {
	b := &ticket.Bounce{}
	groups := recipientGroups(m)
	if len(groups) == 0 && strings.Contains(in.Text, "Final-Recipient:") { // its part lost its type on the way
		groups = statusGroups(in.Text)
	}
	if g := chooseGroup(groups); g != nil {
		readGroup(b, g)
	}
	t := splitBounce(in.Text)
	b.MessageID = bouncedID(m, in, t.original)
	if b.Recipient == "" {
		b.Recipient = t.recipient(m, in)
	}
	if b.Diagnostic == "" {
		b.Diagnostic = t.diagnostic(b.Recipient)
	}
	if b.Action == "" {
		b.Action = "failed"
		if t.delayed(m, in) {
			b.Action = "delayed"
		}
	}
	if b.Status == "" {
		b.Status = t.status(b)
	} else if s := statusIn(t.says); vague(b.Status) && s != "" && s[0] == b.Status[0] {
		b.Status = s
	}
	return b
}

// recipientGroups are the fields about each recipient in the delivery status
// parts of m (RFC 3464, section 2.3). Old servers leave out the empty line
// between them and those about the mail.
func recipientGroups(m *mail) []header {
	var groups []header
	m.root.leaves(func(p *part) bool {
		if p.media == "message/delivery-status" || p.media == "message/global-delivery-status" {
			text := p.text
			if text == "" {
				text = strings.ToValidUTF8(string(p.body), "\ufffd")
			}
			groups = append(groups, statusGroups(text)...)
		}
		return len(groups) < maxGroups
	})
	return groups
}

// maxGroups bounds the recipients of one bounce that are looked at.
const maxGroups = 1000

// statusGroups splits delivery status into the groups that speak of a recipient.
func statusGroups(text string) []header {
	var groups []header
	var g header
	flush := func() {
		if g.get("Final-Recipient") != "" || g.get("Original-Recipient") != "" || g.get("Action") != "" && g.get("Status") != "" {
			groups = append(groups, g)
		}
		g = nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		name, value, ok := strings.Cut(line, ":")
		switch {
		case strings.TrimSpace(line) == "":
			flush()
		case (line[0] == ' ' || line[0] == '\t') && len(g) > 0:
			g[len(g)-1].value += " " + strings.TrimSpace(line)
		case ok && len(g) < 100:
			g = append(g, field{strings.TrimSpace(name), strings.TrimSpace(value)})
		}
		if len(groups) >= maxGroups {
			return groups
		}
	}
	flush()
	return groups
}

// chooseGroup takes the first recipient that failed, else the first that is
// late, else the first; nil when there is none.
func chooseGroup(groups []header) header {
	for _, want := range []string{"failed", "failure", "delayed"} {
		for _, g := range groups {
			if firstWord(g.get("Action")) == want {
				return g
			}
		}
	}
	if len(groups) > 0 {
		return groups[0]
	}
	return nil
}

// readGroup reads the fields about one recipient.
func readGroup(b *ticket.Bounce, g header) {
	for _, name := range []string{"Final-Recipient", "Original-Recipient"} {
		if b.Recipient == "" {
			b.Recipient = typedAddress(g.get(name))
		}
	}
	b.Diagnostic = g.get("Diagnostic-Code")
	if kind, rest, ok := strings.Cut(b.Diagnostic, ";"); ok && !strings.Contains(strings.TrimSpace(kind), " ") {
		b.Diagnostic = strings.TrimSpace(rest)
	}
	b.Diagnostic = head(strings.Join(strings.Fields(b.Diagnostic), " "), maxDiagnostic)
	b.Status = statusIn(g.get("Status"))
	switch firstWord(g.get("Action")) {
	case "delayed":
		b.Action = "delayed"
	case "":
		if strings.HasPrefix(b.Status, "4.") {
			b.Action = "delayed"
		}
	default:
		b.Action = "failed"
	}
	// What the refusing server said is nearer to the cause than what the
	// reporting one made of it (Sendmail: 4.4.7 or 5.1.1 whatever it was).
	if s := detailIn(b.Diagnostic); s != "" && !vague(s) && (b.Status == "" || s[0] == b.Status[0]) {
		b.Status = s
	}
}

// detailIn is the first status in s that has a detail (RFC 3463, section 3.1:
// 5.1.0 has none), else the first one.
func detailIn(s string) string {
	first := statusIn(s)
	for found := first; found != ""; found = statusIn(s) {
		if !strings.HasSuffix(found, ".0") && found[0] == first[0] {
			return found
		}
		_, s, _ = strings.Cut(s, found)
	}
	return first
}

// vague tells a status that names only its class.
func vague(status string) bool { return status == "" || strings.HasSuffix(status, ".0.0") }

// maxDiagnostic bounds, in bytes, what is kept of a server's words.
const maxDiagnostic = 500

// typedAddress reads "rfc822; anna@example.it" (RFC 3464, section 2.3.1), with
// the escapes of RFC 6533, section 3, where the type is utf-8.
func typedAddress(v string) string {
	kind, a, ok := strings.Cut(v, ";")
	if !ok {
		kind, a = "", v
	}
	a = strings.TrimSpace(a)
	if strings.HasPrefix(a, "<") {
		a = strings.TrimSuffix(strings.TrimPrefix(a, "<"), ">")
	}
	if strings.EqualFold(strings.TrimSpace(kind), "utf-8") {
		a = unescapeUTF8Address(a)
	}
	return head(address.Canonical(strings.TrimSpace(a)), 320)
}

// unescapeUTF8Address turns \x{F1} into the character it names.
func unescapeUTF8Address(a string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(a, "\\x{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		digits, after, closed := strings.Cut(rest, "}")
		n, err := strconv.ParseUint(digits, 16, 32)
		if !closed || err != nil || n < 0x20 || n > 0x10ffff {
			return b.String() + "\\x{" + rest
		}
		b.WriteRune(rune(n))
		a = after
	}
}

// bouncedID is the Message-ID of the mail that came back: from the copy of it
// or of its header, from a receipt's reference, from the text, from the thread.
func bouncedID(m *mail, in *ticket.Inbound, original string) string {
	id := ""
	m.root.leaves(func(p *part) bool {
		switch p.media {
		case "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "text/rfc822", "message/global-headers", "text/rfc822-header":
			s := p.text
			if s == "" {
				s = string(p.body[:min(len(p.body), maxHeader)])
			}
			id = idInText(s)
		}
		return id == ""
	})
	if id == "" {
		id = ownMessageID(m.root.header.get("X-Riferimento-Message-ID"))
	}
	if id == "" {
		id = ownMessageID(m.root.header.get("X-Original-Message-ID"))
	}
	if id == "" {
		id = idInText(original)
	}
	if id == "" && len(in.InReplyTo) > 0 {
		id = in.InReplyTo[0]
	}
	if id == "" && len(in.References) > 0 {
		id = in.References[len(in.References)-1]
	}
	return id
}

// idInText returns the first Message-ID field in s, "" when there is none.
func idInText(s string) string {
	found := false
	for line := range strings.SplitSeq(head(s, maxHeader), "\n") {
		line = strings.TrimLeft(strings.TrimSpace(line), "> ")
		if !found {
			const name = "message-id:"
			if len(line) < len(name) || !strings.EqualFold(line[:len(name)], name) {
				continue
			}
			line = line[len(name):]
		}
		if id := ownMessageID(line); id != "" {
			return id
		}
		if found { // the value did not stand on the next line either
			return ""
		}
		found = true
	}
	return ""
}
