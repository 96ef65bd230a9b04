package policy

import "testing"

// What people write under a quote, P-1042-2 for 3 credits, in the words of many
// hands: a yes, a no with its reasons, and what only looks like one of them.
var yesses = []string{
	// agreement about something
	"D'accordo su tutto, procedete.", "Siamo d'accordo con il preventivo", "Concordo con quanto proposto, procedete pure", "Concordiamo.", "D'accordo sul prezzo, procedete",
	"Siamo d'accordo sul costo di 3 crediti, procedete", "D'accordo col preventivo P-1042-2", "Concordo.", "Sono d'accordo su tutto", "D'accordo per l'intervento",
	"Approvo il preventivo P-1042-2 e autorizzo l'intervento", "Accetto il costo di 3 crediti", "accetto la spesa", "Accetto i costi, procedete", "Accettiamo le condizioni",
	"Ok per il costo, procedete", "Va bene il costo di 3 crediti, procedete", "ok ai tre crediti", "Ok sul prezzo, procedete", "Va bene per la spesa, procedete",
	"Sì al preventivo P-1042-2", "si al preventivo", "ok preventivo", "accetto preventivo P-1042-2", "ok accetto preventivo", "Sì all'intervento", "Ok al lavoro", "Ok alla proposta",
	"Accetto il vostro preventivo P-1042-2 da 3 crediti", "Confermo l'ordine", "Confermo il lavoro, grazie", "Sì, confermo tutto", "Confermo tutto, grazie", "Confermo l'intervento",
	"Accetto tutto", "Accetto integralmente", "Accettiamo senza riserve", "Accetto con piacere", "Accettato in pieno", "Confermiamo il preventivo per intero",
	// nouns of agreement
	"Vi diamo la nostra approvazione per il preventivo P-1042-2", "Con la presente confermiamo l'accettazione del preventivo P-1042-2 di 3 crediti.", "Confermiamo la nostra accettazione",
	"Avete la mia approvazione", "Avete la nostra autorizzazione", "Do la mia autorizzazione all'intervento", "Diamo l'assenso ai lavori", "Le do il mio benestare", "Vi do conferma", "Do conferma del preventivo",
	"Da parte nostra nulla osta, procedete", "Nulla osta", "Via libera!", "Diamo il via libera ai lavori", "Via libera da parte nostra", "Avete il nostro ok per l'intervento", "Date pure corso ai lavori",
	"Potete dare corso all'intervento", "Nessuna obiezione, procedete", "Con la presente autorizziamo l'esecuzione dei lavori", "Autorizzo l'utilizzo di 3 crediti", "Autorizzo l'addebito di 3 crediti",
	// orders
	"Benissimo, andate avanti senza fretta", "Procedete con calma", "Ok, procedete senza fretta", "Procedete, con comodo", "Procedete pure, quando potete", "Procedete pure, non c'è fretta", "Fate pure con calma",
	"Sì, fate pure", "Sì sì procedete", "Fatelo pure", "Fate il lavoro, grazie", "Eseguite pure l'intervento", "Potete eseguire il lavoro", "Procedete come da preventivo", "Procedete come indicato",
	"Procedete come proposto", "Procedete secondo il preventivo", "Prego procedere", "Si prega di procedere", "Vogliate procedere", "Vi chiedo di procedere", "Mettetevi pure al lavoro", "Partite pure",
	"Vi autorizzo a scalare i 3 crediti", "Potete scalare i tre crediti", "Scalate pure 3 crediti dal mio conto", "Usate pure i miei 3 crediti", "Procedete con l'addebito dei 3 crediti",
	"Procedete pure con il lavoro quando vi è comodo", "Iniziate pure quando vi va bene", "Procedete, nei vostri tempi", "Ok procedi", "Vada avanti pure", "Proceda pure, grazie", "Procediamo!",
	// all is well, and a yes
	"Tutto ok, procedete", "Tutto bene, accetto", "tre crediti vanno bene, procedete", "I 3 crediti vanno bene. Procedete.", "Il prezzo va bene, accetto", "Il preventivo mi sta bene, procedete",
	"Mi sta bene, procedete", "A me va bene", "Per quanto mi riguarda va bene, procedete", "Per noi va bene, potete procedere con l'intervento", "Ottimo, accetto il preventivo", "Molto volentieri, accetto",
	"Siamo favorevoli, procedete", "Ci sta bene, andate avanti", "Il costo è giusto, procedete", "Prezzo onesto, accetto", "Mi sembra tutto chiaro, procedete pure", "Bene, procedete", "Bene, accetto",
	// with what came before
	"Buongiorno, ho ricevuto il preventivo e lo accetto.", "In riferimento al preventivo P-1042-2, confermo l'accettazione", "Riguardo al preventivo: accetto", "In merito al preventivo in oggetto, accettiamo.",
	"Grazie per il preventivo. Accettiamo.", "Grazie per la risposta, accetto", "Vi ringrazio del preventivo e lo accetto", "Ricevuto, accetto", "Visto, procedete", "Letto, accetto",
	"In risposta alla vostra proposta: accetto", "Con questa mail accetto il preventivo", "A seguito del vostro preventivo P-1042-2 confermiamo l'accettazione", "Ho parlato con il titolare, accettiamo",
	"Preventivo accettato.", "Preventivo P-1042-2 accettato", "Preventivo approvato, grazie", "Offerta accettata", "L'offerta è approvata dalla direzione", "La proposta è accettata",
	// who writes
	"Buongiorno Marta,\nd'accordo.\nUn saluto, Pino", "Accetto.\nAmministrazione\nRossi S.r.l.", "Accetto.\nUfficio Acquisti Rossi Srl", "Accetto.\nIl Responsabile\nMario Rossi", "Accetto.\nSegreteria Studio Neri",
	"Accetto\nLo staff", "Accetto.\nIl direttore generale\nDott. Carlo Neri", "Procedete pure.\nUfficio amministrativo", "Va bene, procedete.\nGiulia Bianchi\nResponsabile marketing", "Accettiamo.\nLa proprietà",
	"Accetto.\nMario Rossi\ntitolare", "Confermo.\nPer la Rossi Srl\nMario Rossi", "ok procedete\nmario", "ACCETTO IL PREVENTIVO. GRAZIE.", "Perfetto! Accetto, grazie e buon lavoro", "Sì, ok, va bene", "Accettato! Grazie",
	// English
	"I agree with everything, go ahead", "We confirm acceptance of quote P-1042-2", "This is to confirm our acceptance of the quote", "Please consider this our acceptance", "Consider it approved", "Approved for 3 credits",
	"Green light from us", "You have the green light", "Please do the work", "Please do it", "Let's do it", "Let's go ahead", "Let's proceed", "Works for me, go ahead", "No objections, please proceed",
	"3 credits is fine, go ahead", "Three credits is fine. Please proceed.", "The price is fine, please go ahead", "The quote is fine with us, please proceed", "Happy with the quote, go ahead", "I am fine with that, please go ahead",
	"All good from our side, please proceed", "No rush, please go ahead", "Please go ahead, no rush", "Please proceed at your convenience", "Please go ahead whenever suits you", "Agreed on all points", "Fine, go ahead", "Fine, I accept",
	"Yes to the quote", "Yes to quote P-1042-2", "Confirmed, thanks", "Quote accepted", "Quote P-1042-2 accepted.", "Accepted with thanks", "Happy to go ahead with the quote", "Yes, please do the work for 3 credits",
	"You can use the 3 credits", "Go for it", "We are in agreement, please proceed", "I hereby approve the quote", "Our approval is given", "We give our approval", "You have our authorisation to proceed", "I authorise the work",
	"Please carry out the work", "Please carry on", "Go ahead in your own time", "Take your time, go ahead", "Please proceed as quoted", "Please proceed with the quote", "I'm happy to accept the quote for three credits",
	"Thanks for the quote, please go ahead", "Thank you for getting back to me. I accept.", "Received, thank you. We accept.", "Looks good to me, please go ahead", "That works for us, please proceed", "Good value, go ahead",
	"With reference to quote P-1042-2, we accept", "Further to your quote, we accept", "Regarding the quote: accepted", "We accept the charge of 3 credits", "We accept the terms", "Quote approved.\nThe Management", "Accepted.\nOffice Manager",
	"Approved.\nPurchasing Department\nNorth Ltd", "Yes please.\nJohn\nOperations", "Go ahead please\ntom", "Please use 3 credits for the work", "Deduct three credits and proceed",
	// roughly
	"Buongiorno Luca, per noi è tutto ok, potete andare avanti.\nGrazie, Sara", "Procedete pure con il lavoro come descritto. Saluti", "Si, va bene 3 crediti. Procedete", "ok x 3 crediti", "ok, 3 crediti vanno benissimo, fate pure", "Benissimo per me",
	"Con la presente si conferma l'accettazione del preventivo", "Confermo che potete procedere con l'intervento", "Confermo l'approvazione del preventivo in oggetto", "Approvato, buon lavoro!", "Accetto la vostra proposta di 3 crediti, grazie della celerità", "D'accordissimo, procedete",
	"Certo! Procedete pure. Grazie davvero", "sì dai procedete", "va bene dai", "Ok, andate", "Perfetto, vai pure", "Per noi il preventivo è approvato",
	"Vi autorizziamo ad eseguire l'intervento", "Autorizziamo l'intervento al costo di 3 crediti", "La presente per accettare il preventivo P-1042-2", "Nulla in contrario, procedete", "Non ci sono problemi, procedete", "Ho controllato, va bene, procedete pure",
	"ok prelevate i tre crediti e procedete", "Accetto il preventivo.\nIl Presidente\nAvv. Mario Neri", "Yes, go for it please", "Sounds great, please go ahead with the work", "We're good to go", "All fine, please proceed",
	"Yes, I'm happy with that. Please start.", "Please proceed with the job", "That price is fine, go ahead.", "I accept the proposal. Thanks for your help!", "Approval granted", "Yep, go ahead",
	"Absolutely, go ahead", "Thank you, quote accepted, please start as soon as you can", "Kindly proceed", "Kindly go ahead with the works",
}

