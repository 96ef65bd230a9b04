package ticket

import (
	"strings"
	"unicode/utf8"
)

// foldedRows is how much of his own words the customer reads again in what
// acknowledges them, in rows of rowWidth characters.
const foldedRows, rowWidth = 10, 76

// folded is text as far as foldedRows go, cut at a word, with […] for the rest.
func folded(text string) string {
	var kept []string
	left := foldedRows
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if strings.TrimSpace(line) == "" && (len(kept) == 0 || kept[len(kept)-1] == "") {
			continue
		}
		rows := 1 + max(0, utf8.RuneCountInString(line)-1)/rowWidth
		if rows > left {
			if head := words(line, left*rowWidth); head != "" {
				kept = append(kept, head)
			}
			return strings.TrimSpace(strings.Join(kept, "\n")) + "\n[…]"
		}
		kept, left = append(kept, strings.TrimRight(line, " ")), left-rows
	}
	return strings.Join(kept, "\n")
}

// words are the first words of line that fit into n characters; of one word that
// is longer its beginning.
func words(line string, n int) string {
	runes := []rune(line)
	if len(runes) <= n {
		return line
	}
	head := string(runes[:n])
	if i := strings.LastIndexByte(head, ' '); i > 0 && runes[n] != ' ' {
		head = head[:i]
	}
	return strings.TrimRight(head, " ")
}

// ownWords are what a letter that acknowledges m repeats of it; "" below
// sender, where no word of a mail stands in a letter.
func (w *work) ownWords(m *Inbound, auth Authority) string {
	if auth < AuthoritySender {
		return ""
	}
	return folded(w.d.ForCustomers(m.Words()))
}
