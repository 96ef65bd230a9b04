package mailin

import (
	"strings"

	"sportello/mailin/internal/wording"
	"sportello/ticket"
	"sportello/ticket/address"
)

// bounceText is the text of a bounce in an old format: what the server says,
// and the copy of the mail that it returns.
type bounceText struct{ says, original string }

// maxBounceText bounds, in bytes, the words of a server that are looked at.
const maxBounceText = 32 << 10

// splitBounce finds where the copy begins.
func splitBounce(text string) bounceText {
	at := 0
	for line := range strings.SplitSeq(text, "\n") {
		if s := strings.TrimSpace(line); at > 0 && len(s) > 5 && copyBegins(s) {
			return bounceText{head(text[:at], maxBounceText), text[at:]}
		}
		if at += len(line) + 1; at > maxHeader {
			break
		}
	}
	return bounceText{head(text, maxBounceText), text}
}

// copyBegins tells the line before the copy of a mail, or its first line.
func copyBegins(s string) bool {
	switch {
	case strings.HasPrefix(s, "Received: from "), strings.HasPrefix(s, "Return-Path: <"), strings.HasPrefix(s, "Return-path: <"):
		return true
	case len(s) > 120:
		return false
	}
	return wording.Has(strings.ToLower(s), copyWords)
}

var copyWords = wording.Words(
	"this is a copy of the message", "below this line is a copy", "below this line is the", "copy of your message", "original message follows", "unsent message follows", "original message headers", "- original message -", "--- original message", "original message:", "message header follows", "message headers follow", "headers of the message", "header of the original", "returned message:", "--- returned message", "message body follows", "the first part of the message", "undelivered message follows", "--- the message", "contents of the message", "the text of the message", "copia del messaggio", "messaggio originale", "ursprüngliche nachricht", "message d'origine", "mensaje original", "enclosed is a copy", "a copy of the message", "start of message", "--- message header",
)

// recipient finds who did not get the mail.
func (t bounceText) recipient(m *mail, in *ticket.Inbound) string {
	if v := m.root.header.get("X-Failed-Recipients"); v != "" {
		if a := firstAddress(v); a != "" {
			return a
		}
	}
	own := make(map[string]bool)
	for _, list := range [][]ticket.Mailbox{in.From, in.To, in.Cc, {in.Sender}} {
		for _, a := range list {
			own[a.Address] = true
		}
	}
	fallback, loose := "", ""
	for line := range strings.SplitSeq(t.says, "\n") {
		if !strings.Contains(line, "@") {
			continue
		}
		a := firstAddress(line)
		if a == "" {
			continue
		}
		s := strings.ToLower(strings.TrimSpace(strings.TrimLeft(line, " \t*-<\"'([")))
		for _, p := range recipientLabels {
			s = strings.TrimLeft(strings.TrimPrefix(s, p), " \t<\"'")
		}
		switch {
		case strings.HasPrefix(s, a) && !own[a]:
			return a
		case strings.HasPrefix(s, a) && fallback == "":
			fallback = a
		case !own[a] && loose == "":
			loose = a
		}
	}
	switch {
	case loose != "":
		return loose
	case fallback != "":
		return fallback
	}
	return fieldInText(t.original, "To")
}

var recipientLabels = []string{"rcpt to:", "to:", "recipient:", "recipients:", "recipient address:", "final recipient:", "destinatario:", "destinatari:", "empfänger:", "a:", "mailto:", "for <", "failed recipient:", "smtp:", "user:", "unroutable address:"}

// fieldInText returns the first address in the field called name of the header
// that stands in text, "" when there is none.
func fieldInText(text, name string) string {
	for line := range strings.SplitSeq(head(text, maxBounceText), "\n") {
		line = strings.TrimLeft(line, "> \t")
		if n, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(n, name) {
			if a := firstAddress(v); a != "" {
				return a
			}
		}
	}
	return ""
}

// firstAddress finds the first mail address in s, in the form of address.Canonical.
func firstAddress(s string) string {
	for from := 0; from < len(s); {
		at := strings.IndexByte(s[from:], '@')
		if at < 0 {
			return ""
		}
		at += from
		l, r := at, at+1
		for l > 0 && at-l < 200 && !strings.ContainsRune(" \t<>()[]\"':;,|=", rune(s[l-1])) {
			l--
		}
		for r < len(s) && r-at < 255 && (wording.IsLetter(s[r]) || wording.IsDigit(s[r]) || s[r] == '.' || s[r] == '-' || s[r] >= 0x80) {
			r++
		}
		if domain := strings.Trim(s[at+1:r], ".-"); l < at && strings.Contains(domain, ".") {
			return address.Canonical(s[l:at] + "@" + domain)
		}
		from = at + 1
	}
	return ""
}

// diagnostic is the line in which a server gives its reason: the first with a
// status or a reply code, else what comes after the line of the recipient.
func (t bounceText) diagnostic(recipient string) string {
	lines := strings.Split(t.says, "\n")
	after := ""
	for i, line := range lines {
		s := strings.TrimSpace(line)
		if statusIn(s) != "" || replyCode(s) > 0 {
			for j := i + 1; j < len(lines) && j < i+4 && strings.TrimSpace(lines[j]) != "" && len(s) < maxDiagnostic; j++ {
				s += " " + strings.TrimSpace(lines[j])
			}
			return head(strings.Join(strings.Fields(s), " "), maxDiagnostic)
		}
		if after == "" && recipient != "" && strings.HasPrefix(strings.ToLower(strings.TrimLeft(s, "<\"'")), recipient) {
			after = reasonAfter(lines[i+1:])
		}
	}
	return head(after, maxDiagnostic)
}

