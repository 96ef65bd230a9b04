package ticket_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

const (
	deskAddress = "assistenza@example.it"
	mario       = "mario@rossi.example"   // contact of C1, may spend
	luisa       = "luisa@rossi.example"   // contact of C1, may not spend
	john        = "john@smith.example"    // contact of C2, English
	stranger    = "nessuno@altro.example" // nobody's contact
	anna        = "anna@example.it"
	bruno       = "bruno@example.it"
)

// bench is a desk with people, a store in memory and a clock that tests move.
type bench struct {
	*ticket.Desk
	t      *testing.T
	ctx    context.Context
	now    time.Time
	uid    uint32
	rereed map[string]*ticket.Inbound
	forged bool // the test wrote what no desk does
}

func rome(t testing.TB) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func newBench(t *testing.T, store ticket.Store) *bench {
	t.Helper()
	zone := rome(t)
	keys, err := ticket.NewKeys(map[byte][]byte{'a': bytes.Repeat([]byte{7}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, ctx: t.Context(), now: time.Date(2026, 11, 23, 10, 0, 0, 0, zone), rereed: map[string]*ticket.Inbound{}}
	b.Desk = &ticket.Desk{
		Store: store, Policy: policy.Default(zone), Keys: keys, Name: "Assistenza", Language: "it", Zone: zone, ReopenDays: 30,
		Addresses:       ticket.Addresses{Desk: deskAddress, Pattern: ticket.PlusPattern(deskAddress)},
		Technicians:     []ticket.Technician{{Name: "Anna Ferretti", Addresses: []string{anna}}, {Name: "Bruno Conti", Addresses: []string{bruno, "bruno@casa.example"}}},
		Limits:          ticket.Limits{AcksPerAddressHour: 1, AcksPerHour: 200, TicketsPerStrangerHour: 5, TicketsPerContactHour: 30, Relay: 15 << 20},
		TokenTechnician: true, TokenCustomer: true,
		Now:    func() time.Time { return b.now },
		Reread: func(raw []byte, _ time.Time) *ticket.Inbound { return b.rereed[string(raw)] },
	}
	b.must(b.PutCustomers(b.ctx, []*ticket.Customer{
		{ID: "C1", Name: "Rossi Impianti", Language: "it",
			Contacts: []ticket.Contact{{Address: mario, MaySpend: true}, {Address: luisa}},
			Plans:    []policy.Plan{{ID: "hosting", Site: "rossi.example", Purchased: policy.Date{Year: 2026, Month: 3, Day: 1}}}},
		{ID: "C2", Name: "Smith Ltd", Language: "en", Contacts: []ticket.Contact{{Address: john, MaySpend: true}}},
	}, map[string][]policy.Lot{"C1": {{Ref: "ORD-1", Quantity: 10, Purchased: policy.Date{Year: 2026, Month: 3, Day: 1}}}}))
	t.Cleanup(b.sound)
	return b
}

// sound fails when a deep audit of what the test left finds a fault: whatever a
// desk does by itself is right by every promise.
func (b *bench) sound() {
	b.t.Helper()
	if b.forged || b.t.Failed() {
		return
	}
	err := b.Audit(context.Background(), ticket.Auditing{Deep: true, Report: func(level, promise, where, text string) {
		if level == "error" {
			b.t.Errorf("audit: %s %s: %s", promise, where, text)
		}
	}})
	if err != nil {
		b.t.Errorf("audit: %v", err)
	}
}

// forge writes what no desk writes: the store is not sound any more.
func (b *bench) forge(f func(ticket.Tx) error) error {
	b.forged = true
	return b.Store.Update(b.ctx, f)
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// mail is an arrival as mailin would read it; edit changes what matters.
func (b *bench) mail(from, subject, text string, edit ...func(*ticket.Inbound)) *ticket.Inbound {
	b.uid++
	m := &ticket.Inbound{
		Source: ticket.Source{UIDValidity: 1, UID: b.uid}, Arrived: b.now, Date: b.now,
		MessageID: fmt.Sprintf("m%d@client.example", b.uid), From: []ticket.Mailbox{{Name: "Somebody", Address: from}},
		To: []ticket.Mailbox{{Address: deskAddress}}, Recipients: []string{deskAddress}, Subject: subject,
		Kind: ticket.KindRequest, KindReason: "a person wrote", Language: "it", Text: text, Reply: text,
	}
	for _, e := range edit {
		e(m)
	}
	m.Raw = []byte(fmt.Sprintf("%s\n%s\n%s\n%s\n%v", m.MessageID, from, subject, text, m.Recipients))
	m.RawSum = sha256.Sum256(m.Raw)
	if m.MessageID != "" {
		m.Content = sha256.Sum256([]byte(m.MessageID + from + text))
	}
	m.Size = int64(len(m.Raw))
	b.rereed[string(m.Raw)] = m
	return m
}

func (b *bench) receive(in ...*ticket.Inbound) {
	b.t.Helper()
	b.must(b.Receive(b.ctx, in, ticket.Cursor{UIDValidity: 1, First: 1, Last: b.uid}))
}

// proof is aligned evidence about addr.
func proof(addr string) ticket.Evidence {
	return ticket.Evidence{Aligned: true, Method: "dkim", Domain: addr[strings.IndexByte(addr, '@')+1:], Address: addr}
}

// proved is a mail edit: it puts proof behind the From.
func proved(m *ticket.Inbound) { m.Evidence = proof(m.From[0].Address) }

// forged is a mail edit: the evidence says that From did not send it.
func forged(m *ticket.Inbound) {
	m.Evidence = ticket.Evidence{Contrary: true, Method: "dmarc", Address: m.From[0].Address}
}

// replyTo makes a mail a reply to letter n, sent to its Reply-To.
func replyTo(n ticket.Notice) func(*ticket.Inbound) {
	return func(m *ticket.Inbound) {
		m.Recipients = []string{n.ReplyTo}
		m.To = []ticket.Mailbox{{Address: n.ReplyTo}}
		m.InReplyTo, m.References = []string{n.MessageID}, append(append([]string(nil), n.References...), n.MessageID)
	}
}

func (b *bench) view(f func(ticket.Tx) error) {
	b.t.Helper()
	b.must(b.Store.View(b.ctx, f))
}

func (b *bench) ticket(id ticket.ID) *ticket.Ticket {
	b.t.Helper()
	var t *ticket.Ticket
	b.view(func(tx ticket.Tx) (err error) { t, err = tx.Ticket(id); return err })
	return t
}

func (b *bench) messages(id ticket.ID) []*ticket.Message {
	b.t.Helper()
	var list []*ticket.Message
	b.view(func(tx ticket.Tx) (err error) { list, err = tx.Messages(id); return err })
	return list
}

func (b *bench) stats() ticket.Stats {
	b.t.Helper()
	var s ticket.Stats
	b.view(func(tx ticket.Tx) (err error) { s, err = tx.Stats(); return err })
	return s
}

// send plays the sender: every letter that is due is sent. They are returned by
// what they are, then as they were queued; TestLanes tells how they go.
func (b *bench) send() []ticket.Notice {
	b.t.Helper()
	var sent []ticket.Notice
	for {
		rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 50, func(ticket.NoticeID) bool { return false })
		b.must(err)
		if len(rows) == 0 {
			slices.SortFunc(sent, byKind)
			return sent
		}
		for _, r := range rows {
			err := b.Begin(b.ctx, r.Notice.ID, storetest.Letter(&r.Notice))
			if errors.Is(err, ticket.ErrStale) {
				continue
			}
			b.must(err)
			b.must(b.Settle(b.ctx, r.Notice.ID, ticket.Outcome{State: ticket.RowSent, Response: "250 ok"}))
			sent = append(sent, r.Notice)
		}
	}
}

// byKind orders letters: answers, money, technicians' mail, what the clock
// makes, acknowledgements; each as it was queued.
func byKind(a, b ticket.Notice) int {
	rank := func(n ticket.Notice) int {
		switch c := n.Kind.Class(); {
		case n.Kind.Technical():
			return 3
		default:
			return c
		}
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.ID, b.ID))
}

// kinds writes letters as "kind to", in order.
func kinds(list []ticket.Notice) string {
	var s []string
	for _, n := range list {
		s = append(s, n.Kind.String()+" "+strings.Split(n.To.Address, "@")[0])
	}
	return strings.Join(s, ", ")
}

func pick(t *testing.T, list []ticket.Notice, kind ticket.NoticeKind, to string) ticket.Notice {
	t.Helper()
	for _, n := range list {
		if n.Kind == kind && n.To.Address == to {
			return n
		}
	}
	t.Fatalf("no %s to %s among: %s", kind, to, kinds(list))
	return ticket.Notice{}
}

func wantLetters(t *testing.T, got []ticket.Notice, want string) {
	t.Helper()
	if k := kinds(got); k != want {
		t.Errorf("letters:\n got %s\nwant %s", k, want)
	}
}

const (
	down    = "Buongiorno, da stamattina il sito rossi.example non risponde: errore 503 per tutti, anche dai telefoni dei clienti e da altre reti. Il server web è fermo."
	mailbox = "Buongiorno, potete creare una nuova casella di posta info@rossi.example? Grazie."
)

func TestCoveredRequest(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile: errore 503", down))
	tk := b.ticket(1)
	if tk.State != ticket.StateOpen || tk.Customer != "C1" || tk.Decision.Coverage != policy.Covered || tk.Decision.Plan != "hosting" {
		t.Errorf("ticket %+v", tk)
	}
	if want := time.Date(2026, 12, 1, 0, 0, 0, 0, b.Zone); !tk.AnswerDue.Equal(want) {
		t.Errorf("answer due %s, want %s", tk.AnswerDue, want)
	}
	letters := b.send()
	wantLetters(t, letters, "ticket-new anna, ticket-new bruno, ack mario")
	ack := pick(t, letters, ticket.NoticeAck, mario)
	if ack.AnswerDue != (policy.Date{Year: 2026, Month: 11, Day: 30}) || ack.AutoSubmitted != "auto-replied" || ack.InReplyTo != "m1@client.example" || ack.Envelope != "" {
		t.Errorf("ack %+v", ack)
	}
	if ack.Balance == nil || ack.Balance.Available != 10 {
		t.Errorf("balance %+v", ack.Balance)
	}
	if s := b.stats(); s.Open != 1 || s.Mails != 1 || s.Messages != 1 || s.Outbox[ticket.RowSent] != 3 {
		t.Errorf("stats %+v", s)
	}
}

func TestFixedPriceIsQuoted(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Nuova casella di posta", mailbox))
	tk := b.ticket(1)
	if tk.Quote == nil || tk.Quote.Code != "P-1-1" || tk.Quote.Credits != 1 || tk.State != ticket.StateWaiting {
		t.Fatalf("ticket %+v, quote %+v", tk, tk.Quote)
	}
	letters := b.send()
	wantLetters(t, letters, "quote mario, ticket-new anna, ticket-new bruno")
	if q := letters[0]; q.Envelope == "" || !strings.Contains(q.ReplyTo, "+q1.0.1.") {
		t.Errorf("quote: envelope %q, reply to %q", q.Envelope, q.ReplyTo)
	}
	b.receive(b.mail(mario, "Re: preventivo", "Un momento, prima vorrei capire che cosa comprende.", replyTo(letters[0])))
	if tk := b.ticket(1); tk.State != ticket.StateOpen || tk.Messages != 3 {
		t.Errorf("a reply to a quote makes it our turn: %s, %d messages", tk.State, tk.Messages)
	}
	wantLetters(t, b.send(), "ticket-reply anna, ticket-reply bruno")
}

func TestQuoteGoesToWhoMaySpend(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(luisa, "Nuova casella di posta", mailbox))
	letters := b.send()
	wantLetters(t, letters, "quote mario, ticket-new anna, ticket-new bruno, ack luisa")
	if ack := pick(t, letters, ticket.NoticeAck, luisa); !ack.QuoteOthers {
		t.Error("the requester is not told that others were asked")
	}
}

