package ticket_test

import (
	"errors"
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestNobodysWordStandsInForContraryEvidence: an admin's release does nothing in
// a technician's name where the mail speaks against itself; forced, it is filed
// to be read. What only lacked evidence, or was put aside by a limit, is filed.
func TestNobodysWordStandsInForContraryEvidence(t *testing.T) {
	hers := func(n, _ ticket.Notice) func(*ticket.Inbound) { return replyTo(n) }
	for _, c := range []struct {
		name, from string
		address    func(annas, brunos ticket.Notice) func(*ticket.Inbound)
		evidence   func(*ticket.Inbound)
		against    bool
	}{
		{"no evidence", anna, hers, unsigned, false},
		{"forged", anna, hers, forged, true},
		{"forged, no token", anna, func(_, _ ticket.Notice) func(*ticket.Inbound) { return unsigned }, forged, true},
		{"a field twice", anna, hers, func(m *ticket.Inbound) { m.Doubled = "subject" }, true},
		{"a colleague's token", anna, func(_, n ticket.Notice) func(*ticket.Inbound) { return replyTo(n) }, unsigned, true},
		{"her token from a private address", "anna@casa.example", hers, proved, true},
		{"two tokens", anna, func(n, o ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { replyTo(n)(m); m.Recipients = []string{n.ReplyTo, o.ReplyTo} }
		}, unsigned, true},
		{"expired", anna, hers, func(m *ticket.Inbound) { m.Arrived = m.Arrived.AddDate(0, 0, 200); m.Date = m.Arrived }, true},
		{"revoked", anna, func(n, _ ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.Recipients = []string{"assistenza+t1.9.zz.aaaaaaaaaaaaaaaa@example.it"} }
		}, unsigned, true},
		{"in certified mail", anna, hers, func(m *ticket.Inbound) { m.Certified = true }, true},
		{"through a list", anna, hers, func(m *ticket.Inbound) { m.Kind, m.List = ticket.KindList, "team.example" }, true},
		{"marked as spam", anna, hers, func(m *ticket.Inbound) { m.Kind, m.SpamMarked = ticket.KindSpam, true }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := authenticated(t)
			b.receive(b.mail(mario, "Sito fermo", down, proved))
			letters := b.send()
			annas, brunos := pick(t, letters, ticket.NoticeTicketNew, anna), pick(t, letters, ticket.NoticeTicketNew, bruno)
			b.receive(b.mail(c.from, "Re: Sito", "#close\nPaghi qui.", c.address(annas, brunos), c.evidence))
			b.send()
			id := b.waiting()
			err := b.Retry(b.ctx, id, false)
			var against *ticket.ForceError
			if errors.As(err, &against) != c.against || !c.against && err != nil {
				t.Fatalf("released: %v", err)
			}
			if c.against {
				b.must(b.Retry(b.ctx, id, true))
			}
			if got := toCustomers(b.send()); (len(got) == 0) != c.against {
				t.Errorf("letters to customers: %s", kinds(got))
			}
			if tk := b.ticket(1); (tk.State == ticket.StateOpen) != c.against || tk.Answered == c.against {
				t.Errorf("the ticket is %s, answered %v", tk.State, tk.Answered)
			}
			if s := b.stats(); s.Quarantine != 0 || s.Messages != 2 {
				t.Errorf("stats %+v", s)
			}
		})
	}
}

// waiting is the one mail that is in quarantine, held or ignored.
func (b *bench) waiting() (id ticket.ArrivalID) {
	b.t.Helper()
	b.view(func(tx ticket.Tx) error {
		for _, f := range []ticket.Fate{ticket.FateHeld, ticket.FateQuarantine, ticket.FateIgnored} {
			for a, err := range tx.Arrivals(f, 0) {
				b.must(err)
				id = a.ID
			}
		}
		return nil
	})
	if id == 0 {
		b.t.Fatal("nothing waits")
	}
	return id
}

// TestRetryAfterALimit: what a limit put aside opens its ticket when it is
// released, however full the hour is.
func TestRetryAfterALimit(t *testing.T) {
	b := authenticated(t)
	for range 31 {
		b.receive(b.mail(mario, "Sito fermo", down, proved))
	}
	if s := b.stats(); s.Open != 30 || s.Quarantine != 1 {
		t.Fatalf("stats %+v", s)
	}
	b.must(b.Retry(b.ctx, b.waiting(), false))
	if s := b.stats(); s.Open != 31 || s.Quarantine != 0 {
		t.Errorf("stats %+v", s)
	}
}

// TestRetryWhatWasNotRead: a mail that ended the desk each time it was read is put
// aside by its bytes alone, and no audit reads it; once a release can read it, it
// is filed like any other: who answers it is on its ticket, and a copy is a copy.
func TestRetryWhatWasNotRead(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	mail := b.mail(mario, "Sito irraggiungibile", down)
	blind := func() *ticket.Inbound {
		b.uid++
		return &ticket.Inbound{Source: ticket.Source{UIDValidity: 1, UID: b.uid}, Arrived: b.now, Raw: mail.Raw, RawSum: mail.RawSum, Size: mail.Size, Unfit: "not read again"}
	}
	b.receive(blind())
	b.receive(blind())
	b.rereed[string(mail.Raw)] = &ticket.Inbound{Unfit: "cannot be read: panic"}
	b.sound()
	if err := b.Retry(b.ctx, 1, false); !errors.Is(err, ticket.ErrState) {
		t.Errorf("released unread: %v", err)
	}
	b.sound()
	reading := b.Reread
	b.Reread = func([]byte, time.Time) *ticket.Inbound { t.Error("an audit reads it"); return nil }
	b.sound()
	b.Reread = reading
	b.rereed[string(mail.Raw)] = mail
	b.must(b.Retry(b.ctx, 1, false))
	b.receive(b.mail(mario, "Re: Sito irraggiungibile", "Ancora fermo.", func(m *ticket.Inbound) { m.InReplyTo = []string{mail.MessageID} }))
	copied := *mail
	b.uid++
	copied.Source.UID = b.uid
	b.receive(&copied)
	if s := b.stats(); s.Open != 1 || s.Messages != 2 || s.Duplicates != 2 || s.Quarantine != 0 {
		t.Errorf("%+v", s)
	}
	b.view(func(tx ticket.Tx) error {
		a, err := tx.Arrival(1)
		if err == nil && (a.MessageID != mail.MessageID || a.From != mario || a.Subject != mail.Subject || a.Kind != ticket.KindRequest || a.Content != mail.Content) {
			t.Errorf("its record is %+v", a)
		}
		return err
	})
}
