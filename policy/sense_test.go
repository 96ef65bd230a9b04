package policy

import (
	"slices"
	"strings"
	"testing"
)

// quote of every case: P-1042-2 for 3 credits.
var accepts = []string{
	"Accetto il preventivo P-1042-2", "I accept quote P-1042-2", "accetto", "Accetto.", "ACCETTO!!!", "Sì", "si", "SI'", "Sì.",
	"ok", "OK, procedete pure", "ok procedete grazie", "Va bene, accetto. Grazie mille!", "D’accordo, procedete.",
	"Buongiorno,\n\naccetto il preventivo P-1042-2 per 3 crediti.\n\nCordiali saluti\nMario Rossi",
	"Gentile Dott.ssa Brambilla,\naccettiamo la proposta.\nDistinti saluti,\nIng. Paolo Verdi",
	"Buongiorno Anna, confermo. Grazie, Giulia", "Buongiorno a tutti,\nok.", "Ciao luca, ok per 3 crediti", "ok al preventivo",
	"Accetto p-1042-2", "Accetto il preventivo P\u20111042\u20112", "Sì\u00a0grazie", "Ok 👍", "Va bene 👍🏻 grazie 🙏", "Ok :-)",
	"Confermo\r\n\r\nGrazie\r\nElena", "accetto e ringrazio", "Ok, procedete pure con l'intervento. Buona giornata, Marco Conti",
	"Accettiamo il preventivo di 3 crediti e vi ringraziamo", "Buonasera, autorizzo la spesa di 3 crediti. Saluti", "BUONGIORNO\nACCETTO\nMARIO ROSSI",
	"Yes", "Yes, please go ahead.\n\nBest regards,\nJohn Smith", "Hi Anna,\nI accept the quote for 3 credits. Thanks!\nKate", "ok thanks",
	"We accept your quotation P-1042-2.", "Agreed, please proceed", "Hello team, yes please. Kind regards, Tom", "Go ahead, thank you",
	"Sì, accetto\nInviato da iPhone", "accetto\n\nMario Rossi\nRossi Impianti S.r.l.", "Perfetto, procedete", "s\u00ed",
	"Buongiorno,\ngentile assistenza,\naccetto", "Certo, procedete pure", "Con la presente accettiamo il preventivo P-1042-2.\n\nDott. Luca Sala",
	"Accetto i 3 crediti", "Ok grazie\nciao", "Sure, go ahead. Cheers, Tom", "That's fine, please proceed", "ok\n--\nMario", "Grazie, accetto. Grazie e buona giornata",
	"Salve Team Sportello, confermo", "Gent.mi Signori,\nsi accetta l'offerta.\nIn fede\nGeom. Piero Fontana",
	"Va bene per i 3 crediti, procedete con i lavori", "Confermo accettazione del preventivo P-1042-2 per un totale di 3 crediti", "ok ai 3 crediti",
	"I agree to the quote for a total of 3 credits.", "Yes, that's fine. Please proceed with the work.",
	"Accetto - grazie", "Spett.le assistenza, accetto il preventivo.", "Accetto il preventivo P-1042-2.\n\nRossi Anna",
}

var declines = []string{
	"Rifiuto il preventivo P-1042-2", "I decline quote P-1042-2", "No", "no grazie", "No, grazie.", "Non accetto", "Buongiorno,\nnon accetto il preventivo.\nSaluti\nMario",
	"Non procedete, grazie", "No thank you", "We decline.\nRegards\nJohn", "non siamo interessati", "I don't accept the quote", "NO!",
}

var thanked = []string{
	"Grazie", "grazie mille!", "Grazie Anna", "Gentile Anna,\ngrazie mille.\nBuona giornata\nMario Rossi", "Thanks!", "Thank you very much, John",
	"🙏 grazie", "Grazie, buon lavoro", "Thanks and have a nice day",
}

var solvedReplies = []string{"Risolto", "risolto, grazie!", "Problema risolto", "Solved", "Buongiorno, ora funziona. Grazie, Marco", "It's fixed, thank you", "è risolto"}

