package main

import (
	"fmt"
	"net/mail"
	"strings"
	"time"

	"sportello/ticket"
)

// The people of the story.
const (
	mario  = "Mario Rossi <mario@rossi-impianti.example>"
	giulia = "Giulia Bianchi <giulia@bianchi.example>"
	luca   = "Luca Verdi <luca@studioverdi.example>"
	john   = "John Smith <john@smith.example>"
	sofia  = "Sofia Gallo <sofia@gallo-vini.example>" // her mailbox is gone
	elena  = "Elena Serra <elena@verdi.example>"      // nobody's contact
	anna   = "Anna Ferretti <anna@sportello.example>"
)

// scenes is the story, in order. Each scene fails when what it tells does not happen.
var scenes = []struct {
	title string
	play  func(*stage) error
}{
	{"A request that the plan covers", sceneCovered},
	{"An extra with a fixed price: the quote comes at once", sceneQuote},
	{"A request that cannot be told: a technician decides first", sceneUnclear},
	{"A customer who writes in English", sceneEnglish},
	{"A technician answers from her mail client", sceneAnswer},
	{"The customer replies: the ticket goes on", sceneReply},
	{"An out-of-office robot is not answered", sceneRobot},
	{"A letter comes back", sceneBounce},
	{"The same mail arrives a second time", sceneDuplicate},
	{"A hostile mail is put aside, and the others go on", sceneHostile},
	{"A yes with a condition is no yes: it goes to a person", sceneCondition},
	{"Giulia presses the button, and the credit is held", sceneAccept},
	{"Anna does the work and closes: the credit is spent", sceneSpent},
	{"Giulia asks for her balance, and the statement comes", sceneStatement},
	{"Seven days pass without an answer", sceneSevenDays},
}

const firstText = `Buongiorno,

da stamattina il sito rossi-impianti.example non risponde: errore 503 per tutti,
anche dal telefono e da altre reti. Il server web sembra fermo.

Mario Rossi
Rossi Impianti`

func sceneCovered(s *stage) error {
	if err := s.write(mario, demoAddress, "Sito irraggiungibile: errore 503", firstText); err != nil {
		return err
	}
	if _, err := s.letter(mario, "ack"); err != nil {
		return err
	}
	t, err := s.decided(1, "covered")
	if err == nil {
		s.fact("answer due", s.office.moment(t.AnswerDue.Add(-time.Second)))
	}
	return err
}

func sceneQuote(s *stage) error {
	if err := s.write(giulia, demoAddress, "Nuova casella di posta", "Buongiorno,\n\npotete creare la casella di posta ordini@bianchi.example? La userebbe il magazzino.\n\nGrazie\nGiulia Bianchi"); err != nil {
		return err
	}
	raw, err := s.letter(giulia, "quote")
	if err != nil {
		return err
	}
	if _, err := s.decided(2, "extra"); err != nil {
		return err
	}
	return s.whole(raw)
}

func sceneUnclear(s *stage) error {
	if err := s.write(luca, demoAddress, "domanda", "Salve, avrei bisogno di una mano con quella cosa di cui parlavamo. Mi fate sapere?\n\nLuca"); err != nil {
		return err
	}
	if _, err := s.letter(luca, "ack"); err != nil {
		return err
	}
	_, err := s.decided(3, "undetermined")
	return err
}

func sceneEnglish(s *stage) error {
	if err := s.write(john, demoAddress, "WordPress update", "Hello,\n\ncould you please update WordPress and all its plugins to the latest version on our website?\n\nKind regards\nJohn Smith"); err != nil {
		return err
	}
	if _, err := s.letter(john, "ack"); err != nil {
		return err
	}
	_, err := s.decided(4, "extra")
	return err
}

func sceneAnswer(s *stage) error {
	if err := s.replyTo(anna, "ticket-new", 1, "Buongiorno Mario,\n\nun aggiornamento aveva fermato il server web: lo abbiamo riavviato e ora il sito risponde.\nCi scriva se nota ancora qualcosa.\n\n-- \nAnna"); err != nil {
		return err
	}
	raw, err := s.letter(mario, "")
	if err != nil {
		return err
	}
	if strings.Contains(string(raw), "anna@") {
		return fmt.Errorf("the technician's address reached the customer")
	}
	if err := s.becomes(1, ticket.StateWaiting); err != nil {
		return err
	}
	return s.whole(raw)
}