var noes = []string{
	"Non accetto il preventivo: costa troppo.", "No grazie, abbiamo già risolto internamente", "Rifiutiamo la proposta, il costo è eccessivo", "Non intendiamo procedere, grazie comunque", "Per questa volta rinunciamo",
	"Grazie, ma preferiamo rinunciare", "Non siamo interessati all'intervento", "Non mi interessa più, ho cambiato fornitore", "Non procedete: il problema si è risolto da solo", "Lasci perdere, ho sistemato io",
	"Lasciate stare, non serve più", "Non serve più, grazie", "Non ci serve più, abbiamo cambiato sito", "Declino gentilmente", "Decliniamo l'offerta, grazie", "Siamo costretti a rinunciare per motivi di budget",
	"Devo rinunciare, spesa troppo alta", "Ho deciso di non procedere", "Abbiamo deciso di non accettare il preventivo", "Il preventivo non è accettato", "Preventivo rifiutato", "Preventivo respinto.\nLa direzione",
	"Purtroppo non possiamo accettare, il cliente ha annullato il progetto", "Mi dispiace ma non accetto", "Spiacente, non accetto", "Spiacenti, rifiutiamo", "Niente da fare, rinuncio", "Non se ne fa nulla",
	"No, non procedete, grazie", "No, non accetto. Chiudete pure la richiesta.", "Annullate pure la richiesta", "Annulliamo tutto, grazie", "Non voglio procedere, fa tutto mio nipote", "Preferisco di no, grazie",
	"Preferiamo di no", "La risposta è no", "La nostra risposta è no, grazie", "Rifiuto perché il sito verrà chiuso", "Non accettiamo dato che la garanzia copre il guasto", "Non accetto in quanto il lavoro è già pagato",
	"Troppo caro per noi, rinunciamo", "Costa troppo, non accetto", "Il prezzo è troppo alto, rinuncio", "È un prezzo eccessivo, non accettiamo", "Ci abbiamo pensato e rinunciamo", "Ci ho ripensato, non procedete",
	"We decline the quote, thank you", "No thanks, it's too expensive", "We won't be going ahead", "I won't go ahead with this", "We've decided against it", "We have decided against it, thank you", "Not interested, thanks",
	"We are not interested in the work", "I don't want to proceed, my nephew fixed it", "Please cancel the quote", "Please cancel it", "Cancel the request please", "We no longer need this", "No longer needed, thanks", "It's no longer needed",
	"I'm afraid we have to decline", "Unfortunately we can't accept", "We cannot accept the quote", "I can't accept this quote", "Sorry, I decline", "Rejected. Too expensive.", "The quote is rejected", "Quote declined.",
	"Thanks but no thanks", "Thank you, but we'll pass", "I'd rather not", "We would rather not proceed", "The answer is no", "Our answer is no", "Do not proceed, the site is being closed", "Please don't proceed, we found the cause",
	"Not worth it for us", "We reject the proposal because the warranty covers it", "Declined.\nPurchasing", "No thanks\nTom", "We do not accept the price",
	"No grazie, troppo costoso per le nostre tasche", "Per noi è troppo, rinunciamo", "Vi ringraziamo ma abbiamo deciso di fare diversamente", "Grazie del preventivo ma non lo accettiamo", "Il preventivo non ci convince, rifiutiamo", "Non lo accetto, è caro",
	"Rinuncio all'intervento, ho già risolto", "Non procediamo, grazie lo stesso", "No, lasci stare. Grazie", "Non è più necessario, grazie", "Non ne abbiamo più bisogno", "Thanks for the quote but we have found someone else",
	"We've found another solution, so we decline", "No need anymore, thanks", "I will not be accepting this quote", "We don't want to go ahead with it", "That's too much for us, we decline", "Too expensive, no thanks",
	"Please close the request, we don't need it any more",
}

