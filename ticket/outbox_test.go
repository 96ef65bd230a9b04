package ticket_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

func never(ticket.NoticeID) bool { return false }

// TestUnknownOutcome: an acknowledgement is never sent twice, an answer once more.
func TestUnknownOutcome(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 10, never)
	b.must(err)
	for _, r := range rows {
		b.must(b.Begin(b.ctx, r.Notice.ID, storetest.Letter(&r.Notice)))
	}
	b.must(b.Recover(b.ctx)) // a crash while all were being sent
	if s := b.stats(); s.Outbox[ticket.RowUnknown] != 1 || s.Outbox[ticket.RowQueued] != 2 {
		t.Errorf("after the crash: %+v", s.Outbox)
	}
	wantLetters(t, b.sendFixed(ticket.RowUnknown), "ticket-new anna, ticket-new bruno") // at once: the crash was ours
	b.now = b.now.Add(time.Hour)
	wantLetters(t, b.send(), "alert anna, alert bruno, alert anna, alert bruno") // one resend, no more, and that is told
	if s := b.stats(); s.Outbox[ticket.RowUnknown] != 3 {
		t.Errorf("in the end: %+v", s.Outbox)
	}
}

// TestTooLarge: a letter that the server finds too large is composed anew, with
// less, under its Message-ID; that is an event, no try, and of a customer's
// letter the technicians are told.
func TestTooLarge(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 10, never)
	b.must(err)
	for _, r := range rows {
		id := r.Notice.ID
		b.must(b.Begin(b.ctx, id, storetest.Letter(&r.Notice)))
		b.must(b.Settle(b.ctx, id, ticket.Outcome{State: ticket.RowQueued, Next: b.now, Weight: ticket.WeightNoFiles, Error: "552 5.3.4 too large"}))
		lighter, _, err := b.Take(b.ctx, r.Notice.Kind.Lane(), 100, func(other ticket.NoticeID) bool { return other != id })
		b.must(err)
		if len(lighter) != 1 || lighter[0].Fixed || lighter[0].Weight != ticket.WeightNoFiles || lighter[0].Tries != 0 || lighter[0].Notice.MessageID != r.Notice.MessageID {
			t.Fatalf("%s: %+v", r.Notice.Kind, lighter)
		}
		named := storetest.Letter(&r.Notice)
		named.Text = "named"
		b.must(b.Begin(b.ctx, id, named))
		l, err := b.Letter(b.ctx, id)
		b.must(err)
		if l.Text != "named" {
			t.Errorf("stored letter %q", l.Text)
		}
		b.must(b.Settle(b.ctx, id, ticket.Outcome{State: ticket.RowSent}))
	}
	told := 0
	for _, n := range b.send() {
		if n.Kind == ticket.NoticeAlert && strings.Contains(strings.Join(n.Lines, " ")+n.Text, "senza allegati") {
			told++
		}
	}
	if told != 2 { // anna and bruno, of the acknowledgement alone
		t.Errorf("%d letters tell of it", told)
	}
	events := 0
	for _, e := range b.events(1) {
		if e.Kind == "notice" && strings.Contains(e.Text, "goes again without its files") {
			events++
		}
	}
	if events != len(rows) {
		t.Errorf("%d events, want %d", events, len(rows))
	}
}

// TestEnvelope: what bounces comes back, also where addresses carry no token.
func TestEnvelope(t *testing.T) {
	for _, pattern := range []string{"", "desk+{token}@desk.example"} {
		b := newBench(t, storetest.NewMem())
		b.Addresses.Pattern = pattern
		b.receive(b.mail(mario, "Sito irraggiungibile", down))
		for _, n := range b.send() {
			want := n.Envelope == "" == n.Kind.NullPath()
			if pattern == "" && !n.Kind.NullPath() {
				want = n.Envelope == b.Addresses.Desk
			}
			if !want {
				t.Errorf("pattern %q: %s leaves from <%s>", pattern, n.Kind, n.Envelope)
			}
		}
	}
}

