package ticket

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"sportello/policy"
)

// lotStages are how many days before its last one a lot is reminded of.
var lotStages = [...]int{30, 7}

// remindLots writes about the lots that run out soon, once a civil day: the
// lots, not the clock, tell what was written, so that one that goes back and
// forth writes nothing twice.
func (d *Desk) remindLots(ctx context.Context) error {
	day := d.day(d.Now())
	looked := counted{"lots", day.String(), proven}
	var refs []string
	err := d.Store.View(ctx, func(tx Tx) error {
		n, err := tx.Hits(looked.key(), time.Time{})
		if err == nil && n == 0 {
			refs, err = tx.DueLots(day.AddDays(lotStages[0]+1), math.MaxInt)
			refs = append(refs, "") // the day is looked at, even when nothing is due
		}
		return err
	})
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(refs, sweepBatch) {
		if err := d.do(ctx, func(w *work) error { return w.remindAll(batch, looked) }); err != nil {
			return fmt.Errorf("sweep lots that run out: %w", err)
		}
	}
	return nil
}

// remindAll writes to whose lots refs are, looking at each customer once; "" is
// their end: the day is done.
func (w *work) remindAll(refs []string, looked counted) error {
	seen := map[string]bool{}
	for _, ref := range refs {
		if ref == "" {
			_, err := w.once(looked)
			return err
		}
		customer, _, err := w.tx.LotByRef(ref)
		if err == nil && !seen[customer] {
			seen[customer] = true
			err = w.remindOf(customer)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// once tells whether c happens for the first time ever, and notes it.
func (w *work) once(c counted) (bool, error) {
	n, err := w.tx.Hits(c.key(), time.Time{})
	if err != nil || n > 0 {
		return false, err
	}
	return true, w.tx.Hit(c.key(), w.now, time.Time{})
}

// remindOf writes to the contacts of a customer who may spend, when a lot of his
// has reached a stage that was not told yet: one letter a day, which names all
// credits that run out within the longest of them.
func (w *work) remindOf(customer string) error {
	today := w.today()
	lots, err := w.tx.Lots(customer)
	if err != nil {
		return err
	}
	fresh, relived := false, true
	for _, l := range lots {
		for _, days := range lotStages {
			if l.Left() == 0 || l.Expires().Before(today) || today.AddDays(days).Before(l.Expires()) {
				continue
			}
			first, err := w.once(counted{fmt.Sprintf("lot-%d", days), l.Ref, proven})
			if err != nil {
				return err
			}
			fresh = fresh || first
			relived = relived && (!first || w.restored.relived(l.Expires().AddDays(-days).Start(w.d.Zone)))
		}
	}
	if !fresh {
		return nil
	}
	c, err := w.tx.Customer(customer)
	if err != nil {
		return err
	}
	w.backlog.again = relived
	defer w.overlook()
	for i := range c.Contacts {
		if !c.Contacts[i].MaySpend {
			continue
		}
		n, err := w.aboutCredits(NoticeLotExpiring, c, &c.Contacts[i])
		if err != nil {
			return err
		}
		n.runOutBy(today.AddDays(lotStages[0]))
		if err := w.queue(n, Token{Purpose: PurposeReply}); err != nil {
			return err
		}
	}
	return nil
}

// runOutBy leaves in n the credits that run out by a day, and sums them.
func (n *Notice) runOutBy(day policy.Date) {
	for i, l := range n.Lots {
		if day.Before(l.Expires) {
			n.Lots = n.Lots[:i]
			return
		}
		n.Credits += l.Credits
	}
}
