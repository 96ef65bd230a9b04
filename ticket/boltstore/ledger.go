package boltstore

import (
	"encoding/binary"
	"fmt"
	"iter"
	"slices"

	bolt "go.etcd.io/bbolt"

	"sportello/policy"
	"sportello/ticket"
)

// AddEntry appends to the ledger of a customer; see ticket.Tx.
func (t *tx) AddEntry(customer string, e *ticket.Entry) error {
	if err := t.writing(); err != nil {
		return err
	}
	b := t.growing(bucketEntries)
	if last := lastEntry(b, customer); customer == "" || e.Cause == "" || e.Seq != last+1 {
		return fmt.Errorf("entry %d after %d of customer %q: %w", e.Seq, last, customer, ticket.ErrInput)
	}
	causes := t.bucket(bucketCauses)
	for _, owner := range ascend(causes, digest(e.Cause)) {
		if string(owner) != customer {
			return fmt.Errorf("entry of customer %q: its cause %q is of customer %q: %w", customer, e.Cause, owner, ticket.ErrInput)
		}
		break
	}
	if err := causes.Put(causeKey(e), []byte(customer)); err != nil {
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
func lastEntry(b *bolt.Bucket, customer string) int {
	prefix := appendText(nil, customer)
	c := b.Cursor()
	k, _ := c.Seek(append(slices.Clone(prefix), 0xFF, 0xFF, 0xFF, 0xFF))
	if k == nil {
		k, _ = c.Last()
	} else {
		k, _ = c.Prev()
	}
	if len(k) != len(prefix)+4 || string(k[:len(prefix)]) != string(prefix) {
		return 0
	}
	return int(binary.BigEndian.Uint32(k[len(prefix):]))
}

func (t *tx) LastEntry(customer string) (*ticket.Entry, error) {
	return t.entry(customer, lastEntry(t.bucket(bucketEntries), customer))
}

func (t *tx) entry(customer string, seq int) (*ticket.Entry, error) {
	var r entryRecord
	if err := t.get(bucketEntries, ledgerKey(customer, seq), &r, "entry", seq); err != nil {
		return nil, fmt.Errorf("customer %s: %w", customer, err)
	}
	return r.value(), nil
}

func (t *tx) Entries(customer string) iter.Seq2[*ticket.Entry, error] {
	return func(yield func(*ticket.Entry, error) bool) {
		for _, v := range ascend(t.bucket(bucketEntries), appendText(nil, customer)) {
			var r entryRecord
			if err := decode(v, &r); err != nil {
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
	for k, owner := range ascend(t.bucket(bucketCauses), digest(cause)) {
		customer = string(owner)
		e, err := t.entry(customer, int(binary.BigEndian.Uint32(k[digestSize:])))
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
	if customer == "" || h.Code == "" || err == nil && owner != customer {
		return fmt.Errorf("put hold %q of customer %q: %w", h.Code, customer, ticket.ErrInput)
	}
	return t.put(t.bucket(bucketHolds), appendText(nil, h.Code), newHoldRecord(customer, h), "hold", h.Code)
}

func (t *tx) DueLots(today policy.Date, n int) ([]string, error) {
	var refs []string
	for k := range ascend(t.bucket(bucketDueLots), nil) {
		day, rest := takeText(k)
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
	if b := t.bucket(bucketDesk).Get(keyBooks); b != nil {
		if err := decode(b, &r); err != nil {
			return ticket.Books{}, fmt.Errorf("books: %w", err)
		}
	}
	return r.value(), nil
}

func (t *tx) SetBooks(b ticket.Books) error {
	if err := t.writing(); err != nil {
		return err
	}
	return t.put(t.bucket(bucketDesk), keyBooks, newBooksRecord(b), "books", "")
}
