package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"sportello/ticket"
)

// What was sent is kept, and seldom looked at. When a letter has left, its notice
// and its bytes go into the archive, one frame of the month of the notice, as raw mail
// does: on disk before the commit that refers to it, and never other bytes than those
// that were kept. The row remembers where. Until then, and when a
// row is to go once more with something else, they lie in the working pages, which
// are looked at first.

// How many letters are put away together, and how long the first of them waits for
// others; after a fault, such as a full disk, for the next try.
const (
	awayBatch = 256
	awayAfter = time.Second
	awayAgain = time.Minute
)

// sentVersion is the first byte of a frame of the archive that holds what was sent:
// no mail begins with it. The length of the notice (4 bytes), the notice and the
// letter follow, as the working pages hold them; a row may have left without a letter.
const sentVersion = 1

// sent is what was kept of a row, both as they were put; nil: there is none.
type sent struct{ notice, letter []byte }

func (s sent) encode() []byte {
	b := append(make([]byte, 0, 5+len(s.notice)+len(s.letter)), sentVersion)
	b = binary.BigEndian.AppendUint32(b, uint32(len(s.notice)))
	return append(append(b, s.notice...), s.letter...)
}

func (s sent) clone() sent { return sent{bytes.Clone(s.notice), bytes.Clone(s.letter)} }

func (s sent) equal(o sent) bool {
	return bytes.Equal(s.notice, o.notice) && bytes.Equal(s.letter, o.letter)
}

func decodeSent(b []byte) (s sent, err error) {
	if len(b) < 5 || b[0] != sentVersion || uint64(len(b)-5) < uint64(binary.BigEndian.Uint32(b[1:])) {
		return s, errors.New("decode: not what was sent")
	}
	n := 5 + int(binary.BigEndian.Uint32(b[1:]))
	if s.notice = b[5:n]; n < len(b) {
		s.letter = b[n:]
	}
	return s, nil
}

// working is what lies in a bucket of the working pages under the number of a row;
// nil: nothing.
func (t *tx) working(bucket []byte, id ticket.NoticeID) ([]byte, error) {
	v, err := t.bucket(bucket).get(number(id))
	if err == nil && v != nil {
		v, err = unpack(v)
	}
	return v, err
}

// notice is that of a row, in the working pages or else in the archive; nil: there
// is none.
func (t *tx) notice(id ticket.NoticeID, r *rowRecord) ([]byte, error) {
	v, err := t.working(bucketNotices, id)
	if v != nil || err != nil {
		return v, err
	}
	s, err := t.away(r)
	return s.notice, err
}

// letter is that of a row, likewise.
func (t *tx) letter(id ticket.NoticeID, r *rowRecord) ([]byte, error) {
	v, err := t.working(bucketLetters, id)
	if v != nil || err != nil {
		return v, err
	}
	s, err := t.away(r)
	return s.letter, err
}

// away reads what was put away of a row. Its notice is mostly asked for together
// with its letter.
func (t *tx) away(r *rowRecord) (sent, error) {
	if len(r.Kept) == 0 {
		return sent{}, nil
	}
	ref := r.Kept[len(r.Kept)-1]
	if t.readRef == ref {
		return t.read, nil
	}
	raw, err := t.archive.raw(ref)
	var s sent
	if err == nil {
		s, err = decodeSent(raw)
	}
	if err != nil {
		return sent{}, fmt.Errorf("sent as %s: %w", ref, err)
	}
	t.readRef, t.read = ref, s
	return s, nil
}

// leaving collects the rows that left since they were last put away.
type leaving struct {
	mu   sync.Mutex
	ids  []ticket.NoticeID
	some chan struct{} // holds one when ids are not empty
}

func (l *leaving) add(ids []ticket.NoticeID) {
	if len(ids) == 0 {
		return
	}
	l.mu.Lock()
	l.ids = append(l.ids, ids...)
	l.mu.Unlock()
	select {
	case l.some <- struct{}{}:
	default:
	}
}

func (l *leaving) take(n int) []ticket.NoticeID {
	l.mu.Lock()
	defer l.mu.Unlock()
	n = min(n, len(l.ids))
	ids := l.ids[:n:n]
	if l.ids = l.ids[n:]; n == 0 {
		l.ids = nil
	}
	return ids
}

// tidy puts away what leaves, until Close: first what was left by the process
// before.
func (s *Store) tidy() {
	defer close(s.tidied)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { // nothing new is begun once the store is being closed
		select {
		case <-s.closing:
			cancel()
		case <-ctx.Done():
		}
	}()
	for from, more := ticket.NoticeID(1), true; more; {
		next, err := s.putAwayFrom(ctx, from)
		if from, more = next, next != 0; err != nil && !s.pause(ctx, awayAgain) {
			return
		}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.leaving.some:
		}
		wait := awayAfter
		for ids := []ticket.NoticeID(nil); s.pause(ctx, wait) && s.Attached() == nil; {
			if ids = s.leaving.take(awayBatch); len(ids) == 0 {
				break
			}
			if wait = 0; s.putAway(ctx, ids) != nil {
				s.leaving.add(ids)
				wait = awayAgain
			}
		}
	}
}

