package boltstore

import (
	"errors"
	"fmt"
	"os"
	"time"

	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// month is an open file of the archive. Its fields belong to archive.mu.
type month struct {
	name    string
	db      *bolt.DB
	users   int
	used    int  // archive.clock at the last use
	closing bool // gets no new users: it must be opened again for writing
}

// acquire opens a month, for reading only unless write, or finds it open. It
// must be released. Reading a month that does not exist is ErrNotFound; writing
// makes it.
func (a *archive) acquire(name string, write bool) (*month, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for !a.closed {
		m := a.months[name]
		switch {
		case m == nil:
			m, err := a.open(name, write)
			if err != nil {
				return nil, err
			}
			a.months[name] = m
			a.use(m)
			a.evict()
			return m, nil
		case write && m.db.IsReadOnly():
			m.closing = true
			if m.users == 0 {
				if err := a.drop(m); err != nil {
					return nil, err
				}
				continue
			}
		case !m.closing:
			a.use(m)
			return m, nil
		}
		a.free.Wait()
	}
	return nil, ErrClosed
}

func (a *archive) use(m *month) {
	a.clock++
	m.used = a.clock
	m.users++
}

func (a *archive) release(m *month) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if m.users--; !m.db.IsReadOnly() {
		guarded("read", func() error { // what cannot be read now is found when the month is opened again
			return m.db.View(func(tx *bolt.Tx) error {
				a.given[m.name] = max(a.given[m.name], tx.Bucket(bucketMail).Sequence())
				return nil
			})
		})
	}
	a.evict()
	a.free.Broadcast()
}

// evict closes the months that were not used for longest, when too many are open.
func (a *archive) evict() {
	for len(a.months) > a.limit {
		var oldest *month
		for _, m := range a.months {
			if m.users == 0 && (oldest == nil || m.used < oldest.used) {
				oldest = m
			}
		}
		if oldest == nil {
			return
		}
		a.drop(oldest)
	}
}

func (a *archive) drop(m *month) error {
	delete(a.months, m.name)
	a.free.Broadcast()
	return m.db.Close()
}

// open makes the file of a month when it is to be written and there never was
// one. A file that holds less than was given out in that month is refused: its
// numbers would be given to other mails.
func (a *archive) open(name string, write bool) (*month, error) {
	path := a.path(name)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		switch {
		case a.given[name] > 0:
			return nil, refusal(ErrMonth, path, errors.New("the file is missing"))
		case !write:
			return nil, ticket.ErrNotFound
		}
		if err := makeBolt(path, func(tx *bolt.Tx) error { return a.layOut(tx, name) }); err != nil {
			return nil, err
		}
	}
	if err := inspect(path); err != nil {
		return nil, err
	}
	if write && !a.synced[name] { // a crash or a fault may have kept its name from the disk
		if err := syncDir(a.dir); err != nil {
			return nil, err
		}
		a.synced[name] = true
	}
	db, err := openBolt(path, !write, time.Second, 0)
	if err != nil {
		return nil, err
	}
	if err := guarded("open", func() error { return a.verify(db, name) }); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &month{name: name, db: db}, nil
}

func (a *archive) layOut(tx *bolt.Tx, name string) error {
	meta, err := tx.CreateBucket(bucketMeta)
	if err != nil {
		return err
	}
	if _, err := tx.CreateBucket(bucketMail); err != nil {
		return err
	}
	return errors.Join(meta.Put(keyDesk, []byte(a.desk)), meta.Put(keyMonth, []byte(name)))
}

// verify makes sure that the file is this desk's and this month's, and goes as
// far as is known.
func (a *archive) verify(db *bolt.DB, name string) error {
	return db.View(func(tx *bolt.Tx) error {
		meta, mail := tx.Bucket(bucketMeta), tx.Bucket(bucketMail)
		if meta == nil || mail == nil {
			return refusal(ErrForeign, a.path(name), errors.New("no archive of mail"))
		}
		if got := string(meta.Get(keyDesk)); got != a.desk {
			return refusal(ErrForeign, a.path(name), fmt.Errorf("it belongs to desk %q", got))
		}
		if got := string(meta.Get(keyMonth)); got != name {
			return refusal(ErrForeign, a.path(name), fmt.Errorf("it holds month %q", got))
		}
		if got, want := mail.Sequence(), a.given[name]; got < want {
			return refusal(ErrMonth, a.path(name), fmt.Errorf("it goes up to mail %d, there were %d: it is older", got, want))
		}
		return nil
	})
}

// close waits until every month is released and closes them.
func (a *archive) close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	a.free.Broadcast()
	var errs []error
	for len(a.months) > 0 {
		for _, m := range a.months {
			if m.users == 0 {
				errs = append(errs, a.drop(m))
			}
		}
		if len(a.months) > 0 {
			a.free.Wait()
		}
	}
	a.dec.Close()
	return errors.Join(append(errs, a.enc.Close())...)
}
