package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var (
	ferretti = person{"Anna Ferretti", tech, "it"}
	conti    = person{"Luca Conti", "tech2@example.test", "it"}
	rossi    = person{"Mario Rossi", customer, "it"}
	green    = person{"Emma Green", "emma@customer.test", "en"}
	villa    = person{"Nadia Villa", "nadia@outside.test", "it"}
)

const dayCustomers = `id,name,language,email,may_spend
C1,Rossi Impianti,it,customer1@customer.test,true
C2,Green Fields Ltd,en,emma@customer.test,true
C3,Villa Vini,it,nadia@outside.test,true
`

// newDay is a desk in strict mode on these servers, with what its customers bought,
// before it is started.
func newDay(t *testing.T, s *realServers, security string) *day {
	t.Helper()
	d := &day{t: t, s: s, read: map[string]bool{}}
	d.desk = secureDesk(t, s, "technician = \"authenticated\"\ncustomer = \"authenticated\"\n"+security,
		"letters_per_minute = 0\nacks_per_address_hour = 0\n", ferretti, conti)
	today, lastMonth := time.Now().Format(time.DateOnly), time.Now().AddDate(0, -1, 0).Format(time.DateOnly)
	d.desk.must(t, "import", d.desk.write(t, "people.csv", dayCustomers),
		d.desk.write(t, "plans.csv", "customer,plan,site,purchased\nC1,hosting,rossi.example,"+lastMonth+"\n"),
		d.desk.write(t, "credits.csv", "ref,customer,credits,purchased\nA1,C2,10,"+today+"\nA2,C3,4,"+today+"\n"))
	t.Cleanup(d.tell)
	return d
}

// TestDay is a day of two technicians and three customers who have nothing but
// their mail, in strict mode: what their own server submits is signed by
// opendkim, and what another server signs is believed by opendkim's word.
func TestDay(t *testing.T) {
	world := newSigner(t)
	s := startSigning(t, []string{"example.test", "customer.test"}, "s1._domainkey.outside.test "+world.record,
		support, ferretti.address, conti.address, rossi.address, green.address, villa.address)
	d := newDay(t, s, fmt.Sprintf("authserv_id = %q\nresolver = %q", serverID, serveTXT(t, s.record, "s1._domainkey.example.test", "s1._domainkey.customer.test")))
	d.world = world

	online := d.desk.must(t, "check", "--online")
	for _, want := range []string{"Authentication-Results: ok: the forged field was removed", "signature: ok: it holds, by the key of example.test"} {
		if !strings.Contains(online, want) {
			t.Errorf("check --online does not say %q:\n%s", want, online)
		}
	}
	d.desk.serve(t)
	d.covered()
	d.extra()
	d.elsewhere()
	d.forwarded()
	d.gotNothingElse()
	d.booksAre("C2", "purchase 10 #0, hold 3 #2, capture 2 #2, release 1 #2")
	d.booksAre("C3", "purchase 4 #0, hold 1 #3, capture 1 #3")
	d.sound()
	d.desk.stop(t)
}

// covered: a plan covers it. One of the technicians takes it, they talk it over in
// notes, she answers, and the customer says that it is solved.
func (d *day) covered() {
	d.t.Helper()
	d.asks(rossi, "Sito irraggiungibile: errore 503", "Buongiorno,\nda stamattina il sito rossi.example non risponde: errore 503 per tutti, da ogni rete.\n\nMario Rossi")
	d.gets(rossi, "ack", 1)
	toLuca, toAnna := d.gets(conti, "ticket-new", 1), d.gets(ferretti, "ticket-new", 1)
	d.isTicket(1, "open", "covered", "")

	d.replies(ferretti, toAnna, "#prendo")
	d.gets(ferretti, "transcript", 1)
	d.writesNote(conti, toLuca, "Anna, il disco di web7 è pieno: lo vedi tu?")
	note := d.gets(ferretti, "ticket-reply", 1)
	d.replies(ferretti, note, "Sì, lo svuoto io.")
	d.gets(conti, "ticket-reply", 1)
	d.isTicket(1, "open", "covered", ferretti.name)

	d.replies(ferretti, toAnna, "Buongiorno,\nil disco del server era pieno: ora il sito risponde.\n\nAnna Ferretti")
	answer := d.gets(rossi, "answer", 1)
	d.isTicket(1, "waiting", "covered", ferretti.name)
	d.replies(rossi, answer, "Grazie mille, ora funziona!")
	d.gets(ferretti, "ticket-reply", 1)
	d.gets(rossi, "closed", 1)
	d.isTicket(1, "closed", "covered", ferretti.name)
}

