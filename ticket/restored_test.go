package ticket_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// restore begins again on the store as it is, an hour later, as after a backup that
// was made now.
func (b *bench) restore() {
	b.t.Helper()
	b.now = b.now.Add(time.Hour)
	b.must(b.Store.Update(b.ctx, func(tx ticket.Tx) error { return ticket.BeginAgain(tx, b.now) }))
}

// before is a mail edit: it had arrived before the desk was restored.
func before(m *ticket.Inbound) { m.Arrived = m.Arrived.Add(-30 * time.Minute) }

func (b *bench) rows(state ticket.RowState) string {
	b.t.Helper()
	var list []ticket.Notice
	b.view(func(tx ticket.Tx) error {
		for r, err := range tx.Rows(state, 0) {
			if err != nil {
				return err
			}
			list = append(list, r.Notice)
		}
		return nil
	})
	return kinds(list)
}

// releaseAll is `queue release all`.
func (b *bench) releaseAll() {
	b.t.Helper()
	b.must(b.EndHolding(b.ctx))
	var ids []ticket.NoticeID
	b.view(func(tx ticket.Tx) error {
		for r, err := range tx.Rows(ticket.RowHeld, 0) {
			if err != nil {
				return err
			}
			ids = append(ids, r.Notice.ID)
		}
		return nil
	})
	_, err := b.MoveLetters(b.ctx, ticket.LetterRelease, ids, "admin")
	b.must(err)
}

// TestWhatCameBeforeTheRestore: mail that arrived before it is filed for what it is,
// and moves states and credits as it did. No letter goes out because of it: none is
// acknowledged or quoted, technicians get one summary, and what customers may have
// got is unknown.
func TestWhatCameBeforeTheRestore(t *testing.T) {
	type mails func(b *bench, work, quote ticket.Notice) []*ticket.Inbound
	for name, c := range map[string]struct {
		mails   mails
		unsure  string // rows that may have been sent
		then    func(b *bench) string
		summary bool
	}{
		"a request": {func(b *bench, _, _ ticket.Notice) []*ticket.Inbound {
			return []*ticket.Inbound{b.mail(mario, "Posta ferma", down, before)}
		}, "", func(b *bench) string { return fmt.Sprint(b.ticket(4).State) }, true},
		"a request that a price is known of": {func(b *bench, _, _ ticket.Notice) []*ticket.Inbound {
			return []*ticket.Inbound{b.mail(mario, "Nuova casella di posta", mailbox, before)}
		}, "", func(b *bench) string { return fmt.Sprint(b.ticket(4).State, b.ticket(4).Quote) }, true},
		"forty requests": {func(b *bench, _, _ ticket.Notice) (all []*ticket.Inbound) {
			for i := range 40 {
				all = append(all, b.mail(mario, fmt.Sprint("Fermo ", i), down, before))
			}
			return all
		}, "", func(b *bench) string { return fmt.Sprint(b.stats().Open, b.stats().Quarantine) }, true},
		"a technician's answer": {func(b *bench, work, _ ticket.Notice) []*ticket.Inbound {
			return []*ticket.Inbound{b.mail(anna, "Re:", "Riavviato.", replyTo(work), before)}
		}, "answer mario", func(b *bench) string {
			return fmt.Sprintf("%s, %s, closes %t", b.ticket(1).State, b.ticket(1).Assignee, !b.ticket(1).ClosesAt.IsZero())
		}, true},
		"commands": {func(b *bench, work, _ ticket.Notice) []*ticket.Inbound {
			return []*ticket.Inbound{b.mail(anna, "Re:", "#take\n#close", replyTo(work), before)}
		}, "closed mario", func(b *bench) string { return fmt.Sprint(b.ticket(1).State) }, true},
		"a yes to a quote": {func(b *bench, _, quote ticket.Notice) []*ticket.Inbound {
			return []*ticket.Inbound{b.mail(mario, "Re:", "Accetto il preventivo P-2-1", replyTo(quote), before)}
		}, "quote-accepted mario", func(b *bench) string { return fmt.Sprint(b.ticket(2).Held, b.ticket(2).Quote.State) }, true},
		"a reply": {func(b *bench, _, _ ticket.Notice) []*ticket.Inbound {
			return []*ticket.Inbound{b.mail(mario, "Re: [Assistenza #1] Sito", "Ancora fermo.", before)}
		}, "", func(b *bench) string { return fmt.Sprint(b.ticket(1).Messages) }, true},
		"mail that is held": {func(b *bench, _, _ ticket.Notice) []*ticket.Inbound {
			return []*ticket.Inbound{b.mail(anna, "Nuovo", "Ciao a tutti", before)}
		}, "", func(b *bench) string { return fmt.Sprint(b.stats().Quarantine) }, true},
		"a robot": {func(b *bench, work, _ ticket.Notice) []*ticket.Inbound {
			return []*ticket.Inbound{b.mail(mario, "Fuori ufficio", "Torno lunedì", replyTo(work), before, func(m *ticket.Inbound) { m.Kind = ticket.KindAutoReply })}
		}, "", func(b *bench) string { return fmt.Sprint(b.ticket(1).State) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			want := map[string]string{"a request": "open", "a request that a price is known of": "open <nil>", "forty requests": "41 0",
				"a technician's answer": "waiting, Anna Ferretti, closes true", "commands": "closed", "a yes to a quote": "1 accepted",
				"a reply": "3", "mail that is held": "1", "a robot": "open"}[name]
			b := newBench(t, storetest.NewMem())
			b.receive(b.mail(mario, "Sito irraggiungibile", down), b.mail(mario, "Nuova casella di posta", mailbox))
			sent := b.send()
			work, quote := pick(t, sent, ticket.NoticeTicketNew, anna), pick(t, sent, ticket.NoticeQuote, mario)
			b.restore()
			for _, m := range c.mails(b, work, quote) {
				b.receive(m)
			}
			if got := b.rows(ticket.RowUnknown); got != c.unsure {
				t.Errorf("unsure: %s, want %s", got, c.unsure)
			}
			if got := c.then(b); got != want {
				t.Errorf("then: %s, want %s", got, want)
			}
			b.now = b.now.Add(3 * time.Minute)
			b.must(b.Sweep(b.ctx))
			wantLetters(t, b.send(), "") // all is held
			b.releaseAll()
			summary := "digest anna, digest bruno"
			if !c.summary {
				summary = ""
			}
			wantLetters(t, b.send(), summary)
			b.now = b.now.Add(10 * time.Minute)
			b.must(b.Sweep(b.ctx))
			wantLetters(t, b.send(), "")
			b.wantAudit()
		})
	}
}