// reasonAfter is the first line that says something, "because:" left out.
func reasonAfter(lines []string) string {
	for _, line := range lines[:min(len(lines), 6)] {
		if s := strings.TrimSpace(line); s != "" && !strings.HasSuffix(s, ":") {
			return s
		}
	}
	return ""
}

// delayed tells a warning: the server goes on trying.
func (t bounceText) delayed(m *mail, in *ticket.Inbound) bool {
	if strings.HasPrefix(firstWord(m.root.header.get("X-Ricevuta")), "preavviso") {
		return true
	}
	subject := strings.ToLower(in.Subject)
	says := strings.ToLower(t.says)
	if wording.Has(subject, lateSubjects) {
		return true
	}
	return wording.Has(says, lateWords) && !wording.Has(says, finalWords)
}

var lateSubjects = wording.Words("(delay)", "delayed", "warning: could not send", "warning: message", "delivery is delayed", "ritardo", "verzögert", "retardé", "retrasad")

var lateWords = wording.Words("will be retried", "will keep trying", "will continue to try", "still trying", "has been delayed", "delivery delayed", "delivery is delayed", "not yet been delivered", "warning message only", "do not need to resend", "gmail will retry", "temporarily deferred", "è in ritardo", "sarà ritentat", "verrà ritentat", "nuovi tentativi", "wird weiterhin versucht")

var finalWords = wording.Words("permanent", "gave up", "giving up", "given up", "failed permanently", "i'm not going to try", "could not be delivered", "returned", "definitiv")

// status guesses the code of RFC 3463 from the server's words.
func (t bounceText) status(b *ticket.Bounce) string {
	if s := statusIn(b.Diagnostic); s != "" {
		return s
	}
	if s := statusIn(t.says); s != "" {
		return s
	}
	class := "5"
	if code := replyCode(b.Diagnostic); b.Action == "delayed" || code >= 400 && code < 500 {
		class = "4"
	}
	says := strings.ToLower(t.says)
	for _, g := range statusWords {
		if wording.Has(says, g.words) {
			return class + g.detail
		}
	}
	return class + ".0.0"
}

var statusWords = []struct {
	detail string
	words  *wording.List
}{
	{".2.2", wording.Words("mailbox is full", "mailbox full", "over quota", "quota exceeded", "exceeded storage", "casella piena", "casella è piena", "casella di posta piena", "spazio esaurito", "postfach ist voll", "boîte pleine", "buzón lleno")},
	{".1.1", wording.Words("user unknown", "unknown user", "no such user", "no mailbox here", "doesn't have", "does not exist", "unknown recipient", "recipient unknown", "invalid recipient", "not listed in", "no such recipient", "mailbox unavailable", "utente sconosciuto", "destinatario sconosciuto", "casella inesistente", "indirizzo inesistente", "non elencato", "dismessa", "unbekannt", "not our customer")},
	{".1.2", wording.Words("host not found", "domain not found", "unrouteable", "unroutable", "name server", "couldn't find any host", "dominio inesistente")},
	{".4.7", wording.Words("retry timeout", "too long", "timed out", "timeout exceeded", "cannot send message for")},
	{".7.1", wording.Words("spam", "blocked", "blacklist", "blocklist", "policy", "refused", "rejected", "access denied", "bloccato")},
}

// statusIn finds the first code of RFC 3463 in s that is one of failure. A
// version or an address of the Internet is none.
func statusIn(s string) string {
	for i := 0; i+4 < len(s); i++ {
		if (s[i] != '4' && s[i] != '5') || s[i+1] != '.' || !wording.IsDigit(s[i+2]) {
			continue
		}
		if i > 0 {
			if p := s[i-1]; wording.IsDigit(p) || wording.IsLetter(p) || p == '.' || p == '/' || p == '_' || p == '@' || p >= 0x80 {
				continue
			}
		}
		j := i + 2
		for j < len(s) && j < i+5 && wording.IsDigit(s[j]) {
			j++
		}
		if j+1 >= len(s) || s[j] != '.' || !wording.IsDigit(s[j+1]) {
			continue
		}
		k := j + 1
		for k < len(s) && k < j+4 && wording.IsDigit(s[k]) {
			k++
		}
		if k < len(s) && (wording.IsDigit(s[k]) || wording.IsLetter(s[k]) || s[k] == '/' || s[k] == '.' && k+1 < len(s) && (wording.IsDigit(s[k+1]) || wording.IsLetter(s[k+1]))) {
			continue
		}
		return s[i:k]
	}
	return ""
}

// replyCode finds an SMTP reply of failure (RFC 5321, section 4.2) in a line;
// 0 when there is none.
func replyCode(s string) int {
	for i := 0; i+3 <= len(s); i++ {
		if (s[i] == '4' || s[i] == '5') && s[i+1] >= '0' && s[i+1] <= '7' && wording.IsDigit(s[i+2]) &&
			(i == 0 || strings.IndexByte(" (:[#", s[i-1]) >= 0) &&
			(i+3 < len(s) && (s[i+3] == ' ' || s[i+3] == '-') || i+3 == len(s)) {
			return int(s[i]-'0')*100 + int(s[i+1]-'0')*10 + int(s[i+2]-'0')
		}
	}
	return 0
}