// extra: a quote is offered by mail, a forged yes and a forged order have no
// effect, the true yes holds the credits and the work spends them.
func (d *day) extra() {
	d.t.Helper()
	d.asks(green, "New page template", "Good morning,\nwe would like a different template for the product pages of green.example, with a gallery. Could you develop it?\n\nEmma Green")
	d.gets(green, "ack", 2)
	toLuca, toAnna := d.gets(conti, "ticket-new", 2), d.gets(ferretti, "ticket-new", 2)
	d.replies(conti, toLuca, "#preventivo 3\n\nGallery template for the product pages, tested on phones.")
	d.gets(conti, "transcript", 2)
	quote := d.gets(green, "quote", 2)

	d.forgedYes(quote)
	d.forgedOrder(toAnna)

	d.presses(green, quote, "I accept quote P-2-1")
	d.gets(green, "quote-accepted", 2)
	work := d.gets(conti, "ticket-reply", 2)
	d.holds(2, 3, 0)
	d.replies(conti, work, "#addebita 2\n\nGood morning,\nthe gallery is online.\n\nLuca Conti")
	d.gets(conti, "transcript", 2)
	d.gets(green, "answer", 2)
	d.gets(green, "charged", 2)
	d.holds(2, 1, 2)
	d.replies(conti, work, "#chiudi 0")
	d.gets(conti, "transcript", 2)
	d.gets(green, "closed", 2)
	d.holds(2, 0, 2)
}

// forgedYes: without a signature nothing of a yes counts.
func (d *day) forgedYes(quote string) {
	d.t.Helper()
	before := d.state()
	to, raw := pressed(d.t, quote, "I accept quote P-2-1", green.String(), d.mid(green))
	d.forges(green, to, "Authentication-Results: "+serverID+"; dkim=pass header.d=customer.test; dmarc=pass header.from=customer.test\n"+raw)
	d.gets(green, "confirm", 2)
	d.unchanged(before, "a forged yes")
}

// forgedOrder: nor of an order, though it comes to the technician's own address.
func (d *day) forgedOrder(toAnna string) {
	d.t.Helper()
	before := d.state()
	to, raw := d.reply(ferretti, toAnna, "#addebita 3\n#chiudi\n\nMandate la password a questo indirizzo.")
	d.forges(ferretti, to, "Authentication-Results: "+serverID+"; dkim=pass header.d=example.test\n"+raw)
	d.gets(ferretti, "held", 2)
	d.unchanged(before, "a forged order")
}

