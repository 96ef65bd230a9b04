package ticket_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// ringOf makes keys that tests know by their letter.
func ringOf(t *testing.T, ids string) ticket.Keys {
	t.Helper()
	secrets := map[byte][]byte{}
	for _, id := range []byte(ids) {
		secrets[id] = bytes.Repeat([]byte{7 + id - 'a'}, 32)
	}
	k, err := ticket.NewKeys(secrets)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (b *bench) rotate(ids string) {
	b.t.Helper()
	b.must(b.OpenKeys(b.ctx, ringOf(b.t, ids)))
}

// purposes are replies to letters of every kind: what was sent first, the reply that
// only its token lets count, and whether it did.
var purposes = []struct {
	name      string
	ticket    bool // taking back the ticket's tokens concerns it
	technical bool // taking back those of the technician does
	letter    func(*bench) ticket.Notice
	reply     func(*bench, ticket.Notice) *ticket.Inbound
	counted   func(*bench) bool
}{
	{"a customer's reply", true, false,
		func(b *bench) ticket.Notice {
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			return pick(b.t, b.send(), ticket.NoticeAck, mario)
		},
		func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.mail(stranger, "Re:", "Aggiungo il registro.", replyTo(n))
		},
		func(b *bench) bool { return b.ticket(1).Messages == 3 },
	},
	{"a technician's answer", true, true,
		func(b *bench) ticket.Notice {
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			return pick(b.t, b.send(), ticket.NoticeTicketNew, anna)
		},
		func(b *bench, n ticket.Notice) *ticket.Inbound { return b.mail(anna, "Re:", "Riavviato.", replyTo(n)) },
		func(b *bench) bool { return b.ticket(1).Answered },
	},
	{"a reply to a note", true, true,
		func(b *bench) ticket.Notice {
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			sent := b.send()
			b.receive(b.mail(anna, "Re:", "#take", replyTo(pick(b.t, sent, ticket.NoticeTicketNew, anna))))
			b.receive(b.mail(bruno, "Re:", "#note\nGuarda il disco.", replyTo(pick(b.t, sent, ticket.NoticeTicketNew, bruno))))
			return pick(b.t, b.send(), ticket.NoticeTicketReply, anna)
		},
		func(b *bench, n ticket.Notice) *ticket.Inbound { return b.mail(anna, "Re:", "Visto.", replyTo(n)) },
		func(b *bench) bool {
			msgs := b.messages(1)
			last := msgs[len(msgs)-1]
			return last.Kind == ticket.MessageNote && last.Text == "Visto."
		},
	},
	{"a yes to a quote", true, false,
		func(b *bench) ticket.Notice {
			b.receive(b.mail(mario, "Nuova casella di posta", mailbox, proved))
			return pick(b.t, b.send(), ticket.NoticeQuote, mario)
		},
		func(b *bench, n ticket.Notice) *ticket.Inbound { return b.says(n, yesIt) },
		func(b *bench) bool { return b.ticket(1).Held == 1 },
	},
	{"a confirmation", true, false,
		func(b *bench) ticket.Notice {
			b.TokenCustomer = false
			b.receive(b.mail(mario, "Nuova casella di posta", mailbox, proved))
			b.receive(b.says(pick(b.t, b.send(), ticket.NoticeQuote, mario), yesIt, unproved))
			return pick(b.t, b.send(), ticket.NoticeConfirm, mario)
		},
		func(b *bench, n ticket.Notice) *ticket.Inbound { return b.says(n, yesIt, unproved) },
		func(b *bench) bool { return b.ticket(1).Held == 1 },
	},
	{"an answer about a held mail", false, true,
		func(b *bench) ticket.Notice {
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			b.send()
			b.receive(b.mail(anna, "Nuovo", "Ciao a tutti"))
			return pick(b.t, b.send(), ticket.NoticeHeld, anna)
		},
		func(b *bench, n ticket.Notice) *ticket.Inbound { return b.mail(anna, "Re:", "#discard", replyTo(n)) },
		func(b *bench) bool { return b.stats().Dropped == 1 },
	},
	{"the reply of a third party", true, false,
		func(b *bench) ticket.Notice {
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			b.receive(b.mail(anna, "Re:", "#ask rete@fornitore.example\nLa linea cade?", replyTo(pick(b.t, b.send(), ticket.NoticeTicketNew, anna))))
			for _, n := range b.send() {
				if n.To.Address == "rete@fornitore.example" {
					return n
				}
			}
			b.t.Fatal("nobody was asked")
			return ticket.Notice{}
		},
		func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.mail("rete@fornitore.example", "Re:", "Sì, dalle otto.", replyTo(n))
		},
		func(b *bench) bool {
			msgs := b.messages(1)
			return strings.Contains(msgs[len(msgs)-1].Text, "dalle otto")
		},
	},
}

