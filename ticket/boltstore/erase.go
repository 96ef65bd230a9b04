package boltstore

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// What an erasure writes over what was otherwise only ever added. Of an archived
// mail a stone stays under its number, which says when it was erased and why: the
// numbers of a month go on as before, and no reference shows another mail.

// stoneVersion is the first byte of what stands in the place of an erased mail: JSON
// and a checksum as behind a frame follow.
const stoneVersion = 3

type stoneRecord struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
}

// newStone is what is stored in the place of mail n.
func newStone(n uint64, why ticket.ErasedError) ([]byte, error) {
	b, err := json.Marshal(stoneRecord{why.At.UTC(), why.Reason})
	if err != nil {
		return nil, err
	}
	return sealFrame(n, append([]byte{stoneVersion}, b...)), nil
}

func isStone(stored []byte) bool { return len(stored) > 0 && stored[0] == stoneVersion }

// readStone says when and why mail n was erased, as an *ticket.ErasedError; another
// error where the stone is damaged.
func readStone(n uint64, stored []byte) error {
	end := len(stored) - sumSize
	if end < 1 || binary.BigEndian.Uint32(stored[end:]) != frameSum(n, stored[:end]) {
		return ErrSpoiled
	}
	var r stoneRecord
	if err := json.Unmarshal(stored[1:end], &r); err != nil {
		return fmt.Errorf("%w: %w", ErrSpoiled, err)
	}
	return &ticket.ErasedError{At: r.At, Reason: r.Reason}
}

// Erase puts stones in the place of archived mails, one commit a month; see
// ticket.Store.
func (s *Store) Erase(ctx context.Context, refs []ticket.RawRef, why ticket.ErasedError) error {
	if s.readOnly {
		return ticket.ErrReadOnly
	}
	if err := errors.Join(ctx.Err(), s.failure()); err != nil {
		return err
	}
	months := map[string][]uint64{}
	for _, ref := range refs {
		if name, n, _, err := parseRef(ref); err == nil {
			months[name] = append(months[name], n)
		}
	}
	for name, numbers := range months {
		m, err := s.archive.acquire(name, true)
		if err != nil {
			return fmt.Errorf("erase in %s: %w", name, err)
		}
		err = guarded("erase", func() error { return m.erase(numbers, why) })
		s.archive.release(m)
		if errors.Is(err, errBroken) { // nothing was written
			return fmt.Errorf("erase in %s: %w", name, err)
		}
		if err != nil {
			return s.fail(fmt.Errorf("erase in %s: %w", name, err))
		}
		s.archive.disown(name, numbers)
	}
	return nil
}

