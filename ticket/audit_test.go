package ticket_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestAudit: what the desk does itself is found right, also after people came
// and went; a letter to somebody else, and too many acknowledgements, are found.
func TestAudit(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	p := *b.Policy
	p.Contact = policy.Contact{Email: "vendite@example.it"}
	b.Policy = &p
	audit := func() string {
		var found []string
		b.must(b.Audit(b.ctx, ticket.Auditing{Report: func(level, promise, where, text string) {
			found = append(found, strings.Join([]string{level, promise, where, text}, " "))
		}}))
		return strings.Join(found, "\n")
	}
	for i := range 3 {
		b.receive(b.mail(mario, fmt.Sprint("Sito fermo ", i), down, proved), b.mail(luisa, fmt.Sprint("Casella ", i), mailbox))
		b.now = b.now.Add(50 * time.Minute)
	}
	b.receive(b.mail(luisa, "Rinnovo", "Buongiorno, vorrei sapere quanto costa il rinnovo del piano hosting e ricevere la fattura."))
	b.send()
	b.must(b.PutCustomers(b.ctx, []*ticket.Customer{{ID: "C1", Name: "Rossi Impianti", Contacts: []ticket.Contact{{Address: mario}}}}, nil))
	b.Technicians = b.Technicians[:1]
	if got := audit(); got != "" {
		t.Errorf("found:\n%s", got)
	}
	b.must(b.forge(func(tx ticket.Tx) error {
		for i, n := range []ticket.Notice{
			{Kind: ticket.NoticeAnswer, To: ticket.Mailbox{Address: john}},
			{Kind: ticket.NoticeTicketReply, To: ticket.Mailbox{Address: mario}},
			{Kind: ticket.NoticeAck, To: ticket.Mailbox{Address: mario}}, {Kind: ticket.NoticeAck, To: ticket.Mailbox{Address: mario}}, {Kind: ticket.NoticeAck, To: ticket.Mailbox{Address: mario}},
		} {
			n.ID, n.Ticket, n.At = ticket.NoticeID(1000+i), 1, b.now.AddDate(0, 0, 1)
			if err := tx.PutRow(&ticket.Row{Notice: n, State: ticket.RowSent}); err != nil {
				return err
			}
		}
		return nil
	}))
	for _, want := range []string{"error P6 row 1000 answer goes to " + john, "error P6 row 1001 a technicians' letter", "note P7 " + mario} {
		if got := audit(); !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

// TestAuditWhileMailComesIn: mail that is filed between any two looks of an audit
// is no fault.
func TestAuditWhileMailComesIn(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	still := b.Store
	b.Store = busyStore{still, func() {
		busy := b.Store
		b.Store = still // filing looks too
		b.receive(b.mail(mario, fmt.Sprintf("Sito irraggiungibile %d", b.uid), down))
		b.Store = busy
	}}
	b.sound()
	b.Store = still
}

// busyStore does something before each look at it.
type busyStore struct {
	ticket.Store
	first func()
}

func (s busyStore) View(ctx context.Context, f func(ticket.Tx) error) error {
	s.first()
	return s.Store.View(ctx, f)
}