func TestStranger(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(stranger, "Sito fermo", down))
	if tk := b.ticket(1); tk.Customer != "" || tk.Decision.Coverage != policy.Undetermined || tk.Quote != nil || !tk.AnswerDue.IsZero() {
		t.Errorf("ticket %+v", tk)
	}
	letters := b.send()
	wantLetters(t, letters, "ticket-new anna, ticket-new bruno, ack nessuno")
	if ack := pick(t, letters, ticket.NoticeAck, stranger); !ack.Stranger || ack.Balance != nil || ack.Verified {
		t.Errorf("ack %+v", ack)
	}
	b.TokenCustomer = false
	b.receive(b.mail("altro@altro.example", "Sito fermo", down))
	wantLetters(t, b.send(), "ticket-new anna, ticket-new bruno")
}

func TestWhoIsNotAcknowledged(t *testing.T) {
	for name, edit := range map[string]func(*ticket.Inbound){
		"robot address":  func(m *ticket.Inbound) { m.Robot = true },
		"null path":      func(m *ticket.Inbound) { m.NullPath = true },
		"two From":       func(m *ticket.Inbound) { m.From = append(m.From, ticket.Mailbox{Address: "boss@example.it"}) },
		"listed list":    func(m *ticket.Inbound) { m.Kind, m.List = ticket.KindList, "gruppo.example" },
		"marked as spam": func(m *ticket.Inbound) { m.Kind, m.SpamMarked = ticket.KindSpam, true },
		"web form": func(m *ticket.Inbound) {
			m.WebForm, m.Robot, m.ReplyTo = true, true, []ticket.Mailbox{{Address: "x@y.example"}}
		},
		"older than a day": func(m *ticket.Inbound) { m.Arrived = m.Arrived.Add(-25 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.receive(b.mail(mario, "Sito fermo", down, edit))
			wantLetters(t, b.send(), "ticket-new anna, ticket-new bruno")
		})
	}
}