var nothing = []string{
	// conditions, questions, second thoughts
	"sì ma...", "sì, ma solo se entro domani", "ok?", "ok ?", "ok…", "ok...", "accetto solo se è gratis", "accetto se possibile", "accetto, però lo sconto?",
	"va bene, quanto costa?", "Va bene quanto costa", "accetto a patto che finiate oggi", "ok per 3 crediti se bastano", "sì, forse", "ok\nforse", "Ok\nMagari",
	"Ok\nDomani", "Accetto\nPurtroppo", "sì\nMai", "accetto salvo imprevisti", "accetto con riserva", "in linea di massima ok", "Ok in linea di massima",
	"potrei accettare", "vorrei accettare", "sto per accettare", "accetterei", "accetterò", "non so se accettare", "dovrei dire sì", "direi di sì", "penso di sì",
	"yes but not now", "yes, if it is done today", "ok if free", "I would accept", "maybe yes", "yes?", "I accept?", "I will accept later", "yes\nmaybe", "Ok\nTomorrow",
	"accept", "can I accept", "should I accept", "if I accept what happens",
	// negation
	"non accetto ma procedete", "ok, non procedete", "sì no", "no, sì", "accetto. Anzi no", "non rifiuto", "not yes", "I do not accept it yet", "don't go ahead yet",
	"per ora no", "non ancora", "no problem", "no, ok", "Ok\nNon Procedete", "BUONGIORNO NON PROCEDETE, OK", "Buongiorno Non Procedete,\nok",
	// tasks
	"ok, e aggiungete anche una casella", "ok e aggiungete anche il backup", "accetto, e già che ci siete aggiornate i plugin", "Accetto. Potete farlo domani",
	"sì, chiamatemi", "yes and also restore the backup", "go ahead and delete everything", "ok + backup", "Accetto. In allegato la fattura.", "ok, resto in attesa", "Ok, attendo",
	"procedete solo con il primo punto", "proceed with the first part only", "procedete con il backup", "accetto il preventivo per il backup",
	// wrong code, wrong credits
	"Accetto il preventivo P-1042-1", "Accetto il preventivo P-1042", "accetto P-1043-2", "Accetto il preventivo P-1042-22", "accetto per 2 crediti", "accetto per 33 crediti",
	"accetto 03 crediti", "accetto per 3 credito", "accetto per due crediti", "accetto per tre", "accetto per 3 euro", "accetto 3", "I accept for 2 credits", "I accept quote P-1042-2 for 4 credits",
	"ok per un totale di 30 crediti", "ok per i crediti", "ok per i", "accetto il preventivo P-1042-2 per 3 crediti per 4 crediti",
	"accetto P-1042-2 P-1042-1", "P-1042-2", "3 crediti", "il preventivo P-1042-2",
	// thanks that could be a no, receipts
	"Perfetto, grazie", "Sounds good, thanks", "Great, thanks a lot", "Grazie, va bene così", "ok ricevuto", "ok, ho letto", "Ok grazie per il preventivo", "ricevuto, grazie", "fine thanks", "ok visto", "ok, vi faccio sapere", "sì, lo so",
	"sì, l'ho ricevuto", "va bene, ci penso", "ok ci sentiamo", "ok\nvi richiamo io",
	// empty and signs
	"", "   ", "\u00a0", "👍", "✅", "👎", "ok 👎", "ok 🤔", "ok 😂", "ok ;)", "Buongiorno", "Saluti\nMario", "Mario", "Perfetto", "[x] accetto [ ] rifiuto", "sì/no", "\"accetto\"",
	"> accetto", "~~accetto~~", "accetto (forse)", "accetto*", "ok %", "1", "+1",
	// look-alikes and hidden signs
	"а\u0441\u0441etto", "оk", "ok\u202e", "ac\u200dcetto", "ｏｋ", "accetto\u2028non accetto",
	// names that are none
	"Accetto\nMario Aspetta", "Accetto\nMario Se Gratis", "Accetto\nAspettate", "Ok\nPoi", "ok Anna procedete", "Accetto\nPaolo Due", "Accetto\nDomani Mario",
	"Saluti\nOk Forse", "Caro Mario Troppo, ok", "Accetto\nRossi Impianti", "ok\nmario aspetta",
	"Ok, caro", "ok caro", "ok gentile", "That's fine", "Sure", "certo", "certo che no", "all good", "ok, fine", "con la presente", "va bene così grazie",
	"ok i", "ok con 2 crediti", "Accetto, salve", "no e poi no ok",
	"ok e", "e ok", "ok and", "OK\nMARIO ASPETTA", "Rossi Impianti Srl", "ok Rossi Impianti Srl",
	// mixed
	"ok risolto", "risolto, ma il preventivo lo accetto", "grazie no sì", "Risolto?", "quasi risolto", "non risolto", "non funziona", "Grazie ma non funziona ancora", "grazie, potete chiudere",
	"thanks but it still fails", "not solved",
}

func TestSense(t *testing.T) {
	p := Default(rome(t))
	for want, texts := range map[Sense][]string{
		SenseAccept: accepts, SenseDecline: declines, SenseThanks: thanked, SenseSolved: solvedReplies, SenseNone: nothing,
	} {
		for _, text := range texts {
			if got := p.Sense(text, "P-1042-2", 3); got != want {
				t.Errorf("Sense(%q) = %d, want %d", text, got, want)
			}
		}
	}
}

