package policy

import "testing"

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
	"accetto 03 crediti", "accetto per 3 credito", "accetto per tre crediti", "accetto per 3 euro", "accetto 3", "I accept for 2 credits", "I accept quote P-1042-2 for 4 credits",
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
