package main

import (
	"fmt"
	"net/url"
	"strings"

	"sportello/mailin"
	"sportello/ticket"
)

// The scenes in which credits are held and spent: all of them about Giulia's
// ticket #2, whose quote came at once.

func sceneCondition(s *stage) error {
	if err := s.replyTo(giulia, "quote", 2, "Accetto, ma solo se la casella è pronta entro lunedì.\n\nGiulia"); err != nil {
		return err
	}
	raw, err := s.letter(anna, "ticket-reply")
	if err != nil {
		return err
	}
	why := item(raw, "«Accetto, ma solo se")
	if why == "" {
		return fmt.Errorf("the letter to Anna does not name the line that stood in the way")
	}
	s.fact("Anna reads", why)
	return s.money(2, 0, 0, ticket.QuoteOffered)
}

func sceneAccept(s *stage) error {
	if err := s.press(giulia, "quote", 2, "Accetto"); err != nil {
		return err
	}
	if _, err := s.letter(giulia, "quote-accepted"); err != nil {
		return err
	}
	if _, err := s.letter(anna, "ticket-reply"); err != nil {
		return err
	}
	return s.money(2, 1, 0, ticket.QuoteAccepted)
}

func sceneSpent(s *stage) error {
	if err := s.replyTo(anna, "ticket-reply", 2, "Buongiorno Giulia,\n\nla casella ordini@bianchi.example è attiva: la password Le arriva per SMS.\n\n-- \nAnna"); err != nil {
		return err
	}
	if _, err := s.letter(giulia, ""); err != nil {
		return err
	}
	if err := s.replyTo(anna, "ticket-reply", 2, "#chiudi"); err != nil {
		return err
	}
	raw, err := s.letter(giulia, "closed")
	if err != nil {
		return err
	}
	if err := s.becomes(2, ticket.StateClosed); err != nil {
		return err
	}
	if err := s.money(2, 0, 1, ticket.QuoteAccepted); err != nil {
		return err
	}
	return s.whole(raw)
}

func sceneStatement(s *stage) error {
	if err := s.write(giulia, demoAddress, "Saldo", "saldo"); err != nil {
		return err
	}
	raw, err := s.letter(giulia, "statement")
	if err != nil {
		return err
	}
	if text := mailin.Parse(raw, mailin.Options{}).Text; !strings.Contains(text, "Crediti disponibili: 9") {
		return fmt.Errorf("the statement does not tell the 9 credits that are left:\n%s", text)
	}
	return s.whole(raw)
}

// press opens the link of a button in the latest letter of kind that who has got
// about a ticket, and sends the message that a mail program makes of it (RFC 6068).
func (s *stage) press(who, kind string, id ticket.ID, button string) error {
	raw, err := s.latest(who, kind, id)
	if err != nil {
		return err
	}
	for word := range strings.FieldsSeq(mailin.Parse(raw, mailin.Options{}).Text) {
		link, err := url.Parse(word)
		if err != nil || link.Scheme != "mailto" {
			continue
		}
		to, err := url.PathUnescape(link.Opaque)
		fields, err2 := url.ParseQuery(strings.ReplaceAll(link.RawQuery, "+", "%2B"))
		if err == nil && err2 == nil && strings.HasPrefix(fields.Get("body"), button) {
			return s.write(who, to, fields.Get("subject"), fields.Get("body"))
		}
	}
	return fmt.Errorf("%s has no button %q in the letter %q about #%d", who, button, kind, id)
}

// money waits until a ticket holds and has charged that much and its quote
// stands so, and tells it.
func (s *stage) money(id ticket.ID, held, charged ticket.Credits, state ticket.QuoteState) error {
	err := s.until(fmt.Sprintf("#%d to hold %d and to have charged %d, its quote %s", id, held, charged, state), func(tx ticket.Tx) (bool, error) {
		t, err := tx.Ticket(id)
		return err == nil && t.Held == held && t.Charged == charged && t.Quote != nil && t.Quote.State == state, err
	})
	if err == nil {
		s.fact("quote P-"+fmt.Sprint(id)+"-1", fmt.Sprintf("%s; credits held: %d, charged: %d", state, held, charged))
	}
	return err
}

// item is the item of a list in a letter that holds words, on one line.
func item(raw []byte, words string) string {
	for part := range strings.SplitSeq(mailin.Parse(raw, mailin.Options{}).Text, "\n- ") {
		if line := strings.Join(strings.Fields(part), " "); strings.Contains(line, words) {
			return line
		}
	}
	return ""
}
