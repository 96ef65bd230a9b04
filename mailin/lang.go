package mailin

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sportello/mailin/internal/wording"
)

// language tells the language of text by its small words and letters: it, en,
// de, fr or es; "" when too little speaks for one of them. Two lines are
// enough. Lines that quote and addresses do not count.
func language(text string) string {
	const enough = 1500 // bytes that settle it
	if len(text) > enough {
		text = text[:enough]
	}
	var c census
	for low, more := wording.Lower(text), true; more; {
		var line string
		line, low, more = strings.Cut(low, "\n")
		if !strings.HasPrefix(strings.TrimSpace(line), ">") {
			c.line(line)
		}
	}
	return c.winner()
}

// census counts what the words of a text say for each language.
type census struct {
	score   [len(languageNames)]int
	words   int
	foreign int // words with a letter that none of the languages has
}

// line takes in the words of a line in small letters, without its addresses.
func (c *census) line(s string) {
	for s != "" {
		var token string
		if token, s = cutField(s); addressing.In(token) {
			continue
		}
		for token != "" {
			n := 0
			for n < len(token) && token[n] >= 'a' && token[n] <= 'z' {
				n++
			}
			if n < len(token) && (token[n] >= utf8.RuneSelf || token[n] >= 'A' && token[n] <= 'Z') {
				if n = strings.IndexFunc(token, notWordPart); n < 0 {
					n = len(token)
				}
			}
			c.word(token[:n])
			_, sign := utf8.DecodeRuneInString(token[n:])
			token = token[n+sign:]
		}
	}
}

// addressing are signs of addresses and of markup.
var addressing = wording.BytesOf("@/\\_=<>")

// cutField is what stands before white space at the beginning of s, which may be
// nothing, and what stands behind that.
func cutField(s string) (field, rest string) {
	for i := 0; i < len(s); {
		c, n := rune(s[i]), 1
		if c >= utf8.RuneSelf {
			c, n = utf8.DecodeRuneInString(s[i:])
		}
		if (c <= ' ' || c >= utf8.RuneSelf) && unicode.IsSpace(c) {
			return s[:i], s[i+n:]
		}
		i += n
	}
	return s, ""
}

// notWordPart tells what ends a word; an apostrophe does.
func notWordPart(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 0x80 && (r < 'A' || r > 'Z') || !unicode.IsLetter(r))
}

// word takes in one word; an apostrophe ends it.
func (c *census) word(w string) {
	if w == "" {
		return
	}
	c.words++
	if !c.letters(w) {
		c.foreign++
		return
	}
	if len(w) <= longestVote {
		if votes, ok := wordVotes[w]; ok {
			for i, v := range votes {
				c.score[i] += int(v)
			}
		}
	}
	if len(w) < 5 { // too short for any ending
		return
	}
	voted := [len(languageNames)]bool{}
	for _, e := range wordEndings[w[len(w)-1]] {
		if !voted[e.language] && len(w) > len(e.end)+2 && strings.HasSuffix(w, e.end) {
			voted[e.language] = true
			c.score[e.language]++
		}
	}
}

// letters takes in the letters of a word beyond ASCII; false, and nothing is
// taken in: one of them is foreign.
func (c *census) letters(w string) bool {
	before := c.score
	for i := 0; i < len(w); i++ {
		if w[i] < utf8.RuneSelf {
			continue
		}
		r, n := utf8.DecodeRuneInString(w[i:])
		l, known := letterVotes[r]
		if !known {
			c.score = before
			return false
		}
		if l >= 0 {
			c.score[l]++
		}
		i += n - 1
	}
	return true
}

// winner is the language that the words speak for, if they do.
func (c *census) winner() string {
	best, second := 0, 0
	for i, n := range c.score {
		switch {
		case n > c.score[best]:
			best, second = i, c.score[best]
		case i != best && n > second:
			second = n
		}
	}
	if top := c.score[best]; top < 2 || top <= second || top*12 < c.words || c.foreign > 1 && c.foreign*3 > top {
		return ""
	}
	return languageNames[best]
}

var languageNames = [...]string{"it", "en", "de", "fr", "es"}

// letterVotes are the letters beyond ASCII of the languages, with the one that
// each speaks for, -1 for none.
var letterVotes = func() map[rune]int {
	m := map[rune]int{}
	for _, r := range "àæèéïùúÿªº" {
		m[r] = -1
	}
	for i, letters := range [len(languageNames)]string{"ìò", "", "ßäöü", "êçœîëâûô", "ñóíá"} {
		for _, r := range letters {
			m[r] = i
		}
	}
	return m
}()

// votes says how much a word speaks for each of languageNames: 2 when it
// belongs to one language, 1 when several share it.
type votes [len(languageNames)]int8

