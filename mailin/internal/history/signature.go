package history

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sportello/mailin/internal/wording"
)

// signatureCut returns where the signature of the own text ls[from:to] begins,
// to when there is none. A closing formula and a typed name belong to the
// text; the signature begins at the first line of a block, of a mail program's
// footer or of a disclaimer.
func signatureCut(ls []textLine, from, to int) int {
	cut, left := to, written(ls, from, to)
	for i := from; i < cut; i++ {
		l := &ls[i]
		if l.blank() || l.depth > 0 {
			continue
		}
		if signatureDelimiter(l) && (strings.TrimSuffix(l.raw, "\r") == "-- " || left <= 30) ||
			left <= 6 && appFooter(l) || disclaimer(l) || listFooter(ls, i, to) || left <= 12 && ruledBlock(ls, i, to) {
			cut = i
			break
		}
		left--
	}
	return blockCut(ls, from, cut)
}

// written counts the lines of ls[from:to] that are neither empty nor quoted.
func written(ls []textLine, from, to int) int {
	n := 0
	for i := from; i < to; i++ {
		if !ls[i].blank() && ls[i].depth == 0 {
			n++
		}
	}
	return n
}

// signatureDelimiter tells the line before a signature (RFC 3676, section 4.3)
// and what it becomes when white space is lost or an editor improves it.
func signatureDelimiter(l *textLine) bool {
	return l.s == "--" || l.s == "—" || l.s == "–" || l.s == "—-" || l.s == "__"
}

// ruledBlock tells a line of dashes or stars with nothing below it but a name
// and ways to reach it.
func ruledBlock(ls []textLine, i, to int) bool {
	return len(ls[i].s) >= 3 && delimiterLine(ls[i].s) && nameBlock(ls, inked(ls, i+1, to))
}

// listFooter tells the rule that mailing lists put before their footer.
func listFooter(ls []textLine, i, to int) bool {
	ruled := len(ls[i].s) > 1 && strings.Trim(ls[i].s, "_-") == ""
	return ruled && slices.ContainsFunc(ls[i+1:min(i+3, to)], func(l textLine) bool { return wording.Has(l.low, listWords) })
}

// blockCut looks for a signature block at the end of ls[from:to] that nothing
// announces: below a closing formula, or a name with ways to reach it.
func blockCut(ls []textLine, from, to int) int {
	const maxBlock = 25
	at := make([]int, 0, maxBlock+1) // the last lines that are not empty
	for i := to - 1; i >= from && len(at) <= maxBlock; i-- {
		if !ls[i].blank() && !pictureLine(ls[i].low) {
			if ls[i].depth > 0 {
				break
			}
			at = append(at, i)
		}
	}
	slices.Reverse(at)
	cut := lastBlock(ls, at, to, doubleSpaced(ls[from:to]))
	for i := cut - 1; cut < to && i >= from && (ls[i].blank() || pictureLine(ls[i].low)); i-- {
		if pictureLine(ls[i].low) {
			cut = i // a logo above the name
		}
	}
	return cut
}

// lastBlock cuts below the last closing formula, else at a last paragraph with a name.
func lastBlock(ls []textLine, at []int, to int, spaced bool) int {
	for k := len(at) - 2; k >= 0; k-- {
		if closingFormula(ls[at[k]].low) {
			return belowFormula(ls, at[k:], to, spaced)
		}
	}
	return namedBlock(ls, at, to, spaced)
}

// pictureLine tells the place of a picture that stands alone on its line.
func pictureLine(low string) bool {
	if !strings.HasPrefix(low, "[") || !strings.HasSuffix(low, "]") || len(low) > 200 {
		return false
	}
	return strings.HasPrefix(low, "[image:") || strings.HasPrefix(low, "[cid:") || wording.Has(low, pictureWords)
}

var pictureWords = wording.Words("logo", "immagine", "facebook", "linkedin", "instagram")