// elsewhere: a customer whose mail another server signs. The quote goes out at
// once, a yes in her own words is taken, the ticket changes hands.
func (d *day) elsewhere() {
	d.t.Helper()
	d.asks(villa, "Nuova casella di posta", "Buongiorno, potete creare una nuova casella di posta info@villa.example? Grazie.\n\nNadia Villa")
	quote := d.gets(villa, "quote", 3)
	toLuca, toAnna := d.gets(conti, "ticket-new", 3), d.gets(ferretti, "ticket-new", 3)
	d.replies(villa, quote, "Sì, accetto il preventivo.\n\nNadia Villa")
	d.gets(villa, "quote-accepted", 3)
	d.gets(ferretti, "ticket-reply", 3)
	d.gets(conti, "ticket-reply", 3)
	d.holds(3, 1, 0)
	d.replies(ferretti, toAnna, "#assegna luca\n#nota\n\nLuca, questa la fai tu?")
	d.gets(ferretti, "transcript", 3)
	d.gets(conti, "ticket-reply", 3)
	d.isTicket(3, "open", "extra", conti.name)
	d.replies(conti, toLuca, "#chiudi\n\nBuongiorno,\nla casella info@villa.example è pronta.\n\nLuca Conti")
	d.gets(conti, "transcript", 3)
	d.gets(villa, "answer", 3)
	d.holds(3, 0, 1)
}

// forwarded: a customer wrote to a technician, who forwards it to the desk, and
// looks around from there.
func (d *day) forwarded() {
	d.t.Helper()
	d.writes(ferretti, support, "I: Casella piena", "#da "+rossi.address+"\n\n---------- Messaggio inoltrato ----------\nDa: Mario Rossi <"+rossi.address+
		">\nDate: ven 27 nov 2026 alle ore 18:02\nOggetto: Casella piena\nA: Anna Ferretti <"+ferretti.address+">\n\nBuongiorno Anna,\nla casella info@rossi.example è piena e non riceve più.\n\nMario Rossi")
	d.gets(ferretti, "transcript", 4)
	opened := d.gets(ferretti, "ticket-new", 4)
	d.gets(conti, "ticket-new", 4)
	d.replies(ferretti, opened, "Buongiorno,\nabbiamo raddoppiato lo spazio della casella.\n\nAnna Ferretti")
	d.gets(rossi, "answer", 4)
	d.gets(conti, "ticket-reply", 4)
	d.writes(ferretti, support, "elenco", "#elenco")
	d.gets(ferretti, "transcript", 0)
	d.writes(conti, support, "mostra", "#mostra 2")
	d.gets(conti, "transcript", 2)
}

// TestDayWithoutSignatures: on a server that signs nothing, strict mode asks once
// at the registered address, and what was held then has its effect once.
func TestDayWithoutSignatures(t *testing.T) {
	s := startServers(t, support, ferretti.address, conti.address, rossi.address, green.address)
	d := newDay(t, s, fmt.Sprintf("resolver = %q", serveTXT(t, "")))
	d.desk.serve(t)
	d.asks(green, "New mailbox", "Good morning,\nplease create a new mailbox info@green.example for us.\n\nEmma Green")
	quote := d.gets(green, "quote", 1)
	work := d.gets(ferretti, "ticket-new", 1)
	d.gets(conti, "ticket-new", 1)

	d.presses(green, quote, "I accept quote P-1-1")
	confirm := d.gets(green, "confirm", 1)
	d.holds(1, 0, 0)
	d.replies(green, confirm, "I accept quote P-1-1")
	d.gets(green, "quote-accepted", 1)
	d.gets(ferretti, "ticket-reply", 1)
	d.gets(conti, "ticket-reply", 1)
	d.holds(1, 1, 0)
	d.replies(green, confirm, "I accept quote P-1-1") // once more: the address counted once
	d.gets(ferretti, "ticket-reply", 1)
	d.gets(conti, "ticket-reply", 1)
	d.holds(1, 1, 0)

	d.replies(ferretti, work, "Good morning,\nthe mailbox is ready.\n\nAnna Ferretti")
	held := d.gets(ferretti, "held", 1)
	d.replies(ferretti, held, "Ok")
	d.replies(ferretti, held, "Ok")
	d.gets(green, "answer", 1)
	d.gets(conti, "ticket-reply", 1)
	d.gets(ferretti, "transcript", 0) // the second "Ok" is no answer to anybody
	d.gotNothingElse()
	d.booksAre("C2", "purchase 10 #0, hold 1 #1")
	d.sound()
	d.desk.stop(t)
}
