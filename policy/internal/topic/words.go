package topic

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWords bounds the work on one mail; what follows is not read.
const maxWords = 1500

// longest is where a run without a space is cut.
const longest = 256

// A form is a word, lower case and without accents, with what is known of it
// wherever it stands. Addresses, sites and numbers are replaced by what they are.
type form struct {
	text      string
	stem      uint32   // hash of the word without its ending
	slots     []uint16 // of the lexicon, that it fits
	stop      bool     // says nothing alone; counts in pairs
	denies    bool     // what follows in its clause
	contrasts bool     // what follows in its sentence with what was said
}

// A word is a form in its place.
type word struct {
	*form
	part bool // a comma, a dash or a bracket stands before it
}

// A reader takes mail apart for a lexicon. What it has read it knows again.
type reader struct {
	lex   *lexicon
	known map[string][]form // by the run of signs that it was written as
	forms []form            // what those of known lie in…
	slots []uint16          // …and their slots
	room  []word            // what sentences lie in
	texts []string          // of the run under way
	there slotSet           // of the sentence under way
	items int               // how many points of lists there were
}

func newReader(l *lexicon) reader { return reader{lex: l, known: map[string][]form{}} }

// emptied is a reader that knows nothing, with the room of r.
func (r *reader) emptied() reader {
	clear(r.known)
	clear(r.forms)
	clear(r.room)
	clear(r.texts[:cap(r.texts)])
	return reader{r.lex, r.known, r.forms[:0], r.slots[:0], r.room[:0], r.texts[:0], r.there, 0}
}

// form is what is known of a word.
func (r *reader) form(text string) form {
	from := len(r.slots)
	r.slots = r.lex.letters.find(text, r.slots)
	h := hash(stem(text))
	return form{text: text, stem: h, slots: r.slots[from:len(r.slots):len(r.slots)], stop: stopwords[h], denies: negates[h], contrasts: contrasts[h]}
}

// A sentence is a stretch of words of one mail; sentences end at punctuation
// and at line breaks between paragraphs.
type sentence struct {
	words    []word
	question bool // ends with a question mark
	subject  bool
}

// sentences cuts text into sentences and words.
func (r *reader) sentences(text string, subject bool, out []sentence) []sentence {
	begin := len(r.room)
	from := begin // the sentence under way is r.room[from:]
	part, point := false, listItem(text)
	end := func(question bool) {
		if all := len(r.room); all > from {
			out = append(out, sentence{words: r.room[from:all:all], question: question, subject: subject})
			from = all
		}
	}
	for len(text) > 0 && len(r.room)-begin < maxWords {
		c, size := rune(text[0]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(text)
		}
		switch {
		case c == ' ':
			text = text[1:]
			continue
		case c < utf8.RuneSelf && alnum(byte(c)):
		case c == '\n':
			text = text[size:]
			if point = listItem(text); point || strings.HasPrefix(text, "\n") || strings.HasPrefix(text, " \n") {
				end(false)
			}
			continue
		case c == '?' || c == '!' || c == ';' || (c == '.' || c == ':') && (len(text) == size || !letter(text[size:])):
			end(c == '?')
			text = text[size:]
			continue
		case !unicode.IsLetter(c) && !unicode.IsDigit(c):
			part = part || parts(c)
			text = text[size:]
			continue
		}
		var chunk string
		chunk, text = next(text)
		if point || len(chunk) == 1 && strings.HasPrefix(text, ")") { // "- ", "1.", "a)"
			r.items++
			point = false
		}
		forms := r.written(chunk)
		for i := range forms {
			r.room = append(r.room, word{&forms[i], part})
			part = false
		}
	}
	end(false)
	return out
}

// parts tells the signs between the clauses of a sentence.
func parts(r rune) bool { return strings.ContainsRune(",:()–—…", r) }

// listItem tells that a new point of a list begins.
func listItem(s string) bool {
	s = strings.TrimLeft(s, " \t")
	return len(s) > 1 && (strings.HasPrefix(s, "- ") || strings.HasPrefix(s, "* ") || strings.HasPrefix(s, "• ") ||
		s[0] >= '0' && s[0] <= '9' && (s[1] == '.' || s[1] == ')'))
}

func letter(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// Signs of ASCII: letters and digits, those that bind words, all others.
const (
	parting = iota
	alphanumeric
	binding
)

// signs classifies ASCII, most of what is written.
var signs = func() (all [utf8.RuneSelf]uint8) {
	for c := range all {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
			all[c] = alphanumeric
		case strings.IndexByte("@._-/:", byte(c)) >= 0:
			all[c] = binding
		}
	}
	return all
}()

// alnum tells the letters and digits of ASCII.
func alnum(c byte) bool { return c < utf8.RuneSelf && signs[c] == alphanumeric }