// TestTokensOfEveryPurpose: in addresses and, where the server knows none, in
// Message-IDs, a token acts after its key was replaced as before, and no more once
// it was taken back. Taking back others' changes nothing.
func TestTokensOfEveryPurpose(t *testing.T) {
	turns := []struct {
		name      string
		turn      func(*bench)
		ticket    bool
		technical bool
	}{
		{"nothing happened", func(*bench) {}, false, false},
		{"a new key", func(b *bench) { b.rotate("ab") }, false, false},
		{"two new keys and a new start", func(b *bench) {
			b.rotate("ab")
			b.rotate("abc")
			b.Keys = ringOf(b.t, "abc")
			b.must(b.OpenKeys(b.ctx, b.Keys))
		}, false, false},
		{"another ticket's and another technician's taken back", func(b *bench) {
			_, err := b.RevokeTechnician(b.ctx, "bruno", "admin")
			b.must(errors.Join(err, b.RevokeTicket(b.ctx, 2, "admin")))
		}, false, false},
		{"the ticket's taken back", func(b *bench) { b.must(b.RevokeTicket(b.ctx, 1, "admin")) }, true, false},
		{"the ticket's taken back, then a new key and a new start", func(b *bench) {
			b.must(b.RevokeTicket(b.ctx, 1, "admin"))
			b.rotate("ab")
			b.Keys = ringOf(b.t, "ab")
			b.must(b.OpenKeys(b.ctx, b.Keys))
		}, true, false},
		{"the technician's taken back", func(b *bench) { b.revokeAnna("Ferretti") }, false, true},
		{"the technician's taken back twice", func(b *bench) { b.revokeAnna("anna"); b.revokeAnna(anna) }, false, true},
		{"the technician removed", func(b *bench) {
			d := *b.Desk
			d.Technicians = d.Technicians[1:]
			b.Desk = &d
		}, false, true},
	}
	for _, pattern := range []string{ticket.PlusPattern(deskAddress), ""} {
		for _, p := range purposes {
			for _, turn := range turns {
				t.Run(fmt.Sprintf("%s/%s/%s", map[bool]string{true: "Message-ID", false: "address"}[pattern == ""], p.name, turn.name), func(t *testing.T) {
					b := newBench(t, storetest.NewMem())
					b.Addresses.Pattern = pattern
					b.must(b.OpenKeys(b.ctx, b.Keys))
					letter := p.letter(b)
					other := b.mail(john, "Down", down) // another ticket
					b.receive(other)
					b.send()
					turn.turn(b)
					b.receive(p.reply(b, letter))
					want := !(turn.ticket && p.ticket || turn.technical && p.technical)
					if got := p.counted(b); got != want {
						t.Errorf("it counted: %v", got)
					}
				})
			}
		}
	}
}

func (b *bench) revokeAnna(who string) {
	b.t.Helper()
	name, err := b.RevokeTechnician(b.ctx, who, "admin")
	b.must(err)
	if name != "Anna Ferretti" {
		b.t.Errorf("%q means %s", who, name)
	}
}

