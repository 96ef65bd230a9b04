// Package secret strikes known secrets out of text that others wrote. A server
// may repeat what it was told in any of its answers, and its answers are logged,
// mailed and stored.
package secret

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// struck stands where a secret stood.
const struck = "[…]"

// kept is how many secrets are remembered: tokens are renewed for ever.
const kept = 16

// List is the secrets that were handed out. Its zero value is empty; a nil List
// strikes nothing. It may be used from several goroutines.
type List struct {
	mu    sync.Mutex
	words []string
}

// Add remembers s, which may hold white space and more than one line; "" is none.
func (l *List) Add(s string) {
	if l == nil || s == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.words, s); i >= 0 {
		l.words = slices.Delete(l.words, i, i+1)
	} else if len(l.words) == kept {
		l.words = slices.Delete(l.words, 0, 1)
	}
	l.words = append(l.words, s)
}

// Strike replaces every secret in text: as it is, in whatever case, quoted or
// escaped for IMAP, Go or a URL, and inside any base64 that holds it (SASL PLAIN,
// LOGIN, XOAUTH2). Strike before text is cut: half a secret is not recognised.
func (l *List) Strike(text string) string {
	if l == nil || text == "" {
		return text
	}
	l.mu.Lock()
	words := slices.Clone(l.words)
	l.mu.Unlock()
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) }) // one may hold another
	for _, w := range words {
		for _, form := range forms(w) {
			text = replace(text, form)
		}
		for _, core := range cores(w) {
			text = replaceRun(text, core)
		}
	}
	return text
}

// forms are the ways in which w itself is written, the longest first.
func forms(w string) []string {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(w)
	golang := strconv.Quote(w)
	all := []string{w, quoted, golang[1 : len(golang)-1], url.QueryEscape(w), url.PathEscape(w), strings.Join(strings.Fields(w), " ")}
	slices.Sort(all)
	all = slices.Compact(all)
	slices.SortStableFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}

// short is the length up to which a secret is struck only where it is a word of
// its own: it may be part of any.
const short = 3

// replace strikes form in whatever ASCII case.
func replace(text, form string) string {
	if form == "" {
		return text
	}
	var out strings.Builder
	folded, form := lower(text), lower(form)
	done := 0
	for at := 0; ; {
		i := strings.Index(folded[at:], form)
		if i < 0 {
			break
		}
		from, to := at+i, at+i+len(form)
		at = to
		if len(form) <= short && (from > 0 && inWord(folded[from-1]) || to < len(folded) && inWord(folded[to])) {
			continue
		}
		out.WriteString(text[done:from])
		out.WriteString(struck)
		done = to
	}
	if done == 0 {
		return text
	}
	out.WriteString(text[done:])
	return out.String()
}

// lower folds ASCII only, so that offsets stay.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func inWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// cores are what base64 makes of w wherever it stands in the encoded bytes: at
// each of the three offsets the letters that depend on w alone.
func cores(w string) []string {
	var all []string
	for offset := range 3 {
		s := base64.RawStdEncoding.EncodeToString([]byte("\x00\x00"[:offset] + w))
		from := (offset*8 + 5) / 6
		to := (offset + len(w)) * 8 / 6
		if to-from >= 4 {
			all = append(all, s[from:to])
		}
	}
	return all
}

// replaceRun strikes each run of base64 letters that holds core.
func replaceRun(text, core string) string {
	plain := strings.NewReplacer("-", "+", "_", "/").Replace(text)
	var out strings.Builder
	done := 0
	for at := 0; ; {
		i := strings.Index(plain[at:], core)
		if i < 0 {
			break
		}
		from, to := at+i, at+i+len(core)
		for from > done && isBase64(plain[from-1]) {
			from--
		}
		for to < len(plain) && isBase64(plain[to]) {
			to++
		}
		out.WriteString(text[done:from])
		out.WriteString(struck)
		done, at = to, to
	}
	if done == 0 {
		return text
	}
	out.WriteString(text[done:])
	return out.String()
}

func isBase64(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '+' || c == '/' || c == '='
}