// next takes the run of letters, digits and the signs that bind addresses,
// paths and file names, at most longest bytes and a letter.
func next(s string) (chunk, rest string) {
	i := 0
	for i < len(s) && i < longest {
		if c := s[i]; c < utf8.RuneSelf {
			if signs[c] == parting || signs[c] == binding && !binds(s, i) {
				break
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) {
			break
		}
		i += size
	}
	return s[:i], s[i:]
}

// binds tells whether the sign s[i] binds what stands around it.
func binds(s string, i int) bool {
	after := s[i+1:]
	return after != "" && (letter(after) || s[i] == ':' && strings.HasPrefix(after, "//") || s[i] == '/' && (s[i-1] == '/' || after[0] == '/'))
}

var domains = []string{".it", ".com", ".net", ".org", ".eu", ".example", ".test", ".info", ".shop", ".biz", ".invalid"}

// written turns a run of signs into words.
func (r *reader) written(chunk string) []form {
	forms, known := r.known[chunk]
	if !known {
		from := len(r.forms)
		r.texts = split(fold(chunk), r.texts[:0])
		for _, text := range r.texts {
			r.forms = append(r.forms, r.form(text))
		}
		forms = r.forms[from:len(r.forms):len(r.forms)]
		r.known[chunk] = forms
	}
	return forms
}

// split turns a folded run of signs into words: an address or a site is one word.
func split(chunk string, out []string) []string {
	if !bound(chunk) {
		return append(out, normal(chunk))
	}
	if strings.Contains(chunk, "@") {
		return append(out, "xmail")
	}
	if strings.HasPrefix(chunk, "http:") || strings.HasPrefix(chunk, "https:") || strings.HasPrefix(chunk, "www.") {
		return append(out, "xsite")
	}
	for _, d := range domains {
		if strings.HasSuffix(chunk, d) && len(chunk) > len(d)+1 {
			return append(out, "xsite")
		}
	}
	for _, w := range strings.FieldsFunc(chunk, func(r rune) bool { return strings.ContainsRune("@._-/:", r) }) {
		out = append(out, normal(w))
	}
	return out
}

// bound tells whether one of the signs that bind stands in chunk.
func bound(chunk string) bool {
	for i := 0; i < len(chunk); i++ {
		switch chunk[i] {
		case '@', '.', '_', '-', '/', ':':
			return true
		}
	}
	return false
}

// short are the spellings of people in a hurry.
var short = map[string]string{
	"nn": "non", "xche": "perche", "xke": "perche", "perke": "perche", "x": "per", "cmq": "comunque", "qlc": "qualche", "qlcs": "qualcosa",
	"qualcs": "qualcosa", "ke": "che", "k": "che", "pwd": "password", "psw": "password", "pw": "password", "pass": "password", "mails": "mail",
	"email": "mail", "emails": "mail", "dv": "dove", "sn": "sono", "tt": "tutto", "fto": "foto", "pls": "please", "plz": "please",
	"cel": "cellulare", "cell": "cellulare", "info": "informazioni", "db": "database", "wp": "wordpress", "pb": "problema", "grz": "grazie", "u": "you",
}

// codes are numbers that say something by themselves.
var codes = map[string]bool{
	"500": true, "502": true, "503": true, "504": true, "508": true, "404": true, "403": true, "401": true, "421": true, "450": true, "451": true,
	"452": true, "454": true, "535": true, "550": true, "552": true, "553": true, "554": true, "1045": true, "1040": true, "1044": true, "2002": true, "2003": true,
	"2006": true, "2013": true, "1203": true, "1226": true, "3306": true, "993": true, "143": true, "587": true, "465": true, "995": true, "301": true, "365": true, "522": true, "521": true, "520": true,
}

func normal(w string) string {
	if s, ok := short[w]; ok {
		return s
	}
	if w[0] >= '0' && w[0] <= '9' {
		if codes[w] {
			return w
		}
		return "xnum"
	}
	return w
}

// fold lowers s and takes the accents from Latin letters.
func fold(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] < utf8.RuneSelf
	}
	if plain {
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		r = unicode.ToLower(r)
		switch {
		case r < utf8.RuneSelf:
			b.WriteByte(byte(r))
		case strings.ContainsRune("àáâãäå", r):
			b.WriteByte('a')
		case strings.ContainsRune("èéêë", r):
			b.WriteByte('e')
		case strings.ContainsRune("ìíîï", r):
			b.WriteByte('i')
		case strings.ContainsRune("òóôõö", r):
			b.WriteByte('o')
		case strings.ContainsRune("ùúûü", r):
			b.WriteByte('u')
		case r == '’' || r == '‘' || r == '´':
			b.WriteByte('\'')
		case unicode.Is(unicode.Mn, r):
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
