package ticket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Take lists at most n queued letters that are due, in the order in which they
// must go, without those for which busy answers true. The lanes take turns from
// first. next is when the next one falls due, when there are none (zero: none
// is waiting for its time).
func (d *Desk) Take(ctx context.Context, first Lane, n int, busy func(NoticeID) bool) (rows []*Row, next time.Time, err error) {
	now := d.Now()
	err = d.Store.View(ctx, func(tx Tx) error {
		var err error
		rows, err = inTurn(first, n, func(l Lane, n int) ([]*Row, error) { return tx.Queued(l, now, n, busy) })
		if err != nil || len(rows) > 0 {
			return err
		}
		next, err = tx.NextQueued(now)
		return err
	})
	return rows, next, err
}

// Begin stores the letter's bytes (nil: they are stored already) and marks the
// row as sending, durably, before the first byte goes out. ErrStale: the row is
// not queued any more, is an acknowledgement older than 24 hours, or its
// recipient may not get it any more; the last two are dropped with a record.
func (d *Desk) Begin(ctx context.Context, id NoticeID, l *Letter) error {
	stale := false
	err := d.do(ctx, func(w *work) (err error) {
		stale, err = w.begin(id, l)
		return err
	})
	return staleOr(err, stale, id)
}

// Follow settles one letter and begins the next in one commit: see Settle and
// Begin. ErrStale speaks of next, and id is settled; after any other error
// nothing has changed, and each may be tried by itself.
func (d *Desk) Follow(ctx context.Context, id NoticeID, o Outcome, next NoticeID, l *Letter) error {
	stale := false
	err := d.do(ctx, func(w *work) error {
		r, lighter, err := w.settleRow(id, o)
		if err == nil {
			err = w.settled(r, o, lighter)
		}
		if err == nil {
			stale, err = w.begin(next, l)
		}
		return err
	})
	return staleOr(err, stale, next)
}

// staleOr is what Begin answers.
func staleOr(err error, stale bool, id NoticeID) error {
	if err == nil && stale {
		return fmt.Errorf("notice %d: %w", id, ErrStale)
	}
	return err
}

// begin is Begin within a transaction.
func (w *work) begin(id NoticeID, l *Letter) (stale bool, err error) {
	r, err := w.tx.Row(id)
	if err != nil {
		return false, err
	}
	if r.State != RowQueued {
		return true, nil
	}
	if r.Stale(w.now) {
		r.State, r.LastError, r.Settled = RowFailed, "not sent: an acknowledgement older than 24 hours", w.now
		return true, w.tx.PutRow(r)
	}
	if why, err := w.barred(&r.Notice); err != nil {
		return false, err
	} else if why != "" {
		return true, w.turnAway(r, why)
	}
	if l != nil {
		if err := w.tx.PutLetter(id, l); err != nil {
			return false, err
		}
		r.Fixed = true
	}
	r.State = RowSending
	r.Tries++
	return false, w.tx.PutRow(r)
}

// Stale tells whether a letter comes too late to be sent: Begin drops it with a
// record.
func (r *Row) Stale(now time.Time) bool {
	return r.Notice.Kind == NoticeAck && now.Sub(r.Notice.At) > maxAge
}

// Letter returns the stored bytes of a row that is Fixed.
func (d *Desk) Letter(ctx context.Context, id NoticeID) (l *Letter, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		l, err = tx.Letter(id)
		return err
	})
	return l, err
}

// Settle records what became of a try to send a letter. The closing clock of a
// ticket starts when the letter that waits for the customer was sent, or may
// have been; a letter that failed for good, or whose fate was unknown twice, is
// told to the technicians. Where its ticket cannot be read the letter's part is
// recorded all the same: it must not go out once more for that.
func (d *Desk) Settle(ctx context.Context, id NoticeID, o Outcome) error {
	var unsettled error // the row itself
	settle := func(whole bool) error {
		return d.do(ctx, func(w *work) error {
			r, lighter, err := w.settleRow(id, o)
			if unsettled = err; err != nil || !whole {
				return err
			}
			return w.settled(r, o, lighter)
		})
	}
	err := settle(true)
	if err == nil || unsettled != nil || ctx.Err() != nil || errors.Is(err, ErrCommit) {
		return err
	}
	return errors.Join(err, settle(false))
}

