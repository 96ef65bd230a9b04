package mailout

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"sportello/ticket"
)

// memSpool is an outbox in memory that keeps the promises of Spool and notes
// what became of each try.
type memSpool struct {
	mu      sync.Mutex
	now     func() time.Time
	rows    map[ticket.NoticeID]*ticket.Row
	letters map[ticket.NoticeID]*ticket.Letter
	history []settled
	sending int
	most    int // rows that were sending at once
	shared  int // commits of Follow
	stale   map[ticket.NoticeID]bool
	fail    error                      // of the next Settle
	spoiled map[ticket.NoticeID]string // rows whose "row", "begin", "letter" or "settle" cannot be done
}

// errSpoiled is what a store says of an entry that is not what was put.
var errSpoiled = errors.New("its checksum is wrong")

type settled struct {
	ID      ticket.NoticeID
	After   time.Duration // since the spool was made
	Outcome ticket.Outcome
}

func newSpool(now func() time.Time, notices ...*ticket.Notice) *memSpool {
	s := &memSpool{now: now, rows: make(map[ticket.NoticeID]*ticket.Row), letters: make(map[ticket.NoticeID]*ticket.Letter),
		stale: make(map[ticket.NoticeID]bool)}
	for _, n := range notices {
		s.add(n)
	}
	return s
}

func (s *memSpool) add(n *ticket.Notice) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows[n.ID] = &ticket.Row{Notice: *n, State: ticket.RowQueued, Next: s.now()}
}

// Take has the order of the classes and, plainer than a store, the lowest
// number first.
func (s *memSpool) Take(_ context.Context, first ticket.Lane, n int, busy func(ticket.NoticeID) bool) (rows []*ticket.Row, next time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for id, r := range s.rows {
		switch {
		case r.State != ticket.RowQueued:
		case r.Next.After(now):
			if next.IsZero() || r.Next.Before(next) {
				next = r.Next
			}
		case !busy(id):
			if s.spoiled[id] == "row" {
				return nil, time.Time{}, &ticket.RowError{ID: id, Err: errSpoiled}
			}
			c := *r
			rows = append(rows, &c)
		}
	}
	slices.SortFunc(rows, func(a, b *ticket.Row) int {
		ka, kb := a.Notice.Kind, b.Notice.Kind
		if ka.Lane() != kb.Lane() {
			if ka.Lane() == first {
				return -1
			}
			return 1
		}
		classes := ka.Lane().Classes()
		return cmp.Or(cmp.Compare(slices.Index(classes, ka.Class()), slices.Index(classes, kb.Class())), cmp.Compare(a.Notice.ID, b.Notice.ID))
	})
	return rows[:min(n, len(rows))], next, nil
}

func (s *memSpool) Begin(_ context.Context, id ticket.NoticeID, l *ticket.Letter) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stale[id] {
		return ticket.ErrStale
	}
	if s.spoiled[id] == "begin" {
		return errSpoiled
	}
	r := s.rows[id]
	if (l == nil) != r.Fixed {
		return errors.New("a fixed letter was stored again, or none was")
	}
	if l != nil {
		s.letters[id], r.Fixed = l, true
	}
	r.State = ticket.RowSending
	s.sending++
	s.most = max(s.most, s.sending)
	return nil
}

func (s *memSpool) Letter(_ context.Context, id ticket.NoticeID) (*ticket.Letter, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.spoiled[id] == "letter" {
		return nil, errSpoiled
	}
	if l := s.letters[id]; l != nil {
		return l, nil
	}
	return nil, ticket.ErrNotFound
}

func (s *memSpool) Settle(_ context.Context, id ticket.NoticeID, o ticket.Outcome) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	if s.spoiled[id] == "settle" {
		return errSpoiled
	}
	r := s.rows[id]
	if r.State == ticket.RowSending {
		s.sending--
	}
	r.State, r.LastError, r.Response = o.State, o.Error, o.Response
	if o.State == ticket.RowQueued {
		r.Next = o.Next
		if o.Weight > r.Weight {
			r.Weight, r.Fixed = o.Weight, false
		}
		if o.Counts {
			r.Tries++
		}
	}
	s.history = append(s.history, settled{id, s.now().Sub(at), o})
	return nil
}

// Follow does both or nothing, as one commit does.
func (s *memSpool) Follow(ctx context.Context, id ticket.NoticeID, o ticket.Outcome, next ticket.NoticeID, l *ticket.Letter) error {
	s.mu.Lock()
	failing := s.fail
	if s.spoiled[id] == "settle" || s.spoiled[next] == "begin" {
		failing = errSpoiled
	}
	s.mu.Unlock()
	if failing != nil {
		return failing
	}
	if err := s.Settle(ctx, id, o); err != nil {
		return err
	}
	s.mu.Lock()
	s.shared++
	s.mu.Unlock()
	return s.Begin(ctx, next, l)
}

// row returns a copy of one row.
func (s *memSpool) row(id ticket.NoticeID) ticket.Row {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.rows[id]
}
