package ticket_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
)

// held is a desk whose ticket 1 holds 6 of C1's 10 credits, and the letter that
// Anna has of it.
func held(t *testing.T) (*bench, ticket.Notice) {
	t.Helper()
	b := quoted(t, 6)
	b.must(b.accept("P-1-1"))
	return b, pick(t, b.send(), ticket.NoticeTicketNew, anna)
}

// told are the customer's letters among letters, each with what it says of credits:
// "closed: 6 asked, 2 charged now, 2 in all, 4 back, 8 left".
func told(letters []ticket.Notice) string {
	var out []string
	for _, n := range letters {
		if n.Kind.Technical() {
			continue
		}
		s := n.Kind.String()
		if n.Charged+n.Released > 0 {
			s += fmt.Sprintf(": %d asked, %d now, %d in all, %d back, %d left", n.Quote.Credits, n.Credits, n.Charged, n.Released, n.Balance.Available)
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func TestTechniciansSpendByMail(t *testing.T) {
	for _, c := range []struct {
		name, text    string
		held, charged ticket.Credits
		letters       string
	}{
		{"all of it", "#close", 0, 6, "closed: 6 asked, 6 now, 6 in all, 0 back, 4 left"},
		{"in Italian", "#chiudi", 0, 6, "closed: 6 asked, 6 now, 6 in all, 0 back, 4 left"},
		{"a part of it", "#close 2", 0, 2, "closed: 6 asked, 2 now, 2 in all, 4 back, 8 left"},
		{"nothing of it", "#close 0", 0, 0, "closed: 6 asked, 0 now, 0 in all, 6 back, 10 left"},
		{"now", "#charge 2", 4, 2, "charged: 6 asked, 2 now, 2 in all, 0 back, 4 left"},
		{"all now", "#addebita 6", 0, 6, "charged: 6 asked, 6 now, 6 in all, 0 back, 4 left"},
		{"twice the same", "#charge 2\n#charge 2", 2, 4, "charged: 6 asked, 2 now, 2 in all, 0 back, 4 left; charged: 6 asked, 2 now, 4 in all, 0 back, 4 left"},
		{"a part, then close with the rest", "#charge 2\n#close", 0, 6, "charged: 6 asked, 2 now, 2 in all, 0 back, 4 left; closed: 6 asked, 6 now, 6 in all, 0 back, 4 left"},
		{"with an answer", "#close 2\n\nFatto.", 0, 2, "answer: 6 asked, 2 now, 2 in all, 4 back, 8 left"},
		{"charged with an answer", "#charge 2\n\nPrima parte fatta.", 4, 2, "answer; charged: 6 asked, 2 now, 2 in all, 0 back, 4 left"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, work := held(t)
			b.receive(b.mail(anna, "Re: Sito", c.text, replyTo(work)))
			if got := told(b.send()); got != c.letters {
				t.Errorf("letters %q, want %q", got, c.letters)
			}
			b.wantMoney(c.held, c.charged, ticket.QuoteAccepted)
		})
	}
}

// What cannot be charged is refused whole, in words, and nothing happens.
func TestNoMoreThanHeldIsCharged(t *testing.T) {
	for text, want := range map[string]string{
		"#charge 7":                        "#addebita 7: la riserva di questo ticket è di 6 crediti",
		"#close 7":                         "#chiudi 7: la riserva di questo ticket è di 6 crediti",
		"#charge 0":                        "maggiore di 0",
		"#charge -1":                       "maggiore di 0",
		"#charge 1.5":                      "maggiore di 0",
		"#charge 99999999999999999999":     "maggiore di 0",
		"#charge 1000000000":               "#addebita 1000000000: la riserva di questo ticket è di 6 crediti",
		"#charge":                          "manca qualcosa",
		"#close 1 2":                       "di troppo",
		"#charge 4\n#charge 3":             "#addebita 3: la riserva di questo ticket è di 2 crediti",
		"#charge 6\n#close 1":              "#chiudi 1: su questo ticket non ci sono crediti riservati",
		"#charge 2\n#charge 2\n#close 3":   "#chiudi 3: la riserva di questo ticket è di 2 crediti",
		"#take\n#charge 7\n\nUna risposta": "#addebita 7",
	} {
		b, work := held(t)
		b.receive(b.mail(anna, "Re: Sito", text, replyTo(work)))
		letters := b.send()
		got := strings.Join(pick(t, letters, ticket.NoticeTranscript, anna).Lines, "\n")
		if !strings.Contains(got, want) || told(letters) != "" {
			t.Errorf("%q: %q, letters %q; want %q", text, got, told(letters), want)
		}
		b.wantMoney(6, 0, ticket.QuoteAccepted)
	}
}

// A technician charges at most so much in any 24 hours, whatever the steps and
// the tickets; the refusal says the limit. The admin's act is not hers.
func TestATechniciansDayHasALimit(t *testing.T) {
	b, work := held(t)
	b.Limits.ChargePerTechnicianDay = 5
	b.receive(b.mail(anna, "Re: Sito", "#charge 3", replyTo(work)))
	b.send()
	for _, text := range []string{"#charge 3", "#close", "#close 3", "#charge 1\n#charge 2"} {
		b.receive(b.mail(anna, "Re: Sito", text, replyTo(work)))
		letters := b.send()
		got := strings.Join(pick(t, letters, ticket.NoticeTranscript, anna).Lines, "\n")
		if !strings.Contains(got, "al massimo 5 crediti in 24 ore") || !strings.Contains(got, "ancora disponibili:") || told(letters) != "" {
			t.Errorf("%s: %q, letters %q", text, got, told(letters))
		}
		b.wantMoney(3, 3, ticket.QuoteAccepted)
	}
	b.receive(b.mail(anna, "Re: Sito", "#charge 2", replyTo(work)))
	b.wantMoney(1, 5, ticket.QuoteAccepted)
	var refused *ticket.RefusedError
	if err := b.Capture(b.ctx, 1, 1, "arrival 9", "Anna Ferretti"); !errors.As(err, &refused) {
		t.Errorf("beyond the limit: %v", err)
	}
	b.now = b.now.Add(23 * time.Hour)
	if err := b.Capture(b.ctx, 1, 1, "arrival 9", "Anna Ferretti"); !errors.As(err, &refused) {
		t.Errorf("an hour early: %v", err)
	}
	b.now = b.now.Add(time.Hour)
	b.must(b.Capture(b.ctx, 1, 1, "arrival 9", "Anna Ferretti"))
	b.wantMoney(0, 6, ticket.QuoteAccepted)
}

// Large charges are told to the other technicians at once, in whatever steps a
// ticket gets there.
func TestTheOthersAreToldOfLargeCharges(t *testing.T) {
	for text, want := range map[string]int{"#charge 3": 0, "#charge 4": 1, "#close": 1, "#charge 2\n#charge 2": 1, "#charge 3\n#charge 2\n#close": 1, "#close 3": 0} {
		b, work := held(t)
		b.Limits.ChargeAlert = 4
		b.receive(b.mail(anna, "Re: Sito", text, replyTo(work)))
		n0 := 0
		for _, n := range b.send() {
			if n.Kind == ticket.NoticeAlert {
				n0++
				if n.To.Address != bruno || !strings.HasPrefix(n.Lines[0], "Anna Ferretti ha addebitato ") {
					t.Errorf("%q: to %s: %q", text, n.To.Address, n.Lines)
				}
			}
		}
		if n0 != want {
			t.Errorf("%q: told %d times, want %d", text, n0, want)
		}
	}
	b, _ := held(t)
	b.Limits.ChargeAlert = 4
	b.must(b.Close(b.ctx, 1, 5, "admin"))
	wantLetters(t, b.send(), "alert anna, alert bruno, closed mario")
}

// From the command line a closing gives back what it is not told to charge.
func TestTheAdminCloses(t *testing.T) {
	for charge, want := range map[ticket.Credits]string{
		0: "closed: 6 asked, 0 now, 0 in all, 6 back, 10 left",
		6: "closed: 6 asked, 6 now, 6 in all, 0 back, 4 left",
		1: "closed: 6 asked, 1 now, 1 in all, 5 back, 9 left",
	} {
		b, _ := held(t)
		b.must(b.Close(b.ctx, 1, charge, "admin"))
		if got := told(b.send()); got != want {
			t.Errorf("%d charged: %q, want %q", charge, got, want)
		}
		b.wantMoney(0, charge, ticket.QuoteAccepted)
		if err := b.Close(b.ctx, 1, charge, "admin"); !errors.Is(err, ticket.ErrState) {
			t.Errorf("closed again: %v", err)
		}
	}
	for _, n := range []ticket.Credits{7, -1} {
		b, _ := held(t)
		if err := b.Close(b.ctx, 1, n, "admin"); !errors.Is(err, ticket.ErrInput) {
			t.Errorf("%d of 6: %v", n, err)
		}
		b.wantMoney(6, 0, ticket.QuoteAccepted)
	}
}

// Whatever ends a ticket gives back what it holds, and only a person spends.
func TestEveryOtherEndReleases(t *testing.T) {
	ends := map[string]func(*bench, ticket.Notice){
		"no answer": func(b *bench, work ticket.Notice) {
			b.receive(b.mail(anna, "Re: Sito", "Fatto, verifichi.", replyTo(work)))
			for range 9 {
				b.send()
				b.now = b.now.AddDate(0, 0, 1)
				b.must(b.Sweep(b.ctx))
			}
		},
		"solved": func(b *bench, work ticket.Notice) {
			b.receive(b.mail(anna, "Re: Sito", "Fatto, verifichi.", replyTo(work)))
			b.receive(b.mail(mario, "Re: Sito", "Risolto", replyTo(pick(b.t, b.send(), ticket.NoticeAnswer, mario))))
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			b, work := held(t)
			end(b, work)
			b.wantMoney(0, 0, ticket.QuoteAccepted)
			if s := b.ticket(1).State; s != ticket.StateClosed {
				t.Errorf("it is %s", s)
			}
			b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "hold 6 of ORD-1: 4 6", "release 6 of ORD-1: 10 0")
		})
	}
}

// What technicians get says what their ticket holds, so that no button charges
// unannounced.
func TestTechniciansReadWhatIsHeld(t *testing.T) {
	b, _ := held(t)
	b.receive(b.mail(mario, "Re: [Assistenza #1] Sito", "Ci sono novità?"))
	if n := pick(t, b.send(), ticket.NoticeTicketReply, anna); n.Reserved != 6 {
		t.Errorf("%d reserved", n.Reserved)
	}
}

// A mail that comes again charges nothing again.
func TestAChargeHappensOnce(t *testing.T) {
	b, work := held(t)
	m := b.mail(anna, "Re: Sito", "#charge 2", replyTo(work))
	b.receive(m)
	again := *m
	again.Source.UID++
	b.receive(m)
	b.receive(&again)
	b.wantMoney(4, 2, ticket.QuoteAccepted)
	if got := told(b.send()); got != "charged: 6 asked, 2 now, 2 in all, 0 back, 4 left" {
		t.Errorf("letters %q", got)
	}
}
