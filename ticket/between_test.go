package ticket_test

import (
	"strings"
	"testing"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestAnswersOfCustomersBetweenTheLines: technicians are shown what each answer
// of a customer's stands below in the desk's letter; what is kept is the new text.
func TestAnswersOfCustomersBetweenTheLines(t *testing.T) {
	const letter = "Buongiorno Mario,\n\nil sito adesso si apre anche da rete mobile?\n\nE la posta del commerciale,\nquella nuova, arriva regolarmente?\n\nAnna\n\n" +
		"----------------------------------------\n\nRichiesta #1. Per continuare risponda a questa e-mail.\n"
	quoted := "> " + strings.ReplaceAll(strings.TrimSpace(letter), "\n", "\n> ")
	for name, tt := range map[string]struct{ text, want string }{
		"each below its question": {
			"> il sito adesso si apre anche da rete mobile?\nEsatto.\n\n> E la posta del commerciale,\n> quella nuova, arriva regolarmente?\nAncora no.",
			"> il sito adesso si apre anche da rete mobile?\nEsatto.\n\n> E la posta del commerciale,\n> quella nuova, arriva regolarmente?\nAncora no.",
		},
		"the first one alone": {
			"> il sito adesso si apre anche da rete mobile?\nEsatto.\n\n> Richiesta #1. Per continuare risponda a questa e-mail.",
			"> il sito adesso si apre anche da rete mobile?\nEsatto.",
		},
		"below the whole letter": {quoted + "\n\nEsatto.", "Esatto."},
		"above the whole letter": {"Esatto.\n\n" + quoted, "Esatto."},
		"words of another letter": {
			"> Quanto costa il dominio?\nEsatto.", "Esatto.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.receive(b.mail(mario, "Sito", "Il sito non si apre.", proved))
			ack := pick(t, b.send(), ticket.NoticeAck, mario)
			b.must(b.forge(func(tx ticket.Tx) error { return tx.PutLetter(ack.ID, &ticket.Letter{Text: letter}) }))
			b.receive(b.mail(mario, "Re: Sito", tt.text, proved, replyTo(ack), quoting))
			if told := pick(t, b.send(), ticket.NoticeTicketReply, anna); told.Text != tt.want {
				t.Errorf("technicians read %q\nwant %q", told.Text, tt.want)
			}
			if list := b.messages(1); strings.Contains(list[len(list)-1].Text, ">") {
				t.Errorf("kept is %q", list[len(list)-1].Text)
			}
		})
	}
}

// quoting is a mail edit: marked lines are quoted, the others are the reply.
func quoting(m *ticket.Inbound) {
	var written []string
	for i, line := range strings.Split(m.Text, "\n") {
		if strings.HasPrefix(line, ">") {
			m.Aside = append(m.Aside, ticket.Aside{Line: i + 1, Why: "quoted"})
		} else {
			written = append(written, line)
		}
	}
	m.Reply = strings.TrimSpace(strings.Join(written, "\n"))
}
