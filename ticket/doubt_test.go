package ticket_test

import (
	"testing"

	"sportello/policy"
	"sportello/ticket"
)

// Two topics with a fixed price each, both extra: who pays is sure, what it is
// about is not. No quote goes out by itself, and the customer is not told a topic
// that may be the wrong one.
func TestAnExtraOfADoubtfulTopicIsPricedByATechnician(t *testing.T) {
	b := hyperBench(t)
	b.receive(b.mail(paola, "Caselle", "Come faccio a cambiare la password della posta, o me la cambiate voi?", func(m *ticket.Inbound) {
		m.Opinion = policy.Decision{Topic: policy.MailboxAdmin, Confidence: 0.6, Alternatives: []policy.Guess{{Topic: policy.ServiceHowto, Confidence: 0.38}}}.Opinion()
	}))
	letters := b.send()
	ack := pick(t, letters, ticket.NoticeAck, paola)
	if ack.Coverage != policy.Extra || ack.Price.Kind != policy.PriceAfterAnalysis || ack.Quote != nil || ack.TopicText != "" {
		t.Errorf("acknowledged as %s, %v, quote %v, about %q", ack.Coverage, ack.Price, ack.Quote, ack.TopicText)
	}
	if told := pick(t, letters, ticket.NoticeTicketNew, anna); told.TopicText == "" || told.Topic != policy.MailboxAdmin {
		t.Errorf("technicians are told %s: %q", told.Topic, told.TopicText)
	}
	// a technician's word makes the topic certain, and the letters name it again
	b.must(b.Correct(b.ctx, ack.Ticket, policy.MailboxAdmin, "anna"))
	if is := b.ticket(ack.Ticket); is.Decision.Doubtful || is.Decision.Price.Kind != policy.PriceFixed {
		t.Errorf("corrected to %+v", is.Decision)
	}
}
