package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"time"

	"sportello/ticket"
)

// A row is kept in two parts, since its notice, which may be large, never
// changes once queued, and its state changes with every try. Once it has left, the
// notice and the letter are put away; see sent.go.

func (t *tx) Row(id ticket.NoticeID) (*ticket.Row, error) {
	var r rowRecord
	if err := t.get(bucketRows, number(id), &r, "row", id); err != nil {
		return nil, err
	}
	var n noticeRecord
	v, err := t.notice(id, &r)
	if err == nil && v == nil {
		err = ticket.ErrNotFound
	}
	if err == nil {
		err = decode(v, &n)
	}
	if err != nil {
		return nil, fmt.Errorf("notice %d: %w", id, err)
	}
	return r.value(n), nil
}

// PutRow stores v with its place in the queue and the counts; see ticket.Tx.
func (t *tx) PutRow(v *ticket.Row) error {
	if err := t.writing(); err != nil {
		return err
	}
	id := v.Notice.ID
	if id == 0 {
		return fmt.Errorf("put row without a number: %w", ticket.ErrInput)
	}
	var old rowRecord // zero: there is none
	if err := t.get(bucketRows, number(id), &old, "row", id); err != nil && !errors.Is(err, ticket.ErrNotFound) {
		return err
	}
	n, err := t.counts()
	if err != nil {
		return err
	}
	row := newRowRecord(v)
	row.Kept = old.Kept
	countRow(n, old.State, -1)
	countRow(n, row.State, +1)
	if err := errors.Join(
		reindex(t.bucket(bucketRowStates), old.stateKeys(id), row.stateKeys(id)),
		reindex(t.bucket(bucketQueue), old.queueKeys(id), row.queueKeys(id)),
		t.putNotice(v.Notice, row)); err != nil {
		return fmt.Errorf("row %d: %w", id, err)
	}
	if row.left() {
		t.left = append(t.left, id)
	}
	return t.putRow(id, row)
}

// rowFill leaves room in a page for what rows grow by until they have left.
const rowFill = 0.7

// putRow writes a row, packed once it has left.
func (t *tx) putRow(id ticket.NoticeID, r *rowRecord) error {
	e, err := encode(r)
	if err == nil && r.left() {
		e = pack(e)
	}
	b := t.bucket(bucketRows)
	b.bolt.FillPercent = rowFill
	if err == nil {
		err = b.put(number(id), e)
	}
	if err != nil {
		return fmt.Errorf("put row %d: %w", id, err)
	}
	return nil
}

// left tells whether nothing is expected to be sent of a row any more.
func (r *rowRecord) left() bool {
	return r.State == ticket.RowSent || r.State == ticket.RowUnknown || r.State == ticket.RowFailed
}

// putNotice writes the notice of a row unless it lies there as it is.
func (t *tx) putNotice(n ticket.Notice, r *rowRecord) error {
	e, err := encode(newNoticeRecord(n))
	if err != nil {
		return fmt.Errorf("put notice %d: %w", n.ID, err)
	}
	if there, err := t.notice(n.ID, r); err == nil && bytes.Equal(there, e) { // what cannot be read is written anew
		return nil
	}
	if err := t.growing(bucketNotices).put(number(n.ID), e); err != nil {
		return fmt.Errorf("put notice %d: %w", n.ID, err)
	}
	return nil
}

// stateKeys is the entry of a row in the index by state; the zero row has none.
func (r *rowRecord) stateKeys(id ticket.NoticeID) [][]byte {
	if r.State == 0 {
		return nil
	}
	return [][]byte{appendNumber(rowStatePrefix(r.State), id)}
}

func rowStatePrefix(s ticket.RowState) []byte { return appendText(nil, s.String()) }

// queueKeys is the place of a queued row in the queue.
func (r *rowRecord) queueKeys(id ticket.NoticeID) [][]byte {
	if r.State != ticket.RowQueued {
		return nil
	}
	return [][]byte{appendNumber(appendTime([]byte{r.Class}, r.Next), id)}
}

