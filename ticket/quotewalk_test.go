package ticket_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

// walker lives through whatever may happen to quotes, in any order.
type walker struct {
	*bench
	rnd     *rand.Rand
	letters []ticket.Notice // of quotes, credit-short and confirmations
	bought  int
}

// TestQuotesAtRandom: whatever comes in whatever order, no mail is refused,
// credits are held exactly for accepted quotes, each by a mail of who may spend
// that shows it or by a technician's word, and no ticket is closed by the clock
// while a quote on it is open.
func TestQuotesAtRandom(t *testing.T) {
	const walks, steps = 5, 80
	held, short, confirmed := 0, 0, 0
	for seed := range walks {
		b, quote := asked(t)
		w := &walker{bench: b, rnd: rand.New(rand.NewPCG(uint64(seed), 7)), letters: []ticket.Notice{quote}}
		for step := range steps {
			what := w.step()
			for _, l := range w.send() {
				switch l.Kind {
				case ticket.NoticeQuote, ticket.NoticeCreditShort, ticket.NoticeConfirm:
					w.letters = append(w.letters, l)
				}
				switch l.Kind {
				case ticket.NoticeQuoteAccepted:
					held++
				case ticket.NoticeCreditShort:
					short++
				case ticket.NoticeConfirm:
					confirmed++
				}
			}
			if step%4 == 3 {
				w.check()
			}
			if t.Failed() {
				t.Fatalf("walk %d, step %d: %s", seed, step, what)
			}
		}
	}
	if held == 0 || short == 0 || confirmed == 0 {
		t.Errorf("%d acceptances, %d short of credits, %d to be confirmed: the walks went nowhere", held, short, confirmed)
	}
	t.Logf("%d acceptances, %d short of credits, %d to be confirmed", held, short, confirmed)
}

// step does one thing and tells what.
func (w *walker) step() string {
	verb := func(what string, err error) string {
		var refused *ticket.RefusedError
		if err != nil && !errors.Is(err, ticket.ErrState) && !errors.As(err, &refused) {
			w.t.Errorf("%s: %v", what, err)
		}
		return what
	}
	l := w.letters[len(w.letters)-1-w.rnd.IntN(min(4, len(w.letters)))] // mostly the latest
	id := l.Ticket
	n := ticket.Credits(1 + w.rnd.IntN(12))
	w.now = w.now.Add(time.Duration(w.rnd.IntN(90)) * time.Minute)
	switch w.rnd.IntN(24) {
	case 0, 1, 2, 3, 4, 5, 18, 19, 20, 21, 22, 23:
		return w.answer(l)
	case 6, 16, 17:
		return verb("offer", second(w.Offer(w.ctx, id, ticket.Offer{Credits: n, Days: w.rnd.IntN(12), Actor: "admin", Cause: "verb quote"})))
	case 7:
		return verb("withdraw", w.Withdraw(w.ctx, id, "verb withdraw", "admin"))
	case 8:
		topic := []policy.Topic{policy.PlatformDown, policy.MailboxAdmin}[w.rnd.IntN(2)]
		return verb("correct "+string(topic), w.Correct(w.ctx, id, topic, "Anna Ferretti"))
	case 9:
		w.bought++
		return verb("buy", second(w.Buy(w.ctx, "C1", policy.Lot{Ref: fmt.Sprintf("B%d", w.bought), Quantity: n})))
	case 10:
		return verb("accept last", w.AcceptLast(w.ctx, id, "verb accepted", "Anna Ferretti"))
	case 11:
		return verb("close", w.Close(w.ctx, id, 0, "admin"))
	case 12:
		return verb("capture", w.Capture(w.ctx, id, n, fmt.Sprint("capture ", w.uid, w.now), "admin"))
	case 13:
		w.now = w.now.AddDate(0, 0, w.rnd.IntN(9))
	case 14:
		if len(w.letters) < 40 {
			w.receive(w.mail([]string{mario, luisa}[w.rnd.IntN(2)], "Nuova casella di posta", mailbox, proved))
		}
		return "a request"
	}
	return verb("sweep", w.Sweep(w.ctx))
}

