package mailin

import (
	"regexp"
	"strings"

	"sportello/mailin/internal/wording"
	"sportello/ticket"
	"sportello/ticket/address"
)

// sign is one independent reason to take a mail for a robot's, or for a
// person's where its weight is negative. No sign decides alone: people answer
// robots, write about them and go on holiday.
type sign struct {
	name   string
	weight int
	seen   func(s *signed) bool
}

// robotWeight is what the signs of a robot sum up to; from doubtWeight on a mail
// may be one: it is a request, never acknowledged and never an acceptance.
const robotWeight, doubtWeight = 5, 3

// signed is a mail as its signs are looked for: lower-case, without what its
// sender puts in quotation marks, which somebody else said.
type signed struct {
	m       *mail
	in      *ticket.Inbound
	subject string
	text    string
	words   *wording.Text // the text
	absent  int           // how many words of absence it has
}

var signs = []sign{
	{"null return path", 2, func(s *signed) bool { return s.in.NullPath }},
	{"a program's mailbox", 2, func(s *signed) bool { return s.in.Robot || returnedToRobot(s.m.top().header) }},
	{"written by a script", 1, func(s *signed) bool { return strings.Contains(strings.ToLower(s.m.root.header.get("X-Mailer")), "php") }},
	{"says that something reached them", 2, func(s *signed) bool { return s.words.Has(receivedWords) }},
	{"its subject says so", 1, func(s *signed) bool {
		return !wording.Begins(s.subject, replyPrefixes) && (wording.Has(s.subject, receivedWords) || wording.Has(s.subject, receiptWords))
	}},
	{"says that a program wrote it", 2, func(s *signed) bool { return s.words.Has(automatic) && madeByProgram(s.text) }},
	{"wants no answer", 2, func(s *signed) bool { return s.words.Has(noAnswerWords) }},
	{"promises an answer", 1, func(s *signed) bool { return s.words.Has(promiseWords) }},
	{"gives a number", 1, func(s *signed) bool { return s.words.Has(numberWords) && hasNumber(s.text) }},
	{"absent", 2, func(s *signed) bool { return s.absent > 0 }},
	{"absent, in more words", 1, func(s *signed) bool { return s.absent > 1 }},
	{"absent until a day", 1, func(s *signed) bool { return s.absent > 0 && strings.ContainsAny(s.text, "0123456789") }},
	{"absent in a thread", 1, func(s *signed) bool { return s.absent > 0 && len(s.in.InReplyTo)+len(s.in.References) > 0 }},
	{"absent in the subject", 1, func(s *signed) bool { return wording.Has(s.subject, absenceStems) }},
	{"whom to ask instead", 1, func(s *signed) bool {
		return s.words.Has(elsewhereWords) || s.absent > 0 && strings.Contains(s.text, "@")
	}},
	{"between two days", 1, func(s *signed) bool { return s.in.NullPath && daySpan.MatchString(s.text) }},
	{"a colleague's address, by no sender", 1, func(s *signed) bool { return s.in.NullPath && s.namesColleague() }},
	{"another desk's number before ours", 2, func(s *signed) bool { return numbersOurTag(s.subject) }},
	{"our subject outside our thread", 1, func(s *signed) bool {
		return ourTag.MatchString(s.subject) && len(s.in.InReplyTo)+len(s.in.References) == 0 && !wording.Begins(s.subject, replyPrefixes)
	}},
	{"back within a minute", 3, func(s *signed) bool { return s.in.Prompt }},
	{"lets mail in on a click", 3, func(s *signed) bool { return s.words.Has(challengeWords) && strings.Contains(s.text, "http") }},
	{"an answer in a thread", -1, func(s *signed) bool { return wording.Begins(s.subject, replyPrefixes) && !s.in.NullPath }},
	{"tells of a mail", -2, func(s *signed) bool { return s.words.Has(taleWords) }},
}

// The words of the signs, lower-case: stems in the five languages.
var (
	receivedWords = wording.Words("abbiamo ricevuto", "ci è arrivat", "è stata acquisita", "è stata registrata", "è stata ricevuta", "è stato ricevuto", "è stato registrato", "presa in carico",
		"have received", "has been received", "has been registered", "ist bei uns eingegangen", "haben wir erhalten", "wurde registriert", "aufgenommen", "a bien été", "avons bien reçu", "ha quedado registrad", "hemos recibido", "hemos registrado", "ha sido recibid")
	automatic      = wording.Words("automa", "maschinell")
	madeWords      = wording.Words("generat", "prodott", "inviat", "created", "sent", "erstellt", "erzeugt", "versendet", "généré", "envoyé", "enviad")
	receiptWords   = wording.Words("conferma", "confirmation", "bestätigung", "confirmación", "réception", "receipt")
	absenceStems   = wording.Words("in ferie", "per ferie", "non legger", "non avrò accesso", "not be reading", "not be checking", "no access to my", "nicht gelesen", "keine mails lesen", "ne lirai pas", "no leeré", "vacanz", "assen", "fuori sede", "fuori ufficio", "rientr", "al mio ritorno", "chiusur", "chiusi ", "chiuso per", "maternità", "vacation", "holiday", "out of office", "out of the office", "away ", "on leave", "my return", "back on", "closed for", "urlaub", "abwesen", "nicht im büro", "außer haus", "wieder zurück", "en congé", "en vacances", "absent", "de retour", "vacaciones", "ausent", "fuera de la oficina", "mi regreso")
	noAnswerWords  = wording.Words("non rispond", "non utilizzare questa", "not reply", "nicht auf diese", "nicht antworten", "ne pas répondre", "d'y répondre", "no conteste", "no responda")
	promiseWords   = wording.Words("ricontatter", "risponderemo", "risponderà", "get back to you", "be in touch", "melden uns", "répondra", "répondrons", "contestaremos", "responderemos")
	numberWords    = wording.Words("numero", "number", "nummer", "numéro", "número", "referenc", "référence", "riferimento", "pratica", "ticket", "vorgang")
	challengeWords = wording.Words("mittenti verificati", "verified senders", "verifizierte absender", "expéditeurs vérifiés", "remitentes verificados")
	taleWords      = wording.Words("riceve ", "ricevono", "ricevo ", "mi arriva", "gli arriva", "i receive", "we receive", "customers get", "ich bekomme", "erhalten unsere", "je reçois", "reçoivent", "me llega", "reciben")
)

