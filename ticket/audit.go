package ticket

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Auditing says how closely Audit looks, and who hears what it finds. Report is
// required.
type Auditing struct {
	// Report is called with each finding: its level ("error", or "note" for what
	// needs nobody), the promise of PROMISES.md that is broken, where and how.
	Report func(level, promise, where, text string)
	// Did is called now and then with how many more of what were looked at.
	Did func(what string, n int)
	// Deep reads every raw mail again.
	Deep bool
	// Reread reads a mail without asking anybody about its sender; nil: as the desk does.
	Reread func(raw []byte, arrived time.Time) *Inbound
	// Measure returns the SHA-256 and the length of a letter with its attachments.
	// Where it is nil, letters that carry some are not measured.
	Measure func(context.Context, *Letter) ([32]byte, int64, error)
}

// Audit holds what is stored against what the desk promises (PROMISES.md): it
// folds the events of each ticket again (P14), holds messages, letters and rows
// against each other (P1, P2, P6, P8), counts acknowledgements (P7), and adds up
// the books of every customer (P3, P4); with Deep it reads every mail again and
// asks what its sender might do (P1, P5). The desk may go on working meanwhile: it
// reads in many short transactions. That a number of a ticket's participants is
// never used again tells who was allowed at any moment. An error means that it
// could not look; a fault of the data is a finding.
func (d *Desk) Audit(ctx context.Context, how Auditing) error {
	if how.Did == nil {
		how.Did = func(string, int) {}
	}
	if how.Reread == nil {
		how.Reread = d.Reread
	}
	a := &audit{Desk: d, Auditing: how, ctx: ctx, marks: map[ErasureID]*Erased{}}
	for _, part := range []func() error{
		func() error { return d.auditBooks(ctx, how.Report) }, a.beginErasures, a.allTickets, a.allRows, a.single, a.allArrivals, a.endErasures,
	} {
		if err := part(); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
	}
	return nil
}

// audit is one run of Audit.
type audit struct {
	*Desk
	Auditing
	ctx  context.Context
	read Cursor

	erasures []*Erasure // when the audit began
	marks    map[ErasureID]*Erased
}

func (a *audit) fault(promise, where, format string, args ...any) {
	a.Report("error", promise, where, fmt.Sprintf(format, args...))
}

// slices runs look for the numbers from 1 to highest. A record that cannot be read
// is a finding, and hides no other.
func (a *audit) slices(what string, highest uint64, look func(tx Tx, n uint64) error) error {
	numbers := walkKeys(func(_ Tx, after uint64, n int) (keys []uint64, _ error) {
		for k := after + 1; k <= highest && len(keys) < n; k++ {
			keys = append(keys, k)
		}
		return keys, nil
	})
	for did, err := range Slices(a.ctx, a.Store, numbers, func(tx Tx, n uint64) (none struct{}, did bool, _ error) {
		switch err := look(tx, n); {
		case err == nil:
			did = true
		case !errors.Is(err, ErrNotFound):
			a.fault("P11", fmt.Sprintf("%s %d", what, n), "%v", err)
		}
		return none, did, nil
	}) {
		if err != nil {
			return err
		}
		a.Did(what+"s", len(did))
	}
	return nil
}

// allTickets looks at every ticket with its thread.
func (a *audit) allTickets() error {
	var highest ID
	if err := a.Store.View(a.ctx, func(tx Tx) error {
		for t, err := range tx.Tickets(Filter{Limit: 1}) {
			if err != nil {
				return err
			}
			highest = t.ID
		}
		return nil
	}); err != nil {
		return err
	}
	return a.slices("ticket", uint64(highest), func(tx Tx, n uint64) error {
		t, err := tx.Ticket(ID(n))
		if err != nil {
			return err
		}
		return a.ticket(tx, t)
	})
}

// allRows looks at every row of the outbox with its letter, and then at how many
// acknowledgements each address got.
func (a *audit) allRows() error {
	var highest NoticeID
	if err := a.Store.View(a.ctx, func(tx Tx) error {
		for r, err := range tx.Rows(0, 0) {
			if err != nil {
				return err
			}
			highest = r.Notice.ID
			break
		}
		return nil
	}); err != nil {
		return err
	}
	acks := acknowledged{byAddress: map[string][]time.Time{}, byTicket: map[ID]NoticeID{}}
	err := a.slices("letter", uint64(highest), func(tx Tx, n uint64) error {
		r, err := tx.Row(NoticeID(n))
		if err != nil {
			return err
		}
		if err := a.row(tx, r); err != nil {
			return err
		}
		return a.acknowledgement(tx, r, acks)
	})
	if err != nil {
		return err
	}
	return a.Store.View(a.ctx, func(tx Tx) error { return a.crowded(tx, acks) })
}

// mostGap is how many numbers may be missing in a row: those that a restore
// skipped, several times.
const mostGap = 100_000

// allArrivals looks at every arrival, up to as many as there are.
func (a *audit) allArrivals() error {
	var s Stats
	if err := a.Store.View(a.ctx, func(tx Tx) (err error) { s, err = tx.Stats(); return err }); err != nil {
		return err
	}
	found, gap := 0, 0
	for first := uint64(1); found < s.Mails && gap < mostGap; first += sliceRows {
		before := found
		var mails []*Arrival
		if err := a.Store.View(a.ctx, func(tx Tx) error {
			for n := first; n < first+sliceRows; n++ {
				v, err := tx.Arrival(ArrivalID(n))
				if errors.Is(err, ErrNotFound) {
					continue
				}
				found++
				if err == nil {
					err = a.arrival(tx, v)
				}
				if err != nil {
					a.fault("P11", fmt.Sprintf("arrival %d", n), "%v", err)
					continue
				}
				mails = append(mails, v)
			}
			return nil
		}); err != nil {
			return err
		}
		if gap += sliceRows; found > before {
			gap = 0
		}
		a.Did("mails", len(mails))
		if !a.Deep {
			continue
		}
		for _, v := range mails {
			if err := a.reread(v); err != nil {
				return err
			}
		}
		a.Did("mails re-read", len(mails))
	}
	return nil
}
