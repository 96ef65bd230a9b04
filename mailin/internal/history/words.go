package history

import (
	"strings"

	"sportello/mailin/internal/wording"
)

// What mail programs write around the mail that is answered, lower-case.

// oldMailWords begin a word of the line that programs put, between dashes, above
// the mail that is answered or forwarded.
var oldMailWords = []string{
	"origin", "forward", "inoltrat", "weitergeleitet", "ursprünglich", "transféré", "réexpédié", "réacheminé", "initial", "reenviad", "encaminhad", "reencaminhad", "doorgestuurd", "oorspronkelijk",
	"ursprunglig", "vidarebeford", "oprindelig", "opprinnelig", "videresend", "alkuperäinen", "välitetty", "oryginaln", "przekazan", "původní", "přeposlan", "исходн", "оригинальн", "пересыла", "пересланн", "izvirno", "eredeti", "orijinal", "原始", "元の", "転送",
	"reply", "replied", "messaggio di", "message from", "nachricht von", "message de", "mensaje de",
}

// forwardOpeners begin such a line that ends with a colon and needs no dashes.
var forwardOpeners = wording.Words("begin ", "inizio ", "anfang ", "beginn ", "début ", "inicio ", "início ", "vidarebefordrat ", "start ")

// The three words of "please write your reply above this line".
var (
	aboveWords = wording.Words("above", "sopra", "oberhalb", "über", "au-dessus", "au dessus", "encima", "arriba", "acima")
	replyWords = wording.Words("reply", "respon", "type", "write", "rispond", "rispost", "scriv", "antwort", "schreib", "répon", "repon", "respuest", "escrib", "remove")
	lineWords  = wording.Words("line", "riga", "linea", "zeile", "linie", "ligne", "línea", "linha")
)

// headerField is a field in the header of an old mail as mail programs print it.
type headerField int

const (
	fieldFrom headerField = iota + 1
	fieldTo
	fieldDate
	fieldSubject
	fieldOther
)

// headerNames are their names in the languages of mail programs.
var headerNames = map[headerField][]string{
	fieldFrom:    {"from", "da", "mittente", "von", "absender", "de", "expéditeur", "remitente", "van", "från", "fra", "lähettäjä", "od", "feladó", "от", "від", "gönderen", "kimden", "发件人", "寄件者", "差出人", "보낸 사람", "от кого", "odesílatel", "nadawca", "από"},
	fieldTo:      {"to", "a", "per", "destinatario", "destinatari", "an", "empfänger", "à", "á", "pour", "destinataire", "para", "aan", "till", "til", "vastaanottaja", "do", "címzett", "кому", "komu", "kime", "收件人", "宛先", "받는 사람", "pro", "adresat"},
	fieldDate:    {"date", "sent", "data", "inviato", "inviata", "inviato il", "data invio", "inviato in data", "datum", "gesendet", "gesendet am", "envoyé", "envoyé le", "date d'envoi", "fecha", "enviado", "enviado el", "enviado em", "enviada em", "verzonden", "skickat", "sendt", "dato", "lähetetty", "päivämäärä", "data wysłania", "wysłano", "odesláno", "elküldve", "дата", "отправлено", "надіслано", "tarih", "gönderildi", "发送时间", "日期", "送信日時", "보낸 날짜", "poslano", "date et heure", "datum und uhrzeit", "sent on", "on"},
	fieldSubject: {"subject", "oggetto", "ogg", "betreff", "betr", "objet", "asunto", "assunto", "onderwerp", "ämne", "emne", "aihe", "temat", "předmět", "tárgy", "тема", "konu", "主题", "件名", "제목", "zadeva", "subj", "titolo", "sujet"},
	fieldOther:   {"cc", "ccn", "bcc", "kopie", "copie", "copie à", "copia", "copia per conoscenza", "per conoscenza", "reply-to", "reply to", "risposta", "rispondi a", "antwort an", "répondre à", "responder a", "organization", "organizzazione", "importance", "importanza", "priorità", "priority", "allegati", "attachments", "anlagen", "anhänge", "pièces jointes", "datos adjuntos", "kopia", "копия", "抄送", "cc:", "inoltrato da", "conversation", "newsgroups", "message-id", "resent-from", "resent-to", "sender"},
}

var headerFields = fieldNames(headerNames)