// TestAfterARevocation: mail to an address that was taken back is kept and asked
// about, and the letters that follow carry addresses that act.
func TestAfterARevocation(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	old := pick(t, b.send(), ticket.NoticeTicketNew, anna)
	b.revokeAnna("anna")
	b.receive(b.mail(anna, "Re:", "Riavviato.", replyTo(old)))
	letters := b.send()
	wantLetters(t, letters, "held anna")
	if len(letters) == 1 && !strings.Contains(letters[0].Lines[0], "revocato") {
		t.Errorf("it says %q", letters[0].Lines)
	}
	b.receive(b.mail(mario, "Re: Sito", "Ancora fermo.", func(m *ticket.Inbound) { m.Subject = "Re: [Assistenza #1] Sito" }))
	fresh := pick(t, b.send(), ticket.NoticeTicketReply, anna)
	b.receive(b.mail(anna, "Re:", "Riavviato.", replyTo(fresh)))
	wantLetters(t, b.send(), "answer mario, ticket-reply bruno")

	b.must(b.RevokeTicket(b.ctx, 1, "admin"))
	var said string
	b.view(func(tx ticket.Tx) error {
		events, err := tx.Events(1)
		said = events[len(events)-1].Text
		return err
	})
	if said != "its reply addresses were revoked" {
		t.Errorf("the ticket tells %q", said)
	}
	b.wantAudit()
}

// TestABounceOutlivesARevocation: a letter that comes back is told, whatever was
// taken back since it left.
func TestABounceOutlivesARevocation(t *testing.T) {
	for name, bounce := range map[string]func(ticket.Notice) func(*ticket.Inbound){
		"by its address": func(n ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) {
				m.Recipients, m.Bounce = []string{n.Envelope}, &ticket.Bounce{Action: "failed", Status: "5.1.1"}
			}
		},
		"by its Message-ID": func(n ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) {
				m.Bounce = &ticket.Bounce{Action: "failed", Status: "5.1.1", MessageID: n.MessageID}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
			b.receive(b.mail(anna, "Re:", "Riavviato.", replyTo(work)))
			answer := pick(t, b.send(), ticket.NoticeAnswer, mario)
			b.must(b.RevokeTicket(b.ctx, 1, "admin"))
			b.receive(b.mail("mailer-daemon@rossi.example", "Undelivered", "", bounce(answer), func(m *ticket.Inbound) { m.Kind = ticket.KindBounce }))
			if p := b.ticket(1).Participants[0]; p.Bounced != "5.1.1" {
				t.Errorf("participant %+v", p)
			}
		})
	}
}

// TestWhoMayBeRevoked: nobody is taken for somebody else.
func TestWhoMayBeRevoked(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	for _, who := range []string{"", " ", "n", "me", "none", "Carla", "@", "anna@", "nessuno <x@y.example>"} {
		if name, err := b.RevokeTechnician(b.ctx, who, "admin"); !errors.Is(err, ticket.ErrInput) {
			t.Errorf("%q means %q: %v", who, name, err)
		}
	}
	for who, want := range map[string]string{"BRUNO": "Bruno Conti", "bruno@casa.example": "Bruno Conti", "Bruno@Casa.Example": "Bruno Conti", "gone@example.it": "gone@example.it"} {
		if name, err := b.RevokeTechnician(b.ctx, who, "admin"); err != nil || name != want {
			t.Errorf("%q means %q, %v", who, name, err)
		}
	}
	if err := b.RevokeTicket(b.ctx, 99, "admin"); !errors.Is(err, ticket.ErrNotFound) {
		t.Errorf("ticket 99: %v", err)
	}
}

// TestKeysAreWhatTheyWere: a key that has signed and is gone, or is another, is no
// desk's to work with, and nothing takes its place.
func TestKeysAreWhatTheyWere(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.rotate("a")
	b.rotate("ab")
	damaged := map[byte][]byte{'a': bytes.Repeat([]byte{7}, 32), 'b': append(bytes.Repeat([]byte{8}, 31), 9)}
	other, err := ticket.NewKeys(damaged)
	b.must(err)
	for name, k := range map[string]struct {
		keys    ticket.Keys
		id      byte
		missing bool
	}{
		"the newest missing":     {ringOf(t, "a"), 'b', true},
		"the oldest missing":     {ringOf(t, "b"), 'a', true},
		"missing, another there": {ringOf(t, "ac"), 'b', true},
		"one bit turned":         {other, 'b', false},
	} {
		err := b.OpenKeys(b.ctx, k.keys)
		fault, ok := errors.AsType[*ticket.KeyError](err)
		if !ok || fault.ID != k.id || fault.Missing != k.missing {
			t.Errorf("%s: %v", name, err)
		}
		if got := b.Keys.Current(); got != 'b' {
			t.Errorf("%s: key %c signs", name, got)
		}
	}
	ring, err := b.Ring(b.ctx)
	b.must(err)
	if len(ring.Keys) != 2 || !ring.Keys[0].Since.IsZero() || !ring.Keys[1].Since.Equal(b.now) {
		t.Errorf("ring %+v", ring)
	}
}