// settleRow records what became of a try; lighter says that the letter goes again
// with less.
func (w *work) settleRow(id NoticeID, o Outcome) (r *Row, lighter bool, err error) {
	r, err = w.tx.Row(id)
	if err != nil {
		return nil, false, err
	}
	lighter = o.Weight > r.Weight
	begun := r.State == RowSending // else refused before Begin, which counts the try
	r.State, r.LastError, r.Response = o.State, clip(o.Error, 300), clip(o.Response, 300)
	switch {
	case o.State == RowQueued && !o.Counts && begun && r.Tries > 0:
		r.Tries--
	case !begun && o.Counts:
		r.Tries++
	}
	switch o.State {
	case RowQueued:
		r.Next = o.Next
		if o.Weight > r.Weight {
			r.Weight, r.Fixed = o.Weight, false
		}
	case RowUnknown:
		r.Settled = w.now
		if r.Notice.Kind.ResendUnknown() && !r.Resent {
			r.Resent, r.State, r.Next = true, RowQueued, w.now.Add(resendAfter)
			if !o.Next.IsZero() {
				r.Next = o.Next
			}
		}
	default:
		r.Settled = w.now
	}
	return r, lighter, w.tx.PutRow(r)
}

// settled does what follows from the outcome of a try, which r has taken.
func (w *work) settled(r *Row, o Outcome, lighter bool) error {
	switch {
	case o.State == RowFailed:
		return w.letterFailed(r, o.Why)
	case lighter:
		return w.letterLighter(r)
	case o.State == RowQueued:
		return nil
	case r.State == RowUnknown && r.Resent:
		return errors.Join(w.letterSent(r), w.letterUnknown(r))
	}
	return w.letterSent(r)
}

// resendAfter is when a letter whose outcome is unknown goes out once more: the
// network that lost the answer has had time to recover. After a crash of our
// own nothing has to be waited for.
const resendAfter = 5 * time.Minute

// letterSent starts the closing clock when r is the letter that waits for the
// customer, and lets it go on when r is the warning (DESIGN.md section 3,
// "Auto-close").
func (w *work) letterSent(r *Row) error {
	if r.Notice.Ticket == 0 || !r.Notice.Kind.awaits() {
		return nil
	}
	t, err := w.ticket(r.Notice.Ticket)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil || t.State != StateWaiting || t.WaitsFor != r.Notice.ID {
		return err
	}
	before := t.clone()
	if r.Notice.Kind == NoticeCloseWarning {
		t.WaitsFor = 0
		w.closeAfterWarning(t)
	} else {
		w.startClosing(t, w.now)
	}
	e := Event{Kind: "state", Actor: "desk", Cause: fmt.Sprintf("notice %d", r.Notice.ID), Text: "the closing clock runs"}
	return w.save(t, before, e)
}

// letterFailed tells the technicians that a letter was not delivered.
func (w *work) letterFailed(r *Row, why Words) error {
	if why.key == "" {
		why = Say("why-unwritable")
	}
	n := &r.Notice
	return w.letterTold(r, "failed", "was not delivered", w.say("letter-failed", n.Kind, n.To.Address, why),
		w.say("letter-of-failed", n.Kind, n.Ticket, n.To.Address, why))
}

// letterUnknown tells the technicians that a letter went out twice, and that both
// times the answer of the server was lost: nobody knows whether it arrived.
func (w *work) letterUnknown(r *Row) error {
	n := &r.Notice
	return w.letterTold(r, "unknown", "went out twice, and nobody knows whether it arrived", w.say("letter-unknown", n.Kind, n.To.Address),
		w.say("letter-of-unknown", n.Kind, n.Ticket, n.To.Address))
}

// letterTold tells the technicians what became of a letter: in the words of plain,
// or of own where it is a technician's and has a ticket. That they are told once an
// hour for the same reason: her mailbox may be gone, or the letter too large for the
// server, and then nobody would know of the ticket. An alert or a digest is only
// counted.
func (w *work) letterTold(r *Row, fate, event, plain, own string) error {
	n := &r.Notice
	if n.Kind == NoticeAlert || n.Kind == NoticeDigest {
		return nil
	}
	if n.Kind.Technical() && n.Ticket != 0 {
		return w.alertOnce(fate+"\x00"+n.To.Address+"\x00"+r.LastError, time.Hour, own)
	}
	if n.Ticket == 0 {
		return w.alertOnce(fate+"\x00"+n.To.Address, time.Hour, plain)
	}
	t, err := w.ticket(n.Ticket)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	before := t.clone()
	if err := w.alert(t, plain); err != nil {
		return err
	}
	return w.save(t, before, Event{Kind: "notice", Actor: "desk", Cause: fmt.Sprintf("notice %d", n.ID), Text: n.Kind.String() + " " + event})
}

