package ticket

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sportello/policy"
)

// Desk is the counter: every verb is one transaction on Store. Its fields are
// set once; it may be used by several goroutines.
type Desk struct {
	Store       Store
	Policy      *policy.Policy
	Keys        Keys
	Name        string // sender name, and subject tag where Tag is empty
	Tag         string // a shorter name in the subject tag; a tag with Name counts too; "": Name
	Addresses   Addresses
	Language    string // it or en: where nothing else is known
	Zone        *time.Location
	Technicians []Technician
	Monitors    []string // addresses of monitoring systems: one ticket for one alarm
	ReopenDays  int
	Retention   int // months after which closed tickets are erased; 0: never
	Limits      Limits
	// TokenTechnician and TokenCustomer: [security] technician or customer is
	// "token", which does without evidence about the sender.
	TokenTechnician, TokenCustomer bool
	Now                            func() time.Time
	// Steady tells whether the clock behind Now is to be believed. While it is
	// not, nothing closes, expires or is reminded of. nil: always.
	Steady func() bool
	// Reread parses the raw bytes of an archived mail again.
	Reread func(raw []byte, arrived time.Time) *Inbound
	// Kick, when not nil, is called after a commit that queued letters.
	Kick func()
	// Filed, when not nil, is told after a commit what became of each arrival
	// in it. It must not call the desk.
	Filed func(Filed)
}

// Limits bounds what one sender can cause; 0 means no limit.
type Limits struct {
	AcksPerAddressHour     int
	AcksPerHour            int
	TicketsPerStrangerHour int
	TicketsPerContactHour  int
	Relay                  int64 // bytes of attachments that go along in one letter
	ChargePerTechnicianDay int   // credits
	ChargeAlert            int   // credits from which on the other technicians are told of a charge
}

// maxAge is how old an arrival may be and still be acknowledged.
const maxAge = 24 * time.Hour

// Receive files arrivals in order, queues whatever has to be said about them
// and moves the cursor, all in one commit: after an error nothing has changed
// and the same may be offered again. A mail that was filed before has no second
// effect; one that cannot be filed is quarantined and the others go on.
func (d *Desk) Receive(ctx context.Context, in []*Inbound, c Cursor) error {
	refs, err := d.archive(ctx, in)
	if err != nil {
		return fmt.Errorf("archive %d mails: %w", len(in), err)
	}
	poisoned := map[int]string{}
	whole := context.WithoutCancel(ctx) // what was archived is filed too, whoever stops waiting
	for {
		queued, released, at := false, false, -1
		err := d.update(whole, func(w *work) error {
			if err := w.openBacklog(len(in)); err != nil {
				return err
			}
			for i, m := range in {
				at = i
				w.look(m)
				if err := w.fileOr(poisoned[i], m, refs[i]); err != nil {
					return err
				}
			}
			w.mail = nil
			if err := w.closeBacklog(c); err != nil {
				return err
			}
			queued, released, at = w.queued, w.released, -1
			return nil
		})
		if err != nil && at >= 0 && poisoned[at] == "" && ctx.Err() == nil && !errors.Is(err, ErrCommit) {
			poisoned[at] = "cannot be filed: " + err.Error()
			continue
		}
		if err == nil && queued {
			d.kick()
		}
		if err == nil && released {
			// in is filed: of what comes after, only a lost store is an error of
			// Receive. Sweep tries all else again.
			if late := d.release(ctx); errors.Is(late, ErrCommit) {
				return late
			}
		}
		return err
	}
}

// fileOr files a mail, or quarantines it when a first try said why it cannot
// be filed. A panic on the way is an error of Store.Update.
func (w *work) fileOr(poisoned string, m *Inbound, ref RawRef) error {
	w.mail, w.copies, w.posted, w.told = m, nil, nil, nil
	if err := w.eraseRelived(m); err != nil {
		return err
	}
	if poisoned != "" {
		return w.quarantine(m, ref, poisoned)
	}
	return w.file(m, ref)
}

