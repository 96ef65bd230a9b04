package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"sportello/mailin"
	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

var (
	clientsToken = regexp.MustCompile(`q(\d+)\.0\.1\.[a-z]\d+\.[a-z2-7]{16}`)
	clientsID    = regexp.MustCompile(`sportello\.\d+\.q\d+\.0\.1\.[a-z]\d+\.[a-z2-7]{16}@[a-z.]+`)
)

// TestAnswersOfMailPrograms lets the answers to quotes that real mail programs
// wrote act on a desk which offered just that: they accept and decline as is
// expected of them, and no other mail does.
func TestAnswersOfMailPrograms(t *testing.T) {
	set := filepath.Join("..", "..", "..", "shared", "corpora", "next")
	list, err := os.ReadFile(filepath.Join(set, "expected", "clients.jsonl"))
	if err != nil {
		t.Skip("the corpora are not here")
	}
	tried, right, heldTried, heldRight := 0, 0, 0, 0
	for line := range bytes.Lines(list) {
		var want struct{ File, Decision string }
		must(t, json.Unmarshal(line, &want))
		raw, err := os.ReadFile(filepath.Join(set, want.File))
		must(t, err)
		number := clientsToken.FindSubmatch(raw)
		if number == nil {
			if want.Decision == "accept" || want.Decision == "decline" {
				t.Errorf("%s answers no quote", want.File)
			}
			continue
		}
		got := decidedOn(t, raw, string(number[1]))
		ok := got == map[string]ticket.QuoteState{"accept": ticket.QuoteAccepted, "decline": ticket.QuoteDeclined, "": ticket.QuoteOffered, "none": ticket.QuoteOffered}[want.Decision]
		sum := sha256.Sum256([]byte(filepath.Base(want.File)))
		if new(big.Int).Mod(new(big.Int).SetBytes(sum[:]), big.NewInt(3)).Sign() == 0 {
			heldTried++
			if ok {
				heldRight++
			}
			continue
		}
		tried++
		if ok {
			right++
		} else {
			t.Errorf("%s: the quote is %s, expected %q", want.File, got, want.Decision)
		}
	}
	t.Logf("%d of %d, of those held back %d of %d", right, tried, heldRight, heldTried)
}

// decidedOn is what becomes of quote P-N-1 when its recipient's answer raw comes
// to the desk that offered it.
func decidedOn(t *testing.T, raw []byte, number string) ticket.QuoteState {
	t.Helper()
	n, err := strconv.Atoi(number)
	must(t, err)
	zone, err := time.LoadLocation("Europe/Rome")
	must(t, err)
	keys, err := ticket.NewKeys(map[byte][]byte{'a': bytes.Repeat([]byte{3}, 32)})
	must(t, err)
	from := mailin.Parse(raw, mailin.Options{}).From[0]
	store, now := storetest.NewMem(), time.Date(2026, 11, 28, 12, 0, 0, 0, zone)
	addresses := ticket.Addresses{Desk: "support@example.test", Pattern: ticket.PlusPattern("support@example.test")}
	d := &ticket.Desk{Store: store, Policy: policy.Default(zone), Keys: keys, Name: "Assistenza Example", Language: "it", Zone: zone, ReopenDays: 30,
		Addresses: addresses, Technicians: []ticket.Technician{{Name: "Anna Ferretti", Addresses: []string{"anna@example.test"}}},
		TokenCustomer: true, TokenTechnician: true, Now: func() time.Time { return now }}
	must(t, d.PutCustomers(t.Context(), []*ticket.Customer{{ID: "C1", Name: "Cliente", Contacts: []ticket.Contact{{Address: from.Address, MaySpend: true}}}},
		map[string][]policy.Lot{"C1": {{Ref: "A1", Quantity: 9, Purchased: policy.Date{Year: 2026, Month: 11, Day: 1}}}}))
	must(t, store.Update(t.Context(), func(tx ticket.Tx) error {
		for range n - 1 {
			if _, err := tx.NextTicket(); err != nil {
				return err
			}
		}
		return nil
	}))
	ask := fmt.Sprintf("From: %s\r\nTo: support@example.test\r\nSubject: Nuova casella di posta\r\nMessage-ID: <ask@example.test>\r\nDate: Sat, 28 Nov 2026 10:00:00 +0100\r\n\r\nBuongiorno, potete creare una nuova casella di posta per l'ufficio? Grazie.\r\n", from.Address)
	receive := func(uid uint32, raw []byte) {
		m := mailin.Parse(raw, mailin.Options{Own: addresses.Own, Arrived: now})
		m.Source = ticket.Source{UIDValidity: 1, UID: uid}
		must(t, d.Receive(t.Context(), []*ticket.Inbound{m}, ticket.Cursor{UIDValidity: 1, First: 1, Last: uid}))
	}
	receive(1, []byte(ask))
	var quote ticket.Notice
	must(t, store.View(t.Context(), func(tx ticket.Tx) error {
		for r, err := range tx.Rows(ticket.RowQueued, 0) {
			if err != nil {
				return err
			}
			if r.Notice.Kind == ticket.NoticeQuote {
				quote = r.Notice
			}
		}
		return nil
	}))
	if quote.ID == 0 {
		t.Fatalf("P-%d-1 was not offered", n)
	}
	token, _, _ := strings.Cut(strings.TrimPrefix(quote.ReplyTo, "support+"), "@")
	now = now.Add(12 * time.Hour)
	ours := clientsID.ReplaceAllString(string(raw), quote.MessageID)
	parts := strings.Split(ours, quote.MessageID)
	for i := range parts {
		parts[i] = clientsToken.ReplaceAllString(parts[i], token)
	}
	receive(2, []byte(strings.Join(parts, quote.MessageID)))
	var state ticket.QuoteState
	must(t, store.View(t.Context(), func(tx ticket.Tx) error {
		tk, err := tx.Ticket(ticket.ID(n))
		if err == nil {
			state = tk.Quote.State
		}
		return err
	}))
	return state
}
