package ticket_test

import (
	"strings"
	"testing"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

const form = "noreply@modulo.example" // stands in desk.lists

// carriers are the ways on which a mail names somebody whom its From does not:
// through a form, a group, certified mail. from is whom the evidence is about.
var carriers = []struct {
	name string
	edit func(m *ticket.Inbound, who string)
}{
	{"form of desk.lists", func(m *ticket.Inbound, who string) {
		m.WebForm, m.From, m.ReplyTo = true, []ticket.Mailbox{{Address: form}}, []ticket.Mailbox{{Address: who}}
	}},
	{"somebody's form", func(m *ticket.Inbound, who string) {
		m.WebForm, m.Robot, m.From, m.ReplyTo = true, true, []ticket.Mailbox{{Address: "noreply@evil.example"}}, []ticket.Mailbox{{Address: who}}
	}},
	{"group that rewrote From", func(m *ticket.Inbound, who string) {
		m.Kind, m.List, m.From = ticket.KindList, "gruppo.example.it", []ticket.Mailbox{{Address: who}}
	}},
	{"group, taken for a request", func(m *ticket.Inbound, who string) {
		m.List, m.From = "gruppo.example.it", []ticket.Mailbox{{Address: who}}
	}},
	{"certified mail", func(m *ticket.Inbound, who string) {
		m.Certified, m.From = true, []ticket.Mailbox{{Address: who}}
	}},
}

// carriedDesk is a desk on which the technician is a contact too, so that no
// door is closed for another reason.
func carriedDesk(t *testing.T, token bool) *bench {
	b := newBench(t, storetest.NewMem())
	b.TokenTechnician, b.TokenCustomer = token, token
	b.Addresses.Lists = []string{form, "gruppo.example.it"}
	b.must(b.PutCustomers(b.ctx, []*ticket.Customer{{ID: "SELF", Name: "Noi", Contacts: []ticket.Contact{{Address: anna, MaySpend: true}}}}, nil))
	return b
}

// TestCarriedIsNeverATechnicians: whatever proves From, and with her own token,
// what names a technician behind a carrier does nothing in her name.
func TestCarriedIsNeverATechnicians(t *testing.T) {
	for _, c := range carriers {
		for _, token := range []bool{true, false} {
			for _, toToken := range []bool{true, false} {
				b := carriedDesk(t, token)
				b.receive(b.mail(mario, "Sito irraggiungibile", down, proved))
				letter := pick(t, b.send(), ticket.NoticeTicketNew, anna)
				b.receive(b.mail(anna, "Re: Sito", "#close\nPaghi altrove.", func(m *ticket.Inbound) {
					if toToken {
						replyTo(letter)(m)
					}
					c.edit(m, anna)
					m.Evidence = proof(m.From[0].Address)
				}))
				if tk := b.ticket(1); tk.State != ticket.StateOpen || tk.Answered {
					t.Errorf("%s, token mode %v: it acted: %s", c.name, token, tk.State)
				}
				for _, n := range b.send() {
					if n.To.Address == mario {
						t.Errorf("%s, token mode %v: %s to the customer", c.name, token, n.Kind)
					}
				}
				if s := b.stats(); s.Mails != 2 || s.Ignored != 0 {
					t.Errorf("%s: nobody sees it: %+v", c.name, s)
				}
				b.receive(b.mail(anna, "Re: Sito", "#close\nRiavviato.", replyTo(letter), proved))
				if tk := b.ticket(1); tk.State != ticket.StateClosed || !tk.Answered {
					t.Errorf("%s: her own mail did nothing", c.name)
				}
			}
		}
	}
}

// TestCarriedIsNeverProven: evidence about a carrier's From counts for nobody
// whom the mail names instead.
func TestCarriedIsNeverProven(t *testing.T) {
	for _, c := range carriers {
		b := carriedDesk(t, false)
		b.receive(b.mail(mario, "Sito irraggiungibile", down, proved))
		ack := pick(t, b.send(), ticket.NoticeAck, mario)
		b.receive(b.mail(mario, "Re: Sito", "Anche la posta.", replyTo(ack), func(m *ticket.Inbound) {
			c.edit(m, mario)
			m.Evidence = proof(m.From[0].Address)
		}))
		list := b.messages(1)
		if last := list[len(list)-1]; last.Authority != ticket.AuthorityLink || last.Verified {
			t.Errorf("%s: authority %s, verified %v", c.name, last.Authority, last.Verified)
		}
	}
}

// TestEvidenceIsAboutOneAddress: aligned evidence with another address, or with
// none, is nobody's.
func TestEvidenceIsAboutOneAddress(t *testing.T) {
	for _, about := range []string{"", "mallory@evil.example", "Anna@example.it", "anna@example.it.", luisa} {
		b := newBench(t, storetest.NewMem())
		b.TokenTechnician, b.TokenCustomer = false, false
		b.receive(b.mail(mario, "Sito irraggiungibile", down, func(m *ticket.Inbound) {
			m.Evidence = ticket.Evidence{Aligned: true, Method: "dkim", Domain: "rossi.example", Address: about}
		}))
		if m := b.messages(1)[0]; m.Authority != ticket.AuthorityNone || m.Verified {
			t.Errorf("about %q: %s", about, m.Authority)
		}
		letter := pick(t, b.send(), ticket.NoticeTicketNew, anna)
		b.receive(b.mail(anna, "Re: Sito", "#close", replyTo(letter), func(m *ticket.Inbound) {
			m.Evidence = ticket.Evidence{Aligned: true, Method: "dkim", Domain: "example.it", Address: about}
		}))
		if tk := b.ticket(1); tk.State != ticket.StateOpen {
			t.Errorf("about %q: a technician's", about)
		}
	}
}

// TestTokenStandsInAnAddress: a Message-ID is read by everybody in Cc. In token
// mode it makes no technician, unless the server knows no token addresses.
func TestTokenStandsInAnAddress(t *testing.T) {
	bare := func(n ticket.Notice) func(*ticket.Inbound) {
		return func(m *ticket.Inbound) {
			replyTo(n)(m)
			m.Recipients, m.To = []string{deskAddress}, []ticket.Mailbox{{Address: deskAddress}}
		}
	}
	for _, c := range []struct {
		name    string
		pattern string
		edit    func(ticket.Notice) func(*ticket.Inbound)
		proof   bool
		acts    bool
	}{
		{"address", ticket.PlusPattern(deskAddress), replyTo, false, true},
		{"Message-ID alone", ticket.PlusPattern(deskAddress), bare, false, false},
		{"Message-ID with evidence", ticket.PlusPattern(deskAddress), bare, true, true},
		{"Message-ID where nothing else is", "", bare, false, true},
	} {
		b := newBench(t, storetest.NewMem())
		b.Addresses.Pattern = c.pattern
		b.receive(b.mail(mario, "Sito irraggiungibile", down))
		letter := pick(t, b.send(), ticket.NoticeTicketNew, anna)
		m := b.mail(anna, "Re: Sito", "#close", c.edit(letter))
		if c.proof {
			m.Evidence = proof(anna)
		}
		b.receive(m)
		if closed := b.ticket(1).State == ticket.StateClosed; closed != c.acts {
			t.Errorf("%s: acted %v, want %v (%s)", c.name, closed, c.acts, kinds(b.send()))
		}
	}
}

// TestReleaseNeedsTheAddress: what is said of a question about a held mail is
// said at its one-time address, by who was asked.
func TestReleaseNeedsTheAddress(t *testing.T) {
	for _, answerer := range []string{"address", "message-id", "bruno", "contrary"} {
		b := newBench(t, storetest.NewMem())
		b.receive(b.mail(anna, "Fwd: aiuto", "Vi giro questa richiesta: "+mailbox))
		question := pick(t, b.send(), ticket.NoticeHeld, anna)
		from := anna
		if answerer == "bruno" {
			from = bruno
		}
		b.receive(b.mail(from, "Re: aiuto", "#from "+mario, replyTo(question), func(m *ticket.Inbound) {
			switch answerer {
			case "message-id":
				m.Recipients = []string{deskAddress}
			case "contrary":
				forged(m)
			}
		}))
		b.must(b.Sweep(b.ctx))
		if opened := b.stats().Open == 1; opened != (answerer == "address") {
			t.Errorf("%s: released %v", answerer, opened)
		}
	}
}

// TestWhoNamesSomebodyElse: only From writes; what else a mail names is shown
// to technicians (PROMISES.md A15, D19).
func TestWhoNamesSomebodyElse(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down, func(m *ticket.Inbound) {
		m.ReplyTo = []ticket.Mailbox{{Address: anna}, {Address: "altrove@evil.example"}}
	}))
	letters := b.send()
	wantLetters(t, letters, "ticket-new anna, ticket-new bruno, ack mario")
	var shown []string
	for _, p := range letters[0].OtherPeople {
		shown = append(shown, p.Address)
	}
	if got := strings.Join(shown, " "); got != anna+" altrove@evil.example" {
		t.Errorf("technicians are shown %q", got)
	}
}