// Cursor is how far the mailbox was read; the zero value before the first start.
func (d *Desk) Cursor(ctx context.Context) (c Cursor, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		c, err = tx.Cursor()
		return err
	})
	return c, err
}

// archive keeps the raw mails that are not known yet and returns their refs,
// "" for those that are known or have no bytes.
func (d *Desk) archive(ctx context.Context, in []*Inbound) ([]RawRef, error) {
	var raws []RawMail
	var at []int
	err := d.Store.View(ctx, func(tx Tx) error {
		for i, m := range in {
			if m.Raw == nil {
				continue
			}
			if _, err := tx.ByRaw(m.RawSum); err == nil {
				continue
			} else if !errors.Is(err, ErrNotFound) {
				return err
			}
			raws, at = append(raws, RawMail{At: m.Arrived, Raw: m.Raw, Sum: m.RawSum}), append(at, i)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	refs := make([]RawRef, len(in))
	if len(raws) == 0 {
		return refs, nil
	}
	kept, err := d.Store.Keep(ctx, raws)
	if err != nil {
		return nil, err
	}
	for i, ref := range kept {
		refs[at[i]] = ref
	}
	return refs, nil
}

// work is one transaction of the desk: it reads the clock once.
type work struct {
	d        *Desk
	tx       Tx
	now      time.Time
	mail     *Inbound // what is being filed; nil: nothing is
	queued   bool     // a letter was queued
	posted   []post   // letters to customers about the mail at hand
	told     []string // what else the transcript of the mail at hand says
	released bool     // held mail was released, to be filed after this transaction
	backlog  backlog
	restored Restored
	relived  int        // mails from before the restore that technicians were not told of, one by one
	unsure   []NoticeID // letters that may have been sent before it
	copies   []*Arrival // of the mail at hand, that came before it
	// settlements are what this transaction spends and gives back, by ticket.
	settlements map[ID]settled
	credited    []string // customers who got credits
}

func (d *Desk) update(ctx context.Context, f func(*work) error) error {
	now := d.Now()
	var seen *recorder
	err := d.Store.Update(ctx, func(tx Tx) error {
		seen = newRecorder(tx)
		w := &work{d: d, tx: seen, now: now}
		var err error
		if w.restored, err = tx.Restored(); err != nil {
			return err
		}
		if err := f(w); err != nil {
			return err
		}
		return w.settleRelived()
	})
	if err != nil || d.Filed == nil {
		return err
	}
	for _, f := range seen.filed() {
		d.Filed(f)
	}
	return nil
}

// do is update for a verb: it kicks the sender when letters were queued.
func (d *Desk) do(ctx context.Context, f func(*work) error) error {
	queued := false
	err := d.update(ctx, func(w *work) error {
		err := f(w)
		if err == nil {
			err = w.announceCredits()
		}
		queued = w.queued
		return err
	})
	if err == nil && queued {
		d.kick()
	}
	return err
}

func (d *Desk) kick() {
	if d.Kick != nil {
		d.Kick()
	}
}

func (d *Desk) steady() bool { return d.Steady == nil || d.Steady() }

// day is the civil day of t in the desk's zone.
func (d *Desk) day(t time.Time) policy.Date { return policy.DateOf(t, d.Zone) }

// technician finds whose registered address addr is; nil when nobody's.
func (d *Desk) technician(addr string) *Technician {
	for i := range d.Technicians {
		if d.Technicians[i].has(addr) {
			return &d.Technicians[i]
		}
	}
	return nil
}

// technicianNumbered finds the technician that a token names; nil when gone.
func (d *Desk) technicianNumbered(n int) *Technician {
	for i := range d.Technicians {
		if d.Technicians[i].Number() == n {
			return &d.Technicians[i]
		}
	}
	return nil
}

// technicianNamed finds the technician with this name; nil when there is none.
func (d *Desk) technicianNamed(name string) *Technician {
	for i := range d.Technicians {
		if d.Technicians[i].Name == name {
			return &d.Technicians[i]
		}
	}
	return nil
}
