package ticket

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"strings"
	"time"
)

// row holds a row of the outbox against the ticket, the letter and itself.
func (a *audit) row(tx Tx, r *Row) error {
	n, where := &r.Notice, fmt.Sprintf("row %d", r.Notice.ID)
	why, err := a.astray(tx, n)
	if err != nil {
		return err
	}
	if why != "" {
		a.fault("P6", where, "%s", why)
	}
	if err := a.addressed(tx, where, n); err != nil {
		return err
	}
	a.settled(where, r)
	a.erasedRow(where, r)
	if !r.Fixed {
		return nil
	}
	l, err := tx.Letter(n.ID)
	if errors.Is(err, ErrNotFound) {
		a.fault("P8", where, "its letter was fixed and is missing")
		return nil
	}
	if err != nil {
		return err
	}
	if l.Erased != 0 || r.Erased != 0 {
		a.erasedLetter(where, r, l)
		return nil
	}
	return a.letter(where, n, l)
}

// astray says why the recipient of n was never allowed to get it; "" when he was.
func (d *Desk) astray(tx Tx, n *Notice) (string, error) {
	if n.Ticket == 0 {
		return "", nil
	}
	t, err := tx.Ticket(n.Ticket)
	if errors.Is(err, ErrNotFound) {
		return fmt.Sprintf("it is about ticket %d, which does not exist", n.Ticket), nil
	}
	if err != nil {
		return "", err
	}
	on := false
	if n.Aside {
		on = t.asked(n.To.Address) >= 0
	}
	for _, p := range t.Participants {
		on = on || p.Address == n.To.Address
	}
	switch {
	case n.Kind.Technical() && on && t.Customer != "" && n.To.Address != d.Policy.Contact.Email && d.technician(n.To.Address) == nil:
		return fmt.Sprintf("a technicians' letter (%s) goes to %s, who is on ticket %d", n.Kind, n.To.Address, t.ID), nil
	case !n.Kind.Technical() && !on:
		return fmt.Sprintf("%s goes to %s, who never was on ticket %d", n.Kind, n.To.Address, t.ID), nil
	}
	return "", nil
}

// addressed holds the recipient of n against whom its signed Message-ID was made
// for: what is exchanged between rows goes to the wrong person (P6, P8).
func (a *audit) addressed(tx Tx, where string, n *Notice) error {
	id, token, genuine := a.Keys.VerifyMessageID(n.MessageID, n.At)
	switch {
	case !genuine:
		if _, _, _, own := splitOwn(n.MessageID); !own {
			a.fault("P8", where, "its Message-ID is none of the desk's")
		} else {
			a.Report("note", "P8", where, "no key of the ring signed its Message-ID")
		}
		return nil
	case id != n.ID:
		a.fault("P8", where, "it has the Message-ID of row %d", id)
		return nil
	case token.Ticket() != 0 && token.Ticket() != n.Ticket:
		a.fault("P8", where, "it is about ticket %d, its Message-ID was made for ticket %d", n.Ticket, token.Ticket())
		return nil
	}
	to, known, err := a.madeFor(tx, n, token)
	if err == nil && known && to != n.To.Address {
		a.fault("P6", where, "it goes to %s, its Message-ID was made for %s", n.To.Address, to)
	}
	return err
}

// madeFor is the address that a letter's token was made for; known is false
// where it tells none, or somebody who is there no more.
func (a *audit) madeFor(tx Tx, n *Notice, token Token) (to string, known bool, err error) {
	if token.technicians() || token.Purpose == PurposeHeld {
		tech := a.technicianNumbered(token.Participant)
		if tech == nil || tech.has(n.To.Address) {
			return "", false, nil
		}
		return tech.Mailbox().Address, true, nil
	}
	if n.Ticket == 0 {
		return "", false, nil
	}
	t, err := tx.Ticket(n.Ticket)
	if err != nil {
		return "", false, nil // reported
	}
	switch p := token.Participant; {
	case token.Purpose == PurposeAsk && p < len(t.Asked):
		return t.Asked[p].Address, true, nil
	case (token.customers() || token.Purpose == PurposeConfirm) && p < len(t.Participants):
		return t.Participants[p].Address, true, nil
	}
	return "", false, nil
}

// settled finds what no try of sending leaves behind (P8).
func (a *audit) settled(where string, r *Row) {
	restored := r.State == RowUnknown && r.LastError == unsure // another life of the desk may have sent it
	tried := r.State == RowSending || r.State == RowSent || r.State == RowUnknown && !restored
	final := r.State == RowSent || r.State == RowUnknown
	for _, c := range []struct {
		wrong bool
		text  string
	}{
		{tried && !r.Fixed, "it was sent, and what was sent is not kept"},
		{tried && r.Tries < 1, "it was sent without a try"},
		{final && r.Settled.IsZero(), "it is " + r.State.String() + " since never"},
		{r.Tries < 0, "its tries are negative"},
		{r.State == RowQueued && strings.HasPrefix(r.Response, "2"), "it waits to be sent, and a server took it"},
		{r.Resent && !restored && !r.Notice.Kind.ResendUnknown(), "a letter of its kind is never sent twice, and it was"},
		{r.State == RowUnknown && r.Notice.Kind.ResendUnknown() && !r.Resent, "nobody knows whether it arrived, and it was not sent again"},
		{r.State == RowFailed && r.LastError == "", "it failed without a reason"},
	} {
		if c.wrong {
			a.fault("P8", where, "%s", c.text)
		}
	}
}

