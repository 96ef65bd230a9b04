package boltstore

import (
	"encoding/binary"
	"fmt"
	"strings"

	"sportello/ticket"
)

// tickets checks the records of tickets, the indexes over them, and that no
// number was given out twice.
func (c *checker) tickets() error {
	listed, awake := c.index(bucketListed, "P9"), c.index(bucketAwake, "P9")
	highest := c.tx.bucket(bucketTickets).given()
	err := c.entries(bucketTickets, func(k, v []byte) {
		where := fmt.Sprintf("ticket %d", lastNumber(k))
		var r ticketRecord
		if err := decode(v, &r); err != nil {
			c.fault("P11", where, "%v", err)
			return
		}
		t := r.value()
		if uint64(t.ID) != lastNumber(k) {
			c.fault("P11", where, "it says it is ticket %d", t.ID)
		}
		if uint64(t.ID) > highest {
			c.fault("P9", where, "only %d numbers were given out", highest)
		}
		listed.wants(where, listedKeys(t))
		awake.wants(where, awakeKeys(t))
		if got, _ := lastSeq(c.tx, bucketMessages, t.ID); got != t.Messages {
			c.fault("P14", where, "it has %d messages and says %d", got, t.Messages)
		}
		if got, _ := lastSeq(c.tx, bucketEvents, t.ID); got != t.Events {
			c.fault("P14", where, "it has %d events and says %d", got, t.Events)
		}
		if t.MergedInto != 0 && !c.tx.bucket(bucketTickets).has(number(t.MergedInto)) {
			c.fault("P14", where, "it is merged into ticket %d, which does not exist", t.MergedInto)
		} else if why := c.strangeMerge(t); why != "" {
			c.fault("P6", where, "it is merged into ticket %d, %s, and no technician or admin said so", t.MergedInto, why)
		}
	})
	if err != nil {
		return err
	}
	if err := listed.finish(); err != nil {
		return err
	}
	return awake.finish()
}

// strangeMerge says whom a merge of t gave its mail to, when he is another
// requester or customer and no person's word stands behind it; else "".
func (c *checker) strangeMerge(t *ticket.Ticket) string {
	if t.MergedInto == 0 {
		return ""
	}
	into, err := c.tx.Ticket(t.MergedInto)
	if err != nil {
		return "" // reported there
	}
	why := ""
	switch {
	case t.Erased != 0 || into.Erased != 0:
		return "" // pseudonyms are each ticket's own
	case t.Requester.Address != into.Requester.Address:
		why = "which is another requester's"
	case t.Customer != into.Customer:
		why = "which is another customer's"
	default:
		return ""
	}
	events, err := c.tx.Events(t.ID)
	if err != nil {
		return "" // reported there
	}
	for _, e := range events {
		person := e.Actor != "desk" && e.Actor != "clock" && e.Actor != "" && !strings.Contains(e.Actor, "@")
		if e.Kind == "merged" && person {
			return ""
		}
	}
	return why
}

// threads checks messages, events and filed Message-IDs.
func (c *checker) threads() error {
	message := func(v []byte) (int, error) {
		var r messageRecord
		err := decode(v, &r)
		return r.Seq, err
	}
	event := func(v []byte) (int, error) {
		var r eventRecord
		if err := decode(v, &r); err != nil {
			return 0, err
		}
		if r.Cause == "" || r.Actor == "" {
			return r.Seq, fmt.Errorf("event %s has cause %q and actor %q", r.Kind, r.Cause, r.Actor)
		}
		return r.Seq, nil
	}
	if err := c.thread(bucketMessages, message); err != nil {
		return err
	}
	if err := c.thread(bucketEvents, event); err != nil {
		return err
	}
	return c.entries(bucketMessageIDs, func(k, v []byte) {
		if !c.tx.bucket(bucketTickets).has(v) {
			c.fault("P2", fmt.Sprintf("message-id %x", k), "it is filed on ticket %d, which does not exist", lastNumber(v))
		}
	})
}

// thread checks that the entries of each ticket follow one another from 1.
func (c *checker) thread(bucket []byte, seqOf func(v []byte) (int, error)) error {
	var id ticket.ID
	last := 0
	return c.entries(bucket, func(k, v []byte) {
		at, seq := ticket.ID(binary.BigEndian.Uint64(k)), int(binary.BigEndian.Uint32(k[8:]))
		where := fmt.Sprintf("ticket %d, %s %d", at, strings.TrimSuffix(string(bucket), "s"), seq)
		if at != id {
			id, last = at, 0
			if !c.tx.bucket(bucketTickets).has(number(at)) {
				c.fault("P14", where, "there is no such ticket")
			}
		}
		if seq != last+1 {
			c.fault("P14", where, "it follows number %d", last)
		}
		last = seq
		if got, err := seqOf(v); err != nil {
			c.fault("P14", where, "%v", err)
		} else if got != seq {
			c.fault("P11", where, "it says it is number %d", got)
		}
	})
}

// customers checks contacts, and lots.
func (c *checker) customers() error {
	contacts := c.index(bucketContacts, "P9")
	err := c.entries(bucketCustomers, func(k, v []byte) {
		where := "customer " + string(k)
		var r customerRecord
		if err := decode(v, &r); err != nil {
			c.fault("P11", where, "%v", err)
			return
		}
		contacts.wants(where, contactKeys(r.value()))
	})
	if err != nil {
		return err
	}
	if err := contacts.finish(); err != nil {
		return err
	}
	return c.lots()
}

// lots checks what was bought: no more is in a lot than that.
func (c *checker) lots() error {
	due := c.dueLots()
	refs := 0
	err := c.entries(bucketLots, func(k, v []byte) {
		customer, rest := takeText(k)
		ref, _ := takeText(rest)
		where := "lot " + ref
		var l lotRecord
		if !c.exactly(v, &l, where) {
			return
		}
		if l.Held < 0 || l.Spent < 0 || l.Expired < 0 || l.Held+l.Spent+l.Expired > l.Quantity {
			c.fault("P4", where, "held %d, spent %d, expired %d of %d", l.Held, l.Spent, l.Expired, l.Quantity)
		}
		if !c.tx.bucket(bucketCustomers).has([]byte(customer)) {
			c.fault("P4", where, "it is of customer %q, who does not exist", customer)
		}
		if owner, _ := c.tx.bucket(bucketRefs).get(appendText(nil, ref)); string(owner) != customer {
			c.fault("P4", where, "its reference is not that of customer %q", customer)
		}
		due.wantsLot(where, l)
		refs++
	})
	if err != nil {
		return err
	}
	if due != nil {
		if err := due.finish(); err != nil {
			return err
		}
	}
	n := 0
	err = c.entries(bucketRefs, func(_, _ []byte) { n++ })
	if n != refs {
		c.fault("P4", "lots", "%d lots, %d references", refs, n)
	}
	return err
}