// What Microsoft 365 and gateways put above the text of mail from outside: a
// word of warning, a mail, where it is from; or how often mail comes from there.
var (
	warnWords    = wording.Words("caution", "attenzione", "achtung", "attention", "atención", "external", "esterno", "extern")
	mailWords    = wording.Words("mail", "posta elettronica", "messag", "nachricht", "courriel", "courrier", "correo", "mensaje")
	outsideWords = wording.Words("outside", "extern", "estern", "außerhalb", "extérieur")
	rareWords    = wording.Words("often", "spesso", "nicht oft", "nicht häufig", "souvent", "suele")
)

// rawFields are fields that only servers and programs read.
var rawFields = wording.Set("received", "return-path", "mime-version", "content-type", "content-transfer-encoding", "dkim-signature", "authentication-results", "arc-seal", "delivered-to", "received-spf", "user-agent", "envelope-to")

// writeVerbs end an attribution.
var writeVerbs = []string{
	"wrote", "writes", "sent", "ha scritto", "hai scritto", "avete scritto", "scrive", "scriveva", "schrieb", "schreibt", "geschrieben", "a écrit", "écrit", "écrivait", "escribió", "escribio", "ha escrito", "escreveu", "geschreven", "het volgende", "skrev", "følgende", "följande", "kirjoitti",
	"pisze", "napisał", "napisał(a)", "napsal", "napsal(a)", "написал", "пишет", "писал", "пише", "đã viết", "yazdı", "írta", "a scris", "έγραψε", "写道", "寫道", "נכתב", "כתב",
}

// middleVerbs stand between date and name: "Am 3.2. schrieb Max:".
var middleVerbs = wording.Words(" schrieb ", " schreef ", " skrev ", " napisał ", " a écrit ", " kirjoitti ", " ezt írta ", " kirjutas ", " geschrieben ", " heeft ", " hat ", " ha scritto il ", " wrote on ", " schrieb am ", " a écrit le ", " escribió el ")

// quotingWords begin an attribution that ends with the address.
var quotingWords = wording.Words("citando ", "quoting ", "zitat von ", "citation de ", "quoting: ", "citaat van ", "citerar ", "cytowanie ", "messaggio da ", "in risposta a ", "in reply to ", "reply to ", "antwort auf ", "quote from ")

// attributionOpeners begin an attribution with its date.
var attributionOpeners = wording.Words(
	"on ", "il ", "il giorno ", "in data ", "in date ", "alle ", "am ", "le ", "el ", "em ", "op ", "den ", "d. ", "på ", "pada tanggal ", "în data ", "στις ", "tarihinde ", "w dniu ", "dnia ", "vào ", "at ", "a ", "dne ", "на ", "в ", "pada ", "la ", "em: ",
)

// weekdays begin it in programs that leave the word for "on" out.
var weekdays = wording.Set(
	"lun", "lunedì", "mar", "martedì", "mer", "mercoledì", "gio", "giovedì", "ven", "venerdì", "sab", "sabato", "dom", "domenica",
	"mon", "monday", "tue", "tuesday", "wed", "wednesday", "thu", "thursday", "fri", "friday", "sat", "saturday", "sun", "sunday",
	"mo", "montag", "di", "dienstag", "mi", "mittwoch", "do", "donnerstag", "fr", "freitag", "sa", "samstag", "so", "sonntag",
	"lundi", "mardi", "mercredi", "jeu", "jeudi", "vendredi", "sam", "samedi", "dim", "dimanche",
	"lunes", "martes", "mié", "miércoles", "jue", "jueves", "vie", "viernes", "sáb", "sábado", "domingo",
	"пн", "вт", "ср", "чт", "пт", "сб", "вс",
)

// The two words of "I answer between the lines".
var (
	answerWords = wording.Words("rispo", "answer", "repl", "respon", "comment", "inline", "antwort", "répon", "respuest")
	belowWords  = wording.Words("sotto", "in linea", "nel testo", "in rosso", "in calce", "punto per punto", "le righe", "below", "inline", "in red", "unten", "im text", "in rot", "dessous", "le texte", "en rouge", "abajo", "el texto", "líneas")
)

func fieldNames(by map[headerField][]string) map[string]headerField {
	m := make(map[string]headerField)
	for f, names := range by {
		for _, n := range names {
			m[n] = f
		}
	}
	return m
}

// attributionWords are the words, beside a name and a date, of attributions.
var attributionWords = func() map[string]bool {
	m := wording.Set("alle", "ore", "um", "uhr", "las", "kl", "o", "cet", "cest", "gmt", "utc", "pm")
	for _, list := range [][]string{writeVerbs, attributionOpeners.All()} {
		for _, s := range list {
			for w := range strings.FieldsSeq(s) {
				m[w] = true
			}
		}
	}
	return m
}()