// doubleSpaced tells text in which every line is followed by an empty one and
// real empty lines hold a no-break space, as Outlook writes its plain text.
func doubleSpaced(ls []textLine) bool {
	hard, tight := false, 0
	for i := range ls {
		hard = hard || ls[i].hard
		if i > 0 && !ls[i].blank() && !ls[i-1].blank() {
			tight++
		}
	}
	return hard && tight <= 2
}

// apart tells whether an empty line separates lines i and j.
func apart(ls []textLine, i, j int, spaced bool) bool {
	for i++; i < j; i++ {
		if ls[i].hard || !spaced {
			return true
		}
	}
	return false
}

// belowFormula cuts what stands below the closing formula ls[at[0]]. A name
// directly below it was typed; what comes after is the block.
func belowFormula(ls []textLine, at []int, to int, spaced bool) int {
	block := at[1:]
	if anySentence(ls, block) {
		return to
	}
	top := &ls[block[0]]
	far, named := apart(ls, at[0], block[0], spaced), nameLike(top.s)
	typed := named && !far
	if typed {
		block = block[1:]
	}
	reach := contact(top.low) && !strings.ContainsAny(top.s, "@/")
	begins := named || reach // and no list of addresses, or whatever else came to mind
	people := len(block) > 0 && allNames(ls, block) && (typed || len(block) > 1 && fullName(top.s))
	if begins && (anyContact(ls, block) || people) {
		return block[0]
	}
	return to
}

// allNames tells whether every line may be a name or what somebody is.
func allNames(ls []textLine, at []int) bool {
	for _, i := range at {
		if !nameLike(ls[i].s) {
			return false
		}
	}
	return len(at) <= 4
}

// namedBlock cuts a last paragraph that is a name and ways to reach it, or a
// full name alone.
func namedBlock(ls []textLine, at []int, to int, spaced bool) int {
	k := max(len(at)-1, 0)
	for k > 0 && !apart(ls, at[k-1], at[k], spaced) {
		k--
	}
	block := at[k:]
	if k == 0 || anySentence(ls, block) {
		return to // all there is, too long for a signature, or none
	}
	above, first := ls[at[k-1]].s, &ls[block[0]]
	named := nameBlock(ls, block) && (len(block) > 1 || fullName(first.s))
	reached := len(block) == 1 && contact(first.low) && (strings.Contains(first.s, " | ") || fullName(above))
	if !strings.HasSuffix(above, ":") && (named || reached) {
		return block[0]
	}
	return to
}

// closingFormula tells a line that is a greeting at the end of a mail and nothing else.
func closingFormula(low string) bool {
	if len(low) > 70 || asking.In(low) {
		return false
	}
	n := words(low)
	if n > 6 {
		return false
	}
	low = strings.TrimRight(low, "., !;:-*_")
	for i := 0; i < len(low); i++ {
		if i == 0 || n < 6 && low[i-1] == ' ' {
			if wording.Begins(low[i:], closings) {
				return true
			}
		}
	}
	return low == "br" || low == "vg" || low == "lg"
}

var asking = wording.BytesOf("?0123456789")

// appFooter tells the line that a mail program adds: "Inviato da iPhone". A word
// or two may stand in it that no program writes ("scusate la brevità").
func appFooter(l *textLine) bool {
	strange, ok := footerWords(l.s, l.low)
	return ok && strange <= 2 || gatewayFooter(l.low)
}

// gatewayFooter tells a line that a virus scanner, a provider or a friend of
// trees added.
func gatewayFooter(low string) bool {
	return len(low) < 200 && (wording.Has(low, virusWords) && wording.Has(low, checkedWords) && wording.Has(low, mailWords) ||
		wording.Has(low, printWords) && wording.Has(low, natureWords) || wording.Begins(strings.TrimLeft(low, footerFringe), adWords))
}

// exactFooter tells such a line with nothing else in it.
func exactFooter(l *textLine) bool {
	s, low := l.s, l.low
	first, excuse, two := strings.Cut(low, ". ")
	if two && words(excuse) <= 6 && wording.Has(excuse, excuses) && !strings.ContainsAny(excuse, "0123456789:,") {
		s, low = s[:strings.Index(s, ". ")], first
	}
	strange, ok := footerWords(s, low)
	return ok && strange == 0
}

