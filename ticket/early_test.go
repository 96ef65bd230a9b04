package ticket_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestEarly: only somebody's first word may be filed before its turn.
func TestEarly(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.Monitors = []string{"nagios@watch.example"}
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	token := ""
	for _, n := range b.send() {
		if n.Kind == ticket.NoticeAck {
			token = n.ReplyTo
		}
	}
	for name, c := range map[string]struct {
		change func(*ticket.Inbound)
		early  bool
	}{
		"a first word":            {func(*ticket.Inbound) {}, true},
		"of a stranger":           {func(m *ticket.Inbound) { m.From = []ticket.Mailbox{{Address: "x@nowhere.example"}} }, true},
		"a reply":                 {func(m *ticket.Inbound) { m.InReplyTo = []string{"any@where"} }, false},
		"with references":         {func(m *ticket.Inbound) { m.References = []string{"any@where"} }, false},
		"with a tag":              {func(m *ticket.Inbound) { m.Subject = "Re: " + ticket.Tag(b.Name, 1) + " x" }, false},
		"to a token":              {func(m *ticket.Inbound) { m.Recipients = append(m.Recipients, token) }, false},
		"to what is no token":     {func(m *ticket.Inbound) { m.Recipients = append(m.Recipients, "assistenza+abc@example.it") }, true},
		"of a technician":         {func(m *ticket.Inbound) { m.From = []ticket.Mailbox{{Address: anna}} }, false},
		"of a monitor":            {func(m *ticket.Inbound) { m.From = []ticket.Mailbox{{Address: "nagios@watch.example"}} }, false},
		"of nobody in particular": {func(m *ticket.Inbound) { m.Unclear = true }, false},
		"of two":                  {func(m *ticket.Inbound) { m.From = append(m.From, ticket.Mailbox{Address: john}) }, false},
		"of a robot":              {func(m *ticket.Inbound) { m.Robot = true }, false},
		"an auto-reply":           {func(m *ticket.Inbound) { m.Kind = ticket.KindAutoReply }, false},
		"a bounce":                {func(m *ticket.Inbound) { m.Kind = ticket.KindBounce }, false},
		"our own":                 {func(m *ticket.Inbound) { m.Kind = ticket.KindOwn }, false},
		"a list's":                {func(m *ticket.Inbound) { m.Kind = ticket.KindList }, false},
		"a web form's":            {func(m *ticket.Inbound) { m.WebForm = true }, false},
		"unfit":                   {func(m *ticket.Inbound) { m.Unfit = "no From" }, false},
		"cut off":                 {func(m *ticket.Inbound) { m.Partial = true }, false},
	} {
		m := b.mail(mario, "Posta ferma", down)
		c.change(m)
		if got := b.Early(m); got != c.early {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// TestWhoWritesNowIsAnsweredNow: however many letters a backlog makes before and
// after her mail is filed, the acknowledgement of who wrote last is the next of its
// class, and the letter about it the next of its class to a technician.
func TestWhoWritesNowIsAnsweredNow(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.Limits = ticket.Limits{}
	old := func(i int) *ticket.Inbound {
		m := b.mail(fmt.Sprintf("u%d@old.example", i), "Vecchia", down)
		m.Arrived = b.now.Add(-time.Duration(i+1) * time.Minute)
		m.Evidence = ticket.Evidence{Aligned: true, Method: "dkim", Domain: "old.example", Address: m.From[0].Address}
		return m
	}
	b.receive(old(1), old(2), old(3))
	b.receive(b.mail(mario, "Nuova", down))
	b.now = b.now.Add(time.Second)
	b.receive(old(4), old(5), old(6))
	rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 2, never)
	b.must(err)
	if len(rows) != 2 || rows[0].Notice.Kind != ticket.NoticeAck || rows[0].Notice.To.Address != mario {
		t.Errorf("the next letter to a customer: %s to %s", rows[0].Notice.Kind, rows[0].Notice.To.Address)
	}
	if n := rows[1].Notice; n.Kind != ticket.NoticeTicketNew || n.Requester.Address != mario {
		t.Errorf("the next letter to a technician: %s about %s", n.Kind, n.Requester.Address)
	}
}

// TestUIDs holds the set against a list.
func TestUIDs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s ticket.UIDs
		var list []uint32
		last := uint32(0)
		for range rapid.IntRange(0, 30).Draw(t, "n") {
			last += rapid.Uint32Range(1, 3).Draw(t, "step")
			s, list = s.With(last), append(list, last)
		}
		above := rapid.Uint32Range(0, 100).Draw(t, "above")
		kept := slices.DeleteFunc(slices.Clone(list), func(uid uint32) bool { return uid <= above })
		for set, want := range map[ticket.UIDs][]uint32{s: list, s.Above(above): kept} {
			for uid := range last + 3 {
				if set.Has(uid) != slices.Contains(want, uid) {
					t.Fatalf("%q has %d: %t", set, uid, set.Has(uid))
				}
			}
			if set.Len() != len(want) || len(want) > 0 && set.Last() != want[len(want)-1] || len(want) == 0 && set != "" {
				t.Fatalf("%q of %v", set, want)
			}
		}
	})
	for _, odd := range []ticket.UIDs{"x", "5:3", "0", "7,7", "9,8", "1:99999999999", ","} {
		if odd.Len() > 1 {
			t.Errorf("%q holds %d", odd, odd.Len())
		}
	}
}