func TestAcknowledgementsAreLimited(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	for i := range 3 {
		b.receive(b.mail(mario, fmt.Sprintf("Sito fermo %d", i), down))
	}
	if n := strings.Count(kinds(b.send()), "ack"); n != 1 {
		t.Errorf("%d acknowledgements in an hour", n)
	}
	if s := b.stats(); s.Suppressed != 2 {
		t.Errorf("suppressed %d", s.Suppressed)
	}
	b.now = b.now.Add(-30 * time.Minute) // a clock that steps back opens no new window
	b.receive(b.mail(mario, "Sito fermo ancora", down))
	b.now = b.now.Add(95 * time.Minute)
	b.receive(b.mail(mario, "Sito fermo di nuovo", down))
	if n := strings.Count(kinds(b.send()), "ack"); n != 1 {
		t.Errorf("%d acknowledgements after the hour", n)
	}
}

func TestFloodIsQuarantined(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	for i := range 8 {
		b.receive(b.mail(stranger, fmt.Sprintf("Messaggio %d", i), down))
	}
	if s := b.stats(); s.Open != 5 || s.Quarantine != 3 {
		t.Errorf("stats %+v", s)
	}
	if n := strings.Count(kinds(b.send()), "alert anna"); n != 1 {
		t.Errorf("%d alerts", n)
	}
}

