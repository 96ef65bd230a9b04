package ticket

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Audit looks whether each letter of the outbox went to somebody who might get
// it (PROMISES.md P6) and whether acknowledgements keep within their limit and
// answer what may be acknowledged (P7). A number of a ticket's participants is
// never used again, so that they tell who was allowed at any moment. Limits may
// have been others then: what exceeds those of today is a note. It also
// adds up the books of every customer (P3, P4).
func (d *Desk) Audit(ctx context.Context, report func(level, promise, where, text string)) error {
	if err := d.auditBooks(ctx, report); err != nil {
		return err
	}
	return d.Store.View(ctx, func(tx Tx) error {
		acks := map[string][]time.Time{}
		for r, err := range tx.Rows(0) {
			if err != nil {
				return fmt.Errorf("audit: %w", err)
			}
			n, where := &r.Notice, fmt.Sprintf("row %d", r.Notice.ID)
			why, err := d.astray(tx, n)
			if err != nil {
				return fmt.Errorf("audit: %s: %w", where, err)
			}
			if why != "" {
				report("error", "P6", where, why)
			}
			if n.Kind == NoticeAck {
				if d.Addresses.Own(n.To.Address) {
					report("error", "P7", where, "the desk acknowledges itself")
				}
				acks[n.To.Address] = append(acks[n.To.Address], n.At)
			}
		}
		for addr, times := range acks {
			if most := 2 * d.Limits.AcksPerAddressHour; most > 0 && crowds(times, most) {
				report("note", "P7", addr, fmt.Sprintf("more than %d acknowledgements in an hour", most))
			}
		}
		return nil
	})
}

// astray says why the recipient of n was never allowed to get it; "" when he was.
func (d *Desk) astray(tx Tx, n *Notice) (string, error) {
	if n.Ticket == 0 {
		return "", nil
	}
	t, err := tx.Ticket(n.Ticket)
	if errors.Is(err, ErrNotFound) {
		return "", nil
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

// crowds tells whether more than most of times, newest first, lie in one hour.
func crowds(times []time.Time, most int) bool {
	for i := most; i < len(times); i++ {
		if times[i-most].Sub(times[i]) < time.Hour {
			return true
		}
	}
	return false
}
