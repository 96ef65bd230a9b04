package ticket

import (
	"crypto/hmac"
	"encoding/base32"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sportello/ticket/address"
)

// Purpose is what a token was made for: the first letter of its text.
type Purpose byte

const (
	PurposeReply   Purpose = 'c' // a customer's reply
	PurposeQuote   Purpose = 'q' // a reply to exactly one quote
	PurposeWork    Purpose = 't' // a technician's reply: answers the customer
	PurposeNote    Purpose = 'n' // a technician's reply: an internal note
	PurposeBounce  Purpose = 'b' // the envelope sender of a letter
	PurposeAsk     Purpose = 'k' // the reply of a third party that was asked
	PurposeHeld    Purpose = 'h' // an answer about a held mail; Number is the arrival
	PurposeConfirm Purpose = 'y' // the confirmation round trip
)

// lifetimes in days (DESIGN.md section 3, "Tokens").
var lifetimes = map[Purpose]int{
	PurposeReply: 400, PurposeQuote: 60, PurposeWork: 90, PurposeNote: 90, PurposeAsk: 90,
	PurposeBounce: 30, PurposeHeld: 7, PurposeConfirm: 1,
}

// Token proves that somebody saw a letter of ours, not who they are. Number is
// the ticket (or the arrival, where t.asks), Participant the one person the
// letter was sent to, Version that of a quote (0: none), or of PurposeConfirm
// what its answer must say.
type Token struct {
	Purpose     Purpose
	Number      uint64
	Participant int
	Version     int
	Day         int  // last day it acts, counted from 1970-01-01 UTC
	Revoked     bool // it is ours, and was taken back: it proves nothing any more
}

// Ticket is the ticket a token belongs to; 0 for questions about held mail.
func (t Token) Ticket() ID {
	if t.asks() {
		return 0
	}
	return ID(t.Number)
}

// asks tells whether t is of a question about a held mail, which it names.
func (t Token) asks() bool { return t.Purpose == PurposeHeld || t.Purpose == PurposeConfirm }

// Expired tells whether the token acts no more at now; it still finds its ticket.
func (t Token) Expired(now time.Time) bool { return dayOf(now) > t.Day }

func dayOf(t time.Time) int { return int(t.Unix() / 86400) }

var tokenEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// mac is 80 bits of HMAC-SHA-256 over what stands under domain, so that a
// token is no Message-ID and the other way round, and over how often tokens like
// it were taken back before it was made.
func (r *ring) mac(key byte, domain, body string, n takings) string {
	sum := r.sum(key, domain, []byte(body+n.String()))
	return tokenEncoding.EncodeToString(sum[:10])
}

// issue fills in the lifetime of a token made at now, unless it has one.
func (t Token) issue(now time.Time) Token {
	if t.Day == 0 {
		t.Day = dayOf(now) + lifetimes[t.Purpose]
	}
	return t
}

// body is `<purpose><number>.<participant>[.<version>].<key id><day>`.
func (t Token) body(key byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%c%d.%d", t.Purpose, t.Number, t.Participant)
	if t.Version > 0 {
		fmt.Fprintf(&b, ".%d", t.Version)
	}
	fmt.Fprintf(&b, ".%c%d", key, t.Day)
	return b.String()
}

// Sign writes the token as it stands in an address: lower case, digits, dots.
func (k Keys) Sign(t Token) string {
	r := k.load()
	body := t.body(r.current)
	return body + "." + r.mac(r.current, "address", body, r.taken(t))
}

// Verify reads a token at now. Case does not matter. What is foreign, malformed,
// forged or signed with a key that is retired is no token: false. A genuine one
// may be expired or revoked.
func (k Keys) Verify(s string, now time.Time) (Token, bool) {
	body, mac, ok := cutLast(address.Lower(s), ".")
	if !ok || len(s) > 80 {
		return Token{}, false
	}
	return k.load().proven(body, mac, "address", body, now)
}

// proven reads the token body when mac is ours over signed.
func (r *ring) proven(body, mac, domain, signed string, now time.Time) (Token, bool) {
	t, key, ok := parseToken(body)
	if !ok || !r.signed(key, t, now) {
		return Token{}, false
	}
	for latest, n := range r.taken(t).before() {
		if hmac.Equal([]byte(mac), []byte(r.mac(key, domain, signed, n))) {
			t.Revoked = !latest
			return t, true
		}
	}
	return Token{}, false
}

func parseToken(body string) (t Token, key byte, ok bool) {
	f := strings.Split(body, ".")
	if len(f) != 3 && len(f) != 4 || len(f[0]) < 2 || len(f[len(f)-1]) < 2 {
		return Token{}, 0, false
	}
	t.Purpose = Purpose(f[0][0])
	if lifetimes[t.Purpose] == 0 {
		return Token{}, 0, false
	}
	last := f[len(f)-1]
	key = last[0]
	ok = number(f[0][1:], &t.Number) && number(f[1], &t.Participant) && number(last[1:], &t.Day)
	if len(f) == 4 {
		ok = ok && number(f[2], &t.Version) && t.Version > 0
	}
	return t, key, ok
}

// number reads decimal digits without sign or leading zero.
func number[T ~int | ~uint64](s string, n *T) bool {
	if s == "" || len(s) > 15 || s[0] == '0' && len(s) > 1 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	v, err := strconv.ParseUint(s, 10, 63)
	*n = T(v)
	return err == nil
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

const ownPrefix = "sportello."

// MessageID makes the signed Message-ID of a letter, without angle brackets:
// `sportello.<notice>.<token>@domain`. It counts as the token it names.
func (k Keys) MessageID(n NoticeID, t Token, domain string) string {
	r := k.load()
	body := t.body(r.current)
	return fmt.Sprintf("%s%d.%s.%s@%s", ownPrefix, n, body, r.mac(r.current, "message-id", fmt.Sprintf("%d.%s", n, body), r.taken(t)), domain)
}

// VerifyMessageID reads a Message-ID of ours at now, as Verify does a token; false
// for any other.
func (k Keys) VerifyMessageID(mid string, now time.Time) (NoticeID, Token, bool) {
	n, body, mac, ok := splitOwn(mid)
	if !ok {
		return 0, Token{}, false
	}
	t, ok := k.load().proven(body, mac, "message-id", fmt.Sprintf("%d.%s", n, body), now)
	return n, t, ok
}

// OwnShape tells whether a Message-ID looks like one of a Sportello, without
// keys to prove it (`explain` without a configuration).
func OwnShape(mid string) bool {
	_, body, mac, ok := splitOwn(mid)
	if !ok || len(mac) != 16 {
		return false
	}
	_, _, ok = parseToken(body)
	return ok
}

func splitOwn(mid string) (n NoticeID, body, mac string, ok bool) {
	local, _, found := strings.Cut(address.Lower(mid), "@")
	rest, own := strings.CutPrefix(local, ownPrefix)
	if !found || !own || len(local) > 120 {
		return 0, "", "", false
	}
	first, rest, found := strings.Cut(rest, ".")
	if !found || !number(first, &n) {
		return 0, "", "", false
	}
	body, mac, ok = cutLast(rest, ".")
	return n, body, mac, ok
}