// due yields the keys of one class of the queue whose time is not after now,
// the latest first.
func due(b *bucket, class int, now time.Time) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		c := b.cursor()
		e, ok := c.before(afterTime(class, now))
		for ok && int(e.key[0]) == class && yield(e.key, nil) {
			e, ok = c.back()
		}
		if c.err != nil {
			yield(nil, c.err)
		}
	}
}

// afterTime is the first key of a class behind those of rows due at now.
func afterTime(class int, now time.Time) []byte {
	return appendTime([]byte{byte(class)}, now.Add(1))
}

func (t *tx) Queued(l ticket.Lane, now time.Time, n int, skip func(ticket.NoticeID) bool) ([]*ticket.Row, error) {
	var rows []*ticket.Row
	for _, class := range l.Classes() {
		for k, err := range due(t.bucket(bucketQueue), class, now) {
			if err != nil {
				return nil, fmt.Errorf("queue: %w", err)
			}
			if len(rows) >= n {
				return rows, nil
			}
			id := ticket.NoticeID(lastNumber(k))
			if skip != nil && skip(id) {
				continue
			}
			r, err := t.Row(id)
			if err != nil {
				return nil, &ticket.RowError{ID: id, Err: err}
			}
			rows = append(rows, r)
		}
	}
	return rows, nil
}

// NextQueued looks at the first later row of each class.
func (t *tx) NextQueued(now time.Time) (time.Time, error) {
	var first time.Time
	found := false
	c := t.bucket(bucketQueue).cursor()
	for _, lane := range []ticket.Lane{ticket.LaneCustomers, ticket.LaneTechnicians} {
		for _, class := range lane.Classes() {
			e, ok := c.seek(afterTime(class, now))
			if c.err != nil {
				return time.Time{}, fmt.Errorf("queue: %w", c.err)
			}
			if !ok || int(e.key[0]) != class {
				continue
			}
			if at := keyTime(e.key[1:]); !found || at.Before(first) {
				first, found = at, true
			}
		}
	}
	return first, nil
}

func (t *tx) Rows(s ticket.RowState, after ticket.NoticeID) iter.Seq2[*ticket.Row, error] {
	return func(yield func(*ticket.Row, error) bool) {
		if s == 0 {
			for id, err := range common([]postings{{t.bucket(bucketRows).cursor(), nil}}, uint64(after)) {
				if err != nil {
					yield(nil, fmt.Errorf("rows: %w", err))
					return
				}
				if !yield(t.Row(ticket.NoticeID(id))) {
					return
				}
			}
			return
		}
		for e, err := range t.bucket(bucketRowStates).ascendAfter(rowStatePrefix(s), appendNumber(rowStatePrefix(s), after)) {
			if err != nil {
				yield(nil, fmt.Errorf("rows: %w", err))
				return
			}
			if !yield(t.Row(ticket.NoticeID(lastNumber(e.key)))) {
				return
			}
		}
	}
}

func (t *tx) Letter(id ticket.NoticeID) (*ticket.Letter, error) {
	var r rowRecord // of a letter that was put before its row there is none yet
	err := t.get(bucketRows, number(id), &r, "row", id)
	if errors.Is(err, ticket.ErrNotFound) {
		err = nil
	}
	var v []byte
	if err == nil {
		v, err = t.letter(id, &r)
	}
	if err == nil && v == nil {
		err = ticket.ErrNotFound
	}
	var l *ticket.Letter
	if err == nil {
		l, err = decodeLetter(v)
	}
	if err != nil {
		return nil, fmt.Errorf("letter %d: %w", id, err)
	}
	return l, nil
}

func (t *tx) PutLetter(id ticket.NoticeID, l *ticket.Letter) error {
	if err := t.writing(); err != nil {
		return err
	}
	if id == 0 {
		return fmt.Errorf("put letter without a number: %w", ticket.ErrInput)
	}
	v, err := encodeLetter(l)
	if err == nil {
		err = t.growing(bucketLetters).put(number(id), v)
	}
	if err != nil {
		return fmt.Errorf("put letter %d: %w", id, err)
	}
	return nil
}
