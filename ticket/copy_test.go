package ticket_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

const mallory = "mallory@evil.example" // was in Cc of somebody's mail

// copyOf is m as it comes a second time: the same content, other bytes.
func (b *bench) copyOf(m *ticket.Inbound, edit ...func(*ticket.Inbound)) *ticket.Inbound {
	b.uid++
	c := *m
	c.Source.UID, c.Arrived, c.Evidence = b.uid, b.now, ticket.Evidence{}
	c.Recipients, c.InReplyTo, c.References = []string{deskAddress}, nil, nil
	for _, e := range edit {
		e(&c)
	}
	c.Raw = fmt.Appendf([]byte{}, "Received: %d\n%s", b.uid, m.Raw)
	c.RawSum = sha256.Sum256(c.Raw)
	b.rereed[string(c.Raw)] = &c
	return &c
}

// strict is a desk that asks for evidence.
func strict(t *testing.T) *bench {
	b := newBench(t, storetest.NewMem())
	b.TokenTechnician, b.TokenCustomer = false, false
	return b
}

// of lists the tickets that addr requested and that are not merged, by state.
func (b *bench) of(addr string) string {
	b.t.Helper()
	var list []string
	b.view(func(tx ticket.Tx) error {
		for t, err := range tx.Tickets(ticket.Filter{}) {
			b.must(err)
			if t.Requester.Address == addr && t.MergedInto == 0 {
				list = append(list, fmt.Sprintf("#%d %s", t.ID, t.State))
			}
		}
		return nil
	})
	return strings.Join(list, ", ")
}

// TestCopyTakesNothing: somebody who has a copy of a mail and a reply address of
// her own sends one to the other, before or after its true sender.
func TestCopyTakesNothing(t *testing.T) {
	toToken := func(n ticket.Notice) func(*ticket.Inbound) { return replyTo(n) }
	for _, c := range []struct {
		name string
		edit func(hers ticket.Notice) func(*ticket.Inbound)
	}{
		{"to her reply address", toToken},
		{"to it in Delivered-To alone", func(n ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { replyTo(n)(m); m.Recipients = []string{deskAddress, n.ReplyTo} }
		}},
		{"by her letter's Message-ID", func(n ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.References = []string{n.MessageID} }
		}},
		{"with the tag of her ticket", func(ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.Subject = "Re: [Assistenza #1] Una domanda" }
		}},
		{"to the address without a sign", func(n ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.Recipients = []string{n.ReplyTo} }
		}},
		{"as a list", func(n ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { replyTo(n)(m); m.Kind, m.List = ticket.KindList, "x.example" }
		}},
		{"as spam", func(n ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { replyTo(n)(m); m.Kind, m.SpamMarked = ticket.KindSpam, true }
		}},
		{"as a robot", func(n ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { replyTo(n)(m); m.Kind = ticket.KindAutoReply }
		}},
		{"as our own", func(n ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { replyTo(n)(m); m.Kind = ticket.KindOwn }
		}},
		{"contradicted", func(n ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { replyTo(n)(m); forged(m) }
		}},
	} {
		for _, signs := range []bool{true, false} {
			for _, copyFirst := range []bool{true, false} {
				name := fmt.Sprintf("%s, he signs %v, copy first %v", c.name, signs, copyFirst)
				b := strict(t)
				b.receive(b.mail(mallory, "Una domanda", "Avrei una domanda sui piani.", proved))
				hers := pick(t, b.send(), ticket.NoticeAck, mallory)
				his := b.mail(mario, "Password smarrita", "Non entro nel pannello di rossi.example: mandatemi la password.")
				if signs {
					proved(his)
				}
				order := []*ticket.Inbound{his, b.copyOf(his, c.edit(hers)), b.copyOf(his, c.edit(hers))}
				if copyFirst {
					order = []*ticket.Inbound{order[1], his, order[2]}
				}
				var letters []ticket.Notice
				for _, m := range order {
					b.receive(m)
					letters = append(letters, b.send()...)
				}
				if got := b.of(mario); !strings.HasSuffix(got, " open") || strings.Contains(got, ",") {
					t.Errorf("%s: his tickets: %q", name, got)
					continue
				}
				if got := b.of(mallory); got != "#1 open" {
					t.Errorf("%s: her tickets: %q", name, got)
				}
				if n := strings.Count(kinds(letters), "ack mario"); n != 1 {
					t.Errorf("%s: %d acknowledgements (%s)", name, n, kinds(letters))
				}
				var his1 ticket.ID
				fmt.Sscanf(b.of(mario), "#%d", &his1)
				var letter ticket.Notice
				for _, n := range letters {
					if n.Ticket == his1 && n.To.Address == anna {
						letter = n
					}
				}
				b.receive(b.mail(anna, "Re: Password", "La nuova password: SEGRETO", replyTo(letter), proved))
				wantLetters(t, b.send(), "answer mario, ticket-reply bruno")
			}
		}
	}
}