// sendFixed sends what is due with the bytes that are stored already.
func (b *bench) sendFixed(outcome ticket.RowState) []ticket.Notice {
	b.t.Helper()
	rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 50, never)
	b.must(err)
	var sent []ticket.Notice
	for _, r := range rows {
		if !r.Fixed {
			b.t.Errorf("notice %d is tried again with other bytes", r.Notice.ID)
		}
		b.must(b.Begin(b.ctx, r.Notice.ID, nil))
		b.must(b.Settle(b.ctx, r.Notice.ID, ticket.Outcome{State: outcome}))
		sent = append(sent, r.Notice)
	}
	slices.SortFunc(sent, byKind)
	return sent
}

func TestOldAcknowledgementsAreDropped(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	b.now = b.now.Add(25 * time.Hour)
	rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 10, never)
	b.must(err)
	for _, r := range rows {
		err := b.Begin(b.ctx, r.Notice.ID, storetest.Letter(&r.Notice))
		if stale := errors.Is(err, ticket.ErrStale); stale != (r.Notice.Kind == ticket.NoticeAck) {
			t.Errorf("%s: %v", r.Notice.Kind, err)
		}
	}
	if s := b.stats(); s.Outbox[ticket.RowFailed] != 1 {
		t.Errorf("no record of the dropped one: %+v", s.Outbox)
	}
}

// TestFollow: one letter settles and the next begins, or neither does; a next one
// that must not be sent lets the first settle all the same.
func TestFollow(t *testing.T) {
	sent := ticket.Outcome{State: ticket.RowSent, Response: "250 ok"}
	for name, c := range map[string]struct {
		spoil       func(b *bench, next ticket.NoticeID)
		err         error
		first, next ticket.RowState
	}{
		"both": {func(*bench, ticket.NoticeID) {}, nil, ticket.RowSent, ticket.RowSending},
		"the next was dropped": {func(b *bench, next ticket.NoticeID) { b.must(b.DropLetter(b.ctx, next, "admin")) },
			ticket.ErrStale, ticket.RowSent, ticket.RowFailed},
		"the next is held": {func(b *bench, next ticket.NoticeID) {
			b.must(b.MoveLetter(b.ctx, ticket.LetterHold, next, "admin"))
		}, ticket.ErrStale, ticket.RowSent, ticket.RowHeld},
		"the commit fails": {func(b *bench, _ ticket.NoticeID) {
			fault := storetest.NewFault(b.Store)
			fault.FailUpdate(1, storetest.Before)
			b.Store = fault
		}, ticket.ErrCommit, ticket.RowSending, ticket.RowQueued},
	} {
		t.Run(name, func(t *testing.T) {
			mem := storetest.NewMem()
			b := newBench(t, mem)
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 2, never)
			b.must(err)
			first, next := rows[0].Notice.ID, rows[1].Notice.ID
			b.must(b.Begin(b.ctx, first, storetest.Letter(&rows[0].Notice)))
			c.spoil(b, next)
			if err := b.Follow(b.ctx, first, sent, next, storetest.Letter(&rows[1].Notice)); !errors.Is(err, c.err) {
				t.Errorf("Follow: %v", err)
			}
			b.Store = mem
			if r := b.row(first); r.State != c.first {
				t.Errorf("the first is %s", r.State)
			}
			if r := b.row(next); r.State != c.next || r.Fixed != (c.next == ticket.RowSending) {
				t.Errorf("the next is %s, fixed %t", r.State, r.Fixed)
			}
		})
	}
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 1, never)
	b.must(err)
	b.must(b.Begin(b.ctx, rows[0].Notice.ID, storetest.Letter(&rows[0].Notice)))
	if err := b.Follow(b.ctx, rows[0].Notice.ID, sent, 999, nil); !errors.Is(err, ticket.ErrNotFound) || b.row(rows[0].Notice.ID).State != ticket.RowSending {
		t.Errorf("a next one that is not there: %v", err)
	}
}