// pause waits, and tells whether to go on.
func (s *Store) pause(ctx context.Context, d time.Duration) bool {
	if d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-ctx.Done():
		case <-t.C:
		}
	}
	return ctx.Err() == nil && s.failure() == nil
}

// PutAway puts away whatever has left and lies in the working pages.
func (s *Store) PutAway(ctx context.Context) error {
	for from := ticket.NoticeID(1); from != 0; {
		next, err := s.putAwayFrom(ctx, from)
		if err != nil {
			return err
		}
		from = next
	}
	return nil
}

// putAwayFrom puts away those of the next rows in the working pages that left;
// next is where to go on, 0: that was the last.
func (s *Store) putAwayFrom(ctx context.Context, from ticket.NoticeID) (next ticket.NoticeID, err error) {
	if err := s.Attached(); err != nil {
		return 0, err
	}
	var ids []ticket.NoticeID
	err = s.View(ctx, func(t ticket.Tx) error {
		for _, name := range [][]byte{bucketNotices, bucketLetters} {
			c := t.(*tx).bucket(name).bolt.Cursor()
			k, _ := c.Seek(number(from))
			for n := 0; k != nil && n < awayBatch; n++ {
				ids = append(ids, ticket.NoticeID(lastNumber(k)))
				k, _ = c.Next()
			}
			if k != nil && (next == 0 || ticket.NoticeID(lastNumber(k)) < next) {
				next = ticket.NoticeID(lastNumber(k))
			}
		}
		return nil
	})
	if err == nil {
		err = s.putAway(ctx, ids)
	}
	return next, err
}

// parting is a row on its way into the archive.
type parting struct {
	id   ticket.NoticeID
	was  sent // in the working pages
	keep sent
	at   time.Time
}

// putAway moves what there is of rows that left into the archive. A row that
// changes meanwhile stays as it is, and so does one that cannot be read.
func (s *Store) putAway(ctx context.Context, ids []ticket.NoticeID) error {
	ctx = context.WithoutCancel(ctx) // a frame that no row refers to helps nobody
	s.parting.Lock()
	defer s.parting.Unlock()
	var all []parting
	err := s.View(ctx, func(t ticket.Tx) error {
		for _, id := range ids {
			if p, ok := t.(*tx).parting(id); ok {
				all = append(all, p)
			}
		}
		return nil
	})
	if err != nil || len(all) == 0 {
		return err
	}
	raws := make([]ticket.RawMail, len(all))
	for i, p := range all {
		raws[i] = ticket.RawMail{At: p.at, Raw: p.keep.encode()}
	}
	refs, err := s.keep(ctx, raws, letterPacker)
	if err != nil {
		return fmt.Errorf("put letters away: %w", err)
	}
	var spare []ticket.RawRef
	err = s.Update(ctx, func(t ticket.Tx) error {
		spare = nil
		for i, p := range all {
			taken, err := t.(*tx).part(p, refs[i])
			if err != nil {
				return fmt.Errorf("put letter %d away: %w", p.id, err)
			}
			if !taken {
				spare = append(spare, refs[i])
			}
		}
		return nil
	})
	if err != nil || len(spare) == 0 {
		return err
	}
	return s.Erase(ctx, spare, ticket.ErasedError{At: all[0].at, Reason: "the letter had changed"}) // it may have been erased
}

// parting is a row that left and of which something lies in the working pages.
func (t *tx) parting(id ticket.NoticeID) (p parting, ok bool) {
	var r rowRecord
	if t.get(bucketRows, number(id), &r, "row", id) != nil || !r.left() {
		return p, false
	}
	p.id = id
	var errs [4]error
	p.was.notice, errs[0] = t.working(bucketNotices, id)
	p.was.letter, errs[1] = t.working(bucketLetters, id)
	if p.was.notice == nil && p.was.letter == nil {
		return p, false
	}
	p.keep.notice, errs[2] = t.notice(id, &r)
	p.keep.letter, errs[3] = t.letter(id, &r)
	p.was, p.keep = p.was.clone(), p.keep.clone()
	var n noticeRecord
	if errors.Join(errs[:]...) != nil || decode(p.keep.notice, &n) != nil {
		return p, false
	}
	p.at = n.At
	return p, true
}

// part lets a row remember where it was put, unless it has changed since: then it
// answers false.
func (t *tx) part(p parting, ref ticket.RawRef) (bool, error) {
	now, ok := t.parting(p.id)
	if !ok || !now.was.equal(p.was) {
		return false, nil
	}
	if err := t.writing(); err != nil {
		return false, err
	}
	var r rowRecord
	if err := t.get(bucketRows, number(p.id), &r, "row", p.id); err != nil {
		return false, err
	}
	if n := len(r.Kept); n == 0 || r.Kept[n-1] != ref {
		r.Kept = append(r.Kept, ref)
	}
	return true, errors.Join(t.names(ref), t.bucket(bucketNotices).delete(number(p.id)), t.bucket(bucketLetters).delete(number(p.id)),
		t.putRow(p.id, &r))
}