func sceneReply(s *stage) error {
	if err := s.replyTo(mario, "", 1, "Il sito ora va, grazie. La posta invece è ancora ferma: me la controllate?\n\nMario"); err != nil {
		return err
	}
	if _, err := s.letter(anna, "ticket-reply"); err != nil {
		return err
	}
	return s.becomes(1, ticket.StateOpen)
}

func sceneRobot(s *stage) error {
	if err := s.replyTo(anna, "ticket-reply", 1, "Riavviata anche la posta: ora arriva tutto.\n\n-- \nAnna"); err != nil {
		return err
	}
	raw, err := s.letter(mario, "")
	if err != nil {
		return err
	}
	m, err := mail.ReadMessage(strings.NewReader(string(raw)))
	if err != nil {
		return err
	}
	to, err := bare(m.Header.Get("Reply-To"))
	if err != nil {
		return err
	}
	if err := s.write(mario, to, "Risposta automatica: fuori sede", "Sono fuori sede fino a lunedì. Per urgenze: 02 000000.",
		"Auto-Submitted: auto-replied", "In-Reply-To: "+m.Header.Get("Message-Id")); err != nil {
		return err
	}
	if err := s.message(1, ticket.MessageAutoReply); err != nil {
		return err
	}
	s.fact("recorded", "as an auto-reply on #1; nobody is told, and the ticket still waits for Mario")
	return s.becomes(1, ticket.StateWaiting)
}

func sceneBounce(s *stage) error {
	if err := s.write(sofia, demoAddress, "Nuova casella", "Buongiorno, mi serve una nuova casella di posta: cantina@gallo-vini.example. Grazie, Sofia"); err != nil {
		return err
	}
	if err := s.message(5, ticket.MessageBounce); err != nil {
		return err
	}
	s.fact("came back", "the quote for sofia@gallo-vini.example: 5.1.1, user unknown")
	_, err := s.letter(anna, "ticket-reply")
	return err
}

func sceneDuplicate(s *stage) error {
	before, err := s.stats()
	if err != nil {
		return err
	}
	if err := s.again(); err != nil {
		return err
	}
	if err := s.until("the copy to be recognised", func(tx ticket.Tx) (bool, error) {
		now, err := tx.Stats()
		return now.Duplicates == before.Duplicates+1, err
	}); err != nil {
		return err
	}
	s.fact("recognised", "the same mail as before: linked to it, no second effect")
	return nil
}

func sceneHostile(s *stage) error {
	hostile := "Subject: =?utf-8?q?=00=1B]0;?= urgent\r\nTo: " + demoAddress + "\r\n" + strings.Repeat("X-Filler: "+strings.Repeat("A", 200)+"\r\n", 3000) + "\r\n\x00\x00\xff\r\n"
	s.line("✉ somebody", "a header of 600 KB with 3,000 fields, control characters, and no From")
	if err := s.post.carry("x@hostile.example", demoAddress, []byte(hostile)); err != nil {
		return err
	}
	if err := s.write(elena, demoAddress, "Informazioni", "Buongiorno, la posta del nostro dominio non funziona da ieri, né in entrata né in uscita, per nessuno.\n\nElena Serra"); err != nil {
		return err
	}
	if _, err := s.letter(elena, "ack"); err != nil {
		return err
	}
	if err := s.until("the quarantine", func(tx ticket.Tx) (bool, error) {
		for a, err := range tx.Arrivals(ticket.FateQuarantine, 0) {
			if err != nil {
				return false, err
			}
			s.fact("quarantined", a.Reason)
			return true, nil
		}
		return false, nil
	}); err != nil {
		return err
	}
	_, err := s.decided(6, "undetermined")
	return err
}

func sceneSevenDays(s *stage) error {
	s.clock.forward(5*24*time.Hour + time.Hour)
	s.line("⏱ 5 days", "#1 still waits for Mario")
	if _, err := s.letter(mario, "close-warning"); err != nil {
		return err
	}
	// The two days count from when the desk knows that the warning left.
	if err := s.until("the word that the warning left", func(tx ticket.Tx) (bool, error) {
		t, err := tx.Ticket(1)
		return err == nil && t.WaitsFor == 0, err
	}); err != nil {
		return err
	}
	s.clock.forward(3 * 24 * time.Hour)
	s.line("⏱ 8 days", "the 7th day has ended")
	raw, err := s.letter(mario, "closed")
	if err != nil {
		return err
	}
	if err := s.becomes(1, ticket.StateClosed); err != nil {
		return err
	}
	return s.whole(raw)
}
