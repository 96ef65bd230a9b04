package boltstore

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"

	"sportello/policy"
	"sportello/ticket"
)

func (t *tx) Customer(id string) (*ticket.Customer, error) {
	var r customerRecord
	if err := t.get(bucketCustomers, []byte(id), &r, "customer", id); err != nil {
		return nil, err
	}
	return r.value(), nil
}

// PutCustomer stores c with its contacts; see ticket.Tx.
func (t *tx) PutCustomer(c *ticket.Customer) error {
	if err := t.writing(); err != nil {
		return err
	}
	if c.ID == "" {
		return fmt.Errorf("put customer without an id: %w", ticket.ErrInput)
	}
	old, err := t.Customer(c.ID)
	if err != nil && !errors.Is(err, ticket.ErrNotFound) {
		return err
	}
	if old == nil {
		n, err := t.counts()
		if err != nil {
			return err
		}
		n.Customers++
	}
	if err := reindex(t.bucket(bucketContacts), contactKeys(old), contactKeys(c)); err != nil {
		return fmt.Errorf("customer %s: %w", c.ID, err)
	}
	return t.put(t.bucket(bucketCustomers), []byte(c.ID), newCustomerRecord(c), "customer", c.ID)
}

func contactKeys(c *ticket.Customer) [][]byte {
	if c == nil {
		return nil
	}
	var keys [][]byte
	for _, p := range c.Contacts {
		keys = append(keys, appendText(appendText(nil, p.Address), c.ID))
	}
	return keys
}

func (t *tx) Customers(after string) iter.Seq2[*ticket.Customer, error] {
	return func(yield func(*ticket.Customer, error) bool) {
		for e, err := range t.bucket(bucketCustomers).ascendAfter(nil, []byte(after)) {
			if err != nil {
				yield(nil, fmt.Errorf("customers: %w", err))
				return
			}
			if !yield(t.Customer(string(e.key))) {
				return
			}
		}
	}
}

func (t *tx) ByContact(address string) ([]string, error) {
	var ids []string
	prefix := appendText(nil, address)
	for e, err := range t.bucket(bucketContacts).ascend(prefix) {
		if err != nil {
			return nil, fmt.Errorf("customers of an address: %w", err)
		}
		id, _ := takeText(e.key[len(prefix):])
		ids = append(ids, id)
	}
	return ids, nil
}

func (t *tx) Lots(customer string) ([]policy.Lot, error) {
	var lots []policy.Lot
	for e, err := range t.bucket(bucketLots).ascend(appendText(nil, customer)) {
		var r lotRecord
		if err == nil {
			err = decode(e.value, &r)
		}
		if err != nil {
			return nil, fmt.Errorf("lots of %s: %w", customer, err)
		}
		lots = append(lots, policy.Lot(r))
	}
	slices.SortFunc(lots, func(a, b policy.Lot) int {
		return cmp.Or(a.Expires().Compare(b.Expires()), a.Purchased.Compare(b.Purchased), cmp.Compare(a.Ref, b.Ref))
	})
	return lots, nil
}

// PutLot stores a lot under its reference, which belongs to one customer for ever.
func (t *tx) PutLot(customer string, lot policy.Lot) error {
	if err := t.writing(); err != nil {
		return err
	}
	if customer == "" || lot.Ref == "" {
		return fmt.Errorf("put lot %q of customer %q: %w", lot.Ref, customer, ticket.ErrInput)
	}
	refs := t.bucket(bucketRefs)
	ref := appendText(nil, lot.Ref)
	owner, err := refs.get(ref)
	switch {
	case err != nil:
	case owner == nil:
		err = refs.add(ref, []byte(customer))
	case string(owner) != customer:
		err = fmt.Errorf("it is of customer %s: %w", owner, ticket.ErrInput)
	}
	if err != nil {
		return fmt.Errorf("put lot %s: %w", lot.Ref, err)
	}
	lots, key := t.bucket(bucketLots), lotKey(customer, lot.Ref)
	var old *policy.Lot
	var r lotRecord
	switch err := t.get(bucketLots, key, &r, "lot", lot.Ref); {
	case err == nil:
		old = (*policy.Lot)(&r)
	case !errors.Is(err, ticket.ErrNotFound):
		return fmt.Errorf("put: %w", err)
	}
	if err := reindex(t.bucket(bucketDueLots), dueKeys(old), dueKeys(&lot)); err != nil {
		return fmt.Errorf("put lot %s: %w", lot.Ref, err)
	}
	return t.put(lots, key, lotRecord(lot), "lot", lot.Ref)
}

func lotKey(customer, ref string) []byte { return appendText(appendText(nil, customer), ref) }

func (t *tx) LotByRef(ref string) (string, policy.Lot, error) {
	owner, err := t.bucket(bucketRefs).get(appendText(nil, ref))
	if err == nil && owner == nil {
		err = ticket.ErrNotFound
	}
	if err != nil {
		return "", policy.Lot{}, fmt.Errorf("lot %s: %w", ref, err)
	}
	customer := string(owner)
	var r lotRecord
	if err := t.get(bucketLots, lotKey(customer, ref), &r, "lot", ref); err != nil {
		return "", policy.Lot{}, err
	}
	return customer, policy.Lot(r), nil
}