func TestThreading(t *testing.T) {
	open := func(t *testing.T) (*bench, ticket.Notice) {
		b := newBench(t, storetest.NewMem())
		b.receive(b.mail(mario, "Sito irraggiungibile", down))
		return b, pick(t, b.send(), ticket.NoticeAck, mario)
	}
	for _, c := range []struct {
		name, from string
		edit       func(ack ticket.Notice) func(*ticket.Inbound)
		messages   int // of ticket 1, with the acknowledgement
		authority  string
	}{
		{"reply token", mario, func(n ticket.Notice) func(*ticket.Inbound) { return replyTo(n) }, 3, "sender"},
		{"reply token from somebody else", stranger, func(n ticket.Notice) func(*ticket.Inbound) { return replyTo(n) }, 3, "link"},
		{"our Message-ID alone", mario, func(n ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.InReplyTo = []string{n.MessageID} }
		}, 3, "sender"},
		{"the customer's own Message-ID", mario, func(ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.References = []string{"m1@client.example"} }
		}, 3, "sender"},
		{"a colleague refers to it", luisa, func(ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.References = []string{"m1@client.example"} }
		}, 3, "sender"},
		{"a stranger refers to it", stranger, func(ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.References = []string{"m1@client.example"} }
		}, 2, ""},
		{"subject tag", mario, func(ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.Subject = "Re: [Assistenza #1] Sito" }
		}, 3, "sender"},
		{"subject tag from a stranger", stranger, func(ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.Subject = "Re: [Assistenza #1] Sito" }
		}, 2, ""},
		{"a remembered token without another sign", mario, func(n ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.Recipients = []string{n.ReplyTo} }
		}, 2, ""},
		{"a forged token", mario, func(n ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) {
				replyTo(n)(m)
				m.Recipients = []string{strings.Replace(n.ReplyTo, "+c1.", "+c2.", 1)}
				m.InReplyTo, m.References = nil, nil
			}
		}, 2, ""},
		{"a doubled header field proves nothing", mario, func(n ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { replyTo(n)(m); m.Doubled = "subject" }
		}, 3, "none"},
		{"an empty Message-ID matches nothing", stranger, func(ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.References = []string{""} }
		}, 2, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, ack := open(t)
			b.receive(b.mail(c.from, "Re: Sito", "Aggiungo che anche la posta è ferma.", c.edit(ack)))
			got := b.messages(1)
			if len(got) != c.messages {
				t.Fatalf("ticket 1 has %d messages, want %d", len(got), c.messages)
			}
			if last := got[len(got)-1]; c.authority != "" && last.Authority.String() != c.authority {
				t.Errorf("authority %s, want %s", last.Authority, c.authority)
			}
			if s := b.stats(); s.Open != 1 && c.messages == 3 || s.Open != 2 && c.messages == 2 {
				t.Errorf("%d open tickets", s.Open)
			}
		})
	}
}

func TestRememberedTokenIsLinked(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	ack := pick(t, b.send(), ticket.NoticeAck, mario)
	b.receive(b.mail(mario, "Tutt'altro", mailbox, func(m *ticket.Inbound) { m.Recipients = []string{ack.ReplyTo} }))
	if tk := b.ticket(2); len(tk.Linked) != 1 || tk.Linked[0] != 1 {
		t.Errorf("linked %v", tk.Linked)
	}
	if tk := b.ticket(1); len(tk.Linked) != 1 || tk.Linked[0] != 2 {
		t.Errorf("linked back %v", tk.Linked)
	}
}

func TestDuplicates(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	m := b.mail(mario, "Sito irraggiungibile", down)
	b.receive(m)
	b.send()
	again := *m
	b.uid = 99
	again.Source.UID = b.uid
	b.receive(&again, &again)
	other := *m // the same content over another path
	other.Raw = append([]byte("Received: x\n"), m.Raw...)
	other.RawSum = sha256.Sum256(other.Raw)
	b.receive(&other)
	if s := b.stats(); s.Open != 1 || s.Duplicates != 3 || s.Mails != 4 || s.Messages != 1 {
		t.Errorf("stats %+v", s)
	}
	wantLetters(t, b.send(), "")
	twin := b.mail(mario, "Altro", mailbox, func(x *ticket.Inbound) { x.MessageID = m.MessageID }) // equal Message-ID alone is not the same mail
	b.receive(twin)
	if s := b.stats(); s.Mails != 5 || s.Messages != 2 {
		t.Errorf("a different mail with the same Message-ID: %+v", s)
	}
}

// TestSecondPathWithToken: the same mail to the desk's address and to a token
// address; whichever copy comes first, it ends on the token's ticket.
func TestSecondPathWithToken(t *testing.T) {
	for _, tokenFirst := range []bool{true, false} {
		b := newBench(t, storetest.NewMem())
		b.receive(b.mail(mario, "Sito irraggiungibile", down))
		ack := pick(t, b.send(), ticket.NoticeAck, mario)
		plain := b.mail(mario, "Re: [Assistenza #77] Sito", "Anche la posta è ferma.")
		token := *plain
		b.uid = 50
		token.Recipients, token.Source.UID = []string{ack.ReplyTo}, b.uid
		token.InReplyTo = []string{ack.MessageID}
		token.Raw = append([]byte("Delivered-To: x\n"), plain.Raw...)
		token.RawSum = sha256.Sum256(token.Raw)
		if tokenFirst {
			b.receive(&token, plain)
		} else {
			b.receive(plain, &token)
		}
		if n := len(b.messages(1)); n != 3 {
			t.Errorf("token first %v: ticket 1 has %d messages", tokenFirst, n)
		}
		if s := b.stats(); s.Open != 1 {
			t.Errorf("token first %v: %+v", tokenFirst, s)
		}
	}
}