func TestSenseWithoutQuote(t *testing.T) {
	p := Default(rome(t))
	for text, want := range map[string]Sense{
		"Perfetto, grazie": SenseThanks, "Great, thanks a lot": SenseThanks, "Perfetto": SenseNone, "Risolto": SenseSolved, "No": SenseDecline,
		"Accetto": SenseAccept, "Accetto il preventivo P-1042-2": SenseNone, "Accetto per 3 crediti": SenseNone, "Accetto per 0 crediti": SenseNone,
	} {
		if got := p.Sense(text, "", 0); got != want {
			t.Errorf("Sense(%q) = %d, want %d", text, got, want)
		}
	}
	if got := p.Sense("accetto per 1 credito", "P-7-1", 1); got != SenseAccept {
		t.Errorf("one credit: %d", got)
	}
	for _, text := range []string{"accetto per 1 crediti", "I accept for 1 credits"} {
		if got := p.Sense(text, "P-7-1", 1); got != SenseNone {
			t.Errorf("Sense(%q) = %d", text, got)
		}
	}
}

// agreed, refused and unsettled were written apart from the lists: what people
// say, put together of a verb, what it is about, its price, courtesy and who signs.
var agreed = []string{
	"Il preventivo P-1042-2 è approvato.", "Preventivo accettato, iniziate pure quando potete", "Accettiamo quanto proposto nel vostro preventivo P-1042-2",
	"Accetto i tre crediti", "Va bene per tre crediti, andate avanti con il lavoro", "I accept the quote for three credits",
	"Procedete e scalate pure i 3 crediti", "Scalate i tre crediti", "Please deduct the 3 credits", "The quote is approved, please start when you can",
	"Sì, potete iniziare. Vi ringrazio per la rapidità.\nUfficio acquisti\nRossi S.r.l.", "Accetto.\nLa segreteria", "Ok, fate pure il lavoro\nHotel Bellavista",
	"Il costo ci sembra giusto, accettiamo.", "Grazie del preventivo, lo accetto", "Accetto e resto a disposizione", "Tutto chiaro, procedete pure", "Looks good, works for us, please go ahead", "Vi prego di procedere come da preventivo",
	"Ho letto il preventivo e lo accetto", "Vi do l'ok a procedere", "Perfetto, allora procedete pure", "Preventivo ok, procedete", "Autorizzo l'esecuzione dei lavori di cui al preventivo P-1042-2",
	"Ok to proceed", "Happy with that, please start", "Ok per noi\nStudio Tecnico Neri", "Approved.\nPurchasing", "Many thanks for the quick reply. We accept.\nOffice Manager\nNorth Ltd", "Si approva l'intervento come da preventivo P-1042-2",
}

var refusedWithReasons = []string{
	"Rifiuto il preventivo: costa troppo per noi.", "Purtroppo dobbiamo rinunciare, il budget dell'anno è esaurito.\nSaluti\nMario Rossi",
	"Vi ringrazio ma non siamo interessati.", "Grazie ma rinunciamo, ci arrangiamo da soli", "Dopo averci pensato preferiamo non procedere.",
	"Non accetto perché ho trovato un'altra soluzione", "No, non procedete. Il lavoro lo fa il nostro webmaster.", "Rifiuto. Chiudete pure la richiesta.",
	"Lasciamo stare, l'ho sistemato da solo", "We decline the quote. It is too expensive for us.", "Sorry but we have decided not to go ahead. A friend fixed it.",
	"No thanks, my cousin sorted it out.", "No thank you, we will do it ourselves", "Siamo spiacenti ma non possiamo accettare", "Troppo caro, non procedete", "Unfortunately we have to decline", "Preventivo non accettato.\nLa direzione",
}