func (m *month) erase(numbers []uint64, why ticket.ErasedError) error {
	return m.db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketMail)
		for _, n := range numbers {
			stored := b.Get(number(n))
			if stored == nil || isStone(stored) {
				continue
			}
			stone, err := newStone(n, why)
			if err == nil {
				err = b.Put(number(n), stone)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// disown forgets orphans that were erased.
func (a *archive) disown(month string, numbers []uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for o, ref := range a.orphans {
		if name, n, _, err := parseRef(ref); err == nil && name == month && slices.Contains(numbers, n) {
			delete(a.orphans, o)
		}
	}
}

func (t *tx) ReplaceMessage(id ticket.ID, m *ticket.Message) error {
	return replaceEntry(t, bucketMessages, id, m.Seq, "message", newMessageRecord(m))
}

func (t *tx) ReplaceEvent(id ticket.ID, e *ticket.Event) error {
	return replaceEntry(t, bucketEvents, id, e.Seq, "event", newEventRecord(e))
}

// replaceEntry writes over an entry of a thread.
func replaceEntry(t *tx, bucket []byte, id ticket.ID, seq int, what string, v any) error {
	if err := t.writing(); err != nil {
		return err
	}
	b := t.bucket(bucket)
	if seq < 1 || !b.has(entryKey(id, seq)) {
		return fmt.Errorf("%s %d of ticket %d: %w", what, seq, id, ticket.ErrNotFound)
	}
	return t.put(b, entryKey(id, seq), v, fmt.Sprintf("%s %d of ticket", what, seq), id)
}

func (t *tx) ForgetMessageID(mid string, id ticket.ID) error {
	if err := t.writing(); err != nil {
		return err
	}
	if mid == "" {
		return nil
	}
	return t.shelved(indexMessageIDs).forget(digest(mid), number(id))
}

func (t *tx) ForgetKey(key string) error {
	if err := t.writing(); err != nil {
		return err
	}
	b := t.bucket(bucketHits)
	for e, err := range b.ascend(digest(key)) {
		if err == nil {
			err = b.delete(e.key)
		}
		if err != nil {
			return fmt.Errorf("forget: %w", err)
		}
	}
	return nil
}

// EraseLetter leaves the hash and the length of a letter; see ticket.Tx. The notice,
// which may lie in the archive with it, is brought back among the working pages.
func (t *tx) EraseLetter(id ticket.NoticeID, by ticket.ErasureID) ([]ticket.RawRef, error) {
	if err := t.writing(); err != nil {
		return nil, err
	}
	var r rowRecord
	if err := t.get(bucketRows, number(id), &r, "row", id); errors.Is(err, ticket.ErrNotFound) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	l, err := t.Letter(id)
	if err == nil {
		err = t.PutLetter(id, &ticket.Letter{Sum: l.Sum, Size: l.Size, Erased: by})
	} else if errors.Is(err, ticket.ErrNotFound) {
		err = nil
	}
	if err != nil || len(r.Kept) == 0 {
		return nil, err
	}
	notice, err := t.working(bucketNotices, id)
	if err == nil && notice == nil {
		if notice, err = t.notice(id, &r); err == nil {
			err = t.bucket(bucketNotices).put(number(id), slices.Clone(notice))
		}
	}
	if err != nil {
		return nil, err
	}
	was := r.Kept
	r.Kept = nil
	t.left = append(t.left, id)
	return was, t.putRow(id, &r)
}

// MoveCustomer moves everything that stands under a customer's id; see ticket.Tx.
func (t *tx) MoveCustomer(from, to string) error {
	if err := t.writing(); err != nil {
		return err
	}
	c, err := t.Customer(from)
	if err != nil {
		return err
	}
	if to == "" || t.bucket(bucketCustomers).has([]byte(to)) {
		return fmt.Errorf("move customer %s to %q: %w", from, to, ticket.ErrInput)
	}
	if err := errors.Join(reindex(t.bucket(bucketContacts), contactKeys(c), nil), t.bucket(bucketCustomers).delete([]byte(from))); err != nil {
		return fmt.Errorf("move customer %s: %w", from, err)
	}
	n, err := t.counts()
	if err != nil {
		return err
	}
	n.Customers--
	c.ID = to
	if err := errors.Join(t.PutCustomer(c), t.moveLots(from, to), t.moveHolds(from, to), t.moveEntries(from, to)); err != nil {
		return fmt.Errorf("move customer %s to %s: %w", from, to, err)
	}
	return nil
}

func (t *tx) moveLots(from, to string) error {
	lots, err := t.Lots(from)
	if err != nil {
		return err
	}
	b := t.bucket(bucketLots)
	for _, l := range lots {
		if err := errors.Join(b.delete(lotKey(from, l.Ref)), t.bucket(bucketRefs).put(appendText(nil, l.Ref), []byte(to)),
			t.put(b, lotKey(to, l.Ref), lotRecord(l), "lot", l.Ref)); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) moveHolds(from, to string) error {
	b := t.bucket(bucketHolds)
	for e, err := range b.ascend(nil) {
		var r holdRecord
		if err == nil {
			err = decode(e.value, &r)
		}
		if err == nil && r.Customer == from {
			r.Customer = to
			err = t.put(b, slices.Clone(e.key), r, "hold", r.Code)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) moveEntries(from, to string) error {
	var entries []*ticket.Entry
	for e, err := range t.Entries(from, 0) {
		if err != nil {
			return err
		}
		entries = append(entries, e)
	}
	b, causes, posted := t.bucket(bucketEntries), t.bucket(bucketCauses), t.bucket(bucketPosted)
	for _, e := range entries {
		if err := errors.Join(b.delete(ledgerKey(from, e.Seq)), t.put(b, ledgerKey(to, e.Seq), newEntryRecord(e), "entry", e.Seq),
			causes.put(causeKey(e), []byte(to)), reindex(posted, postedKeys(e, from), nil), insert(posted, postedKeys(e, to)...)); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) ReplaceEntry(customer string, e *ticket.Entry) error {
	if err := t.writing(); err != nil {
		return err
	}
	old, err := t.entry(customer, e.Seq)
	if err != nil {
		return err
	}
	if e.Cause == "" || !e.At.Equal(old.At) || e.Move != old.Move {
		return fmt.Errorf("replace entry %d of customer %s by another: %w", e.Seq, customer, ticket.ErrInput)
	}
	causes := t.bucket(bucketCauses)
	if e.Cause != old.Cause {
		if err := errors.Join(causes.delete(causeKey(old)), causes.put(causeKey(e), []byte(customer))); err != nil {
			return fmt.Errorf("entry %d of customer %s: %w", e.Seq, customer, err)
		}
	}
	return t.put(t.bucket(bucketEntries), ledgerKey(customer, e.Seq), newEntryRecord(e), "entry", e.Seq)
}
