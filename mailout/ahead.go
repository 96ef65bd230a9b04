package mailout

import (
	"context"
	"time"

	"sportello/ticket"
)

// ask is the question of a connection whose letter has just left: which one goes
// next over it?
type ask struct {
	after ticket.NoticeID
	next  chan<- *carriage // nil: none, the connection is to rest
}

// follow asks loop for the letter that goes next over the connection that has
// carried after.
func (r *rounds) follow(after ticket.NoticeID) *carriage {
	next := make(chan *carriage, 1)
	r.asks <- ask{after, next}
	return <-next
}

// following answers an ask. A letter whose moment is fixed by the pace, and one that
// may have lost its place, is not given out so.
func (r *rounds) following(after ticket.NoticeID) *carriage {
	r.recover(true)
	if r.resume != nil || r.PerMinute > 0 || r.astray || len(r.ahead) == 0 || len(r.busy) > r.most() {
		return nil
	}
	delete(r.busy, after)
	c := r.hand(r.Now())
	c.alone = r.alone()
	return c
}

// lacking is how many letters are to be looked for: those that have room, and,
// where no pace holds them, as many again to be written while others travel.
func (r *rounds) lacking() int {
	room := max(r.room(), 0)
	switch {
	case !r.healthy:
		return room
	case r.PerMinute > 0:
		return min(room, 1)
	case r.astray:
		return room + r.most()
	case room == 0 && len(r.ahead) > r.most()/2:
		return 0
	}
	return room + r.most() - len(r.ahead)
}

// look takes the next n rows behind those that are ahead, or all of them anew
// where the order may have changed.
func (r *rounds) look(ctx context.Context, n int) ([]*ticket.Row, time.Time, error) {
	if r.astray {
		return r.Spool.Take(ctx, r.turn, n, r.skip)
	}
	turn, there := r.turn, make(map[ticket.NoticeID]bool, len(r.ahead))
	for _, c := range r.ahead {
		turn, there[c.row.Notice.ID] = c.row.Notice.Kind.Lane().Other(), true
	}
	return r.Spool.Take(ctx, turn, n, func(id ticket.NoticeID) bool { return there[id] || r.skip(id) })
}

// lineUp puts rows behind those that are ahead, or in their place, and has their
// letters written. What comes too late is dropped.
func (r *rounds) lineUp(rows []*ticket.Row, now time.Time) error {
	written := make(map[ticket.NoticeID]*carriage)
	if r.astray {
		for _, c := range r.ahead {
			written[c.row.Notice.ID] = c
		}
		r.ahead, r.astray = nil, false
	}
	for _, row := range rows {
		if row.Stale(now) {
			if err := r.drop(row); err != nil {
				return err
			}
			continue
		}
		c := written[row.Notice.ID]
		if c == nil || c.row.Fixed != row.Fixed || c.row.Weight != row.Weight || !c.row.Next.Equal(row.Next) { // a verb moved it
			c = &carriage{Sender: r.Sender, store: r.store, row: row, written: make(chan struct{}), follow: r.follow}
			r.letters.Go(func() { c.write(r.work) })
		}
		r.ahead = append(r.ahead, c)
	}
	return nil
}
