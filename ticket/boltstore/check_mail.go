package boltstore

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"sportello/ticket"
)

// arrivals checks that each arrival became exactly one thing that exists, and
// that each fingerprint has one owner.
func (c *checker) arrivals() error {
	fates := c.index(bucketFates, "P1")
	highest := c.tx.bucket(bucketArrivals).given()
	err := c.entries(bucketArrivals, func(k, v []byte) {
		where := fmt.Sprintf("arrival %d", lastNumber(k))
		var r arrivalRecord
		if err := decode(v, &r); err != nil {
			c.fault("P11", where, "%v", err)
			return
		}
		a := r.value()
		if uint64(a.ID) != lastNumber(k) || uint64(a.ID) > highest {
			c.fault("P11", where, "it says it is arrival %d; %d numbers were given out", a.ID, highest)
		}
		fates.wants(where, fateKeys(a))
		if why := c.fate(a); why != "" {
			c.fault("P1", where, "%s", why)
		}
		if _, err := c.tx.ByRaw(a.RawSum); a.RawSum != [32]byte{} && err != nil {
			c.fault("P2", where, "its raw fingerprint has no owner")
		}
		if _, err := c.tx.ByContent(a.Content); a.Content != [32]byte{} && err != nil {
			c.fault("P2", where, "its content fingerprint has no owner")
		}
		if first, err := byKey(c.tx.bucket(bucketPlaces), placeKey(a.Source), "place"); placeKey(a.Source) != nil && (err != nil || first > a.ID) {
			c.fault("P1", where, "its place on the server is not listed as its own")
		}
		if !c.reaches(a.Raw) {
			c.fault("P1", where, "the archive is not remembered to go as far as its raw mail %s", a.Raw)
		}
	})
	if err != nil {
		return err
	}
	if err := fates.finish(); err != nil {
		return err
	}
	return errors.Join(
		c.owners(bucketRawSums, func(a *ticket.Arrival) []byte { return sumKey(a.RawSum) }),
		c.owners(bucketContents, func(a *ticket.Arrival) []byte { return sumKey(a.Content) }),
		c.shelves(indexRawSums), c.shelves(indexContents), c.shelves(indexMessageIDs),
		c.owners(bucketPlaces, func(a *ticket.Arrival) []byte { return placeKey(a.Source) }))
}

// reaches tells whether a month is remembered to go as far as a reference; an
// older store that is only read remembers nothing.
func (c *checker) reaches(ref ticket.RawRef) bool {
	b := c.tx.bucket(bucketArchived)
	name, n, _, err := parseRef(ref)
	if b == nil || err != nil || !c.tx.meta.whole() {
		return true
	}
	v, err := b.get([]byte(name))
	return err == nil && v != nil && lastNumber(v) >= n
}

// fate says what is wrong with what became of a; "" nothing.
func (c *checker) fate(a *ticket.Arrival) string {
	switch a.Fate {
	case ticket.FateMessage:
		m, err := c.tx.Message(a.Ticket, a.Seq)
		if err != nil {
			return fmt.Sprintf("it became message %d of ticket %d: %v", a.Seq, a.Ticket, err)
		}
		if m.Arrival != a.ID {
			return fmt.Sprintf("it became message %d of ticket %d, which is of arrival %d", a.Seq, a.Ticket, m.Arrival)
		}
	case ticket.FateDuplicate:
		if a.Of == a.ID || !c.tx.bucket(bucketArrivals).has(number(a.Of)) {
			return fmt.Sprintf("it is a duplicate of arrival %d, which is none", a.Of)
		}
	case ticket.FateIgnored, ticket.FateQuarantine, ticket.FateHeld, ticket.FateDropped:
		if a.Reason == "" {
			return fmt.Sprintf("it is %s without a reason", a.Fate)
		}
	default:
		return fmt.Sprintf("nothing became of it: fate %q", a.Fate)
	}
	return ""
}

// owners checks that the arrivals an index points to have its keys.
func (c *checker) owners(bucket []byte, key func(*ticket.Arrival) []byte) error {
	return c.entries(bucket, func(k, v []byte) {
		where := fmt.Sprintf("index %s %x", bucket, k)
		a, err := c.tx.Arrival(ticket.ArrivalID(lastNumber(v)))
		if err != nil {
			c.fault("P2", where, "%v", err)
			return
		}
		if _, whole, _ := parseShelfKey(k); string(key(a)) != string(whole) {
			c.fault("P2", where, "it points to arrival %d, which has another", a.ID)
		}
	})
}