// TestCopyOfHisOwn: the same sender's mail that came a second way, by the
// address of a ticket of his, belongs there.
func TestCopyOfHisOwn(t *testing.T) {
	for _, c := range []struct {
		name         string
		first, again func(*ticket.Inbound) // evidence
		want         string
		messages     int // of ticket 1, with the acknowledgement
	}{
		{"both signed", proved, proved, "#1 open", 3},
		{"the second signed", func(*ticket.Inbound) {}, proved, "#1 open", 3},
		{"only the first signed: it stays", proved, func(*ticket.Inbound) {}, "#2 open, #1 open", 2},
		{"none signed: linked", func(*ticket.Inbound) {}, func(*ticket.Inbound) {}, "#2 open, #1 open", 3},
		{"the second forged", proved, forged, "#2 open, #1 open", 2},
	} {
		b := strict(t)
		b.receive(b.mail(mario, "Sito irraggiungibile", down, proved))
		ack := pick(t, b.send(), ticket.NoticeAck, mario)
		m := b.mail(mario, "Aggiunta", "Dimenticavo: anche la posta.", c.first)
		b.receive(m)
		b.receive(b.copyOf(m, replyTo(ack), c.again))
		if got := b.of(mario); got != c.want {
			t.Errorf("%s: tickets %s", c.name, got)
		}
		if n := len(b.messages(1)); n != c.messages {
			t.Errorf("%s: ticket 1 has %d messages", c.name, n)
		}
		before := b.stats()
		b.receive(b.copyOf(m, replyTo(ack), c.again)) // and a third time
		if s := b.stats(); s.Duplicates != before.Duplicates+1 || s.Messages != before.Messages {
			t.Errorf("%s: a third copy had an effect: %+v", c.name, s)
		}
	}
}

// TestCopyJoinsOnlyUntouched: where something has happened since, or another
// person or customer asks, the tickets are linked.
func TestCopyJoinsOnlyUntouched(t *testing.T) {
	for _, c := range []struct {
		name  string
		first func(b *bench) ticket.Notice // opens ticket 1 and gives a letter of it
		since func(b *bench, letters []ticket.Notice)
	}{
		{"answered", nil, func(b *bench, letters []ticket.Notice) {
			b.receive(b.mail(anna, "Re: Aggiunta", "Riavviato.", replyTo(pick(b.t, letters, ticket.NoticeTicketNew, anna)), proved))
		}},
		{"taken", nil, func(b *bench, letters []ticket.Notice) {
			b.receive(b.mail(anna, "Re: Aggiunta", "#take", replyTo(pick(b.t, letters, ticket.NoticeTicketNew, anna)), proved))
		}},
		{"noted", nil, func(b *bench, letters []ticket.Notice) {
			b.receive(b.mail(anna, "Re: Aggiunta", "#note\ncliente noto", replyTo(pick(b.t, letters, ticket.NoticeTicketNew, anna)), proved))
		}},
		{"closed", nil, func(b *bench, _ []ticket.Notice) { b.must(b.Close(b.ctx, 2, 0, "admin")) }},
		{"a colleague's ticket", func(b *bench) ticket.Notice {
			b.receive(b.mail(luisa, "Sito irraggiungibile", down, proved))
			return pick(b.t, b.send(), ticket.NoticeAck, luisa)
		}, nil},
		{"a customer since", func(b *bench) ticket.Notice {
			b.receive(b.mail("mario@casa.example", "Sito irraggiungibile", down, proved))
			return pick(b.t, b.send(), ticket.NoticeAck, "mario@casa.example")
		}, nil},
	} {
		b := strict(t)
		var ack ticket.Notice
		if c.first != nil {
			ack = c.first(b)
		} else {
			b.receive(b.mail(mario, "Sito irraggiungibile", down, proved))
			ack = pick(t, b.send(), ticket.NoticeAck, mario)
		}
		m := b.mail(mario, "Aggiunta", "Dimenticavo: anche la posta.", proved)
		b.receive(m)
		letters := b.send()
		if c.since != nil {
			c.since(b, letters)
		}
		b.receive(b.copyOf(m, replyTo(ack), proved))
		if tk := b.ticket(2); tk.MergedInto != 0 {
			t.Errorf("%s: merged into %d", c.name, tk.MergedInto)
		}
		if tk := b.ticket(1); len(tk.Linked) != 1 || tk.Linked[0] != 2 {
			if c.name != "a customer since" { // he is not on that ticket: a duplicate
				t.Errorf("%s: linked %v", c.name, tk.Linked)
			}
		}
	}
}