var unsettled = []string{
	// a no that is none, or not the last word
	"No, il problema è un altro", "No. Il sito non va.", "Non accetto per 2 crediti", "Rifiuto l'altro, questo mi va bene", "Non accetto finché non vedo una bozza",
	"Rinunciamo, ma procedete con la posta", "Rifiuto il preventivo, fatemi uno sconto", "Non accetto, mandatemi un'altra proposta", "Rifiuto. Ne parliamo domani",
	"Non siamo interessati al momento", "Per ora non procediamo", "We decline, please send a cheaper quote", "No thanks, unless it is free", "Rinuncio. Anzi no, accetto",
	"Non accetto 3 crediti, ne offro 2", "Lasciamo stare. Cambiate invece la password", "Mi dispiace", "Purtroppo", "Vi ringrazio ma", "Chiudete pure la richiesta",
	// a yes that is none
	"Preventivo", "Il preventivo è arrivato", "Il preventivo P-1042-1 è approvato", "Scalate i crediti", "Scalate pure", "Use the credits", "Scalate i due crediti", "Take 4 credits",
	"Accetto quando potete", "Ok appena possibile", "Accetto per quattro crediti", "I accept for two credits", "Accetto.\nUfficio Domani", "Accetto.\nHotel Forse", "Grazie per la rapidità",
	"Procedete quando avete finito", "Non è approvato ma accettato", "Il preventivo è stato quasi accettato", "Ufficio acquisti", "Accettato il tre", "Accetto, direi", "We are happy with the quote", "Va bene così per me, il prezzo è buono", "Ok, mi sembra giusto", "Grazie del preventivo", "Nessun problema", "Mi sembra buono", "Il preventivo va bene", "Va bene il prezzo", "Grazie, il preventivo è ok", "Happy with that", "Ho letto il preventivo", "Allora", "Troppo caro", "No thanks, we will decide later",
}

func TestSenseInOwnWords(t *testing.T) { wantSenses(t, agreed, refusedWithReasons, unsettled) }

// wantSenses wants yesses and noes read as what they are, as answers to a quote
// of 3 credits, and neither of the others.
func wantSenses(t *testing.T, yesses, noes, others []string) {
	t.Helper()
	p := Default(rome(t))
	for want, texts := range map[Sense][]string{SenseAccept: yesses, SenseDecline: noes} {
		for _, text := range texts {
			if got := p.Sense(text, "P-1042-2", 3); got != want {
				t.Errorf("Sense(%q) = %d, want %d", text, got, want)
			}
		}
	}
	for _, text := range others {
		if got := p.Sense(text, "P-1042-2", 3); got == SenseAccept || got == SenseDecline {
			t.Errorf("Sense(%q) = %d", text, got)
		}
	}
}

// TestSecondThoughts: whatever conditions, asks or takes back, a yes and a no
// with it are neither, wherever it stands.
func TestSecondThoughts(t *testing.T) {
	p := Default(rome(t))
	for _, said := range slices.Concat(agreed, refusedWithReasons) {
		for _, more := range []string{
			"ma solo se finite entro venerdì", "Però aspettate.", "if that is fine with my boss", "Quando iniziate?", "prima mandatemi la fattura", "but not yet",
			"Fatemi sapere il prezzo", "magari con uno sconto", "Intanto cambiate la password", "forse", "Only 2 credits", "non ora",
		} {
			for _, text := range []string{said + "\n" + more, said + " " + more, more + "\n" + said} {
				if got := p.Sense(text, "P-1042-2", 3); got == SenseAccept || got == SenseDecline {
					t.Errorf("Sense(%q) = %d", text, got)
				}
			}
		}
	}
}

// TestParts: an entry may name what other phrases are put together of, and a
// part those above it.
func TestParts(t *testing.T) {
	g := grammar{parts: map[string][]string{"work": {"the work", "it"}, "none": nil}}
	for entry, want := range map[string][]string{
		"ok": {"ok"}, "do {work}": {"do the work", "do it"}, "[please] do {work} (now|soon)": {"please do the work now", "please do the work soon", " do the work now", " do the work soon", "please do it now", "please do it soon", " do it now", " do it soon"},
	} {
		if got, ok := g.written(entry); !ok || !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
			t.Errorf("written(%q) = %q, %v", entry, got, ok)
		}
	}
	for _, entry := range []string{"do {work", "do {none}", "do {strange}", "{work} {work} {work} {work} {work} {work} {work} {work} {work} {work} {work} {work} {work}"} {
		if got, ok := g.written(entry); ok {
			t.Errorf("written(%q) = %d entries", entry, len(got))
		}
	}
}

func TestAlternatives(t *testing.T) {
	for entry, want := range map[string][]string{
		"ok": {"ok"}, "(a|b) c": {"a c", "b c"}, "a [b]": {"a b", "a "}, "(l'|all')offerta": {"l'offerta", "all'offerta"}, "[a|b] (c|d)": {"a c", "a d", "b c", "b d", " c", " d"},
	} {
		if got, ok := alternatives(entry); !ok || !slices.Equal(got, want) {
			t.Errorf("alternatives(%q) = %q, %v", entry, got, ok)
		}
	}
	for _, entry := range []string{"(a", "a)", "[a)", "((a)|b)", "a|b", "([a])", strings.Repeat("(a|b)", 13)} {
		if got, ok := alternatives(entry); ok {
			t.Errorf("alternatives(%q) = %d entries", entry, len(got))
		}
	}
}