// TestAReplacedKeyMakesNothingNew: whoever learns a key after it was replaced makes no
// token that acts longer than those that it had made, and once they are over it counts
// for nothing.
func TestAReplacedKeyMakesNothingNew(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	old := ringOf(t, "a")
	b.rotate("a")
	b.rotate("ab")
	today := int(b.now.Unix() / 86400)
	for purpose, days := range map[ticket.Purpose]int{
		ticket.PurposeReply: 400, ticket.PurposeQuote: 400, ticket.PurposeWork: 90, ticket.PurposeNote: 90, ticket.PurposeAsk: 90,
		ticket.PurposeBounce: 30, ticket.PurposeHeld: 7, ticket.PurposeConfirm: 1,
	} {
		for _, c := range []struct {
			day  int
			want bool
		}{{today + days, true}, {today + days + 2, false}, {today + 4000, false}} {
			tok := ticket.Token{Purpose: purpose, Number: 3, Participant: 1, Day: c.day}
			if _, ok := b.Keys.Verify(old.Sign(tok), b.now); ok != c.want {
				t.Errorf("%c, %d days: genuine %v", purpose, c.day-today, ok)
			}
			if _, _, ok := b.Keys.VerifyMessageID(old.MessageID(5, tok, "example.it"), b.now); ok != c.want {
				t.Errorf("%c, %d days, as a Message-ID: genuine %v", purpose, c.day-today, ok)
			}
		}
	}
	genuine := old.Sign(ticket.Token{Purpose: ticket.PurposeReply, Number: 3, Day: today + 400})
	for days, want := range map[int]bool{0: true, 400: true, 402: false} {
		if _, ok := b.Keys.Verify(genuine, b.now.AddDate(0, 0, days)); ok != want {
			t.Errorf("after %d days: genuine %v", days, ok)
		}
	}
}

// TestLedgersOutliveTheirKeys: entries are sealed with the key of their time, chains
// run on over a new one, and none is sealed with a key that was replaced.
func TestLedgersOutliveTheirKeys(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.rotate("a")
	buy := func(ref string) {
		_, err := b.CorrectLot(b.ctx, "C1", "ORD-1", 1, ref, "admin")
		b.must(err)
	}
	buy("first")
	b.rotate("ab")
	buy("second")
	b.now = b.now.AddDate(0, 0, 10)
	b.rotate("abc")
	buy("third")
	b.wantAudit()
	var keys []byte
	var last *ticket.Entry
	b.view(func(tx ticket.Tx) error {
		for e, err := range tx.Entries("C1", 0) {
			if err != nil {
				return err
			}
			keys, last = append(keys, e.Key), e
		}
		return nil
	})
	if string(keys) != "aabc" {
		t.Errorf("sealed with %s", keys)
	}
	stale := *last
	stale.Seq, stale.Cause, stale.Key, stale.At = last.Seq+1, "correct again", 'a', b.now
	stale.Available++
	stale.MAC = b.Keys.Seal("C1", last.MAC, &stale)
	b.must(b.forge(func(tx ticket.Tx) error { return tx.AddEntry("C1", &stale) }))
	n, first := b.findings(b.Store)
	if n == 0 || !strings.Contains(first, "replaced") {
		t.Errorf("%d findings, %s", n, first)
	}
}

// TestWhatWasTakenBackStaysSo: a store that is older than a revocation learns of it, once.
func TestWhatWasTakenBackStaysSo(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	old := pick(t, b.send(), ticket.NoticeTicketNew, anna)
	back := []ticket.Revocation{{Technician: b.Technicians[0].Number(), At: b.now, Actor: "admin"}, {Ticket: 9, At: b.now, Actor: "admin"}}
	for range 2 {
		b.must(b.Recall(b.ctx, back))
	}
	ring, err := b.Ring(b.ctx)
	b.must(err)
	if len(ring.Revoked) != 2 {
		t.Errorf("ring %+v", ring)
	}
	b.receive(b.mail(anna, "Re:", "Riavviato.", replyTo(old)))
	wantLetters(t, b.send(), "held anna")
}
