package boltstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"

	"sportello/policy"
	"sportello/ticket"
)

// AddEntry appends to the ledger of a customer; see ticket.Tx.
func (t *tx) AddEntry(customer string, e *ticket.Entry) error {
	if err := t.writing(); err != nil {
		return err
	}
	b := t.growing(bucketEntries)
	last, err := lastEntry(b, customer)
	if err != nil {
		return fmt.Errorf("entry of customer %q: %w", customer, err)
	}
	if customer == "" || e.Cause == "" || e.Seq != last+1 {
		return fmt.Errorf("entry %d after %d of customer %q: %w", e.Seq, last, customer, ticket.ErrInput)
	}
	causes := t.bucket(bucketCauses)
	for before, err := range causes.ascend(digest(e.Cause)) {
		if err != nil {
			return fmt.Errorf("entry of customer %q: %w", customer, err)
		}
		if string(before.value) != customer {
			return fmt.Errorf("entry of customer %q: its cause %q is of customer %q: %w", customer, e.Cause, before.value, ticket.ErrInput)
		}
		break
	}
	if err := causes.put(causeKey(e), []byte(customer)); err != nil {
		return fmt.Errorf("entry %d of customer %s: %w", e.Seq, customer, err)
	}
	if err := insert(t.bucket(bucketPosted), postedKeys(e, customer)...); err != nil {
		return err
	}
	return t.put(b, ledgerKey(customer, e.Seq), newEntryRecord(e), "entry", e.Seq)
}

func ledgerKey(customer string, seq int) []byte {
	return binary.BigEndian.AppendUint32(appendText(nil, customer), uint32(seq))
}

func causeKey(e *ticket.Entry) []byte {
	return binary.BigEndian.AppendUint32(digest(e.Cause), uint32(e.Seq))
}

// lastEntry is the number of a customer's newest entry; 0: none.
func lastEntry(b *bucket, customer string) (int, error) {
	prefix := appendText(nil, customer)
	c := b.cursor()
	e, ok := c.before(append(slices.Clone(prefix), 0xFF, 0xFF, 0xFF, 0xFF))
	if !ok || len(e.key) != len(prefix)+4 || string(e.key[:len(prefix)]) != string(prefix) {
		return 0, c.err
	}
	return int(binary.BigEndian.Uint32(e.key[len(prefix):])), nil
}

func (t *tx) LastEntry(customer string) (*ticket.Entry, error) {
	seq, err := lastEntry(t.bucket(bucketEntries), customer)
	if err != nil {
		return nil, fmt.Errorf("entries of customer %s: %w", customer, err)
	}
	return t.entry(customer, seq)
}

func (t *tx) entry(customer string, seq int) (*ticket.Entry, error) {
	var r entryRecord
	if err := t.get(bucketEntries, ledgerKey(customer, seq), &r, "entry", seq); err != nil {
		return nil, fmt.Errorf("customer %s: %w", customer, err)
	}
	return r.value(), nil
}

func (t *tx) Entries(customer string, after int) iter.Seq2[*ticket.Entry, error] {
	return func(yield func(*ticket.Entry, error) bool) {
		for e, err := range t.bucket(bucketEntries).ascendAfter(appendText(nil, customer), ledgerKey(customer, after)) {
			var r entryRecord
			if err == nil {
				err = decode(e.value, &r)
			}
			if err != nil {
				yield(nil, fmt.Errorf("entries of customer %s: %w", customer, err))
				return
			}
			if !yield(r.value(), nil) {
				return
			}
		}
	}
}

func (t *tx) ByCause(cause string) (string, []*ticket.Entry, error) {
	customer := ""
	var entries []*ticket.Entry
	for at, err := range t.bucket(bucketCauses).ascend(digest(cause)) {
		var e *ticket.Entry
		if err == nil {
			customer = string(at.value)
			e, err = t.entry(customer, int(binary.BigEndian.Uint32(at.key[digestSize:])))
		}
		if err != nil {
			return "", nil, fmt.Errorf("cause %s: %w", cause, err)
		}
		entries = append(entries, e)
	}
	return customer, entries, nil
}

func (t *tx) Hold(code string) (string, policy.Hold, error) {
	var r holdRecord
	if err := t.get(bucketHolds, appendText(nil, code), &r, "hold", code); err != nil {
		return "", policy.Hold{}, err
	}
	return r.Customer, r.value(), nil
}

// PutHold stores a hold under its code, which belongs to one customer for ever.
func (t *tx) PutHold(customer string, h policy.Hold) error {
	if err := t.writing(); err != nil {
		return err
	}
	owner, _, err := t.Hold(h.Code)
	if err != nil && !errors.Is(err, ticket.ErrNotFound) {
		return err
	}
	if customer == "" || h.Code == "" || err == nil && owner != customer {
		return fmt.Errorf("put hold %q of customer %q: %w", h.Code, customer, ticket.ErrInput)
	}
	return t.put(t.bucket(bucketHolds), appendText(nil, h.Code), newHoldRecord(customer, h), "hold", h.Code)
}

func (t *tx) DueLots(today policy.Date, n int) ([]string, error) {
	var refs []string
	for e, err := range t.bucket(bucketDueLots).ascend(nil) {
		if err != nil {
			return nil, fmt.Errorf("lots that are due: %w", err)
		}
		day, rest := takeText(e.key)
		if len(refs) == n || day >= today.String() {
			break
		}
		ref, _ := takeText(rest)
		refs = append(refs, ref)
	}
	return refs, nil
}

// dueKeys are the places of a lot in the index of those that a clock must look at.
func dueKeys(l *policy.Lot) [][]byte {
	if l == nil {
		return nil
	}
	day, due := l.Due()
	if !due {
		return nil
	}
	return [][]byte{appendText(appendText(nil, day.String()), l.Ref)}
}

func (t *tx) Books() (ticket.Books, error) {
	var r booksRecord
	err := t.single(keyBooks, &r)
	return r.value(), err
}

func (t *tx) SetBooks(b ticket.Books) error {
	if err := t.writing(); err != nil {
		return err
	}
	return t.put(t.bucket(bucketDesk), keyBooks, newBooksRecord(b), "books", "")
}
