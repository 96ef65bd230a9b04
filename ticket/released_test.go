package ticket_test

import (
	"strings"
	"testing"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestReleasedAsItStands: a mail that was held for a command further down goes
// out as written when its technician or an admin lets it go, once, and the
// record says who did.
func TestReleasedAsItStands(t *testing.T) {
	for _, c := range []struct {
		name, by string
		release  func(*bench, ticket.Notice)
	}{
		{"the technician says #send", "released by the technician", func(b *bench, held ticket.Notice) {
			b.receive(b.mail(anna, "Re: Sito", "#send", replyTo(held)))
			b.must(b.Sweep(b.ctx))
		}},
		{"the admin retries", "released by the admin", func(b *bench, _ ticket.Notice) {
			var held ticket.ArrivalID
			b.view(func(tx ticket.Tx) error {
				for a, err := range tx.Arrivals(ticket.FateHeld, 0) {
					b.must(err)
					held = a.ID
				}
				return nil
			})
			b.must(b.Retry(b.ctx, held, false))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			mail := pick(t, b.send(), ticket.NoticeTicketNew, anna)
			b.receive(b.mail(anna, "Re: Sito", "#take\nScriva in cima:\n#close\nSaluti", replyTo(mail)))
			c.release(b, pick(t, b.send(), ticket.NoticeHeld, anna))
			letters := b.send()
			if got := pick(t, letters, ticket.NoticeAnswer, mario).Text; got != "Scriva in cima:\n#close\nSaluti" {
				t.Errorf("the customer reads %q", got)
			}
			for _, n := range letters {
				if n.Kind == ticket.NoticeHeld {
					t.Error("it is asked about once more")
				}
			}
			if tk := b.ticket(1); tk.State != ticket.StateWaiting || tk.Assignee != "Anna Ferretti" {
				t.Errorf("%s, assigned to %q", tk.State, tk.Assignee)
			}
			if s := b.stats(); s.Quarantine != 0 {
				t.Errorf("%d still wait for a decision", s.Quarantine)
			}
			var why string
			b.view(func(tx ticket.Tx) error {
				events, err := tx.Events(1)
				for _, e := range events {
					for _, r := range e.Rulings {
						why += strings.Join(r.Evidence, ", ") + "\n"
					}
				}
				return err
			})
			if !strings.Contains(why, c.by) || strings.Contains(why, "not asked for (technician = token)") {
				t.Errorf("the evidence is\n%s", why)
			}
		})
	}
}

// TestTechniciansReadWhoseItIs: their mail names the customer, or those it may
// be when several have the address.
func TestTechniciansReadWhoseItIs(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.must(b.PutCustomers(b.ctx, []*ticket.Customer{
		{ID: "C2", Name: "Smith Ltd", Contacts: []ticket.Contact{{Address: john, MaySpend: true}}},
		{ID: "C3", Name: "Smith & Sons", Contacts: []ticket.Contact{{Address: john, MaySpend: true}}},
	}, map[string][]policy.Lot{}))
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	letters := b.send()
	if n := pick(t, letters, ticket.NoticeTicketNew, anna); n.CustomerName != "Rossi Impianti" || len(n.Lines) != 0 {
		t.Errorf("ticket-new says %q and %q", n.CustomerName, n.Lines)
	}
	b.receive(b.mail(mario, "Re: Sito", "Ancora fermo.", replyTo(pick(t, letters, ticket.NoticeAck, mario))))
	if n := pick(t, b.send(), ticket.NoticeTicketReply, anna); n.CustomerName != "Rossi Impianti" {
		t.Errorf("ticket-reply says %q", n.CustomerName)
	}
	b.receive(b.mail(john, "Site down", "Our site has been down since this morning, nobody can reach it."))
	n := pick(t, b.send(), ticket.NoticeTicketNew, anna)
	if got := strings.Join(n.Lines, "; "); got != "Il cliente potrebbe essere Smith Ltd (C2); Il cliente potrebbe essere Smith & Sons (C3)" || n.Stranger {
		t.Errorf("candidates %q, stranger %v", got, n.Stranger)
	}
}

// TestWhoHasNoNameIsCalledByTheCustomers: technicians read the customer's name
// where a contact gives himself none; nobody is greeted by it.
func TestWhoHasNoNameIsCalledByTheCustomers(t *testing.T) {
	for _, c := range []struct{ name, from, called, shown, greeted string }{
		{"a contact without a name", mario, "", "Rossi Impianti", ""},
		{"a contact with one", mario, "Mario Rossi", "Mario Rossi", "Mario Rossi"},
		{"nobody's contact", stranger, "", stranger, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			called := func(m *ticket.Inbound) { m.From[0].Name = c.called }
			b.receive(b.mail(c.from, "Sito fermo", down, called))
			letters := b.send()
			ack := pick(t, letters, ticket.NoticeAck, c.from)
			b.receive(b.mail(c.from, "Re: Sito fermo", "Ancora fermo.", replyTo(ack), called))
			for _, n := range []ticket.Notice{pick(t, letters, ticket.NoticeTicketNew, anna), pick(t, b.send(), ticket.NoticeTicketReply, anna)} {
				if n.FromName != c.shown+" (Assistenza)" || n.Author.Address != c.from || c.called == "" && c.from == mario && n.Requester.Name != c.shown {
					t.Errorf("%s is from %q, about %+v, by %+v", n.Kind, n.FromName, n.Requester, n.Author)
				}
			}
			if ack.To.Name != c.greeted {
				t.Errorf("%q is greeted", ack.To.Name)
			}
		})
	}
}
