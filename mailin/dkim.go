package mailin

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

const (
	maxSignatures = 4 // of a mail that are verified
	// bodyChunk is how much of a body is hashed at a time: go-msgauth copies what
	// it holds back at every write.
	bodyChunk = 1 << 20
)

// signature is a DKIM-Signature field (RFC 6376, section 3.5), read as far as
// is needed to decide whether to verify it.
type signature struct {
	line     int  // in the header
	typed    bool // Content-Type is signed: it decides which part of the body is read
	domain   string
	identity string   // the domain of i=
	key      string   // the name of the key's record; "" when it has none
	length   bool     // l= leaves the end of the body open
	unsigned []string // which fields that the desk reads by are not signed
}

// readSignatures lists the signatures of a mail that can be read at all.
func readSignatures(h *signedHeader) []signature {
	var sigs []signature
	for i, name := range h.names {
		if name != "dkim-signature" {
			continue
		}
		if s, ok := readSignature(h.value(i)); ok {
			s.line = i
			if !s.typed && h.count("content-type") > 0 {
				s.unsigned = append(s.unsigned, "Content-Type")
			}
			sigs = append(sigs, s)
		}
	}
	return sigs
}

func readSignature(v string) (s signature, ok bool) {
	tags, ok := readTags(v)
	if !ok {
		return s, false
	}
	s.domain = aLabel(tags["d"])
	if s.domain == "" {
		return s, false
	}
	s.identity = s.domain
	if i, ok := tags["i"]; ok {
		s.identity = aLabel(i[strings.LastIndexByte(i, '@')+1:])
	}
	if name := strings.ToLower(tags["s"]) + "._domainkey." + s.domain; hostName(name) {
		s.key = name
	}
	_, s.length = tags["l"]
	signed := map[string]bool{}
	for f := range strings.SplitSeq(tags["h"], ":") {
		signed[strings.ToLower(f)] = true
	}
	s.typed = signed["content-type"]
	for _, field := range []string{"From", "Subject", "Date"} {
		if !signed[strings.ToLower(field)] {
			s.unsigned = append(s.unsigned, field)
		}
	}
	return s, true
}

// readTags reads a tag list (RFC 6376, section 3.2) without its white space; a
// tag that stands twice spoils all.
func readTags(v string) (map[string]string, bool) {
	tags := map[string]string{}
	for part := range strings.SplitSeq(v, ";") {
		name, value, ok := strings.Cut(part, "=")
		name = strings.TrimSpace(name)
		if !ok && name == "" {
			continue
		}
		if _, twice := tags[name]; !ok || twice || name == "" {
			return nil, false
		}
		tags[name] = strings.Join(strings.Fields(value), "")
	}
	return tags, true
}

// hostName tells whether a name may be asked for in DNS.
func hostName(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for _, c := range []byte(label) {
			if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
				return false
			}
		}
	}
	return len(s) <= 253
}

// relevant are the signatures that could say something about the From domain.
// A signature that leaves the end of the body open or does not cover what the
// desk reads proves nothing, nor does its failure.
func (c claim) relevant(sigs []signature) []signature {
	var out []signature
	for _, s := range sigs {
		if c.aligned(s.domain) && s.key != "" && len(s.unsigned) == 0 && !s.length && len(out) < maxSignatures {
			out = append(out, s)
		}
	}
	return out
}

// LeftOut tells whether a mail has a signature of exactly domain, and what the
// best of those does not cover, so that it proves nothing: the names of fields,
// and "the end of the body".
func LeftOut(raw []byte, domain string) (fields []string, signed bool) {
	h := readSigned(raw)
	for _, s := range readSignatures(&h) {
		if s.domain != domain {
			continue
		}
		if s.length {
			s.unsigned = append(s.unsigned, "the end of the body")
		}
		if !signed || len(s.unsigned) < len(fields) {
			fields, signed = s.unsigned, true
		}
	}
	return fields, signed
}

// proof is what the signatures of a mail say together.
type proof struct {
	aligned    string // the domain of one that holds; "": none
	failed     bool   // one of exactly the From domain does not hold
	unanswered bool   // a key could not be asked for
}

// verify looks up the keys of sigs, together within the timeout, and checks
// them in their order until one holds.
func (a *Authenticator) verify(ctx context.Context, h *signedHeader, from string, sigs []signature) proof {
	var p proof
	for i, k := range a.lookup(ctx, sigs) {
		s := sigs[i]
		if k.err != nil {
			p.unanswered = true
			continue
		}
		if !k.usable(s) {
			continue
		}
		switch a.check(h, s, k.txt) {
		case sigHolds:
			return proof{aligned: s.domain}
		case sigFails:
			p.failed = p.failed || s.domain == from
		}
	}
	return p
}

// sigState is what came of checking one signature.
type sigState int

const (
	sigUnclear sigState = iota // it cannot be checked: malformed, expired, no proper key
	sigHolds
	sigFails // mail or signature was changed, or the signature was made up
)

// check waits for a core: many mails may wait for DNS at a time, each check works.
func (a *Authenticator) check(h *signedHeader, s signature, txt string) sigState {
	a.once.Do(func() { a.checks = make(chan struct{}, runtime.GOMAXPROCS(0)) })
	a.checks <- struct{}{}
	defer func() { <-a.checks }()
	return checkSignature(h, s, txt)
}

// checkSignature verifies s alone: with several, go-msgauth starts a goroutine
// each, where a panic could not be caught. The signatures below stay, as s may
// cover them (RFC 6376, section 5.4.1); those above were added later.
func checkSignature(h *signedHeader, s signature, txt string) (state sigState) {
	defer func() {
		if recover() != nil {
			state = sigUnclear
		}
	}()
	var head bytes.Buffer
	for i, line := range h.lines {
		if h.names[i] != "dkim-signature" || i >= s.line {
			head.Write(line)
		}
	}
	head.WriteString("\r\n")
	v, err := dkim.VerifyWithOptions(io.MultiReader(&head, &chunks{rest: h.body, bare: h.bare}),
		&dkim.VerifyOptions{LookupTXT: func(string) ([]string, error) { return []string{txt}, nil }, MaxVerifications: 1})
	switch {
	case err != nil && !errors.Is(err, dkim.ErrTooManySignatures) || len(v) != 1 || dkim.IsPermFail(v[0].Err) || dkim.IsTempFail(v[0].Err):
		return sigUnclear
	case v[0].Err != nil:
		return sigFails
	case aLabel(v[0].Domain) != s.domain:
		return sigUnclear
	}
	return sigHolds
}

// chunks gives out a body in pieces of bodyChunk.
type chunks struct {
	rest  []byte
	bare  bool   // lines end in LF, to be read as CRLF
	piece []byte // taken off rest, not yet given out
}

// take makes sure that piece holds something; false at the end.
func (c *chunks) take() bool {
	if len(c.piece) > 0 || len(c.rest) == 0 {
		return len(c.piece) > 0
	}
	n := min(len(c.rest), bodyChunk)
	c.piece, c.rest = c.rest[:n], c.rest[n:]
	if c.bare {
		c.piece = crlf(c.piece)
	}
	return true
}

func (c *chunks) Read(b []byte) (int, error) {
	if !c.take() {
		return 0, io.EOF
	}
	n := copy(b, c.piece)
	c.piece = c.piece[n:]
	return n, nil
}

func (c *chunks) WriteTo(w io.Writer) (int64, error) {
	var sum int64
	for c.take() {
		n, err := w.Write(c.piece)
		sum += int64(n)
		c.piece = c.piece[n:]
		if err != nil {
			return sum, err
		}
	}
	return sum, nil
}
