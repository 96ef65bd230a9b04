// Package address holds the one form in which mail addresses are compared (RFC
// 5321, section 2.4; RFC 5890). Whatever lets an address in, a header, a file, a
// configuration, a command, brings it to that form once; from then on two
// addresses are one when their bytes are the same, and nothing folds case again.
package address

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Canonical is the form in which a bare address is compared: ASCII letters
// small, needless quotes off the local part, the domain as Domain writes it. All
// else stays as it is, byte for byte: "ſ" is no "s", and letters that only look
// alike make two addresses. What holds no @ is made small and nothing else.
func Canonical(a string) string {
	local, domain, ok := Cut(a)
	if !ok {
		return Lower(a)
	}
	local = Lower(local)
	if n := len(local); n > 2 && local[0] == '"' && local[n-1] == '"' && atoms(local[1:n-1]) {
		local = local[1 : n-1]
	}
	return local + "@" + Domain(domain)
}

// Cut splits an address at its last @.
func Cut(a string) (local, domain string, ok bool) {
	i := strings.LastIndexByte(a, '@')
	if i < 0 {
		return a, "", false
	}
	return a[:i], a[i+1:], true
}

// Domain is the form in which domains are compared: A-labels (RFC 5890) in small
// letters, without the dot of the root. A label that is letters of other scripts
// for nothing but ASCII ("ｅxample", "Kelvin" with its own sign) is a disguise,
// and a domain that holds one, or that cannot be an A-label, stays as it is.
func Domain(d string) string {
	d = strings.TrimRight(Lower(d), ".")
	if ascii(d) {
		return d
	}
	a, err := idna.Lookup.ToASCII(d)
	if err != nil {
		return d
	}
	labels := strings.Split(a, ".")
	written := strings.Split(d, ".")
	if len(labels) != len(written) {
		return d
	}
	for i, label := range written {
		if !ascii(label) && !strings.HasPrefix(labels[i], "xn--") {
			return d
		}
	}
	return Lower(a)
}

// Written is a domain in the letters that people read: the reverse of Domain.
func Written(d string) string {
	if u, err := idna.Lookup.ToUnicode(d); err == nil {
		return u
	}
	return d
}

// OfList is the form in which the address of a list or its List-Id (RFC 2919),
// which looks like a domain, is compared.
func OfList(s string) string {
	if strings.Contains(s, "@") {
		return Canonical(s)
	}
	return Domain(s)
}

// Valid tells whether a is one bare mail address: an atom of RFC 5322, dots and
// letters of any script allowed, an @, and a domain of labels that can be asked
// for in DNS. A domain beyond ASCII must have A-labels.
func Valid(a string) bool {
	local, domain, ok := Cut(a)
	return ok && len(a) <= 254 && len(local) <= 64 && atoms(local) && ValidDomain(domain)
}

// ValidDomain tells whether d is a domain of labels, in letters or as A-labels.
func ValidDomain(d string) bool {
	d = Domain(d)
	if len(d) > 253 {
		return false
	}
	for label := range strings.SplitSeq(d, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
				return false
			}
		}
	}
	return true
}

// atoms tells whether s is what may stand before an @ without quotes.
func atoms(s string) bool {
	return s != "" && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r == 0x7f || strings.ContainsRune(`"(),:;<>@[\]`, r) || r >= utf8.RuneSelf && !unicode.IsGraphic(r) ||
			unicode.IsSpace(r) || r == utf8.RuneError
	})
}

// Lower makes ASCII letters small and touches nothing else.
func Lower(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if c := b[i]; c >= 'A' && c <= 'Z' {
					b[i] = c + 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