// maxRobotText is how long, in bytes, the text of a robot is that no header names.
const maxRobotText = 1500

// robotSigns sums up what speaks for a robot, and names it; low is the shown text
// in small letters, and words the same without white space around it. Who asks
// something, or has much to say, is none.
func robotSigns(m *mail, in *ticket.Inbound, low string, words *wording.Text) (sum int, names []string) {
	if len(low) > maxRobotText || strings.Contains(low, "?") {
		return 0, nil
	}
	s := &signed{m: m, in: in, subject: wording.Lower(strings.TrimSpace(in.Subject)), text: unquoted(low), words: words}
	if s.text != words.String() {
		s.words = wording.In(s.text)
	}
	if in.NullPath || in.Prompt || len(in.InReplyTo)+len(in.References) > 0 || wording.Begins(s.subject, replyPrefixes) || wording.Has(s.subject, absenceStems) {
		s.absent = s.words.Count(absenceStems, 2) // who asks something first tells of his absence himself
	}
	for _, g := range signs {
		if g.seen(s) {
			sum += g.weight
			names = append(names, g.name)
		}
	}
	return sum, names
}

// madeByProgram tells a sentence in which something was made automatically.
func madeByProgram(text string) bool {
	for sentence := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == '.' || c == '\n' || c == ';' }) {
		if wording.Has(sentence, automatic) && wording.Has(sentence, madeWords) {
			return true
		}
	}
	return false
}

// ourTag is the tag of a ticket as a desk of our kind writes it into subjects,
// whatever its name: [NAME #12].
var ourTag = regexp.MustCompile(`\[[^\[\]#]{1,60} #\d{1,10}\]`)

// numbersOurTag tells a subject in which another system put a number of its own
// before our tag, as ticket systems do with what they receive: who answers by
// hand writes behind a mark of reply.
func numbersOurTag(subject string) bool {
	at := ourTag.FindStringIndex(subject)
	return at != nil && !wording.Begins(subject, replyPrefixes) && hasNumber(subject[:at[0]])
}

// daySpan is a time from one day to another, in digits: "dal 14 al 28", "3.–17.8.".
var daySpan = regexp.MustCompile(`\b[0-3]?\d(?:[./]\d{1,2}[./]?(?:\d{4})?)?(?: \p{L}+)?\.? ?(?:al|fino al|to|until|till|through|bis|bis zum|au|jusqu'au|hasta el|[-–—]) ?(?:the )?[0-3]?\d\b`)

// namesColleague tells whether the text has an address of the sender's domain
// that is not the sender's.
func (s *signed) namesColleague() bool {
	if len(s.in.From) != 1 {
		return false
	}
	from := s.in.From[0].Address
	_, domain, ok := address.Cut(from)
	if !ok {
		return false
	}
	for word := range strings.FieldsSeq(s.text) {
		if a := firstAddress(word); a != "" && a != from && strings.HasSuffix(a, "@"+domain) {
			return true
		}
	}
	return false
}

// unquoted leaves out what stands between quotation marks.
func unquoted(s string) string {
	for _, marks := range [][2]string{{"«", "»"}, {"“", "”"}, {"\"", "\""}, {"„", "“"}} {
		if !strings.Contains(s, marks[0]) {
			continue
		}
		var b strings.Builder
		for {
			before, rest, ok := strings.Cut(s, marks[0])
			_, after, closed := strings.Cut(rest, marks[1])
			if !ok || !closed {
				break
			}
			b.WriteString(before + " ")
			s = after
		}
		s = b.String() + s
	}
	return s
}

// returnedToRobot tells whether bounces of a mail go to the user of a program.
func returnedToRobot(h header) bool {
	path := strings.Trim(h.get("Return-Path"), "<> ")
	return path != "" && robotAddress(address.Canonical(path))
}

// hasNumber tells whether a number of three digits or more stands in s.
func hasNumber(s string) bool {
	n := 0
	for i := range len(s) {
		if n++; !wording.IsDigit(s[i]) {
			n = 0
		}
		if n == 3 {
			return true
		}
	}
	return false
}
