package ticket

import "maps"

// phrases are all that the desk itself says to people, by language.
var phrases = map[string]map[string]string{
	"it": joined(deskPhrases["it"], orderPhrases["it"]),
	"en": joined(deskPhrases["en"], orderPhrases["en"]),
}

func joined(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// orderPhrases are what technicians read about their commands.
var orderPhrases = map[string]map[string]string{
	"it": {
		"woken":               "È arrivato il giorno fino al quale il ticket doveva aspettare: ora tocca a noi.",
		"subject-list":        "Elenco dei ticket",
		"subject-help":        "Comandi",
		"list-open":           "Tocca a noi: %d",
		"list-waiting":        "In attesa del cliente: %d",
		"help answer":         "La risposta e chi la scrive",
		"help state":          "Lo stato",
		"help verdict":        "Argomento e copertura",
		"help people":         "Le persone",
		"help money":          "Crediti",
		"help desk":           "Scrivendo all'indirizzo dello sportello",
		"help held":           "Rispondendo a una domanda su un'e-mail trattenuta",
		"held-only":           "serve solo a rispondere alla domanda su un'e-mail trattenuta",
		"from-elsewhere":      "questa e-mail appartiene già a un ticket: inoltri il messaggio del cliente a %s",
		"credits-held":        "per il preventivo %s sono riservati %d crediti: prima chiuda il lavoro",
		"quote-open":          "il preventivo %s attende una risposta: prima lo ritiri con %s",
		"wait-past":           "la data deve essere da domani in poi",
		"wait-far":            "la data deve cadere entro %d giorni",
		"spam-text":           "a chi manda spam non si risponde: tolga il testo sotto il comando",
		"merge-itself":        "è già lo stesso ticket",
		"merge-foreign":       "il #%d è di %s, il #%d è di %s: se davvero vanno uniti scriva %s",
		"merged":              "Il #%d (%s) è unito al #%d (%s): la posta che arriva per il primo continua nel secondo.",
		"no-ticket":           "il ticket #%d non esiste",
		"no-customer":         "nessun cliente ha il codice o il nome «%s»",
		"which-customer":      "nessun cliente ha il codice «%s»; si intendeva uno di questi? %s",
		"customer-technician": "%s è un indirizzo nostro, non di un cliente",
		"customer-charged":    "su questo ticket sono già stati scalati crediti di un altro cliente",
		"cc-ours":             "%s è un indirizzo nostro: le lettere gli arrivano già",
		"cc-full":             "le lettere di un ticket vanno al massimo a %d persone",
		"uncc-requester":      "%s ha aperto il ticket: le lettere gli vanno comunque",
		"uncc-nobody":         "%s non riceve le lettere di questo ticket: vanno a %s",
		"no-technician":       "nessun tecnico si chiama «%s»: ci sono %s",
		"order-line":          "Riga %d, %s: %s",
		"order-choice":        "«%s» deve essere %s",
		"order-date":          "«%s» non è una data: si scrive come 2026-12-24 o 24/12/2026",
	},
	"en": {
		"woken":               "The day until which the ticket was to wait has come: it is our turn now.",
		"subject-list":        "List of tickets",
		"subject-help":        "Commands",
		"list-open":           "Our turn: %d",
		"list-waiting":        "Waiting for the customer: %d",
		"help answer":         "The reply and who writes it",
		"help state":          "The state",
		"help verdict":        "Topic and coverage",
		"help people":         "People",
		"help money":          "Credits",
		"help desk":           "Writing to the desk's address",
		"help held":           "Answering a question about an email on hold",
		"held-only":           "it only answers the question about an email on hold",
		"from-elsewhere":      "this email belongs to a ticket already: forward the customer's message to %s",
		"credits-held":        "quote %s holds %d credits: finish that work first",
		"quote-open":          "quote %s is waiting for an answer: withdraw it first with %s",
		"wait-past":           "the date must be tomorrow or later",
		"wait-far":            "the date must lie within %d days",
		"spam-text":           "spam gets no reply: take out the text below the command",
		"merge-itself":        "it is the same ticket already",
		"merge-foreign":       "#%d belongs to %s, #%d to %s: if they really are to be joined write %s",
		"merged":              "#%d (%s) is joined to #%d (%s): mail that comes for the first goes on in the second.",
		"no-ticket":           "there is no ticket #%d",
		"no-customer":         "no customer has the ID or name %q",
		"which-customer":      "no customer has the ID %q; did you mean one of these? %s",
		"customer-technician": "%s is an address of ours, not of a customer",
		"customer-charged":    "credits of another customer have been charged on this ticket",
		"cc-ours":             "%s is an address of ours: it gets the letters already",
		"cc-full":             "the letters of a ticket go to %d people at most",
		"uncc-requester":      "%s opened the ticket and gets its letters in any case",
		"uncc-nobody":         "%s does not get the letters of this ticket: they go to %s",
		"no-technician":       "no technician is called %q: there are %s",
		"order-line":          "Line %d, %s: %s",
		"order-choice":        "%q must be %s",
		"order-date":          "%q is not a date: write it like 2026-12-24 or 24/12/2026",
	},
}
