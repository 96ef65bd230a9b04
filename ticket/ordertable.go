package ticket

import "sportello/ticket/address"

// order is one command of technicians: all that the desk knows of it. Whatever
// lists, reads, explains or carries out commands asks this.
type order struct {
	name    string // English: how it is called everywhere but in mail
	italian string // "": the same word
	usage   string // its arguments, as argument.go reads them
	it, en  string // what it does, for #help
	group   string // under which heading #help has it
	event   string // kind of the event that it leaves; "": none
	moves   Trigger
	away    bool // a mail to the desk's own address may hold it
	// refuse says why it cannot be done on the ticket as the commands above it
	// will leave it; "" when it can. It changes nothing but that ticket.
	refuse func(*work, *job) (string, error)
	// do does it; nil: reading the mail did.
	do func(*work, *job) error
}

// job is one command of a mail on its way.
type job struct {
	Command
	mail  *Inbound
	a     *Arrival
	tech  *Technician
	t     *Ticket
	deed  deed
	purse *purse // what may still be spent, while the commands are asked about
	event string // the kind of its event, where that is another than the table's
	whole *Event // its event, where that has another cause than the mail; nil: it has not
	did   string // what its event says, where that is more than the command
	place int    // of the command in its mail, from 1
}

// orders is the table of commands, in the order of #help.
func orders() []order {
	return []order{
		{name: "note", italian: "nota", group: "answer",
			it: "il testo resta una nota interna, il cliente non la vede", en: "the text stays an internal note that the customer does not see"},
		{name: "take", italian: "prendo", group: "answer", event: "assigned", do: (*work).take,
			it: "il ticket è Suo", en: "the ticket is yours"},
		{name: "assign", italian: "assegna", usage: "NAME|me|none", group: "answer", event: "assigned", refuse: (*work).refuseAssign, do: (*work).assign,
			it: "assegna il ticket; basta una parte del nome", en: "assigns the ticket; a part of the name will do"},
		{name: "close", italian: "chiudi", usage: "[CREDITS]", group: "state", event: "state", moves: TriggerClose, refuse: (*work).refuseSpending, do: (*work).orderClose,
			it: "chiude; dei crediti riservati scala quelli scritti, o tutti", en: "closes; of the credits held it charges as many as written, or all"},
		{name: "reopen", italian: "riapri", group: "state", event: "state", moves: TriggerReopen, do: (*work).reopen,
			it: "riapre: tocca a noi", en: "reopens: it is our turn"},
		{name: "wait", italian: "attesa", usage: "[DATE]", group: "state", event: "state", moves: TriggerWait, refuse: (*work).refuseWait, do: (*work).wait,
			it: "aspetta il cliente; con una data dorme fino a quel giorno", en: "waits for the customer; with a date it sleeps until that day"},
		{name: "spam", group: "state", event: "state", moves: TriggerSpam, refuse: (*work).refuseSpam, do: (*work).spam,
			it: "chiude come spam, senza scrivere a nessuno", en: "closes as spam, without a letter to anybody"},
		{name: "merge", italian: "unisci", usage: "N [force]", group: "state", event: "merged", moves: TriggerMerge, refuse: (*work).refuseMerge, do: (*work).merge,
			it: "unisce questo ticket al numero N, per sempre; «forza» se i clienti sono diversi", en: "joins this ticket to number N, for ever; \"force\" where the customers differ"},
		{name: "topic", usage: "TOPIC", group: "verdict", event: "verdict", refuse: (*work).refuseVerdict, do: (*work).setTopic,
			it: "corregge l'argomento e decide di nuovo la copertura", en: "corrects the topic and decides the coverage anew"},
		{name: "covered", italian: "coperta", group: "verdict", event: "verdict", refuse: (*work).refuseVerdict, do: (*work).setCovered,
			it: "è compresa, non costa nulla", en: "it is covered and costs nothing"},
		{name: "extra", group: "verdict", event: "verdict", refuse: (*work).refuseVerdict, do: (*work).setExtra,
			it: "non è compresa, costa crediti", en: "it is not covered and costs credits"},
		{name: "customer", usage: "ID", group: "people", event: "verdict", refuse: (*work).refuseCustomer, do: (*work).setCustomer,
			it: "il richiedente è di questo cliente, anche in futuro", en: "the requester belongs to this customer, from now on"},
		{name: "cc", usage: "ADDRESS", group: "people", event: "linked", refuse: (*work).refuseAdd, do: (*work).add,
			it: "anche questa persona riceve le lettere del ticket", en: "this person gets the letters of the ticket too"},
		{name: "uncc", usage: "ADDRESS", group: "people", event: "linked", refuse: (*work).refuseRemove, do: (*work).remove,
			it: "questa persona non le riceve più", en: "this person gets them no more"},
		{name: "ask", italian: "chiedi", usage: "ADDRESS", group: "people", event: "linked", refuse: (*work).refuseAsk, do: (*work).orderAsk,
			it: "il testo va a questa persona, non al cliente; le sue risposte sono note", en: "the text goes to this person, not to the customer; the answers are notes"},
		{name: "quote", italian: "preventivo", usage: "N [DAYS]", group: "money", event: "quote", moves: TriggerOffer, refuse: (*work).refuseQuote, do: (*work).orderQuote,
			it: "offre il lavoro per N crediti; il testo sotto lo descrive", en: "offers the work for N credits; the text below describes it"},
		{name: "withdraw", italian: "ritira", group: "money", event: "quote", refuse: (*work).refuseWithdraw, do: (*work).orderWithdraw,
			it: "ritira il preventivo", en: "withdraws the quote"},
		{name: "accepted", italian: "accettato", group: "money", event: "hold", moves: TriggerAccept, refuse: (*work).refuseAccepted, do: (*work).orderAccepted,
			it: "l'ultima e-mail del cliente vale come un sì", en: "the customer's last email counts as a yes"},
		{name: "charge", italian: "addebita", usage: "N", group: "money", event: "capture", refuse: (*work).refuseSpending, do: (*work).orderCharge,
			it: "scala N dei crediti riservati", en: "charges N of the credits held"},
		{name: "from", italian: "da", usage: "[ADDRESS]", group: "desk", refuse: (*work).notHere,
			it: "apre un ticket a nome di questa persona, con il messaggio inoltrato sotto", en: "opens a ticket for this person, of the email forwarded below"},
		{name: "list", italian: "elenco", usage: "[mine|open|waiting|extra|due]", group: "desk", away: true, do: (*work).list,
			it: "manda l'elenco dei ticket", en: "sends the list of tickets"},
		{name: "show", italian: "mostra", usage: "N", group: "desk", away: true, refuse: (*work).refuseShow, do: (*work).show,
			it: "manda tutto il ticket N", en: "sends the whole of ticket N"},
		{name: "help", italian: "aiuto", group: "desk", away: true, do: (*work).help,
			it: "manda questo elenco", en: "sends this list"},
		{name: "send", italian: "invia", group: "held", refuse: (*work).notHere,
			it: "l'e-mail trattenuta parte", en: "the email on hold goes out"},
		{name: "discard", italian: "scarta", group: "held", refuse: (*work).notHere,
			it: "l'e-mail trattenuta viene scartata", en: "the email on hold is discarded"},
	}
}

// orderCalled finds a command by its name in either language, case aside; nil
// for any other word.
func orderCalled(word string) *order {
	word = address.Lower(word)
	for _, o := range orders() {
		if word == o.name || word == o.italian && word != "" {
			return &o
		}
	}
	return nil
}
