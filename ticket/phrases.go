package ticket

import "fmt"

// phrases are what the desk itself says to technicians, by language: the
// letters around them are mailout's.
var phrases = map[string]map[string]string{
	"it": {
		"alert imap-says": "Il server della posta in arrivo avverte:",
		"alert imap-back": "La casella di posta è tornata a uno stato precedente, come dopo un ripristino. Viene riletta tutta: la posta già nota non ha altri effetti.",

		"hold-doubled":       "Un messaggio a Suo nome ha un'intestazione doppia, come non ne scrivono i programmi di posta: è stato trattenuto.",
		"hold-spam":          "Un messaggio a Suo nome è stato segnalato come spam: è stato trattenuto.",
		"hold-no-address":    "Il Suo messaggio cita un ticket ma non è stato spedito al Suo indirizzo di risposta: è stato trattenuto, nulla è stato inviato.",
		"hold-two-tokens":    "Il Suo messaggio porta gli indirizzi di due ticket diversi: è stato trattenuto, nulla è stato inviato.",
		"hold-no-token":      "Il Suo messaggio non risponde a nessun ticket: è stato trattenuto, nulla è stato inviato.",
		"hold-foreign-token": "Il Suo messaggio usa l'indirizzo di risposta di un'altra persona: è stato trattenuto, nulla è stato inviato.",
		"hold-expired":       "L'indirizzo di risposta che ha usato è scaduto: il messaggio è stato trattenuto, nulla è stato inviato.",
		"hold-unsigned":      "Il Suo messaggio usa l'indirizzo di un ticket ma non ne cita altro: forse il programma di posta lo ha proposto da sé. È stato trattenuto, nulla è stato inviato.",
		"hold-note-leak":     "La Sua nota interna è stata spedita anche al cliente: qui è stata trattenuta.",
		"hold-command":       "Il Suo messaggio contiene un comando che non sta in cima: è stato trattenuto, nulla è stato eseguito né inviato.",
		"hold-choices":       "Risponda a questo messaggio con una sola riga: #send per inoltrarlo com'è, #discard per eliminarlo, #from INDIRIZZO per aprire il ticket di quella persona.",
		"hold-unproven":      "Un messaggio con il Suo indirizzo non porta prove che l'abbia scritto Lei: è stato trattenuto, nulla è stato inviato. L'amministratore può rilasciarlo.",
		"forged":             "Un messaggio con il Suo indirizzo è risultato contraffatto ed è in quarantena. Nulla è stato eseguito.",
		"stolen":             "%s ha scritto all'indirizzo di risposta riservato a Lei: il messaggio è stato trattenuto, nulla è stato inviato.",
		"stolen-carried":     "Un messaggio arrivato da un modulo, da un gruppo o per PEC usa l'indirizzo di risposta riservato a Lei: è stato trattenuto, nulla è stato inviato.",
		"subject-was":        "Oggetto: %s",
		"held-gone":          "Il messaggio trattenuto non attende più una decisione.",
		"nothing-done":       "Nulla è stato eseguito né inviato.",
		"nothing-new":        "Il messaggio non contiene testo nuovo né allegati.",
		"already-closed":     "il ticket è già chiuso",
		"already-open":       "il ticket è già aperto",
		"nothing-held":       "nessun credito è riservato su questo ticket",
		"not-by-mail":        "questo comando non è ancora disponibile per posta",
		"no-such-technician": "«%s» indica %s tecnici, deve indicarne uno",
		"changed":            "%s: prima %s, ora %s",
		"field state":        "stato", "field closed_reason": "motivo", "field assignee": "assegnato a", "field topic": "argomento",
		"field coverage": "copertura", "field customer": "cliente", "field quote": "preventivo",
		"value open": "aperto", "value waiting": "in attesa del cliente", "value closed": "chiuso", "value solved": "risolto",
		"value no-answer": "nessuna risposta", "value declined": "preventivo rifiutato", "value duplicate": "doppione", "value spam": "spam",
		"value covered": "coperta", "value extra": "extra", "value undetermined": "da stabilire", "value none": "commerciale",
		"alert imap":      "La casella di posta non si legge:",
		"alert smtp":      "Le lettere non partono:",
		"quarantined":     "Un messaggio di %s («%s») è in quarantena: %s. Lo mostra «sportello quarantine list».",
		"candidate":       "Può essere di: %s (%s)",
		"letter-failed":   "La lettera «%s» a %s non è stata consegnata: %s",
		"flood":           "%s ha aperto più di %d ticket in un'ora: gli altri messaggi attendono in quarantena.",
		"backlog":         "Messaggi che alla prima lettura della casella avevano più di 24 ore: %d. Sono registrati; ai clienti non sono partite conferme e a Lei non è arrivato un avviso per ciascuno.",
		"backlog-where":   "Tutti i ticket si vedono con «sportello ticket list». Di seguito i più recenti, ciascuno con il link per rispondere; quando un cliente scriverà ancora, riceverà un avviso come sempre.",
		"letter-no-files": "La lettera «%s» a %s era troppo grande per il nostro server di posta ed è ripartita senza allegati, che nomina soltanto: %s",
		"letter-head":     "La lettera «%s» a %s era troppo grande per il nostro server di posta ed è ripartita con il solo inizio del testo: %s",

		"barred-technician":   "%s non è più un tecnico",
		"barred-participant":  "%s non partecipa più al ticket",
		"barred-contact":      "%s non è più un contatto del cliente",
		"barred-bounced":      "%s non esiste, secondo il rapporto di mancata consegna",
		"not-reached":         "La lettera «%s» non è partita: %s.",
		"nobody-reached":      "Nessuno dalla parte del cliente riceve le lettere di questo ticket.",
		"bounced-retry":       "Se l'indirizzo è giusto, «sportello queue retry %d» la fa partire.",
		"acks-full":           "In un'ora lo sportello ha scritto tutte le %d conferme che «acks_per_hour» permette: chi scrive ora riceve il numero di ticket solo con la risposta.",
		"gathering":           "Arrivano molti messaggi senza prova di chi li ha scritti: per un'ora quelli oltre i primi stanno in un solo riepilogo.",
		"gathering-rest":      "Nessun messaggio va perso, e ciò che è provato o risponde a una nostra lettera arriva subito come sempre.",
		"gathered":            "Messaggi senza prova di chi li ha scritti, arrivati oltre il limite di lettere di un'ora:",
		"gathered-ticket":     "#%d da %s: «%s». Per rispondere: %s",
		"gathered-mail":       "%d con l'indirizzo %s: %s",
		"gathered held":       "trattenuti senza effetto, li mostra «sportello quarantine list»",
		"gathered quarantine": "contraffatti, in quarantena senza effetto",
		"gathered flood":      "in quarantena, oltre i ticket che un indirizzo può aprire in un'ora",
		"gathered-more":       "e altri %d, che mostrano «sportello ticket list» e «sportello quarantine list»",
	},
	"en": {
		"alert imap-says": "The incoming mail server says:",
		"alert imap-back": "The mailbox went back to an earlier state, as after a restore. All of it is read again; known mail has no further effect.",

		"hold-doubled":       "A message in your name has a header field twice, as no mail program writes it: it is held.",
		"hold-spam":          "A message in your name was marked as spam: it is held.",
		"hold-no-address":    "Your message names a ticket but was not sent to your own reply address: it is held, nothing was sent.",
		"hold-two-tokens":    "Your message carries the addresses of two different tickets: it is held, nothing was sent.",
		"hold-no-token":      "Your message replies to no ticket: it is held, nothing was sent.",
		"hold-foreign-token": "Your message uses somebody else's reply address: it is held, nothing was sent.",
		"hold-expired":       "The reply address you used has expired: the message is held, nothing was sent.",
		"hold-unsigned":      "Your message uses the address of a ticket but names nothing else of it; perhaps your mail program offered it. It is held, nothing was sent.",
		"hold-note-leak":     "Your internal note was sent to the customer as well: it is held here.",
		"hold-command":       "Your message holds a command that does not stand at the top: it is held, nothing was done or sent.",
		"hold-choices":       "Reply to this message with one line: #send to pass it on as it is, #discard to drop it, #from ADDRESS to open that person's ticket.",
		"hold-unproven":      "A message with your address carries no evidence that you wrote it: it is held, nothing was sent. The administrator can release it.",
		"forged":             "A message with your address turned out to be forged and is in quarantine. Nothing was done.",
		"stolen":             "%s wrote to the reply address that is yours alone: the message is held, nothing was sent.",
		"stolen-carried":     "A message that came by a web form, a group or certified mail uses the reply address that is yours alone: it is held, nothing was sent.",
		"subject-was":        "Subject: %s",
		"held-gone":          "The held message no longer waits for a decision.",
		"nothing-done":       "Nothing was done or sent.",
		"nothing-new":        "The message holds no new text and no attachment.",
		"already-closed":     "the ticket is closed already",
		"already-open":       "the ticket is open already",
		"nothing-held":       "no credits are held on this ticket",
		"not-by-mail":        "this command is not available by mail yet",
		"no-such-technician": "%q names %s technicians, it must name one",
		"changed":            "%s: before %s, now %s",
		"field state":        "state", "field closed_reason": "reason", "field assignee": "assigned to", "field topic": "topic",
		"field coverage": "coverage", "field customer": "customer", "field quote": "quote",
		"value open": "open", "value waiting": "waiting for the customer", "value closed": "closed", "value solved": "solved",
		"value no-answer": "no answer", "value declined": "quote declined", "value duplicate": "duplicate", "value spam": "spam",
		"value covered": "covered", "value extra": "extra", "value undetermined": "undetermined", "value none": "commercial",
		"alert imap":      "The mailbox cannot be read:",
		"alert smtp":      "No letters go out:",
		"quarantined":     "A message from %s (%q) is in quarantine: %s. `sportello quarantine list` shows it.",
		"candidate":       "May be of: %s (%s)",
		"letter-failed":   "The letter %q to %s was not delivered: %s",
		"flood":           "%s opened more than %d tickets in an hour: further messages wait in the quarantine.",
		"backlog":         "Messages that were more than 24 hours old when the mailbox was first read: %d. They are filed; customers got no acknowledgement and you got no letter about each.",
		"backlog-where":   "`sportello ticket list` shows all tickets. Below are the newest, each with the link to answer; when a customer writes again you will get a letter as always.",
		"letter-no-files": "The letter %q to %s was too large for our mail server and goes again without its files, which it only names: %s",
		"letter-head":     "The letter %q to %s was too large for our mail server and goes again with the beginning of its text only: %s",

		"barred-technician":   "%s is no technician any more",
		"barred-participant":  "%s is not on the ticket any more",
		"barred-contact":      "%s is no contact of the customer any more",
		"barred-bounced":      "%s does not exist, as a bounce has it",
		"not-reached":         "The letter %q was not sent: %s.",
		"nobody-reached":      "Nobody of the customer's side gets the letters of this ticket.",
		"bounced-retry":       "If the address is right, `sportello queue retry %d` sends it.",
		"acks-full":           "Within an hour the desk has written all the %d acknowledgements that acks_per_hour allows: who writes now learns the ticket number only with the answer.",
		"gathering":           "Many messages arrive with no evidence of who wrote them: for an hour those beyond the first go into one summary.",
		"gathering-rest":      "No message is lost, and what is proven or answers a letter of ours comes at once as always.",
		"gathered":            "Messages with no evidence of who wrote them, beyond the letters of one hour:",
		"gathered-ticket":     "#%d from %s: %q. To answer: %s",
		"gathered-mail":       "%d with the address %s: %s",
		"gathered held":       "held without effect, `sportello quarantine list` shows them",
		"gathered quarantine": "forged, in quarantine without effect",
		"gathered flood":      "in quarantine, beyond the tickets that one address may open in an hour",
		"gathered-more":       "and %d more, which `sportello ticket list` and `sportello quarantine list` show",
	},
}

// say words a phrase in the desk's language; "" for one that does not exist.
func (w *work) say(key string, args ...any) string {
	return phraseIn(w.d.Language, key, args...)
}

// phraseIn words a phrase in a language; English where there is none of it.
func phraseIn(lang, key string, args ...any) string {
	if phrases[lang] == nil {
		lang = "en"
	}
	phrase := phrases[lang][key]
	if len(args) == 0 {
		return phrase
	}
	return fmt.Sprintf(phrase, args...)
}
