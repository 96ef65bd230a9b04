package boltstore

import (
	"encoding/binary"
	"fmt"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

// Two indexes find what happened in a month: which tickets were opened or have
// an event in it, and which customers have an entry. Months are those of UTC;
// a key comes with the first such record and stays, as the record does.

func monthPrefix(m policy.Month) []byte { return appendText(nil, m.String()) }

func monthKey(at time.Time, id ticket.ID) []byte {
	return appendNumber(monthPrefix(policy.MonthOf(at, time.UTC)), id)
}

// postedKeys are the places of an entry: by its time and, of a purchase, by its day.
func postedKeys(e *ticket.Entry, customer string) [][]byte {
	keys := [][]byte{appendText(monthPrefix(policy.MonthOf(e.At, time.UTC)), customer)}
	if d := e.Move.Purchased; !d.IsZero() {
		keys = append(keys, appendText(monthPrefix(policy.Month{Year: d.Year, Month: d.Month}), customer))
	}
	return keys
}

// insert puts keys into an index that are not there yet.
func insert(b *bucket, keys ...[]byte) error {
	for _, k := range keys {
		if b.has(k) {
			continue
		}
		if err := b.add(k, nil); err != nil {
			return fmt.Errorf("index: %w", err)
		}
	}
	return nil
}

// inMonth notes that something of a ticket happened at that time.
func (t *tx) inMonth(id ticket.ID, at time.Time) error {
	return insert(t.growing(bucketMonths), monthKey(at, id))
}

func (t *tx) TicketsIn(m policy.Month, after ticket.ID, n int) ([]ticket.ID, error) {
	var ids []ticket.ID
	err := keysAfter(t.bucket(bucketMonths), monthPrefix(m), number(after+1), n, func(rest []byte) {
		ids = append(ids, ticket.ID(binary.BigEndian.Uint64(rest)))
	})
	return ids, err
}

func (t *tx) CustomersIn(m policy.Month, after string, n int) ([]string, error) {
	var ids []string
	err := keysAfter(t.bucket(bucketPosted), monthPrefix(m), append(appendText(nil, after), 0), n, func(rest []byte) {
		id, _ := takeText(rest)
		ids = append(ids, id)
	})
	return ids, err
}

// keysAfter passes on what stands behind prefix in at most n keys, from the
// first that is not below prefix+from.
func keysAfter(b *bucket, prefix, from []byte, n int, f func(rest []byte)) error {
	c := b.cursor()
	e, ok := c.seek(append(append([]byte{}, prefix...), from...))
	for ; ok && n > 0 && len(e.key) > len(prefix) && string(e.key[:len(prefix)]) == string(prefix); e, ok = c.step() {
		f(e.key[len(prefix):])
		n--
	}
	if c.err != nil {
		return fmt.Errorf("index: %w", c.err)
	}
	return nil
}

// indexOpened, indexEvent and indexEntry make both indexes, of a store that is older
// than they are.
func (t *tx) indexOpened(e entry) error {
	var r ticketRecord
	if err := decode(e.value, &r); err != nil {
		return err
	}
	return t.inMonth(r.ID, r.Opened)
}

func (t *tx) indexEvent(e entry) error {
	var r eventRecord
	if err := decode(e.value, &r); err != nil {
		return err
	}
	return t.inMonth(ticket.ID(binary.BigEndian.Uint64(e.key)), r.At)
}

func (t *tx) indexEntry(e entry) error {
	var r entryRecord
	if err := decode(e.value, &r); err != nil {
		return err
	}
	customer, _ := takeText(e.key)
	return insert(t.bucket(bucketPosted), postedKeys(r.value(), customer)...)
}

// months checks both indexes against the records.
func (c *checker) months() error {
	if c.tx.bucket(bucketMonths) == nil {
		return nil // opened for reading only, before they were there
	}
	months, posted := c.index(bucketMonths, "P9"), c.index(bucketPosted, "P9")
	err := c.entries(bucketTickets, func(k, v []byte) {
		id := ticket.ID(lastNumber(k))
		keys := [][]byte{}
		var r ticketRecord
		if decode(v, &r) == nil {
			keys = append(keys, monthKey(r.Opened, id))
		}
		for v, err := range c.tx.bucket(bucketEvents).ascend(number(id)) {
			var e eventRecord
			if err == nil && decode(v.value, &e) == nil {
				keys = append(keys, monthKey(e.At, id))
			}
		}
		months.wants(fmt.Sprintf("ticket %d", id), keys)
	})
	if err != nil {
		return err
	}
	if err := months.finish(); err != nil {
		return err
	}
	customer, keys := "", [][]byte(nil)
	err = c.entries(bucketEntries, func(k, v []byte) {
		whose, _ := takeText(k)
		if whose != customer {
			posted.wants("customer "+customer, keys)
			customer, keys = whose, nil
		}
		var r entryRecord
		if decode(v, &r) == nil {
			keys = append(keys, postedKeys(r.value(), whose)...)
		}
	})
	if err != nil {
		return err
	}
	posted.wants("customer "+customer, keys)
	return posted.finish()
}