// TestLettersWaitForTheRelease: what the backup had to send, and what comes of mail
// after the restore, waits; then it goes, once.
func TestLettersWaitForTheRelease(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 1, func(ticket.NoticeID) bool { return false })
	b.must(err)
	b.must(b.Begin(b.ctx, rows[0].Notice.ID, storetest.Letter(&rows[0].Notice))) // the backup was made meanwhile
	b.restore()
	b.must(b.Recover(b.ctx))
	if got := b.rows(ticket.RowUnknown); got != "ack mario" {
		t.Errorf("unknown: %s", got)
	}
	b.now = b.now.Add(time.Minute)
	b.receive(b.mail(john, "Down", down))
	wantLetters(t, b.send(), "")
	if got := b.rows(ticket.RowHeld); got != "ticket-new anna, ticket-new bruno, ack john, ticket-new anna, ticket-new bruno" {
		t.Errorf("held: %s", got)
	}
	b.releaseAll()
	wantLetters(t, b.send(), "ticket-new anna, ticket-new bruno, ticket-new anna, ticket-new bruno, ack john")
	b.receive(b.mail(luisa, "Fermo", down))
	wantLetters(t, b.send(), "ticket-new anna, ticket-new bruno, ack luisa")
}

// TestOneLetterIsReleased: the others go on waiting, also those to come.
func TestOneLetterIsReleased(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.restore()
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	b.must(b.MoveLetter(b.ctx, ticket.LetterRelease, 1, "admin"))
	wantLetters(t, b.send(), "ack mario")
	b.receive(b.mail(john, "Down", down))
	wantLetters(t, b.send(), "")
}

// TestClocksAfterARestore: a clock that ran out before does nothing that it may have
// done before: what was to close is closed later, warned of anew.
func TestClocksAfterARestore(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	b.receive(b.mail(anna, "Re:", "Riavviato.", replyTo(pick(t, b.send(), ticket.NoticeTicketNew, anna))))
	b.send()
	b.now = b.now.AddDate(0, 0, 10) // the backup is old; its desk warned and closed since
	b.restore()
	b.must(b.Sweep(b.ctx))
	b.releaseAll()
	wantLetters(t, b.send(), "")
	if tk := b.ticket(1); tk.State != ticket.StateWaiting || tk.ClosesAt.Before(b.now.AddDate(0, 0, 6)) {
		t.Errorf("it is %s and closes %s", tk.State, tk.ClosesAt)
	}
	story := strings.Join(b.story(12), "; ")
	if !strings.Contains(story, "close-warning") || !strings.Contains(story, "closed") {
		t.Errorf("then: %s", story)
	}
}

