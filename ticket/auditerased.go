package ticket

import (
	"fmt"
	"slices"
)

// What bears the mark of an erasure must be empty, as the erasure left it, and the
// erasure must be on record with as many: a mark alone hides nothing (P14).

// beginErasures reads the records of erasures.
func (a *audit) beginErasures() error {
	return a.Store.View(a.ctx, func(tx Tx) (err error) {
		a.erasures, err = tx.Erasures()
		return err
	})
}

// erasure is the record of one, as it was when the audit began; nil: there is none.
func (a *audit) erasure(id ErasureID) *Erasure {
	for _, e := range a.erasures {
		if e.ID == id {
			return e
		}
	}
	return nil
}

// marked counts a record with a mark, and tells whether it has one.
func (a *audit) marked(where string, id ErasureID, count func(*Erased) *int) bool {
	if id == 0 {
		return false
	}
	if a.marks[id] == nil {
		a.marks[id] = &Erased{}
	}
	*count(a.marks[id])++
	return true
}

func (a *audit) left(where string, id ErasureID, left bool) {
	if left {
		a.fault("P14", where, "it bears the mark of erasure %d, and is not empty", id)
	}
}

func (a *audit) erasedTicket(where string, t *Ticket) {
	if a.marked(where, t.Erased, func(e *Erased) *int { return &e.Tickets }) {
		a.left(where, t.Erased, t.Subject != "" || t.State != StateClosed || t.Requester.Name != "" || len(t.References) > 0 || t.LastInbound != "")
	}
}

func (a *audit) erasedMessage(where string, m *Message) {
	if a.marked(where, m.Erased, func(e *Erased) *int { return &e.Messages }) {
		a.left(where, m.Erased, m.Text != "" || m.Subject != "" || len(m.Attachments) > 0)
	}
}

func (a *audit) erasedRow(where string, r *Row) {
	if a.marked(where, r.Erased, func(e *Erased) *int { return &e.Letters }) {
		waits := r.State == RowQueued || r.State == RowHeld || r.State == RowSending
		a.left(where, r.Erased, r.Notice.Text != "" || r.Notice.Subject != "" || len(r.Notice.Story)+len(r.Notice.Sections)+len(r.Notice.Lines) > 0 || waits)
	}
}

func (a *audit) erasedLetter(where string, r *Row, l *Letter) {
	if l.Erased != r.Erased || len(l.Chunks) > 0 || l.Text != "" {
		a.fault("P8", where, "it was erased by %d, its letter by %d: 0 is nothing", r.Erased, l.Erased)
	}
}

func (a *audit) erasedMail(where string, v *Arrival) {
	if a.marked(where, v.Erased, func(e *Erased) *int { return &e.Mails }) {
		a.left(where, v.Erased, v.Fate == FateQuarantine || v.Fate == FateHeld || v.Fate == FateIgnored)
	}
}

// same tells whether an erasure is as it was when the audit began, and done.
func (a *audit) same(e *Erasure) bool {
	var now []*Erasure
	err := a.Store.View(a.ctx, func(tx Tx) (err error) { now, err = tx.Erasures(); return err })
	return err == nil && slices.ContainsFunc(now, func(o *Erasure) bool {
		return o.ID == e.ID && o.Erased == e.Erased && !o.Done.IsZero() && o.Done.Equal(e.Done)
	})
}

// endErasures holds the marks against the records. What goes on meanwhile is left for
// the next audit; one that does not end is told.
func (a *audit) endErasures() error {
	for _, e := range a.erasures {
		where := fmt.Sprintf("erasure %d", e.ID)
		if e.Done.IsZero() {
			a.Report("note", "P14", where, "it goes on: the running desk finishes it")
		}
		got := a.marks[e.ID]
		if got == nil {
			got = &Erased{}
		}
		if *got != e.Erased && a.same(e) {
			a.fault("P14", where, "%+v bear its mark, it made %+v", *got, e.Erased)
		}
		delete(a.marks, e.ID)
	}
	for id := range a.marks {
		var now []*Erasure
		if err := a.Store.View(a.ctx, func(tx Tx) (err error) { now, err = tx.Erasures(); return err }); err != nil {
			return err
		}
		if !slices.ContainsFunc(now, func(e *Erasure) bool { return e.ID == id }) {
			a.fault("P14", fmt.Sprintf("erasure %d", id), "records bear its mark, and it is not on record")
		}
	}
	return nil
}
