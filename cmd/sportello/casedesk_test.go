package main

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sportello/mailin"
	"sportello/mailout"
	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

// promised are the cases of impersonation (A) and of identity and threads (B)
// that a desk withstands; each has a test of its own, from raw mail to letters.
var promised = strings.Fields(`
	A01 A02 A03 A05 A07 A09 A10 A12 A13 A14 A15 A16 A17 A18 A19 A21 A22 A23 A24 A25 A26 A27 A28
	B01 B02 B05 B09 B10 B11 B12 B13 B14 B15`)

// TestEachCaseHasItsTest compares the tests of this package with the list.
func TestEachCaseHasItsTest(t *testing.T) {
	files, err := os.ReadDir(".")
	must(t, err)
	name, found := regexp.MustCompile(`^Test([AB]\d\d)$`), []string{}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		must(t, err)
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && name.MatchString(f.Name.Name) {
				found = append(found, strings.TrimPrefix(f.Name.Name, "Test"))
			}
		}
	}
	slices.Sort(found)
	if !slices.Equal(found, promised) {
		t.Errorf("the tests are %v,\nthe list is %v", found, promised)
	}
}

const (
	caseDeskAddress = "aiuto@officina.example"
	carla           = "Carla Riva <carla@officina.example>" // technicians
	dario           = "Dario Melis <dario@officina.example>"
	olga            = "Olga Prati <olga@vivaio.example>" // may spend for the Vivaio
	piero           = "Piero Prati <piero@vivaio.example>"
	nadia           = "Nadia Costa <nadia@cantina.example>" // another customer
	outsider        = "Chi Sa <chi@altrove.example>"
	broken          = "Il sito non si apre da stamattina: errore 500."
)

// caseDesk is a strict desk: a technician's mail needs evidence. Every domain
// has the same DKIM key, in a resolver of the test.
type caseDesk struct {
	*ticket.Desk
	t    *testing.T
	auth *mailin.Authenticator
	key  signer
	now  time.Time
	uid  uint32
	work ticket.Notice // ticket 1 as it came to Carla
	ack  ticket.Notice // its acknowledgement to Olga
}