// answer is an answer to a letter by somebody, of some words, with some proof.
func (w *walker) answer(l ticket.Notice) string {
	code := ""
	if l.Quote != nil {
		code = l.Quote.Code
	}
	text := []string{"Accetto.", "Ok, accetto.", "Accetto, grazie.", "Accetto il preventivo.", "Accetto il preventivo " + code, "Sì, accetto.", "Rifiuto il preventivo " + code, "No grazie.",
		"Accetto, ma non oggi", "Ok?", "Grazie", "Fate voi come credete", "", "Risolto"}[w.rnd.IntN(14)]
	from := []string{mario, mario, mario, mario, mario, mario, luisa, stranger}[w.rnd.IntN(8)]
	proof := []func(*ticket.Inbound){proved, proved, proved, proved, proved, unproved, forged, func(m *ticket.Inbound) { m.Unanswered = true }}
	i := w.rnd.IntN(len(proof))
	kind := ticket.KindRequest
	if w.rnd.IntN(12) == 0 {
		kind = ticket.KindAutoReply
	}
	m := w.mail(from, "Re: "+l.Subject, text, replyTo(l), proof[i], func(m *ticket.Inbound) { m.Kind = kind })
	w.receive(m)
	if w.rnd.IntN(6) == 0 {
		w.receive(m)
	}
	return fmt.Sprintf("%s writes %q to %s of %s, proof %d, %s", from, text, l.Kind, code, i, kind)
}

func (w *walker) check() {
	w.t.Helper()
	w.wantAudit()
	w.view(func(tx ticket.Tx) error {
		for a, err := range tx.Arrivals(ticket.FateQuarantine, 0) {
			w.must(err)
			w.t.Errorf("arrival %d: %s", a.ID, a.Reason)
		}
		for tk, err := range tx.Tickets(ticket.Filter{}) {
			w.must(err)
			events, err := tx.Events(tk.ID)
			w.must(err)
			msgs, err := tx.Messages(tk.ID)
			w.must(err)
			w.checkTicket(tx, tk, events, msgs)
		}
		return nil
	})
}

func (w *walker) checkTicket(tx ticket.Tx, tk *ticket.Ticket, events []*ticket.Event, msgs []*ticket.Message) {
	w.t.Helper()
	left := ticket.Credits(0)
	if tk.Quote != nil {
		for v := 1; v <= tk.Quote.Version; v++ {
			if _, h, err := tx.Hold(fmt.Sprintf("P-%d-%d", tk.ID, v)); err == nil {
				left += h.Left()
			}
		}
	}
	if left != tk.Held {
		w.t.Errorf("#%d says %d held, its holds %d", tk.ID, tk.Held, left)
	}
	for _, e := range events {
		if e.Kind != "hold" {
			continue
		}
		grounds := 0
		for _, m := range msgs {
			if fmt.Sprint("arrival ", m.Arrival) == e.Cause && m.From.Address == mario && (m.Authority == ticket.AuthoritySpend || e.Actor == "Anna Ferretti" && m.Answers != "") {
				grounds++
			}
		}
		if grounds != 1 || len(e.Rulings) != 1 {
			w.t.Errorf("#%d: %s by %s because of %s: %d mails, %d rulings", tk.ID, e.Text, e.Actor, e.Cause, grounds, len(e.Rulings))
		}
	}
	last := events[len(events)-1]
	if tk.State == ticket.StateClosed && tk.ClosedReason == ticket.ReasonNoAnswer && tk.Quote != nil && tk.Quote.State == ticket.QuoteOffered && strings.HasPrefix(last.Cause, "sweep") {
		w.t.Errorf("#%d was closed while %s is open", tk.ID, tk.Quote.Code)
	}
}
