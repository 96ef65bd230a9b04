package ticket

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"sportello/ticket/address"
)

// likeness is what people are known by in what is stored: their addresses, their
// names, and the Message-IDs of their mails.
type likeness struct {
	people  map[string]string // address: the pseudonym that takes its place
	needles []needle
	mails   map[string]bool
	word    string // takes the place of a name
	mark    string // begins the pseudonyms
}

// needle is one form of a name or an address as it stands in a text.
type needle struct {
	name    bool   // of a person, or of a firm
	text    string // ASCII in lower case
	within  string // no letter or digit, and none of these, may stand next to it
	instead string
}

// erasedDomain is where nobody has a mailbox (RFC 2606, section 2).
const erasedDomain = "@erased.invalid"

// pseudonymous tells whether an address is what an erasure left.
func pseudonymous(addr string) bool { return strings.HasSuffix(addr, erasedDomain) }

// newLikeness is whom w looks for. Erased addresses are numbered by their places.
func newLikeness(id ErasureID, w *Wanted, word string) *likeness {
	l := &likeness{people: map[string]string{}, mails: map[string]bool{}, word: word}
	for i, addr := range w.Addresses {
		l.people[addr] = fmt.Sprintf("erased-%d-%d%s", id, i+1, erasedDomain)
		local, domain, _ := strings.Cut(addr, "@")
		for _, d := range slices.Compact([]string{domain, address.Written(domain)}) {
			l.add(needle{text: local + "@" + d, within: "._%+-=", instead: l.people[addr]})
			l.add(needle{text: local + "=" + d, within: "._%", instead: word}) // as return paths carry it
			l.add(needle{text: local + "%40" + d, within: "._%+-=", instead: word})
		}
	}
	l.mark = fmt.Sprintf("erased-%d-", id)
	for _, name := range w.Names {
		for _, form := range []string{name, strings.ToLower(name), strings.ToUpper(name)} {
			l.add(needle{name: true, text: form, instead: word})
		}
	}
	if len(w.Customer) >= 5 { // shorter ones stand in any text
		l.add(needle{text: w.Customer, within: "-_./", instead: word})
	}
	for _, mid := range w.Mails {
		l.mails[mid] = true
	}
	return l
}

func (l *likeness) add(n needle) {
	n.text = address.Lower(n.text)
	if n.text != "" && !slices.Contains(l.needles, n) {
		l.needles = append(l.needles, n)
	}
}

// find is where n stands in low, at or behind from; -1: nowhere.
func (n needle) find(low string, from int) int {
	for from <= len(low) {
		i := strings.Index(low[from:], n.text)
		if i < 0 {
			return -1
		}
		i += from
		end := i + len(n.text)
		if !n.joins(low, i-1) && !n.joins(low, end) && !(end+1 < len(low) && low[end] == '.' && n.within != "" && joinsWord(low[end+1])) {
			return i
		}
		from = i + 1
	}
	return -1
}

// joins tells whether what stands at i makes another word of n. A full stop and
// the like behind an address may end a sentence.
func (n needle) joins(low string, i int) bool {
	if i < 0 || i >= len(low) {
		return false
	}
	return joinsWord(low[i]) || low[i] != '.' && strings.IndexByte(n.within, low[i]) >= 0
}

func joinsWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x80
}

// in tells whether s names any of them.
func (l *likeness) in(s string) bool {
	if l.mails[s] {
		return true
	}
	low := address.Lower(s)
	return slices.ContainsFunc(l.needles, func(n needle) bool { return n.find(low, 0) >= 0 })
}

// certain is l without the names, which others may have as well.
func (l *likeness) certain() *likeness {
	c := *l
	c.needles = slices.DeleteFunc(slices.Clone(l.needles), func(n needle) bool { return n.name })
	return &c
}

// strike is s without them: addresses become pseudonyms.
func (l *likeness) strike(s string) string {
	if l.mails[s] {
		return ""
	}
	low := address.Lower(s)
	for _, n := range l.needles {
		for at := n.find(low, 0); at >= 0; at = n.find(low, at+len(n.instead)) {
			s = s[:at] + n.instead + s[at+len(n.text):]
			low = low[:at] + n.instead + low[at+len(n.text):]
		}
	}
	return s
}

// named tells whether any text in v, a pointer, names them.
func (l *likeness) named(v any) bool {
	found := false
	eachText(reflect.ValueOf(v), func(s string) string {
		found = found || l.in(s)
		return s
	})
	return found
}

// touched tells whether any text in v, a pointer, holds a pseudonym of theirs.
func (l *likeness) touched(v any) bool {
	found := false
	eachText(reflect.ValueOf(v), func(s string) string {
		found = found || strings.Contains(s, l.mark)
		return s
	})
	return found
}

// struck strikes them out of every text in v, a pointer, and tells whether any was.
func (l *likeness) struck(v any) bool {
	changed := false
	eachText(reflect.ValueOf(v), func(s string) string {
		if !l.in(s) {
			return s
		}
		changed = true
		return l.strike(s)
	})
	return changed
}

// eachText puts what f makes of it in the place of every text in v, whatever field
// holds it.
func eachText(v reflect.Value, f func(string) string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			eachText(v.Elem(), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				eachText(v.Field(i), f)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			eachText(v.Index(i), f)
		}
	case reflect.String:
		if s := v.String(); s != "" {
			if to := f(s); to != s && v.CanSet() {
				v.SetString(to)
			}
		}
	}
}
