package ticket_test

import (
	"bytes"
	"errors"
	"testing"

	"sportello/policy"
	"sportello/ticket"
)

// A topic of the policy file's own is a topic like the others: guessed, quoted,
// named in letters, set by a command; one that is none is refused with the list.
func TestTopicsOfTheFilesOwn(t *testing.T) {
	b := hyperBench(t)
	file := bytes.ReplaceAll(policy.DefaultFile(), []byte("\non = false\n"), []byte("\non = true\n"))
	p, err := policy.Load("own.toml", file, b.Zone)
	b.must(err)
	b.Policy = p
	b.receive(b.mail(paola, "Record", "Buongiorno, vi chiedo di aggiungere al dominio un record TXT per la verifica di Google."))
	letters := b.send()
	quote := pick(t, letters, ticket.NoticeQuote, paola)
	if quote.Topic != "dns" || quote.TopicText != "record DNS da aggiungere, cambiare o togliere" || quote.Quote.Credits != 1 {
		t.Errorf("quoted as %s, %q, %+v", quote.Topic, quote.TopicText, quote.Quote)
	}
	b.must(b.Correct(b.ctx, quote.Ticket, "certificate", "anna"))
	if is := b.ticket(quote.Ticket).Decision; is.Topic != "certificate" || is.Clause != "extra-certificate" {
		t.Errorf("corrected to %s by %s", is.Topic, is.Clause)
	}
	if err := b.Correct(b.ctx, quote.Ticket, "gossip", "anna"); !errors.Is(err, ticket.ErrInput) {
		t.Errorf("corrected to no topic: %v", err)
	}
	for order, right := range map[string]bool{"#topic Domain": true, "#topic log-analysis": true, "#topic gossip": false} {
		if o := ticket.ParseOrders(order, "", p.OwnTopics()...); o.Right() != right {
			t.Errorf("%s: %s", order, o.Wrong)
		}
	}
	if o := ticket.ParseOrders("#topic domain", ""); o.Right() {
		t.Error("a topic of no file is taken")
	}
}