func TestTechnicianAnswers(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down, func(m *ticket.Inbound) { m.Cc = []ticket.Mailbox{{Address: luisa}, {Address: "terzo@altrove.example"}} }))
	letters := b.send()
	mail := pick(t, letters, ticket.NoticeTicketNew, anna)
	if mail.ReplyTo == "" || mail.NoteAddress == "" || mail.Author.Address != mario || len(mail.OtherPeople) != 2 {
		t.Errorf("technician's mail %+v", mail)
	}
	text := "Riavviato il server.\nPer altro scriva a " + mail.ReplyTo + " o ad Anna@Example.it"
	b.receive(b.mail(anna, "Re: [Assistenza #1] Sito irraggiungibile", text, replyTo(mail)))
	letters = b.send()
	wantLetters(t, letters, "answer mario, answer luisa, ticket-reply bruno")
	for _, n := range toCustomers(letters) {
		if strings.Contains(strings.ToLower(fmt.Sprintf("%+v", n)), anna) || strings.Contains(n.Text, "+t1.") {
			t.Errorf("a technician's address or token reaches the customer: %+v", n)
		}
		if n.FromName != "Anna Ferretti (Assistenza)" || n.AutoSubmitted != "" || n.InReplyTo != "m1@client.example" {
			t.Errorf("answer %+v", n)
		}
	}
	tk := b.ticket(1)
	if tk.State != ticket.StateWaiting || tk.Assignee != "Anna Ferretti" || !tk.AnswerDue.IsZero() {
		t.Errorf("ticket %+v", tk)
	}
	if want := time.Date(2026, 12, 1, 0, 0, 0, 0, b.Zone); !tk.ClosesAt.Equal(want) {
		t.Errorf("closes at %s, want %s", tk.ClosesAt, want)
	}
	b.receive(b.mail(mario, "Re: Sito", "Ora va, ma è lento.", replyTo(letters[0])))
	wantLetters(t, b.send(), "ticket-reply anna")
	if tk := b.ticket(1); tk.State != ticket.StateOpen || !tk.ClosesAt.IsZero() || tk.AnswerDue.IsZero() {
		t.Errorf("after the customer's reply: %+v", tk)
	}
}

func TestNotesStayInside(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	mail := pick(t, b.send(), ticket.NoticeTicketNew, anna)
	note := func(m *ticket.Inbound) {
		replyTo(mail)(m)
		m.Recipients = []string{mail.NoteAddress}
	}
	b.receive(b.mail(anna, "Re: Sito", "cliente difficile", note))
	b.receive(b.mail(anna, "Re: Sito", "#nota\naltra nota", replyTo(mail)))
	wantLetters(t, b.send(), "transcript anna")
	b.receive(b.mail(bruno, "Re: Sito", "anche per me", func(m *ticket.Inbound) {
		note(m) // Anna's note address from Bruno
	}))
	wantLetters(t, b.send(), "held bruno")
	b.receive(b.mail(anna, "Re: Sito", "oops", note, func(m *ticket.Inbound) { m.Cc = []ticket.Mailbox{{Address: mario}} }))
	wantLetters(t, b.send(), "held anna")
	if tk := b.ticket(1); tk.State != ticket.StateOpen || tk.Answered {
		t.Errorf("notes changed the state: %+v", tk)
	}
}

// TestReplyToNoteIsNote: what a colleague answers to a note never reaches the customer.
func TestReplyToNoteIsNote(t *testing.T) {
	for _, pattern := range []string{ticket.PlusPattern(deskAddress), ""} {
		t.Run("addresses "+pattern, func(t *testing.T) { testReplyToNote(t, pattern) })
	}
}

func testReplyToNote(t *testing.T, pattern string) {
	b := newBench(t, storetest.NewMem())
	b.Addresses.Pattern = pattern
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	letters := b.send()
	b.receive(b.mail(anna, "Re: Sito", "#nota\n#take\nci guardo io", replyTo(pick(t, letters, ticket.NoticeTicketNew, anna))))
	b.send()
	b.receive(b.mail(bruno, "Re: Sito", "#nota\nil disco è pieno", replyTo(pick(t, letters, ticket.NoticeTicketNew, bruno))))
	told := pick(t, b.send(), ticket.NoticeTicketReply, anna)
	b.receive(b.mail(anna, "Re: Sito", "grazie, lo svuoto", replyTo(told)))
	for _, n := range b.send() {
		if n.To.Address == mario {
			t.Errorf("the customer gets %s: %s", n.Kind, n.Text)
		}
	}
	if m := b.messages(1); m[len(m)-1].Kind != ticket.MessageNote {
		t.Errorf("the reply to a note is a %s", m[len(m)-1].Kind)
	}
}

func TestCommands(t *testing.T) {
	for _, c := range []struct{ name, text, letters, state, assignee string }{
		{"close without text", "#close", "transcript anna, closed mario", "closed", ""},
		{"close with text", "#close\nFatto.", "answer mario, ticket-reply bruno, transcript anna", "closed", "Anna Ferretti"},
		{"assign", "#assign bruno", "transcript anna", "open", "Bruno Conti"},
		{"take and wait", "#take\n#wait", "transcript anna", "waiting", "Anna Ferretti"},
		{"unknown", "#chiudo\nFatto.", "transcript anna", "open", ""},
		{"no such technician", "#assign carla\n#close", "transcript anna", "open", ""},
		{"further down", "Fatto.\n#close", "held anna", "open", ""},
		{"empty", "", "transcript anna", "open", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			mail := pick(t, b.send(), ticket.NoticeTicketNew, anna)
			b.receive(b.mail(anna, "Re: Sito", c.text, replyTo(mail)))
			wantLetters(t, b.send(), c.letters)
			if tk := b.ticket(1); tk.State.String() != c.state || tk.Assignee != c.assignee {
				t.Errorf("%s, assigned to %q", tk.State, tk.Assignee)
			}
		})
	}
}