var wordVotes = countVotes([len(languageNames)]string{
	"il lo la gli le un uno una di del dello della dei degli delle da dal dalla dai in nel nella nei con su sul sulla per tra fra e ed o ma se che chi cui non più anche come quando dove perché perche è sono sei siamo ho hai ha abbiamo avete hanno era essere avere fare fatto può puo posso possiamo potete devo deve vorrei questo questa questi quello quella mi ti ci vi si ne lo al alla ai alle allo grazie buongiorno buonasera salve ciao saluti cordiali gentile gentili sito posta casella già gia ancora solo sempre oggi ieri domani dopo prima molto tutto tutti niente nessuno qualcuno stato stata nostro nostra vostro vostra mio mia suo sua funziona bene qui così cosi però pero quindi va risponde apre invio inviare ricevo ricevuto risposta attesa fattura dominio pagamento sto stanno stamattina urgente aiuto problema errore po fa fino entro dice dite fare vedere perchè mai lei voi noi loro quale quali quanto adesso ora invece oppure nuovo sì confermo conferma procedete perfetto accordo accetto rifiuto riprovare chiudete risolto ricevuta certo certamente anzi ancora esatto preferisco rinnovo richiesta",
	"the a an of to in on at by for with from and or but if that which who what when where why how not no yes is are was were be been have has had do does did can could will would should may might must i you he she it we they me my your our their this these those there here please thanks thank hello hi dear regards website get got still since after before because any some all just now out up about as so than then let know need want we're it's don't can't doesn't isn't am im us also again today yesterday working work works help could been being into more very been best kind updated changed confirm confirmed accept accepted agreed perfect proceed sure great received renew request issue",
	"der die das den dem des ein eine einen einem einer und oder aber wenn dass daß nicht kein keine ist sind war waren wird werden wurde haben hat hatte habe kann können konnte soll sollte muss müssen möchte ich du er sie es wir ihr mich mir uns ihnen ihre ihr unser unsere mein meine mit von zu zum zur bei nach vor auf aus an am im in für über unter durch bis seit noch nur auch schon sehr mehr bitte danke vielen dank guten tag hallo liebe grüße gruß freundlichen sehr geehrte wie was wer wo warum wann heute gestern morgen jetzt hier dann weil ob als so da beim alle etwas nichts seit webseite postfach rechnung funktioniert geht gibt gern sowie bestätige bestätigt einverstanden passt erledigt klar bestätigen verlängern anfrage",
	"le la les un une des du de au aux et ou mais si que qui quoi dont où ne pas plus est sont était être avoir ai as avons avez ont fait faire peut peux pouvez pouvons dois doit voudrais je tu il elle nous vous ils elles me te se mon ma mes ton votre vos notre nos leur leurs ce cet cette ces dans sur sous avec sans pour par chez depuis encore aussi très bien bonjour bonsoir merci cordialement salutations monsieur madame site courriel mail comment quand pourquoi parce car donc alors aujourd hui hier demain maintenant ici tout tous rien j c d l n s qu fonctionne marche problème erreur après avant ça cela déjà toujours svp accord confirme accepte parfait reçu réglé renouveler demande",
	"el la los las un una unos unas de del al y o u pero si que quien no más mas es son era fue ser estar está están estoy tengo tiene tienen hay hacer hecho puede puedo pueden podemos debo quisiera yo tú usted ustedes nosotros me te se nos mi mis tu su sus nuestro nuestra este esta estos ese esa esto en con sin por para desde hasta entre sobre como cuando donde porque qué cómo también muy bien hola buenos días buenas tardes gracias saludos estimado estimada sitio correo página web hoy ayer mañana ahora aquí todo todos nada ya aún todavía solo siempre funciona factura pago ayuda favor cuenta le desde puede quiero necesito acepto confirmo vale acuerdo perfecto recibido renovar solicitud listo",
})

// longestVote is how long, in bytes, the longest of wordVotes is.
var longestVote = func() (n int) {
	for w := range wordVotes {
		n = max(n, len(w))
	}
	return n
}()

// ending speaks for a language where it ends a longer word.
type ending struct {
	language int
	end      string
}

// wordEndings are the endings by their last byte.
var wordEndings = func() (by [256][]ending) {
	for i, list := range [len(languageNames)]string{
		"zione zioni mente ggio glio amo ete ano ato ata ità are ere tti",
		"ing tion ould ght ly ness ed",
		"ung ungen keit heit lich isch chen tten gen ein",
		"tion ment eux eur ez ais ait oir aux ée",
		"ción ciones dad mente ando iendo ado ada amos os",
	} {
		for e := range strings.FieldsSeq(list) {
			by[e[len(e)-1]] = append(by[e[len(e)-1]], ending{i, e})
		}
	}
	return by
}()

func countVotes(lists [len(languageNames)]string) map[string]votes {
	m := make(map[string]votes)
	for i, list := range lists {
		for w := range strings.FieldsSeq(list) {
			v := m[w]
			v[i] = 2
			m[w] = v
		}
	}
	for w, v := range m {
		n := 0
		for _, x := range v {
			if x > 0 {
				n++
			}
		}
		if n > 1 {
			for i := range v {
				v[i] = min(v[i], 1)
			}
			m[w] = v
		}
	}
	return m
}