func TestQueueVerbs(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	rows, next, err := b.Take(b.ctx, ticket.LaneCustomers, 10, never)
	b.must(err)
	if len(rows) != 3 || !next.IsZero() {
		t.Fatalf("%d rows, next %s", len(rows), next)
	}
	id := rows[0].Notice.ID
	b.must(b.DropLetter(b.ctx, id, "admin"))
	if err := b.Begin(b.ctx, id, nil); !errors.Is(err, ticket.ErrStale) {
		t.Errorf("a dropped letter may be sent: %v", err)
	}
	b.must(b.RetryLetter(b.ctx, id))
	b.must(b.Begin(b.ctx, id, nil))
	if err := b.DropLetter(b.ctx, id, "admin"); !errors.Is(err, ticket.ErrState) {
		t.Errorf("a letter under way was dropped: %v", err)
	}
	b.must(b.Settle(b.ctx, id, ticket.Outcome{State: ticket.RowQueued, Next: b.now.Add(time.Hour)}))
	if r := b.row(id); r.Tries != 0 {
		t.Errorf("a try that does not count was counted: %d", r.Tries)
	}
	b.send()
	if _, next, err := b.Take(b.ctx, ticket.LaneCustomers, 10, never); err != nil || !next.Equal(b.now.Add(time.Hour)) {
		t.Errorf("next %s, %v", next, err)
	}
}

// TestTechniciansMailFails: who else can be reached hears of it, once an hour for
// one refusal, and never of a failed alert (PROMISES.md G08).
func TestTechniciansMailFails(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	fail := func(kind ticket.NoticeKind, to, why string) {
		rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 50, never)
		b.must(err)
		for _, r := range slices.Backward(rows) { // the oldest first
			if r.Notice.Kind == kind && r.Notice.To.Address == to {
				b.must(b.Settle(b.ctx, r.Notice.ID, ticket.Outcome{State: ticket.RowFailed, Error: why, Why: ticket.Say("server-said", ticket.Say("why-refused"), why)}))
				return
			}
		}
		t.Fatalf("no %s to %s", kind, to)
	}
	b.receive(b.mail(mario, "Sito irraggiungibile", down), b.mail(luisa, "Sito fermo", down), b.mail(mario, "Sito lento", down))
	fail(ticket.NoticeTicketNew, anna, "the letter has 89297 bytes")
	fail(ticket.NoticeAlert, anna, "the letter has 500 bytes")
	letters := b.send()
	if a := pick(t, letters, ticket.NoticeAlert, bruno); len(a.Lines) != 1 || !strings.Contains(a.Lines[0], "«nuovo ticket» del ticket #1 ") || !strings.Contains(a.Lines[0], "89297") {
		t.Errorf("the alert says %q", a.Lines)
	}
	b.receive(b.mail(mario, "Posta ferma", down), b.mail(luisa, "Database", down))
	fail(ticket.NoticeTicketNew, anna, "550 no such user")
	fail(ticket.NoticeTicketNew, anna, "550 no such user")
	n := 0
	for _, l := range b.send() {
		if l.Kind == ticket.NoticeAlert && l.To.Address == bruno {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d alerts of one refusal", n)
	}
}

func (b *bench) row(id ticket.NoticeID) *ticket.Row {
	b.t.Helper()
	var r *ticket.Row
	b.view(func(tx ticket.Tx) (err error) { r, err = tx.Row(id); return err })
	return r
}

// TestTries: a try counts on the ladder whether the server refused the letter
// before or after Begin; what did not count leaves no trace.
func TestTries(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 1, never)
	b.must(err)
	id := rows[0].Notice.ID
	for i, try := range []struct {
		begin, counts bool
		tries         int
	}{{false, true, 1}, {true, true, 2}, {true, false, 2}, {false, false, 2}, {false, true, 3}} {
		if try.begin {
			b.must(b.Begin(b.ctx, id, storetest.Letter(&rows[0].Notice)))
		}
		b.must(b.Settle(b.ctx, id, ticket.Outcome{State: ticket.RowQueued, Next: b.now, Counts: try.counts, Error: "450 later"}))
		rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 1, never)
		b.must(err)
		if rows[0].Notice.ID != id || rows[0].Tries != try.tries {
			t.Errorf("step %d: notice %d has %d tries, want %d", i, rows[0].Notice.ID, rows[0].Tries, try.tries)
		}
	}
	b.must(b.Settle(b.ctx, id, ticket.Outcome{State: ticket.RowFailed, Counts: true, Error: "550 no"}))
	if r := b.row(id); r.Tries != 4 || r.Dropped() {
		t.Errorf("refused for good after %d tries, dropped %v", r.Tries, r.Dropped())
	}
	b.must(b.DropLetter(b.ctx, id, "admin"))
	if !b.row(id).Dropped() {
		t.Error("a letter that was given up does not say so")
	}
}