// TestCopyBehindOneWithoutEffect: what was ignored, held, refused or merely
// shown swallows nothing (PROMISES.md P1).
func TestCopyBehindOneWithoutEffect(t *testing.T) {
	for _, first := range []struct {
		name string
		edit func(*ticket.Inbound)
	}{
		{"a list's", func(m *ticket.Inbound) { m.Kind, m.List = ticket.KindList, "soci.altro.example" }},
		{"spam", func(m *ticket.Inbound) { m.Kind, m.SpamMarked = ticket.KindSpam, true }},
		{"a robot's", func(m *ticket.Inbound) { m.Kind = ticket.KindAutoReply }},
		{"a report", func(m *ticket.Inbound) { m.Kind = ticket.KindReport }},
		{"a bounce", func(m *ticket.Inbound) { m.Kind = ticket.KindBounce }},
		{"our own", func(m *ticket.Inbound) { m.Kind = ticket.KindOwn }},
		{"forged", forged},
		{"unsigned", func(*ticket.Inbound) {}},
		{"a robot address", func(m *ticket.Inbound) { m.Robot = true }},
	} {
		for _, who := range []string{mario, stranger} {
			b := strict(t)
			m := b.mail(who, "Vorrei un hosting", "Buongiorno, il sito rossi.example è fermo: ci guardate?", first.edit)
			b.receive(m)
			letters := b.send()
			direct := func(m *ticket.Inbound) {
				m.Kind, m.List, m.SpamMarked, m.Robot = ticket.KindRequest, "", false, false
				proved(m)
			}
			for range 3 {
				b.receive(b.copyOf(m, direct))
				letters = append(letters, b.send()...)
			}
			local := strings.Split(who, "@")[0]
			if got := b.of(who); got != "#1 open" {
				t.Errorf("%s, %s: tickets %q", first.name, local, got)
			}
			if n := strings.Count(kinds(letters), "ack "+local); n != 1 {
				t.Errorf("%s, %s: %d acknowledgements: %s", first.name, local, n, kinds(letters))
			}
			if !strings.Contains(kinds(letters), "ticket-new anna") {
				t.Errorf("%s, %s: no technician is told: %s", first.name, local, kinds(letters))
			}
			if last := b.messages(1); !last[len(last)-1].Verified && !last[0].Verified && last[len(last)-1].Kind == ticket.MessageRequest {
				t.Errorf("%s, %s: not shown as verified", first.name, local)
			}
			s := b.stats()
			if s.Ignored != 0 || s.Quarantine != 0 || s.Messages+s.Duplicates != s.Mails {
				t.Errorf("%s, %s: stats %+v", first.name, local, s)
			}
		}
	}
}

// TestCopyOfATechnicians: her mail acts once, whatever came before it, and a
// copy of it never acts.
func TestCopyOfATechnicians(t *testing.T) {
	for _, first := range []struct {
		name string
		edit func(*ticket.Inbound)
	}{
		{"unsigned", func(*ticket.Inbound) {}},
		{"forged", forged},
		{"a list's", func(m *ticket.Inbound) { m.Kind, m.List = ticket.KindList, "soci.altro.example" }},
		{"without token", func(m *ticket.Inbound) {
			m.Recipients = []string{deskAddress}
			m.InReplyTo, m.References = nil, nil
			proved(m)
		}},
		{"no answer from DNS", func(m *ticket.Inbound) { m.Unanswered = true }},
	} {
		for _, copyFirst := range []bool{true, false} {
			b := strict(t)
			b.receive(b.mail(mario, "Sito irraggiungibile", down, proved))
			letter := pick(t, b.send(), ticket.NoticeTicketNew, anna)
			hers := b.mail(anna, "Re: Sito", "Riavviato.", replyTo(letter), proved)
			other := func() *ticket.Inbound { return b.copyOf(hers, replyTo(letter), first.edit) }
			if copyFirst {
				b.receive(other())
			} else {
				b.receive(hers)
			}
			letters := b.send()
			b.receive(other(), hers, other(), b.copyOf(hers, replyTo(letter), proved))
			b.now = b.now.AddDate(0, 0, 1)
			b.must(b.Sweep(b.ctx))
			letters = append(letters, b.send()...)
			if n := strings.Count(kinds(letters), "answer mario"); n != 1 {
				t.Errorf("%s, copy first %v: %d answers: %s", first.name, copyFirst, n, kinds(letters))
			}
			if n := strings.Count(kinds(letters), "alert anna") + strings.Count(kinds(letters), "held anna"); n > 1 {
				t.Errorf("%s, copy first %v: asked %d times: %s", first.name, copyFirst, n, kinds(letters))
			}
			if tk := b.ticket(1); tk.State != ticket.StateWaiting {
				t.Errorf("%s, copy first %v: %s", first.name, copyFirst, tk.State)
			}
		}
	}
}

// TestSameBytesAreOneMail: what is read again after a change of UIDVALIDITY has
// no second effect, whatever became of it.
func TestSameBytesAreOneMail(t *testing.T) {
	b := strict(t)
	list := []*ticket.Inbound{
		b.mail(mario, "Sito irraggiungibile", down, proved),
		b.mail(stranger, "Newsletter", "Offerte", func(m *ticket.Inbound) { m.Kind, m.List = ticket.KindList, "news.example" }),
		b.mail(anna, "Fwd: aiuto", "Vi giro questa richiesta.", proved),
		b.mail(anna, "Re: x", "#close", forged),
		b.mail(mario, "Altro", "Un'altra cosa.", forged),
	}
	b.receive(list...)
	b.send()
	before := b.stats()
	b.receive(list...)
	after := b.stats()
	if after.Duplicates != before.Duplicates+len(list) || after.Ignored != before.Ignored || after.Quarantine != before.Quarantine || after.Messages != before.Messages {
		t.Errorf("before %+v\nafter %+v", before, after)
	}
	wantLetters(t, b.send(), "")
}
