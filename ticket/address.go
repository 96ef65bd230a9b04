package ticket

import (
	"crypto/sha256"
	"encoding/binary"
	"regexp"
	"slices"
	"strings"

	"sportello/ticket/address"
)

// Addresses are the desk's own: where mail reaches it and how tokens stand in
// them. All are in the form of address.Canonical, the pattern too, and so is
// every address that they are asked about.
type Addresses struct {
	Desk    string   // desk.address
	Aliases []string // other addresses that reach the mailbox
	Lists   []string // List-Ids or addresses of groups and web forms that deliver here
	// Pattern holds "{token}" where the token stands; "" when the server knows
	// no such addresses (security.subaddress = false).
	Pattern string
}

// PlusPattern is the pattern of security.subaddress = true.
func PlusPattern(desk string) string {
	local, domain, _ := cutLast(desk, "@")
	return local + "+{token}@" + domain
}

// Domain is what stands behind the @ of the desk's address.
func (a Addresses) Domain() string {
	_, domain, _ := cutLast(a.Desk, "@")
	return domain
}

// Token is the address that carries token; the desk's own without a pattern.
func (a Addresses) Token(token string) string {
	if a.Pattern == "" {
		return a.Desk
	}
	return strings.Replace(a.Pattern, "{token}", token, 1)
}

// Candidate returns what stands in the place of the token in addr, "" when
// addr is not made after the pattern. It is not verified.
func (a Addresses) Candidate(addr string) string {
	if a.Pattern == "" {
		return ""
	}
	before, after, _ := strings.Cut(a.Pattern, "{token}")
	if len(addr) <= len(before)+len(after) || !strings.HasPrefix(addr, before) || !strings.HasSuffix(addr, after) {
		return ""
	}
	return addr[len(before) : len(addr)-len(after)]
}

// Own tells whether addr reaches the desk: its address, an alias, or an
// address made after the pattern that could hold a token.
func (a Addresses) Own(addr string) bool {
	if addr != "" && (addr == a.Desk || contains(a.Aliases, addr)) {
		return true
	}
	body, mac, ok := cutLast(a.Candidate(addr), ".")
	if !ok || len(mac) != 16 {
		return false
	}
	_, _, ok = parseToken(body)
	return ok
}

// Listed tells whether a List-Id or address stands in desk.lists.
func (a Addresses) Listed(s string) bool { return s != "" && contains(a.Lists, s) }

// Strike replaces every desk address that could hold a token, and every
// Message-ID of ours, which counts as one, by the desk's plain address: a
// technician's token never reaches a customer, nor the other way round. The
// plus sign may be written as HTML, a mailto link or UTF-7 writes it.
func (a Addresses) Strike(text string) string {
	strike := func(s string) string {
		plain := address.Canonical(plusForms.Replace(s))
		if plain != a.Desk && (a.Own(plain) || OwnShape(plain)) {
			return a.Desk
		}
		return s
	}
	text = addressLike.ReplaceAllStringFunc(text, strike)
	if strings.Contains(a.Pattern+a.Desk, "xn--") { // programs show the domain in letters
		text = addressInLetters.ReplaceAllStringFunc(text, strike)
	}
	return text
}

const localLike = `(?:&#43;|&#[xX]2[bB];|&plus;|[A-Za-z0-9.!#$%&'*+/=?^_{|}~-])+`

var (
	addressLike      = regexp.MustCompile(localLike + `@[A-Za-z0-9.-]+[A-Za-z0-9]`)
	addressInLetters = regexp.MustCompile(localLike + `@[\pL\pM\pN.-]+[\pL\pM\pN]`)
	plusForms        = strings.NewReplacer("&#43;", "+", "&#x2b;", "+", "&#x2B;", "+", "&#X2b;", "+", "&#X2B;", "+", "&plus;", "+", "%2B", "+", "%2b", "+", "+-", "+")
)

// Number names a technician in tokens: it hangs on the first address alone, so
// that the order of the configuration does not matter. Two technicians with one
// number are a fault of the configuration.
func (t Technician) Number() int {
	sum := sha256.Sum256([]byte(t.Addresses[0]))
	return int(binary.BigEndian.Uint32(sum[:4])>>8) + 1
}

// Mailbox is where letters to the technician go.
func (t Technician) Mailbox() Mailbox { return Mailbox{Name: t.Name, Address: t.Addresses[0]} }

func (t Technician) has(addr string) bool { return contains(t.Addresses, addr) }

// away tells whether the technician is absent on a day.
func (t Technician) away(d Date) bool {
	return slices.ContainsFunc(t.Absent, func(s Span) bool { return s.holds(d) })
}
