package topic

import "strings"

// endings start a legal footer; what follows them is not read.
var endings = []string{
	"le informazioni contenute in quest", "le informazioni contenute nel", "le informazioni contenute nella presente",
	"questo messaggio e i suoi allegati", "questo messaggio e gli eventuali allegati", "questo messaggio e indirizzato",
	"questa e-mail e i suoi allegati", "questa email e indirizzata", "questa e-mail e indirizzata", "questo messaggio contiene informazioni",
	"il presente messaggio", "la presente e-mail", "la presente comunicazione e destinata", "la presente comunicazione e riservata",
	"il contenuto di questa e-mail", "il contenuto della presente", "ai sensi del d.lgs", "ai sensi del dlgs",
	"ai sensi del regolamento ue", "ai sensi del regolamento (ue)", "ai sensi del gdpr", "ai sensi e per gli effetti del",
	"ai sensi dell'art. 13", "avviso di riservatezza", "nota di riservatezza", "clausola di riservatezza", "informativa privacy:",
	"confidentiality notice", "disclaimer", "this e-mail and any attachment", "this email and any attachment",
	"this message and any attachment", "this message is confidential", "this email is confidential",
	"this e-mail is confidential", "the information contained in this", "this message contains confidential",
	"prima di stampare", "pensa all'ambiente", "rispetta l'ambiente", "please consider the environment", "non stampare questa",
	"chi ricevesse questo messaggio", "qualora non siate i destinatari", "se avete ricevuto questo messaggio per errore",
	"se ha ricevuto questo messaggio per errore", "if you are not the intended recipient", "if you have received this",
}

// appLines are written by the mail program; the one line is left out.
var appLines = []string{
	"inviato da iphone", "inviato da ipad", "inviato dal mio", "inviato da samsung", "inviato da smartphone", "inviato da libero mail",
	"inviato da outlook", "inviato da yahoo", "inviato da posta per windows", "inviato con", "inviata da", "scarica outlook per", "ottieni outlook per",
	"sent from my", "sent from outlook", "sent from mail for", "sent from yahoo", "get outlook for", "mail priva di virus", "privo di virus",
}

// history starts the quoted mail below a reply.
var history = []string{
	"-----messaggio originale", "----- messaggio originale", "-----original message", "----- original message", "________________________________",
	"--- messaggio originale",
}

// Written is what was written this time, of a text that may hold history, a
// signature and a legal footer.
func Written(text string) string { return strings.TrimSpace(clean(text)) }

// clean leaves what was written this time: no quoted history, no signature
// block, no legal footer. Text of which nothing would remain is kept whole.
func clean(text string) string {
	var kept []string
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		plain := fold(head(strings.TrimSpace(line)))
		if line == "-- " || plain == "--" || starts(plain, endings) {
			break
		}
		if starts(plain, history) || attribution(plain) || outlookHeader(lines[i:]) {
			if letters(kept) >= 25 {
				break
			}
			continue
		}
		if strings.HasPrefix(plain, ">") || starts(plain, appLines) {
			continue
		}
		kept = append(kept, line)
	}
	if letters(kept) == 0 {
		return strings.ReplaceAll(text, ">", " ")
	}
	return strings.Join(kept, "\n")
}

// head is as much of a line as is needed to know it.
func head(line string) string {
	const enough = 160
	if len(line) <= enough {
		return line
	}
	return strings.ToValidUTF8(line[:enough], "")
}

// attribution recognises "Il giorno 3 mag … ha scritto:" and "On … wrote:".
func attribution(line string) bool {
	return (strings.HasSuffix(line, "ha scritto:") || strings.HasSuffix(line, "ha scritto") || strings.HasSuffix(line, "wrote:")) &&
		(strings.HasPrefix(line, "il ") || strings.HasPrefix(line, "on ") || strings.HasPrefix(line, "in data ") || strings.Contains(line, "@"))
}

// outlookHeader recognises "Da: … / Inviato: …" of a quoted mail.
func outlookHeader(lines []string) bool {
	if len(lines) < 2 {
		return false
	}
	a, b := fold(head(strings.TrimSpace(lines[0]))), fold(head(strings.TrimSpace(lines[1])))
	return (strings.HasPrefix(a, "da: ") || strings.HasPrefix(a, "from: ")) &&
		(strings.HasPrefix(b, "inviato: ") || strings.HasPrefix(b, "sent: ") || strings.HasPrefix(b, "data: ") || strings.HasPrefix(b, "date: ") || strings.HasPrefix(b, "a: ") || strings.HasPrefix(b, "to: "))
}

func starts(line string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(line, p) {
			return true
		}
	}
	return false
}

func letters(lines []string) int {
	n := 0
	for _, l := range lines {
		n += len(strings.TrimSpace(l))
	}
	return n
}