// TestAnswerThatCloses: its foot tells that the ticket is closed, and no other
// letter does.
func TestAnswerThatCloses(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	b.receive(b.mail(anna, "Re: Sito", "#chiudi\nRiavviato.", replyTo(pick(t, b.send(), ticket.NoticeTicketNew, anna))))
	answer := pick(t, b.send(), ticket.NoticeAnswer, mario)
	if answer.State != ticket.StateClosed || answer.ClosedReason != ticket.ReasonSolved || answer.Text != "Riavviato." {
		t.Errorf("answer %+v", answer)
	}
	if tk := b.ticket(1); tk.State != ticket.StateClosed || !tk.ClosesAt.IsZero() {
		t.Errorf("ticket %+v", tk)
	}
}

// TestCustomersCannotCommand: what a customer writes is text (PROMISES.md A14).
func TestCustomersCannotCommand(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	letters := b.send()
	b.receive(b.mail(mario, "Re: Sito", "#close", replyTo(pick(t, letters, ticket.NoticeAck, mario))))
	if tk := b.ticket(1); tk.State != ticket.StateOpen {
		t.Errorf("state %s", tk.State)
	}
	wantLetters(t, b.send(), "ticket-reply anna, ticket-reply bruno")
	b.receive(b.mail(mario, "Re: Sito", "Fatto.", replyTo(pick(t, letters, ticket.NoticeTicketNew, anna)))) // her token, his address
	wantLetters(t, b.send(), "alert anna")
	if n := len(b.messages(1)); n != 3 {
		t.Errorf("%d messages", n)
	}
}

func TestTechnicianWithoutTokenIsAsked(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail("bruno@casa.example", "Fwd: aiuto", "Vi giro questa richiesta: "+mailbox))
	letters := b.send()
	wantLetters(t, letters, "held bruno")
	if s := b.stats(); s.Open != 0 || s.Quarantine != 1 {
		t.Errorf("stats %+v", s)
	}
	b.receive(b.mail(bruno, "Re: aiuto", "#from "+mario, replyTo(letters[0])))
	b.must(b.Sweep(b.ctx))
	if tk := b.ticket(1); tk.Customer != "C1" || tk.Requester.Address != mario {
		t.Errorf("ticket %+v", tk)
	}
	wantLetters(t, b.send(), "ticket-new anna, ticket-new bruno, transcript bruno")
	b.receive(b.mail(bruno, "Re: aiuto", "#from "+john, replyTo(letters[0]))) // the question is answered once
	b.must(b.Sweep(b.ctx))
	wantLetters(t, b.send(), "transcript bruno")
	if s := b.stats(); s.Open != 1 || s.Quarantine != 0 {
		t.Errorf("stats %+v", s)
	}
}

// TestAuthenticatedHoldsTechnicians: without evidence nothing happens in a
// technician's name, and the registered address is told.
func TestAuthenticatedHoldsTechnicians(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.TokenTechnician = false
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	mail := pick(t, b.send(), ticket.NoticeTicketNew, anna)
	b.receive(b.mail(anna, "Re: Sito", "#close", replyTo(mail)))
	wantLetters(t, b.send(), "held anna")
	if tk := b.ticket(1); tk.State != ticket.StateOpen {
		t.Errorf("state %s", tk.State)
	}
	b.receive(b.mail(anna, "Re: Sito", "#close", replyTo(mail), func(m *ticket.Inbound) { m.Evidence.Contrary = true }))
	wantLetters(t, b.send(), "alert anna")
	var held ticket.ArrivalID
	b.view(func(tx ticket.Tx) error {
		for a, err := range tx.Arrivals(ticket.FateHeld, 0) {
			b.must(err)
			held = a.ID
		}
		return nil
	})
	b.must(b.Retry(b.ctx, held, false))
	if tk := b.ticket(1); tk.State != ticket.StateClosed {
		t.Errorf("the admin's release did nothing: %s", tk.State)
	}
	b.receive(b.mail(anna, "Re: Sito", "Vero.", replyTo(mail), func(m *ticket.Inbound) {
		m.Evidence = proof(anna)
	}))
	if tk := b.ticket(1); tk.State != ticket.StateWaiting {
		t.Errorf("evidence does not help: %s", tk.State)
	}
}

// TestNoAnswerFromDNS: a technician's mail waits for evidence without a word,
// is looked at again after 1, 5, 15 and 60 minutes, and then she is told.
func TestNoAnswerFromDNS(t *testing.T) {
	for _, answered := range []bool{true, false} {
		b := newBench(t, storetest.NewMem())
		b.TokenTechnician = false
		b.receive(b.mail(mario, "Sito irraggiungibile", down))
		letter := pick(t, b.send(), ticket.NoticeTicketNew, anna)
		m := b.mail(anna, "Re: Sito", "Riavviato.", replyTo(letter), func(m *ticket.Inbound) { m.Unanswered = true })
		b.receive(m)
		start := b.now
		var story []string
		for range 90 {
			b.now = b.now.Add(time.Minute)
			if answered && b.now.Sub(start) > 10*time.Minute {
				now := *m
				now.Unanswered, now.Evidence = false, proof(anna)
				b.rereed[string(m.Raw)] = &now
			}
			b.must(b.Sweep(b.ctx))
			for _, n := range b.send() {
				story = append(story, fmt.Sprintf("%s after %s", n.Kind, b.now.Sub(start)))
			}
		}
		want := "[held after 1h21m0s]"
		if answered {
			want = "[answer after 21m0s ticket-reply after 21m0s]"
		}
		if got := fmt.Sprint(story); got != want {
			t.Errorf("DNS answers later %v: %s, want %s", answered, got, want)
		}
	}
}