// TestQuotesAfterARestore: no code is given to two quotes.
func TestQuotesAfterARestore(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Nuova casella di posta", mailbox))
	b.must(b.Store.Update(b.ctx, func(tx ticket.Tx) error { return tx.NoteQuote(4) })) // the lost life's
	b.restore()
	if q := b.offered(1, 2); q.Code != "P-1-5" {
		t.Errorf("offered %s", q.Code)
	}
	if q := b.offered(1, 3); q.Code != "P-1-6" {
		t.Errorf("offered %s", q.Code)
	}
}

// TestAReplyToALostTicket joins the one that its first mail, filed anew, has opened.
func TestAReplyToALostTicket(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	first := b.mail(mario, "Sito irraggiungibile", down)
	lost := b.Keys.MessageID(77, ticket.Token{Purpose: ticket.PurposeReply, Number: 900, Day: 30000}, "example.it")
	b.receive(first)
	b.receive(b.mail(mario, "Re: [Assistenza #900] Sito irraggiungibile", "Ancora fermo", func(m *ticket.Inbound) {
		m.InReplyTo, m.References = []string{lost}, []string{first.MessageID, lost}
		m.Recipients = []string{b.Addresses.Token(b.Keys.Sign(ticket.Token{Purpose: ticket.PurposeReply, Number: 900, Day: 30000}))}
	}))
	if s := b.stats(); s.Open != 1 || s.Messages != 2 {
		t.Errorf("%d tickets, %d messages", s.Open, s.Messages)
	}
}

// TestOrdersFromBefore: what a technician let go before the restore is filed without
// being sent; what she lets go after it is sent.
func TestOrdersFromBefore(t *testing.T) {
	for name, c := range map[string]struct {
		edit    []func(*ticket.Inbound)
		letters string
		unsure  string
	}{
		"before": {[]func(*ticket.Inbound){before}, "digest anna, digest bruno", "answer mario"},
		"after":  {nil, "answer mario, ticket-reply bruno, transcript anna", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
			b.receive(b.mail(anna, "Re:", "Riavviato.\n#close\nSaluti", replyTo(work)))
			held := pick(t, b.send(), ticket.NoticeHeld, anna)
			b.restore()
			b.now = b.now.Add(time.Minute)
			b.receive(b.mail(anna, "Re:", "#send", append([]func(*ticket.Inbound){replyTo(held)}, c.edit...)...))
			b.now = b.now.Add(3 * time.Minute)
			b.must(b.Sweep(b.ctx))
			if got := b.rows(ticket.RowUnknown); got != c.unsure {
				t.Errorf("unsure: %s", got)
			}
			b.releaseAll()
			got := b.send()
			if k := kinds(got); strings.Contains(k, "answer") != strings.Contains(c.letters, "answer") {
				t.Errorf("letters: %s, want %s", k, c.letters)
			}
		})
	}
}