// letterLighter records that a letter goes again with less, and tells the
// technicians when it is a customer's: he may miss the files.
func (w *work) letterLighter(r *Row) error {
	n := &r.Notice
	if n.Ticket == 0 {
		return nil
	}
	t, err := w.ticket(n.Ticket)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	before := t.clone()
	if !n.Kind.Technical() {
		phrase := "letter-no-files"
		if r.Weight == WeightHead {
			phrase = "letter-head"
		}
		if err := w.alert(t, w.say(phrase, n.Kind, n.To.Address)); err != nil {
			return err
		}
	}
	text := "too large for the mail server, goes again without its files: " + n.Kind.String()
	if r.Weight == WeightHead {
		text = "too large for the mail server, goes again with the head of its text: " + n.Kind.String()
	}
	return w.save(t, before, Event{Kind: "notice", Actor: "desk", Cause: fmt.Sprintf("notice %d", n.ID), Text: text})
}

// Recover settles what a crash left half done: letters that were being sent
// are unknown. It is called once at start, before the Sender runs. A letter that
// cannot be read stays as it is, and is in the error beside the others' success.
func (d *Desk) Recover(ctx context.Context) error {
	var ids []NoticeID
	var faults []error
	err := d.Store.View(ctx, func(tx Tx) error {
		ids, faults = nil, nil
		for r, err := range tx.Rows(RowSending, 0) {
			if err != nil {
				faults = append(faults, err)
				continue
			}
			ids = append(ids, r.Notice.ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		err := d.Settle(ctx, id, Outcome{State: RowUnknown, Next: d.Now(), Error: "the daemon stopped while it was being sent"})
		if ctx.Err() != nil || errors.Is(err, ErrCommit) {
			return err
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// LetterVerb is what an admin may do with letters that are not on their way.
type LetterVerb int

const (
	LetterRetry   LetterVerb = iota + 1 // queue it again
	LetterRelease                       // let a held one go
	LetterHold                          // keep it until it is released
	LetterDrop                          // give it up
)

// letterMoves are the states that each verb moves a letter between.
var letterMoves = [...]struct {
	to   RowState
	from []RowState
}{
	LetterRetry:   {RowQueued, []RowState{RowFailed, RowUnknown, RowHeld, RowQueued}},
	LetterRelease: {RowQueued, []RowState{RowHeld}},
	LetterHold:    {RowHeld, []RowState{RowQueued}},
	LetterDrop:    {RowFailed, []RowState{RowQueued, RowUnknown, RowFailed, RowHeld}},
}

// RetryLetter queues a letter again that failed, is unknown or held.
func (d *Desk) RetryLetter(ctx context.Context, id NoticeID) error {
	return d.MoveLetter(ctx, LetterRetry, id, "")
}

// DropLetter gives up a letter that was not sent; actor stands in the record.
func (d *Desk) DropLetter(ctx context.Context, id NoticeID, actor string) error {
	return d.MoveLetter(ctx, LetterDrop, id, actor)
}

// MoveLetter does v with one letter; ErrState when it is in no state for that.
func (d *Desk) MoveLetter(ctx context.Context, v LetterVerb, id NoticeID, actor string) error {
	return d.do(ctx, func(w *work) error { return w.turn(v, id, actor) })
}

// movedAtOnce bounds how many letters one transaction of MoveLetters touches.
const movedAtOnce = 500

// MoveLetters does v with those of ids that are in a state for it, and returns
// how many they are. After an error some may have been moved.
func (d *Desk) MoveLetters(ctx context.Context, v LetterVerb, ids []NoticeID, actor string) (int, error) {
	moved := 0
	for some := range slices.Chunk(ids, movedAtOnce) {
		n := 0
		err := d.do(ctx, func(w *work) error {
			n = 0
			for _, id := range some {
				switch err := w.turn(v, id, actor); {
				case err == nil:
					n++
				case !errors.Is(err, ErrState):
					return err
				}
			}
			return nil
		})
		if err != nil {
			return moved, err
		}
		moved += n
	}
	return moved, nil
}

// Dropped tells whether an admin gave the letter up.
func (r *Row) Dropped() bool {
	return r.State == RowFailed && strings.HasPrefix(r.LastError, droppedBy)
}

const droppedBy = "dropped by "

// turn moves a row from one of the states of v to its other.
func (w *work) turn(v LetterVerb, id NoticeID, actor string) error {
	r, err := w.tx.Row(id)
	if err != nil {
		return fmt.Errorf("letter %d: %w", id, err)
	}
	move := letterMoves[v]
	if r.Erased != 0 {
		return fmt.Errorf("letter %d: %w: %w", id, w.erased(r.Erased), ErrState)
	}
	if !contains(move.from, r.State) {
		return fmt.Errorf("letter %d is %s: %w", id, r.State, ErrState)
	}
	if move.to == RowQueued {
		if err := w.welcomeBack(r); err != nil {
			return err
		}
	}
	r.State, r.Next, r.LastError, w.queued = move.to, w.now, "", true
	if v == LetterDrop {
		r.LastError = droppedBy + actor
	}
	return w.tx.PutRow(r)
}