func TestMachines(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	letters := b.send()
	ack := pick(t, letters, ticket.NoticeAck, mario)
	b.receive(b.mail(anna, "Re: Sito", "Riavviato.", replyTo(pick(t, letters, ticket.NoticeTicketNew, anna))))
	answer := b.send()[0]
	closes := b.ticket(1).ClosesAt
	b.receive(b.mail(mario, "Fuori sede", "Torno lunedì. Sì, accetto.", replyTo(answer), func(m *ticket.Inbound) { m.Kind = ticket.KindAutoReply }))
	b.receive(b.mail("mailer-daemon@x.example", "Delayed", "…", func(m *ticket.Inbound) {
		m.Kind, m.Recipients = ticket.KindBounce, []string{answer.Envelope}
		m.Bounce = &ticket.Bounce{Recipient: mario, Status: "4.4.1", Action: "delayed", MessageID: answer.MessageID}
	}))
	if tk := b.ticket(1); tk.State != ticket.StateWaiting || !tk.ClosesAt.Equal(closes) {
		t.Errorf("a robot or a delay moved the clock: %+v", tk)
	}
	wantLetters(t, b.send(), "")
	b.receive(b.mail("mailer-daemon@x.example", "Failure", "…", func(m *ticket.Inbound) {
		m.Kind, m.Recipients = ticket.KindBounce, []string{deskAddress}
		m.Bounce = &ticket.Bounce{Recipient: mario, Status: "5.1.1", Action: "failed", MessageID: answer.MessageID}
	}))
	if tk := b.ticket(1); !tk.ClosesAt.IsZero() || tk.Participants[0].Bounced != "5.1.1" || tk.State != ticket.StateWaiting {
		t.Errorf("after the bounce: %+v", tk)
	}
	told := b.send()
	wantLetters(t, told, "ticket-reply anna")
	if told[0].Bounce == nil || told[0].Bounce.Status != "5.1.1" {
		t.Errorf("the technician is not told what bounced: %+v", told[0])
	}
	b.receive( // none of these belongs to a ticket or may cause anything
		b.mail("mailer-daemon@x.example", "Failure", "…", func(m *ticket.Inbound) {
			m.Kind, m.Bounce = ticket.KindBounce, &ticket.Bounce{Recipient: mario, Status: "5.1.1", MessageID: "forged@client.example"}
		}),
		b.mail(stranger, "Fuori sede", "Torno lunedì", func(m *ticket.Inbound) { m.Kind = ticket.KindAutoReply }),
		b.mail(stranger, "Newsletter", "Offerte", func(m *ticket.Inbound) { m.Kind, m.List = ticket.KindList, "news.example" }),
		b.mail(stranger, "Pillole", "Offerte", func(m *ticket.Inbound) { m.Kind, m.SpamMarked = ticket.KindSpam, true }),
		b.mail("dmarc@x.example", "Report", "…", func(m *ticket.Inbound) { m.Kind = ticket.KindReport }),
		b.mail(deskAddress, "Re: x", "…", func(m *ticket.Inbound) { m.Kind = ticket.KindOwn }),
	)
	if s := b.stats(); s.Ignored != 6 || s.Waiting != 1 {
		t.Errorf("stats %+v", s)
	}
	b.receive(b.mail(deskAddress, "[Assistenza #1]", "our own", func(m *ticket.Inbound) { m.Kind, m.MessageID = ticket.KindOwn, ack.MessageID }))
	list := b.messages(1)
	if list[len(list)-1].Kind != ticket.MessageEcho {
		t.Errorf("last message is %s", list[len(list)-1].Kind)
	}
	wantLetters(t, b.send(), "")
}

func TestThanksAndSolved(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	b.receive(b.mail(anna, "Re: Sito", "Riavviato.", replyTo(pick(t, b.send(), ticket.NoticeTicketNew, anna))))
	answer := b.send()[0]
	closes := b.ticket(1).ClosesAt
	b.receive(b.mail(mario, "Re: Sito", "Grazie mille!", replyTo(answer)))
	if tk := b.ticket(1); tk.State != ticket.StateWaiting || !tk.ClosesAt.Equal(closes) {
		t.Errorf("thanks changed the ticket: %+v", tk)
	}
	wantLetters(t, b.send(), "")
	b.receive(b.mail(mario, "Re: Sito", "Risolto", replyTo(answer)))
	if tk := b.ticket(1); tk.State != ticket.StateClosed || tk.ClosedReason != ticket.ReasonSolved {
		t.Errorf("solved: %s %s", tk.State, tk.ClosedReason)
	}
	wantLetters(t, b.send(), "ticket-reply anna, closed mario")
}

