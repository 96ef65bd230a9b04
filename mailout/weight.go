package mailout

import (
	"fmt"
	"unicode/utf8"

	"sportello/ticket"
)

// headOfText is how much of a text goes with a letter that is too large for the
// server without its files: it stands in the letter twice, encoded.
const headOfText = 8 << 10

// lighter says how the letter of r can be made smaller once more: without its
// files, then with the head of its text. A letter that may have arrived once
// does not go again in another form (PROMISES.md P8).
func lighter(r *ticket.Row) (ticket.Weight, bool) {
	switch {
	case r.Resent:
		return 0, false
	case r.Weight < ticket.WeightNoFiles && len(going(r.Notice.Attachments)) > 0:
		return ticket.WeightNoFiles, true
	case r.Weight < ticket.WeightHead && len(r.Notice.Text) > headOfText:
		return ticket.WeightHead, true
	}
	return 0, false
}

// weighed is the notice of r with what its weight leaves: files are named only,
// of the text there is the head.
func weighed(r *ticket.Row) *ticket.Notice {
	n := r.Notice
	if r.Weight >= ticket.WeightNoFiles {
		n.Attachments = append([]ticket.Relay(nil), n.Attachments...)
		for i := range n.Attachments {
			n.Attachments[i].Left = true
		}
	}
	if r.Weight >= ticket.WeightHead && len(n.Text) > headOfText {
		end := headOfText
		for !utf8.RuneStart(n.Text[end]) {
			end--
		}
		n.Text = n.Text[:end] + " […]\n\n" + shortened(&n)
	}
	return &n
}

// shortened says that a text does not end there.
func shortened(n *ticket.Notice) string {
	switch {
	case n.Kind.Technical() && n.Language == "en":
		return fmt.Sprintf("(The text goes on, but our mail server takes no larger letter: \"sportello ticket show %d\" shows all of it.)", n.Ticket)
	case n.Kind.Technical():
		return fmt.Sprintf("(Il testo continua, ma il nostro server di posta non accetta una lettera più grande: «sportello ticket show %d» lo mostra per intero.)", n.Ticket)
	case n.Language == "en":
		return "(The text goes on, but it is too long for one mail. If you need the rest, just reply and we send it.)"
	}
	return "(Il testo continua, ma è troppo lungo per una sola e-mail: per riceverlo tutto basta rispondere a questa.)"
}