// seeming are neither: they condition, ask, delay, change, tell, or speak of
// something else.
var seeming = []string{
	"Avete conferma", "Avete la conferma", "Per accettare", "Siamo per accettare", "Sì, per iniziare", "Procedete.\nAl mio prezzo", "Accetto.\nLa mia offerta", "Confermo che", "Il mio ok", "Il benestare", "A procedere", "Permission", "To go ahead", "We accept.\nAt our price",
	"D'accordo su tutto tranne il prezzo", "D'accordo sul metodo, meno sul prezzo", "Concordo, ma vorrei uno sconto", "Concordo con il collega: troppo caro", "Siamo d'accordo di sentirci lunedì", "D'accordo, ci penso",
	"Accetto il costo di 2 crediti", "Accetto le condizioni se confermate la data", "Confermo l'ordine precedente, non questo", "Confermo la ricezione", "Confermo di aver ricevuto il preventivo", "Confermo l'appuntamento",
	"Confermo il numero di telefono", "Confermo quanto detto al telefono", "Confermo che il sito è ancora fermo", "Do conferma domani", "Vi daremo conferma", "Attendo conferma", "Vi do conferma entro venerdì",
	"L'approvazione arriverà dalla direzione", "Serve l'approvazione del titolare", "In attesa di approvazione", "Da approvare", "Approvazione in corso", "Non ho ancora la vostra approvazione", "Manca il nulla osta",
	"Nulla osta del comune permettendo, procedete", "Via libera dopo le feste", "Il via libera lo do io", "Autorizzo solo la diagnosi", "Autorizzo l'utilizzo di 2 crediti", "Autorizzo il tecnico ad accedere al server",
	"Procedete con calma ma entro domani", "Procedete con il backup prima", "Procedete come al solito", "Procedete come dice Mario", "Procedete come indicato al telefono", "Procedete come proposto da Luca", "Procedete secondo noi",
	"Fatelo voi", "Fatelo gratis", "Fate voi", "Fate il lavoro gratis", "Fate prima il backup", "Eseguite l'intervento stanotte", "Partite domani", "Prego procedere con lo sconto", "Vogliate indicare i tempi",
	"Vi chiedo di procedere con urgenza entro oggi", "Scalate 3 crediti dall'altro conto", "Usate i crediti di mia moglie", "Usate pure i miei crediti", "Potete scalare quattro crediti", "Scalate pure", "Senza fretta", "Con calma", "Quando potete",
	"Non c'è fretta", "Tutto ok", "Tutto bene", "Il prezzo va bene", "I 3 crediti vanno bene", "Tre crediti", "I 2 crediti vanno bene, procedete", "Due crediti vanno bene. Procedete.", "Siamo favorevoli",
	"Favorevoli con riserva, procedete", "Bene", "Molto bene grazie", "Ricevuto", "Visto", "Letto", "Ricevuto, vi faccio sapere", "Visto, ne parliamo", "In riferimento al preventivo P-1042-1, confermo", "Riguardo al preventivo",
	"In merito al preventivo, vorrei capire", "A seguito della vostra, accetto volentieri un caffè", "Ho parlato con il titolare", "Ho parlato con il titolare, aspettiamo", "Ho parlato con Luca, accetta lui", "Come da accordi", "Come da accordi, 2 crediti",
	"Offerta", "Offerta accettata da chi", "Preventivo accettato ieri per l'altro sito", "Preventivo P-1042-1 accettato", "L'offerta è stata approvata in parte", "La proposta non è chiara", "Preventivo approvato dal collega ma non da me",
	"Accetto.\nUfficio Forse", "Accetto.\nSegreteria Domani", "Accetto.\nIl responsabile dirà", "Accetto.\nStudio Legale Aspettate", "Accetto\nLo staff decide domani", "Per la Rossi Srl", "Accetto per la parte di Mario", "Titolare",
	"Accetto.\nVia libera lunedì", "Accetto la prima voce", "Accettiamo in parte", "Accetto in linea generale", "Accetto quasi tutto", "Accetto tutto tranne la posta", "Accettato in bozza", "Accettazione", "Accettazione preventivo",
	"Quasi d'accordo", "Non del tutto d'accordo", "D'accordo con mio marito di aspettare", "Ok per il costo, non per i tempi", "Ok sul prezzo", "Va bene per la spesa di ieri", "Sì al backup", "Sì al preventivo dell'altra volta",
	"Si tratta del preventivo", "Si procede domani", "Si accettano carte", "Obiezioni", "Nessuna obiezione per ora", "Nessuna fretta", "Senza impegno", "Senza riserve", "Con piacere", "In pieno", "Integralmente",
	"Grazie per il preventivo", "Grazie per la risposta", "Grazie del preventivo, lo guardo", "Grazie per il preventivo, lo giro al titolare", "Mettetevi d'accordo con Luca", "Partite", "Proceda lei a dirmi il prezzo",
	// a no that is none
	"Non accetto ancora", "Non serve più il backup, il resto sì", "Rifiutiamo solo la seconda voce", "Non siamo interessati al backup, al resto sì", "Per questa volta", "Niente da fare con il sito", "Spiacente", "Costa troppo",
	"Troppo caro per noi", "Il prezzo è troppo alto", "Preferisco di no per ora", "Preferirei un altro giorno", "Annullate l'appuntamento", "Annullate il dominio", "Cancellate la casella info", "Non procedete oggi",
	"Non procedete finché non vi chiamo", "Lasciate stare il backup", "Lasci un messaggio", "Declino ogni responsabilità", "La risposta è no, a meno di uno sconto", "Rinuncio allo sconto, procedete", "Rinunciamo alla posta, fate il sito",
	"Ci abbiamo pensato", "Ci ho ripensato", "Ci ho ripensato, procedete", "Mi dispiace per il ritardo", "Non voglio procedere senza backup", "No, accetto", "No, aspetto",
	// English
	"I agree with Tom that it is too much", "I agree with everything except the price", "We confirm receipt of the quote", "We confirm acceptance of quote P-1042-1", "This is to confirm our meeting", "Our acceptance will follow",
	"Please consider a discount", "Consider it", "Approved for 2 credits", "Approved by Tom, not by me", "Green light tomorrow", "You have the green light after Monday", "Please do the backup", "Please do it for free", "Let's do it tomorrow",
	"Let's talk", "Let's proceed with half", "Works for me", "No objections", "3 credits", "2 credits is fine, go ahead", "Three credits is too much", "The price is fine", "The quote is fine", "Happy with the quote", "Happy with two credits, go ahead",
	"All good from our side", "No rush", "At your convenience", "Take your time", "Go ahead whenever Tom agrees", "Agreed on most points", "Fine", "Fine thanks", "Yes to the first item", "Yes to quote P-1042-1", "Quote received", "Accepted in part",
	"Accepted with changes", "Happy to go ahead with half", "Happy to go ahead after the holidays", "You can use the 2 credits", "Use our credits", "Go for it next week", "Our approval is pending", "We give our approval on Monday", "You have our authorisation to look",
	"I authorise Tom", "I authorise the first step only", "Please carry out the tests first", "Please carry on with the ticket", "Carry on tomorrow", "Please proceed as discussed", "Please proceed with caution", "Thanks for the quote", "Thank you for getting back to me",
	"Received, thank you", "Looks good to me", "That works", "Good value", "Further to your quote", "Regarding the quote", "With reference to quote P-1042-2", "We accept cards", "We accept the terms of payment you had last year, not these", "We accept the charge of 4 credits",
	"Accepted.\nTom Later", "Deduct three credits from the other account", "Deduct the credits and proceed", "Please use the credits for the work", "We accept your apology", "I accept that it is broken", "I accept the blame",
	"We won't be going ahead today", "I won't go ahead until Monday", "We've decided", "Not interested in the backup, do the rest", "Please cancel the meeting", "Cancel", "Please cancel the old plan and go ahead", "No longer needed by Tom, I need it",
	"Unfortunately", "We can't accept cards", "We cannot accept it yet", "I can't accept mail from them", "Thanks but not yet", "I'd rather not wait", "I'd rather you started tomorrow", "The answer is no problem", "Not worth it for 3, for 2 yes", "Do not proceed yet",
}

func TestSenseOfManyHands(t *testing.T) {
	wantSenses(t, yesses, noes, seeming)
	if n := len(yesses) + len(noes) + len(seeming); n < 400 || len(seeming)*2 < 400 {
		t.Errorf("%d texts, %d near misses", n, len(seeming))
	}
}