func TestReopenAndFollowAfter(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	ack := pick(t, b.send(), ticket.NoticeAck, mario)
	b.must(b.Close(b.ctx, 1, 0, "admin"))
	wantLetters(t, b.send(), "closed mario")
	b.now = b.now.AddDate(0, 0, 29)
	b.receive(b.mail(mario, "Re: Sito", "Di nuovo fermo.", replyTo(ack)))
	if tk := b.ticket(1); tk.State != ticket.StateOpen || tk.ClosedReason != 0 {
		t.Errorf("not reopened: %s %s", tk.State, tk.ClosedReason)
	}
	wantLetters(t, b.send(), "ticket-reply anna, ticket-reply bruno, reopened mario")
	b.must(b.Close(b.ctx, 1, 0, "admin"))
	b.send()
	b.now = b.now.AddDate(0, 0, 30)
	b.receive(b.mail(mario, "Re: Sito", down, replyTo(ack)))
	if tk := b.ticket(2); len(tk.Linked) != 1 || tk.Linked[0] != 1 {
		t.Errorf("after reopen_days a new ticket, linked: %+v", tk)
	}
	if tk := b.ticket(1); tk.State != ticket.StateClosed {
		t.Errorf("ticket 1 is %s", tk.State)
	}
}

// TestAlert: what happened in the desk's language, what the server said, once an hour.
func TestAlert(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	for range 3 {
		b.must(b.Alert(b.ctx, "imap refused", ticket.Say("imap credentials refused"), ticket.Say("said", "NO [AUTHENTICATIONFAILED]"), ticket.Words{}))
	}
	letters := b.send()
	wantLetters(t, letters, "alert anna, alert bruno")
	if got := strings.Join(letters[0].Lines, "|"); got != "Il server di posta in arrivo rifiuta l'utente o la password: controlli [imap] url e password_file.|Ha risposto: NO [AUTHENTICATIONFAILED]" {
		t.Errorf("lines %q", got)
	}
}

// TestCommercialIsCopied: the commercial office gets a copy without token, the
// customer its contact, and no answer is promised.
func TestCommercialIsCopied(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	p := *b.Policy
	p.Contact = policy.Contact{Email: "vendite@example.it", Phone: "+39 02 0000000"}
	b.Policy = &p
	b.receive(b.mail(mario, "Rinnovo e fattura", "Buongiorno, vorrei sapere quanto costa il rinnovo del piano hosting e ricevere la fattura dell'anno scorso."))
	letters := b.send()
	wantLetters(t, letters, "ticket-new anna, ticket-new bruno, ticket-new vendite, ack mario")
	if n := pick(t, letters, ticket.NoticeTicketNew, "vendite@example.it"); n.ReplyTo != "" || n.NoteAddress != "" {
		t.Errorf("the copy can answer in the desk's name: %+v", n)
	}
	if ack := pick(t, letters, ticket.NoticeAck, mario); ack.Commercial == nil || ack.Commercial.Phone == "" || !ack.AnswerDue.IsZero() {
		t.Errorf("ack %+v", ack)
	}
}

// TestPromisesNameWorkingDays: what arrives on a Saturday is promised for a
// Saturday; its letter says the Friday, technicians and the desk keep the promise.
func TestPromisesNameWorkingDays(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.now = time.Date(2026, 11, 28, 10, 0, 0, 0, b.Zone)
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	letters := b.send()
	saturday := policy.Date{Year: 2026, Month: 12, Day: 5}
	if got := pick(t, letters, ticket.NoticeAck, mario).AnswerDue; got != saturday.AddDays(-1) {
		t.Errorf("the customer is promised %s", got)
	}
	if got := pick(t, letters, ticket.NoticeTicketNew, anna).AnswerDue; got != saturday {
		t.Errorf("technicians read %s", got)
	}
	if got := b.ticket(1).AnswerDue; !got.Equal(saturday.End(b.Zone)) {
		t.Errorf("the desk keeps %s", got)
	}
}

// TestZoneIsNamed: letters name the desk's zone to whoever's clock is another.
func TestZoneIsNamed(t *testing.T) {
	for _, c := range []struct{ name, date, want string }{
		{"the desk's", "2026-11-23T10:00:00+01:00", ""},
		{"London", "2026-11-23T09:00:00Z", "Europe/Rome"},
		{"New York", "2026-11-23T04:00:00-05:00", "Europe/Rome"},
		{"the desk's, in summer", "2026-07-01T10:00:00+02:00", ""},
		{"the desk's winter, in summer", "2026-07-01T09:00:00+01:00", "Europe/Rome"},
		{"no Date", "0001-01-01T00:00:00Z", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			date, err := time.Parse(time.RFC3339, c.date)
			b.must(err)
			b.receive(b.mail(mario, "Sito irraggiungibile", down, func(m *ticket.Inbound) { m.Date = date }))
			letters := b.send()
			ack := pick(t, letters, ticket.NoticeAck, mario)
			if ack.ZoneName != c.want || pick(t, letters, ticket.NoticeTicketNew, anna).ZoneName != "" {
				t.Errorf("the letter names %q, want %q", ack.ZoneName, c.want)
			}
			b.receive(b.mail(mario, "Re: Sito", "Sono tornato, il sito è ancora fermo.", replyTo(ack)))
			if b.ticket(1).Elsewhere {
				t.Error("the zone of his last mail does not count")
			}
		})
	}
}
