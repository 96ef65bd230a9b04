package mailin

import (
	"strings"
	"unicode"
)

const (
	maxIDs = 200 // Message-IDs kept of a mail's References, and of its In-Reply-To
	maxID  = 998 // RFC 5322, section 2.1.1: a line
)

// messageIDs reads the Message-IDs of a field (RFC 5322, section 3.6.4), without
// brackets: what stands in brackets, else the words with an @ in them. White
// space inside is a fold of a careless program. Of too many the first and the
// last stay.
func messageIDs(v string) []string {
	var ids []string
	add := func(id string) {
		id = strings.Map(visible, id)
		if id != "" && len(id) <= maxID {
			ids = append(ids, id)
		}
	}
	if !strings.ContainsRune(v, '<') {
		for _, w := range strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' || r == ';' }) {
			if strings.Contains(w, "@") {
				add(strings.Trim(w, "<>\"'()"))
			}
		}
	}
	for rest := v; ; {
		_, after, ok := strings.Cut(rest, "<")
		if !ok {
			break
		}
		end := strings.IndexByte(after[:min(len(after), 2*maxID)], '>')
		if end < 0 {
			if end = strings.IndexByte(after, ' '); end < 0 {
				end = len(after)
			}
		}
		id, next := after[:end], after[end:]
		if i := strings.LastIndexByte(id, '<'); i >= 0 {
			id = id[i+1:]
		}
		add(id)
		rest = next
	}
	return keepIDs(ids)
}

// keepIDs keeps the first and the last of too many.
func keepIDs(ids []string) []string {
	if len(ids) > maxIDs {
		ids = append(ids[:3:3], ids[len(ids)-maxIDs+3:]...)
	}
	return ids
}

// ownID reads the Message-ID of a mail itself; one without @ or brackets counts as well.
func ownMessageID(v string) string {
	if ids := messageIDs(v); len(ids) > 0 {
		return ids[0]
	}
	id := strings.Trim(strings.Map(visible, v), "<>")
	if len(id) > maxID {
		return ""
	}
	return id
}

// visible drops blanks and controls.
func visible(r rune) rune {
	if r <= ' ' || unicode.IsControl(r) || unicode.IsSpace(r) || hiddenRune(r) {
		return -1
	}
	return r
}
