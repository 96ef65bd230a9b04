package storetest

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"

	"sportello/ticket"
)

func (t *memTx) Arrival(id ticket.ArrivalID) (*ticket.Arrival, error) {
	return read(t.arrivals, id, "arrival")
}

func (t *memTx) PutArrival(a *ticket.Arrival) error {
	old := t.arrivals[a.ID]
	if err := write(t, t.arrivals, a.ID, a, a.ID == 0); err != nil {
		return err
	}
	if old == nil {
		old = &ticket.Arrival{}
	}
	claim(t.raws, old.RawSum, a.RawSum, a.ID)
	claim(t.contents, old.Content, a.Content, a.ID)
	return nil
}

// claim gives sum to id unless it has an owner, and frees the sum id had before.
func claim(m map[[32]byte]ticket.ArrivalID, old, sum [32]byte, id ticket.ArrivalID) {
	if old != sum && m[old] == id {
		delete(m, old)
	}
	if sum != [32]byte{} && m[sum] == 0 {
		m[sum] = id
	}
}

func (t *memTx) ByRaw(sum [32]byte) (ticket.ArrivalID, error)     { return owner(t.raws, sum) }
func (t *memTx) ByContent(sum [32]byte) (ticket.ArrivalID, error) { return owner(t.contents, sum) }

func owner(m map[[32]byte]ticket.ArrivalID, sum [32]byte) (ticket.ArrivalID, error) {
	if id, ok := m[sum]; ok {
		return id, nil
	}
	return 0, missing("fingerprint", "")
}

func (t *memTx) Arrivals(fate ticket.Fate, after ticket.ArrivalID) iter.Seq2[*ticket.Arrival, error] {
	listed := fate == ticket.FateQuarantine || fate == ticket.FateHeld || fate == ticket.FateIgnored
	return walk(t.arrivals, ascending(t.arrivals), func(a *ticket.Arrival) bool { return listed && a.Fate == fate && a.ID > after })
}

func (t *memTx) Row(id ticket.NoticeID) (*ticket.Row, error) { return read(t.rows, id, "row") }

func (t *memTx) PutRow(r *ticket.Row) error {
	return write(t, t.rows, r.Notice.ID, r, r.Notice.ID == 0)
}

// queue lists the queued rows of a lane in the order in which they go.
func (t *memTx) queue(l ticket.Lane) []*ticket.Row {
	place := func(r *ticket.Row) int { return slices.Index(l.Classes(), r.Notice.Kind.Class()) }
	var rows []*ticket.Row
	for _, r := range t.rows {
		if r.State == ticket.RowQueued && r.Notice.Kind.Lane() == l {
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(a, b *ticket.Row) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), b.Next.Compare(a.Next), cmp.Compare(b.Notice.ID, a.Notice.ID))
	})
	return rows
}

func (t *memTx) Queued(l ticket.Lane, now time.Time, n int, skip func(ticket.NoticeID) bool) ([]*ticket.Row, error) {
	var rows []*ticket.Row
	for _, r := range t.queue(l) {
		if len(rows) < n && !r.Next.After(now) && (skip == nil || !skip(r.Notice.ID)) {
			rows = append(rows, r)
		}
	}
	return all(rows)
}

func (t *memTx) NextQueued(now time.Time) (time.Time, error) {
	var first time.Time
	found := false
	for _, r := range t.rows {
		if r.State == ticket.RowQueued && r.Next.After(now) && (!found || r.Next.Before(first)) {
			first, found = r.Next, true
		}
	}
	return first, nil
}

func (t *memTx) Rows(s ticket.RowState, after ticket.NoticeID) iter.Seq2[*ticket.Row, error] {
	if s == 0 {
		return walk(t.rows, descending(t.rows), func(r *ticket.Row) bool { return after == 0 || r.Notice.ID < after })
	}
	return walk(t.rows, ascending(t.rows), func(r *ticket.Row) bool { return r.State == s && r.Notice.ID > after })
}

func (t *memTx) Letter(id ticket.NoticeID) (*ticket.Letter, error) {
	return read(t.letters, id, "letter")
}

func (t *memTx) PutLetter(id ticket.NoticeID, l *ticket.Letter) error {
	return write(t, t.letters, id, l, id == 0)
}

func (t *memTx) Hits(key string, since time.Time) (int, error) {
	n := 0
	for _, h := range t.hits[key] {
		if h.at.After(since) {
			n += h.n
		}
	}
	return n, nil
}

func (t *memTx) Hit(key string, at, drop time.Time) error {
	if err := t.writing(); err != nil {
		return err
	}
	var kept []hit
	for _, h := range t.hits[key] {
		if !h.at.Before(drop) {
			kept = append(kept, h)
		}
	}
	t.hits[key] = append(kept, hit{at, 1})
	return nil
}

func (t *memTx) ForgetHits(at time.Time) (n int, err error) {
	if err := t.writing(); err != nil {
		return 0, err
	}
	for key, all := range t.hits {
		var kept []hit
		for _, h := range all {
			if h.at.After(at) {
				n += h.n
			} else {
				kept = append(kept, h)
			}
		}
		t.hits[key] = kept
	}
	return n, nil
}

func (t *memTx) Cursor() (ticket.Cursor, error) { return t.cursor, nil }

func (t *memTx) SetCursor(c ticket.Cursor) error {
	if err := t.writing(); err != nil {
		return err
	}
	t.cursor = c
	return nil
}

func (t *memTx) Seen() (time.Time, error) { return t.seen.at, nil }

func (t *memTx) SetSeen(at time.Time) error {
	if err := t.writing(); err != nil {
		return err
	}
	t.seen.at = at
	return nil
}

func (t *memTx) Gathered() (ticket.Gathered, error) {
	g, err := deep(&t.gathered)
	if err != nil {
		return ticket.Gathered{}, err
	}
	return *g, nil
}

func (t *memTx) SetGathered(g ticket.Gathered) error {
	if err := t.writing(); err != nil {
		return err
	}
	kept, err := deep(&g)
	if err != nil {
		return err
	}
	t.gathered = *kept
	return nil
}

func (t *memTx) Count(c ticket.Counter, n int) error {
	if err := t.writing(); err != nil {
		return err
	}
	if c != ticket.CountSuppressed {
		return fmt.Errorf("count %d: %w", c, ticket.ErrInput)
	}
	t.suppressed += n
	return nil
}

// Stats counts everything anew.
func (t *memTx) Stats() (ticket.Stats, error) {
	s := ticket.Stats{Mails: len(t.arrivals), Suppressed: t.suppressed, Customers: len(t.customers)}
	for _, v := range t.tickets {
		switch v.State {
		case ticket.StateOpen:
			s.Open++
		case ticket.StateWaiting:
			s.Waiting++
		case ticket.StateClosed:
			s.Closed++
		}
	}
	for _, a := range t.arrivals {
		switch a.Fate {
		case ticket.FateMessage:
			s.Messages++
		case ticket.FateDuplicate:
			s.Duplicates++
		case ticket.FateIgnored:
			s.Ignored++
		case ticket.FateQuarantine, ticket.FateHeld:
			s.Quarantine++
		case ticket.FateDropped:
			s.Dropped++
		}
	}
	for _, r := range t.rows {
		if r.State > 0 && int(r.State) < len(s.Outbox) {
			s.Outbox[r.State]++
		}
	}
	return s, nil
}