const footerFringe = "*_-–—~<([. "

// footerWords tells whether s is put like the footer of a mail program, and how
// many words in it no program writes.
func footerWords(s, low string) (strange int, ok bool) {
	first, _, more := strings.Cut(strings.TrimLeft(low, footerFringe), " ")
	if !more || len(first) > 20 || !footerOpens(bare(first)) || len(s) > 250 || strings.HasSuffix(s, "?") {
		return 0, false
	}
	s = strings.TrimLeft(s, footerFringe)
	list := strings.Fields(s)
	if len(list) < 2 || len(list) > 16 {
		return 0, false
	}
	small := make([]string, len(list))
	for i, w := range list {
		small[i] = bare(wording.Lower(w))
	}
	i := 0
	for i < len(list)-2 && footerNouns[small[i]] && !footerPreps[small[i+1]] {
		i++
	}
	named := possessives[small[i+1]] || i+2 < len(small) && possessives[small[i+2]] || wording.Has(strings.Join(small[i+1:], " "), appWords)
	switch {
	case sendVerbs[small[i]]:
		ok = named && (footerPreps[small[i+1]] || strings.HasPrefix(small[i+1], "dall")) || possessives[small[i+1]]
	case getVerbs[small[i]]:
		ok = len(list) <= 10 && (named || small[i] == "outlook")
	default:
		ok = footerPreps[small[i]] && (possessives[small[i+1]] || i > 0 && named) || small[i] == "provenance"
	}
	if !ok {
		return 0, false
	}
	for j, w := range list[i+1:] {
		if strangeWord(w, small[i+1+j], i+j+2 == len(list)) {
			strange++
		}
	}
	return strange, true
}

// footerOpens tells whether a footer can begin with this word.
func footerOpens(w string) bool {
	return sendVerbs[w] || getVerbs[w] || footerNouns[w] || w == "von"
}

// strangeWord tells a word that no program writes into its footer; low is how it
// is compared.
func strangeWord(w, low string, last bool) bool {
	c, _ := utf8.DecodeRuneInString(strings.TrimLeft(w, "\"'(*_"))
	name := !unicode.IsLower(c) && len(low) > 2 && !(last && strings.HasSuffix(w, "."))
	small := unicode.IsLower(c) && len(low) == 3 || !unicode.IsLetter(c)
	return !name && !small && !strings.Contains(w, "://") && !footerPreps[low] && !possessives[low] && !sendVerbs[low] && !footerNouns[low] && !wording.Has(low, appWords)
}

// bare is a small word as it is compared.
func bare(low string) string {
	w := strings.Trim(low, ".,:()[]*_\"'’")
	for _, article := range []string{"l'", "l’", "dell'", "dell’", "un'", "un’"} {
		if noun, ok := strings.CutPrefix(w, article); ok && noun != "" {
			return noun
		}
	}
	return w
}

// disclaimer tells the first line of a legal notice: its title, or a sentence
// about who may read it.
func disclaimer(l *textLine) bool {
	low := l.low
	if low != "" && !wording.IsLetter(low[0]) {
		low = strings.TrimLeft(low, "*_-–—~<([\" ")
	}
	if len(low) > 400 {
		low = strings.ToValidUTF8(low[:400], "")
	}
	if title := low[:min(len(low), 60)]; wording.Begins(title, noticeWords) && wording.Has(title, disclaimerWords) {
		return true
	}
	first, _, _ := strings.Cut(low, " ")
	return len(low) >= 50 && noticeStarts[first] && wording.Count(low, disclaimerWords) > 1
}

// announcesAnswers tells a line which says that the answers stand in the history below.
func announcesAnswers(low string) bool {
	return words(low) <= 9 && wording.Has(low, answerWords) && wording.Has(low, belowWords)
}