// TestRepliesToALostTicket: what answers the letters of a ticket that was opened after
// the backup goes to the one that its first mail opened again, whoever wrote it and
// whenever; where that is not certain it goes nowhere.
func TestRepliesToALostTicket(t *testing.T) {
	for name, c := range map[string]struct {
		late  bool // it arrives after the restore
		other string
		write func(b *bench, ack, work ticket.Notice) *ticket.Inbound
		joins bool
	}{
		"the customer, before": {false, stranger, func(b *bench, ack, _ ticket.Notice) *ticket.Inbound {
			return b.mail(mario, "Re: "+"[Assistenza #1] Sito fermo", "Ancora.", replyTo(ack), bare, before)
		}, true},
		"the customer, after": {true, stranger, func(b *bench, ack, _ ticket.Notice) *ticket.Inbound {
			return b.mail(mario, "R: [Assistenza #1] Sito fermo", "Ancora.", replyTo(ack), bare)
		}, true},
		"the technician, before": {false, john, func(b *bench, _, work ticket.Notice) *ticket.Inbound {
			return b.mail(anna, "Re: [Assistenza #1] Sito fermo", "Riavviato.", replyTo(work), quotingOf(mario), before)
		}, true},
		"the technician, after": {true, john, func(b *bench, _, work ticket.Notice) *ticket.Inbound {
			return b.mail(anna, "Re: [Assistenza #1] Sito fermo", "Riavviato.", replyTo(work), quotingOf(mario))
		}, true},
		"the technician, without a quotation": {true, john, func(b *bench, _, work ticket.Notice) *ticket.Inbound {
			return b.mail(anna, "Re: [Assistenza #1] Sito fermo", "Riavviato.", replyTo(work))
		}, false},
		"the technician, about another": {true, john, func(b *bench, _, work ticket.Notice) *ticket.Inbound {
			return b.mail(anna, "Re: [Assistenza #1] Sito fermo", "Riavviato.", replyTo(work), quotingOf(luisa))
		}, false},
		"another technician with her token": {true, john, func(b *bench, _, work ticket.Notice) *ticket.Inbound {
			return b.mail(bruno, "Re: [Assistenza #1] Sito fermo", "Riavviato.", replyTo(work), quotingOf(mario))
		}, false},
		"somebody else": {true, john, func(b *bench, ack, _ ticket.Notice) *ticket.Inbound {
			return b.mail("altro@altro.example", "Re: [Assistenza #1] Sito fermo", "Ancora.", replyTo(ack), bare)
		}, false},
		"two of one subject": {true, mario, func(b *bench, ack, _ ticket.Notice) *ticket.Inbound {
			return b.mail(mario, "Re: [Assistenza #1] Sito fermo", "Ancora.", replyTo(ack), bare)
		}, false},
		"another subject": {true, john, func(b *bench, ack, _ ticket.Notice) *ticket.Inbound {
			return b.mail(mario, "Re: [Assistenza #1] Altro", "Ancora.", replyTo(ack), bare)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			first := b.mail(mario, "Sito fermo", down)
			second := b.mail(c.other, "Sito fermo", "Altro: "+down)
			b.receive(first, second)
			sent := b.send()
			ack, work := pick(t, sent, ticket.NoticeAck, mario), pick(t, sent, ticket.NoticeTicketNew, anna)
			b.Store = storetest.NewMem() // the backup was made before
			again := newBench(t, b.Store)
			again.now, again.uid, again.rereed = b.now, b.uid, b.rereed
			b.must(b.Store.Update(b.ctx, func(tx ticket.Tx) error { // the witness knows what was given out
				_, err := tx.NextTicket()
				_, err2 := tx.NextTicket()
				return errors.Join(err, err2)
			}))
			again.restore()
			again.receive(first, second)
			id := again.find("Sito fermo", mario)
			if c.late {
				again.now = again.now.Add(time.Hour)
			}
			was := again.ticket(id).Messages
			again.receive(c.write(again, ack, work))
			if joined := again.ticket(id).Messages > was; joined != c.joins {
				t.Errorf("it joined: %v", joined)
			}
		})
	}
}

// bare is a mail edit: nothing but a letter of ours is named.
func bare(m *ticket.Inbound) { m.References = m.InReplyTo }

// quoting is a mail edit: it quotes a letter about what somebody wrote.
func quotingOf(addr string) func(*ticket.Inbound) {
	return func(m *ticket.Inbound) { m.Text += "\n\n> Da: Somebody <" + addr + ">\n> Il sito non risponde" }
}

// find is the number of the only open ticket with a subject and requester.
func (b *bench) find(subject, requester string) (id ticket.ID) {
	b.t.Helper()
	b.view(func(tx ticket.Tx) error {
		for t, err := range tx.Tickets(ticket.Filter{}) {
			if err != nil {
				return err
			}
			if t.Subject == subject && t.Requester.Address == requester {
				id = t.ID
			}
		}
		return nil
	})
	return id
}

// TestDailyLettersAfterARestore: of a day whose morning the lost life had there is no
// second digest, and what it may have said of lots that run out is not said again.
func TestDailyLettersAfterARestore(t *testing.T) {
	for name, c := range map[string]struct {
		at      time.Time // of the restore
		digests int
		unsure  string
	}{
		"in office hours":         {time.Date(2027, 2, 1, 11, 0, 0, 0, rome(t)), 0, "lot-expiring mario"}, // 30 days before ORD-1 runs out, a Monday
		"before the office opens": {time.Date(2027, 2, 1, 5, 0, 0, 0, rome(t)), 2, "lot-expiring mario"},
		"days before":             {time.Date(2027, 1, 27, 11, 0, 0, 0, rome(t)), 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			b.send()
			b.now = c.at
			b.must(b.Store.Update(b.ctx, func(tx ticket.Tx) error { return ticket.BeginAgain(tx, b.now) }))
			b.must(b.EndHolding(b.ctx))
			b.now = time.Date(2027, 2, 1, 12, 0, 0, 0, b.Zone)
			b.must(b.Sweep(b.ctx))
			b.must(b.Daily(b.ctx))
			if got := strings.Count(kinds(b.send()), "digest"); got != c.digests {
				t.Errorf("%d digests, want %d", got, c.digests)
			}
			if got := b.rows(ticket.RowUnknown); got != c.unsure {
				t.Errorf("unsure: %q, want %q", got, c.unsure)
			}
		})
	}
}