// letter holds the bytes that are sent against the row (P6, P8).
func (a *audit) letter(where string, n *Notice, l *Letter) error {
	var plain []byte
	files := false
	for _, c := range l.Chunks {
		plain, files = append(plain, c.Bytes...), files || c.Attachment != nil
	}
	head, err := mail.ReadMessage(bytes.NewReader(plain))
	if err != nil {
		a.fault("P8", where, "its letter is no mail: %v", err)
		return nil
	}
	if mid := strings.Trim(head.Header.Get("Message-Id"), "<>"); mid != n.MessageID {
		a.fault("P8", where, "its letter has the Message-ID %q", mid)
	}
	if to, err := head.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != n.To.Address {
		a.fault("P6", where, "it goes to %s, its letter to %s", n.To.Address, head.Header.Get("To"))
	}
	sum, size := sha256.Sum256(plain), int64(len(plain))
	if files {
		if a.Measure == nil {
			return nil
		}
		if sum, size, err = a.Measure(a.ctx, l); err != nil {
			a.fault("P8", where, "its letter: %v", err)
			return nil
		}
	}
	if sum != l.Sum || size != l.Size {
		a.fault("P8", where, "its letter is not the one that was fixed")
	}
	io.Copy(io.Discard, head.Body)
	return nil
}

// acknowledged are the acknowledgements that were written.
type acknowledged struct {
	byAddress map[string][]time.Time
	byTicket  map[ID]NoticeID
}

// acknowledgement checks whom and what one answers (P7).
func (a *audit) acknowledgement(tx Tx, r *Row, acks acknowledged) error {
	n, where := &r.Notice, fmt.Sprintf("row %d", r.Notice.ID)
	if n.Kind != NoticeAck {
		return nil
	}
	acks.byAddress[n.To.Address] = append(acks.byAddress[n.To.Address], n.At)
	if a.Addresses.Own(n.To.Address) {
		a.fault("P7", where, "the desk acknowledges itself")
	}
	if other := acks.byTicket[n.Ticket]; other != 0 {
		a.fault("P7", where, "ticket %d was acknowledged by row %d", n.Ticket, other)
	}
	acks.byTicket[n.Ticket] = n.ID
	messages, err := tx.Messages(n.Ticket)
	if err != nil {
		return err
	}
	if len(messages) == 0 || messages[0].Arrival == 0 {
		return nil // reported
	}
	v, err := tx.Arrival(messages[0].Arrival)
	if errors.Is(err, ErrNotFound) {
		return nil // reported
	}
	if err == nil && !v.Kind.written() {
		a.fault("P7", where, "it acknowledges a mail of the kind %s", v.Kind)
	}
	return err
}

// crowded counts the acknowledgements of each address by the hour, and holds those
// of the last one against the counter that limits them (P7). Limits may have been
// others then: what exceeds those of today is a note.
func (a *audit) crowded(tx Tx, acks acknowledged) error {
	seen, err := tx.Seen()
	if err != nil {
		return err
	}
	if seen.IsZero() && len(acks.byAddress) > 0 && a.Limits.AcksPerAddressHour > 0 {
		a.fault("P13", "seen", "mail was acknowledged, and no time was recorded")
	}
	most := a.Limits.AcksPerAddressHour
	for addr, times := range acks.byAddress {
		if most > 0 && crowds(times, 2*most) {
			a.Report("note", "P7", addr, fmt.Sprintf("more than %d acknowledgements in an hour", 2*most))
		}
		if pseudonymous(addr) {
			continue // what was counted of it was forgotten
		}
		since, written, counted := seen.Add(-time.Hour), 0, 0
		for _, at := range times {
			if at.After(since) && !at.After(seen) {
				written++
			}
		}
		for _, how := range []standing{unproven, proven, contradicted} {
			n, err := tx.Hits(countedAck(addr, how).key(), since)
			if err != nil {
				return err
			}
			counted += n
		}
		if most > 0 && written > counted {
			a.fault("P7", addr, "%d acknowledgements in the last hour, the limit counts %d", written, counted)
		}
	}
	return nil
}

func countedAck(addr string, how standing) counted { return counted{"ack", addr, how} }

// crowds tells whether more than most of times, oldest first, lie in one hour.
func crowds(times []time.Time, most int) bool {
	for i := most; i < len(times); i++ {
		if times[i].Sub(times[i-most]) < time.Hour {
			return true
		}
	}
	return false
}