// outbox checks rows and letters: the indexes, that fixed letters are there,
// and that no two rows have one Message-ID.
func (c *checker) outbox() error {
	states, queue := c.index(bucketRowStates, "P8"), c.index(bucketQueue, "P8")
	highest := c.tx.bucket(bucketRows).given()
	ids := map[[digestSize]byte]ticket.NoticeID{}
	err := c.entries(bucketRows, func(k, v []byte) {
		id := ticket.NoticeID(lastNumber(k))
		where := fmt.Sprintf("row %d", id)
		r, err := c.tx.Row(id)
		var row rowRecord
		if err := errors.Join(err, decode(v, &row)); err != nil {
			c.fault("P11", where, "%v", err)
			return
		}
		if r.Notice.ID != id || uint64(id) > highest {
			c.fault("P11", where, "it says it is row %d; %d numbers were given out", r.Notice.ID, highest)
		}
		if r.State < ticket.RowQueued || r.State > ticket.RowHeld {
			c.fault("P8", where, "its state is %q", r.State)
		}
		if !slices.Contains(r.Notice.Kind.Lane().Classes(), int(row.Class)) { // which class of it has changed over time
			c.fault("P8", where, "it is queued in class %d as a notice %s", row.Class, r.Notice.Kind)
		}
		states.wants(where, row.stateKeys(id))
		queue.wants(where, row.queueKeys(id))
		if _, err := c.tx.Letter(id); err != nil && (r.Fixed || !errors.Is(err, ticket.ErrNotFound)) {
			c.fault("P8", where, "its letter was fixed and is missing: %v", err)
		}
		for _, ref := range row.Kept {
			if !c.reaches(ref) {
				c.fault("P8", where, "the archive is not remembered to go as far as what was sent of it, %s", ref)
			}
		}
		if r.Notice.MessageID != "" {
			d := [digestSize]byte(digest(r.Notice.MessageID))
			if other := ids[d]; other != 0 {
				c.fault("P8", where, "it has the Message-ID of row %d", other)
			}
			ids[d] = id
		}
	})
	if err != nil {
		return err
	}
	if err := errors.Join(states.finish(), queue.finish()); err != nil {
		return err
	}
	return c.entries(bucketLetters, func(k, v []byte) {
		if !c.tx.bucket(bucketRows).has(k) {
			c.fault("P8", fmt.Sprintf("letter %d", lastNumber(k)), "there is no such row")
		}
		if _, err := decodeLetter(v); err != nil {
			c.fault("P8", fmt.Sprintf("letter %d", lastNumber(k)), "%v", err)
		}
	})
}

// rawBatch is how many arrivals are looked at in one transaction, which must be
// short: it keeps pages from being used again.
const rawBatch = 1000

// checkRaws checks that the raw mail of each arrival is in the archive; with
// deep that it has the fingerprint it had.
func (s *Store) checkRaws(ctx context.Context, deep bool, report func(Finding)) error {
	fault := func(id ticket.ArrivalID, format string, args ...any) {
		report(Finding{"error", "P1", fmt.Sprintf("arrival %d", id), fmt.Sprintf(format, args...)})
	}
	for next := ticket.ArrivalID(1); next != 0; {
		batch, err := s.arrivalsFrom(ctx, &next)
		if err != nil {
			return fmt.Errorf("check raw mail: %w", err)
		}
		for _, a := range batch {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("check raw mail: %w", err)
			}
			switch {
			case a.Raw == "":
			case !deep:
				if err := s.archive.has(a.Raw); !known(a, err) {
					fault(a.ID, "raw mail %s: %v", a.Raw, err)
				}
			default:
				raw, err := s.Raw(ctx, a.Raw)
				if !known(a, err) {
					fault(a.ID, "%v", err)
				} else if got := sha256.Sum256(raw); err == nil && a.RawSum != [32]byte{} && got != a.RawSum {
					fault(a.ID, "raw mail %s has fingerprint %x, not %x", a.Raw, got[:6], a.RawSum[:6])
				}
			}
		}
	}
	return nil
}

// known tells whether err is none, or says that the mail was erased and its arrival
// says so too.
func known(a *ticket.Arrival, err error) bool {
	_, erased := errors.AsType[*ticket.ErasedError](err)
	return err == nil || erased && a.Erased != 0
}

// arrivalsFrom reads a batch and moves next behind it; 0: that was the last.
// What cannot be decoded is left out: the page part has reported it.
func (s *Store) arrivalsFrom(ctx context.Context, next *ticket.ArrivalID) (batch []*ticket.Arrival, err error) {
	err = s.View(ctx, func(t ticket.Tx) error {
		b := t.(*tx).bucket(bucketArrivals)
		c := b.bolt.Cursor()
		k, stored := c.Seek(number(*next))
		for n := 0; k != nil && n < rawBatch; n++ {
			var r arrivalRecord
			if v, err := b.open(k, stored); err == nil && decode(v, &r) == nil {
				batch = append(batch, r.value())
			}
			k, stored = c.Next()
		}
		*next = 0
		if k != nil {
			*next = ticket.ArrivalID(lastNumber(k))
		}
		return nil
	})
	return batch, err
}