// TestWhoseFormItIs says who requests what a form sends, and that only an
// address which is known by itself is more than shown.
func TestWhoseFormItIs(t *testing.T) {
	person := func(addresses ...string) []ticket.Mailbox {
		var list []ticket.Mailbox
		for _, a := range addresses {
			list = append(list, ticket.Mailbox{Address: a})
		}
		return list
	}
	const office, site = "info@smith.example", "info@sito.example"
	for _, c := range []struct {
		name, from string
		replyTo    []ticket.Mailbox
		requester  string
		authority  string
		letters    string // but technicians'
		shown      string // to technicians, beside the requester
	}{
		{"listed, a stranger", form, person(stranger), stranger, "none", "", form},
		{"listed, a contact", form, person(mario), mario, "none", "", form},
		{"listed, a technician", form, person(anna), anna, "none", "", form},
		{"listed, nobody named", form, nil, form, "none", "", ""},
		{"listed, two named", form, person(mario, stranger), form, "none", "", mario + " " + stranger},
		{"the desk's own name, a contact", deskAddress, person(mario), mario, "none", "", ""},
		{"the desk's own name, the desk and a contact", deskAddress, person(deskAddress, mario), mario, "none", "", ""},
		{"the desk's own name, a stranger", deskAddress, person(stranger), deskAddress, "none", "", stranger},
		{"the desk's own name, two contacts", deskAddress, person(mario, john), deskAddress, "none", "", mario + " " + john},
		{"somebody's site, a contact", site, person(mario), mario, "none", "", site},
		{"somebody's site, a stranger", site, person(stranger), site, "none", "", stranger},
		{"a contact's office, a private address", office, person("john@casa.example"), office, "sender", "ack info", "john@casa.example"},
		{"a contact's office, a colleague", office, person(john), office, "sender", "ack info", john},
		{"a contact's office, another customer's contact", office, person(mario), mario, "none", "", office},
	} {
		b := strict(t)
		b.Addresses.Lists = []string{form}
		b.must(b.PutCustomers(b.ctx, []*ticket.Customer{{ID: "C2", Name: "Smith Ltd", Language: "en",
			Contacts: []ticket.Contact{{Address: john, MaySpend: true}, {Address: office}}}}, nil))
		b.receive(b.mail(c.from, "Dal sito", down, proved, func(m *ticket.Inbound) { m.WebForm, m.ReplyTo = true, c.replyTo }))
		tk, letters := b.ticket(1), b.send()
		if got := b.messages(1)[0].Authority.String(); tk.Requester.Address != c.requester || got != c.authority {
			t.Errorf("%s: of %s at %s, want %s at %s", c.name, tk.Requester.Address, got, c.requester, c.authority)
		}
		var shown, told []string
		for _, n := range letters {
			if !n.Kind.Technical() {
				told = append(told, kinds([]ticket.Notice{n}))
			}
		}
		for _, p := range pick(t, letters, ticket.NoticeTicketNew, anna).OtherPeople {
			shown = append(shown, p.Address)
		}
		if got := strings.Join(told, ", "); got != c.letters {
			t.Errorf("%s: letters %q, want %q", c.name, got, c.letters)
		}
		if got := strings.Join(shown, " "); got != c.shown {
			t.Errorf("%s: technicians are shown %q, want %q", c.name, got, c.shown)
		}
	}
}
