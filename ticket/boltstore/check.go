package boltstore

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"sportello/ticket"
)

// Finding is something that Check does not like (DESIGN.md section 7, fsck).
type Finding struct {
	Level   string `json:"level"`   // "error", or "note" for what needs nobody
	Promise string `json:"promise"` // of PROMISES.md: "P1"
	Where   string `json:"where"`   // "ticket 17"
	Text    string `json:"text"`
}

// Pages looks at every page of desk.db as of now; see CheckPages. The desk may go
// on working meanwhile.
func (s *Store) Pages(ctx context.Context, report func(Finding)) error {
	path, version, release, err := s.PagesAt()
	if err != nil {
		return err
	}
	defer release()
	return s.look(ctx, path, version, report)
}

// Check looks at everything that the store promises: pages, indexes, counts,
// that each arrival became exactly one thing and that its raw mail is there.
// With deep each raw mail is read and its fingerprint taken again. The desk may
// go on working meanwhile. An error means that Check could not look; a fault
// of the data is a Finding. Where pages are damaged the records are not gone into.
func (s *Store) Check(ctx context.Context, deep bool, report func(Finding)) error {
	lost := false
	if err := s.Pages(ctx, func(f Finding) { lost = true; report(f) }); err != nil {
		return fmt.Errorf("check: %w", err)
	}
	if lost {
		report(Finding{"note", "P11", deskFile, "its pages are damaged: what stands in them was not checked"})
		return nil
	}
	for _, part := range []func(*checker) error{
		(*checker).tallied, (*checker).tickets, (*checker).threads, (*checker).arrivals,
		(*checker).customers, (*checker).ledgers, (*checker).months, (*checker).outbox, (*checker).counts,
	} {
		err := s.View(ctx, func(t ticket.Tx) (err error) {
			return part(&checker{tx: t.(*tx), ctx: ctx, report: report})
		})
		if errors.Is(err, errBroken) {
			report(Finding{"error", "P11", deskFile, err.Error()})
			continue
		}
		if err != nil {
			return fmt.Errorf("check: %w", err)
		}
	}
	if deep {
		if err := s.checkMonths(ctx, report); err != nil {
			return err
		}
	}
	if err := s.checkRaws(ctx, deep, report); err != nil {
		return err
	}
	return s.checkOrphans(ctx, report)
}

// checkMonths looks at every page of every month of the archive.
func (s *Store) checkMonths(ctx context.Context, report func(Finding)) error {
	files, err := filepath.Glob(filepath.Join(s.archive.dir, "*.db"))
	if err != nil {
		return fmt.Errorf("check: archive: %w", err)
	}
	for _, path := range files {
		if err := s.checkMonth(ctx, path, report); err != nil {
			return fmt.Errorf("check: archive: %w", err)
		}
	}
	return nil
}

func (s *Store) checkMonth(ctx context.Context, path string, report func(Finding)) error {
	m, err := s.archive.acquire(strings.TrimSuffix(filepath.Base(path), ".db"), false)
	if err != nil {
		report(Finding{"error", "P11", filepath.Base(path), err.Error()})
		return ctx.Err()
	}
	defer s.archive.release(m)
	v, release, err := pagesAt(m.db, path)
	if err != nil {
		report(Finding{"error", "P11", filepath.Base(path), err.Error()})
		return ctx.Err()
	}
	defer release()
	return s.look(ctx, path, v, report)
}

// checker looks at one snapshot.
type checker struct {
	tx     *tx
	ctx    context.Context
	report func(Finding)
}

func (c *checker) fault(promise, where, format string, args ...any) {
	c.report(Finding{"error", promise, where, fmt.Sprintf(format, args...)})
}

// entries walks a bucket from end to end, past what is spoiled: tallied has
// reported that. What each does not like it reports.
func (c *checker) entries(bucket []byte, each func(k, v []byte)) error {
	b := c.tx.bucket(bucket)
	return c.walk(b, func(k, stored []byte) {
		if v, err := b.open(k, stored); err == nil {
			each(k, v)
		}
	})
}

// walk goes through a bucket as it is stored.
func (c *checker) walk(b *bucket, each func(k, stored []byte)) error {
	cur := b.bolt.Cursor()
	n := 0
	for k, v := cur.First(); k != nil; k, v = cur.Next() {
		if n++; n%1024 == 0 && c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		each(k, v)
	}
	return nil
}

// index is an index whose entries all follow from records: what the records
// want must be there, and nothing else.
type index struct {
	c       *checker
	name    []byte
	bucket  *bucket
	promise string
	want    int
}

func (c *checker) index(name []byte, promise string) *index {
	return &index{c: c, name: name, bucket: c.tx.bucket(name), promise: promise}
}

// wants tells that a record leads to keys.
func (x *index) wants(where string, keys [][]byte) {
	var seen [][]byte
	for _, k := range keys {
		if contains(seen, k) {
			continue
		}
		seen = append(seen, k)
		x.want++
		if !x.bucket.has(k) {
			x.c.fault(x.promise, where, "it is missing in the index %s", x.name)
		}
	}
}

// finish counts the entries; those that no record wants are too many.
func (x *index) finish() error {
	n := 0
	if err := x.c.entries(x.name, func(_, _ []byte) { n++ }); err != nil {
		return err
	}
	if n != x.want {
		x.c.fault(x.promise, "index "+string(x.name), "%d entries, the records lead to %d", n, x.want)
	}
	return nil
}

// counts compares the numbers of Stats with the records.
func (c *checker) counts() error {
	kept, err := c.tx.Stats()
	if err != nil {
		c.fault("P9", "stats", "%v", err)
		return nil
	}
	real := ticket.Stats{Suppressed: kept.Suppressed}
	if err := errors.Join(
		recount(c, bucketTickets, func(r ticketRecord) { countState(&real, r.State, 1) }),
		recount(c, bucketArrivals, func(r arrivalRecord) { countFate(&real, r.Fate, 1) }),
		recount(c, bucketRows, func(r rowRecord) { countRow(&real, r.State, 1) }),
		recount(c, bucketCustomers, func(customerRecord) { real.Customers++ }),
	); err != nil {
		return err
	}
	if kept != real {
		c.fault("P9", "stats", "kept %+v, counted %+v", kept, real)
	}
	return nil
}

// recount decodes every record of a bucket.
func recount[R any](c *checker, bucket []byte, count func(R)) error {
	return c.entries(bucket, func(k, v []byte) {
		var r R
		if err := decode(v, &r); err != nil {
			c.fault("P11", fmt.Sprintf("%s %x", bucket, k), "%v", err)
			return
		}
		count(r)
	})
}