// newCaseDesk is a desk with Olga's ticket 1, told to both technicians.
func newCaseDesk(t *testing.T) *caseDesk {
	t.Helper()
	keys, err := ticket.NewKeys(map[byte][]byte{'a': bytes.Repeat([]byte{5}, 32)})
	must(t, err)
	d := &caseDesk{t: t, key: newSigner(t), now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
	d.auth = &mailin.Authenticator{AuthservID: "mx.officina.example", VerifyDKIM: true, LookupTXT: func(context.Context, string) ([]string, error) {
		return []string{d.key.record}, nil
	}}
	addresses := ticket.Addresses{Desk: caseDeskAddress, Pattern: ticket.PlusPattern(caseDeskAddress)}
	d.Desk = &ticket.Desk{Store: storetest.NewMem(), Policy: policy.Default(time.UTC), Keys: keys, Name: "Officina", Language: "it", Zone: time.UTC, ReopenDays: 30,
		Addresses: addresses, TokenCustomer: true, Now: func() time.Time { return d.now },
		Limits:      ticket.Limits{AcksPerAddressHour: 1, AcksPerHour: 200, TicketsPerStrangerHour: 50, TicketsPerContactHour: 50, Relay: 15 << 20},
		Technicians: []ticket.Technician{{Name: "Carla Riva", Addresses: []string{"carla@officina.example"}}, {Name: "Dario Melis", Addresses: []string{"dario@officina.example"}}},
		Reread:      d.read}
	must(t, d.PutCustomers(t.Context(), []*ticket.Customer{
		{ID: "V", Name: "Vivaio Prati", Language: "it", Contacts: []ticket.Contact{{Address: "olga@vivaio.example", MaySpend: true}, {Address: "piero@vivaio.example"}}},
		{ID: "C", Name: "Cantina Costa", Language: "it", Contacts: []ticket.Contact{{Address: "nadia@cantina.example", MaySpend: true}}},
	}, map[string][]policy.Lot{"V": {{Ref: "B-1", Quantity: 10, Purchased: policy.Date{Year: 2026, Month: 3, Day: 1}}}}))
	for _, n := range d.play(d.signed(d.mail(olga, caseDeskAddress, broken))) {
		if n.Kind == ticket.NoticeTicketNew && n.To.Address == "carla@officina.example" {
			d.work = n
		}
		if n.Kind == ticket.NoticeAck {
			d.ack = n
		}
	}
	if d.work.ID == 0 {
		t.Fatal("Carla was told of no ticket")
	}
	return d
}

// mail writes a mail; a field replaces the one of its name.
func (d *caseDesk) mail(from, to, text string, fields ...string) string {
	d.uid++
	head := []string{"From: " + from, "To: " + to, "Subject: Sito fermo", "Date: " + d.now.Format(time.RFC1123Z),
		fmt.Sprintf("Message-ID: <n%d@programma.example>", d.uid), "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"}
	for _, f := range fields {
		name, _, _ := strings.Cut(f, ":")
		head = slices.DeleteFunc(head, func(h string) bool { return strings.HasPrefix(h, name+":") })
	}
	return strings.Join(append(head, fields...), "\n") + "\n\n" + text + "\n"
}

// order answers the letter about ticket 1 that Carla got.
func (d *caseDesk) order(from, text string, fields ...string) string {
	return d.mail(from, d.work.ReplyTo, text, append([]string{"In-Reply-To: <" + d.work.MessageID + ">"}, fields...)...)
}

// signed is raw with the signature of the domain of its From.
func (d *caseDesk) signed(raw string) string {
	_, domain, _ := strings.Cut(mailin.Parse([]byte(raw), mailin.Options{}).From[0].Address, "@")
	return d.key.sign(d.t, domain, raw)
}

func (d *caseDesk) read(raw []byte, arrived time.Time) *ticket.Inbound {
	in := mailin.Parse(raw, mailin.Options{Own: d.Addresses.Own, OwnID: ownLetters(d.Keys), Arrived: arrived})
	from, _ := in.Sole()
	technician := slices.ContainsFunc(d.Technicians, func(t ticket.Technician) bool { return slices.Contains(t.Addresses, from.Address) })
	in.Evidence, in.Unanswered = d.auth.Evidence(d.t.Context(), raw, in, technician)
	return in
}

// play delivers raw mails and returns the letters that they caused.
func (d *caseDesk) play(raws ...string) []ticket.Notice {
	d.t.Helper()
	for _, raw := range raws {
		d.uid++
		in := d.read([]byte(strings.ReplaceAll(raw, "\n", "\r\n")), d.now)
		in.Source = ticket.Source{UIDValidity: 1, UID: d.uid}
		must(d.t, d.Receive(d.t.Context(), []*ticket.Inbound{in}, ticket.Cursor{UIDValidity: 1, First: 1, Last: d.uid}))
	}
	must(d.t, d.Sweep(d.t.Context()))
	var sent []ticket.Notice
	for {
		rows, _, err := d.Take(d.t.Context(), ticket.LaneCustomers, 50, func(ticket.NoticeID) bool { return false })
		must(d.t, err)
		if len(rows) == 0 {
			return sent
		}
		for _, r := range rows {
			must(d.t, d.Begin(d.t.Context(), r.Notice.ID, storetest.Letter(&r.Notice)))
			must(d.t, d.Settle(d.t.Context(), r.Notice.ID, ticket.Outcome{State: ticket.RowSent, Response: "250 ok"}))
			sent = append(sent, r.Notice)
		}
	}
}

// causes delivers raw and wants exactly these letters, "kind name" in order of
// the alphabet, and ticket 1 in this state.
func (d *caseDesk) causes(what, raw, letters string, state ticket.State) {
	d.t.Helper()
	var got []string
	for _, n := range d.play(raw) {
		name, _, _ := strings.Cut(n.To.Address, "@")
		got = append(got, n.Kind.String()+" "+name)
	}
	slices.Sort(got)
	if s := strings.Join(got, ", "); s != letters {
		d.t.Errorf("%s: letters %q, expected %q", what, s, letters)
	}
	if s := d.ticket(1).State; s != state {
		d.t.Errorf("%s: ticket 1 is %s, expected %s", what, s, state)
	}
}

func (d *caseDesk) ticket(id ticket.ID) (tk *ticket.Ticket) {
	d.t.Helper()
	must(d.t, d.Store.View(d.t.Context(), func(tx ticket.Tx) (err error) { tk, err = tx.Ticket(id); return err }))
	return tk
}

// last is the last message of a ticket.
func (d *caseDesk) last(id ticket.ID) (m *ticket.Message) {
	d.t.Helper()
	must(d.t, d.Store.View(d.t.Context(), func(tx ticket.Tx) error {
		list, err := tx.Messages(id)
		if err == nil && len(list) > 0 {
			m = list[len(list)-1]
		}
		return err
	}))
	return m
}

// message is the one at seq of a ticket.
func (d *caseDesk) message(id ticket.ID, seq int) (m *ticket.Message) {
	d.t.Helper()
	must(d.t, d.Store.View(d.t.Context(), func(tx ticket.Tx) (err error) { m, err = tx.Message(id, seq); return err }))
	return m
}

// pickLetter is the letter of a kind to somebody.
func pickLetter(t *testing.T, letters []ticket.Notice, kind ticket.NoticeKind, to string) *ticket.Notice {
	t.Helper()
	for i := range letters {
		if letters[i].Kind == kind && letters[i].To.Address == to {
			return &letters[i]
		}
	}
	t.Fatalf("no %s went to %s", kind, to)
	return nil
}

// sound wants a desk that keeps its promises, every mail read again.
func (d *caseDesk) sound(what string) {
	d.t.Helper()
	must(d.t, d.Audit(d.t.Context(), ticket.Auditing{Deep: true, Report: func(level, promise, where, text string) {
		if level == "error" {
			d.t.Errorf("%s: %s: %s: %s", what, promise, where, text)
		}
	}}))
}

// composed is the head and the text of the letter that n becomes.
func (d *caseDesk) composed(n *ticket.Notice) (head, text string) {
	d.t.Helper()
	c := mailout.Composer{Name: d.Name, Address: caseDeskAddress, Zone: d.Zone, Attachment: attachments(d.Store)}
	l, err := c.Compose(d.t.Context(), n)
	must(d.t, err)
	var raw bytes.Buffer
	for _, chunk := range l.Chunks {
		raw.Write(chunk.Bytes)
	}
	head, _, _ = strings.Cut(raw.String(), "\r\n\r\n")
	return head, mailin.Parse(raw.Bytes(), mailin.Options{}).Text
}
