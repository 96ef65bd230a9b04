package boltstore

import (
	"crypto/rand"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
)

// schema is the version of the layout of keys and values; a store with a
// higher one is refused, one with a lower one is brought up to date when it is
// opened for writing. 2: lots have a ledger (four buckets). 3: what happened in a
// month is found by it (two more). 4: values carry checksums, buckets are
// tallied, and how far the archive goes is remembered (one more). 5: fingerprints and
// Message-IDs stand on shelves (the last one), and records are packed with a
// dictionary.
const schema = 5

// since is the schema from which on a store has a bucket.
func since(bucket int) int {
	switch fromEnd := len(buckets) - bucket; {
	case fromEnd <= 1:
		return 5
	case fromEnd <= 1+1:
		return 4
	case fromEnd <= 1+1+2:
		return 3
	case fromEnd <= 1+1+2+4:
		return 2
	}
	return 1
}

// metaRecord says whose file this is. It is JSON of any version, so that an
// older program can tell that it is too old.
type metaRecord struct {
	UUID       string          `json:"uuid"`
	Schema     int             `json:"schema"`
	Generation int             `json:"generation"`
	Sealing    *positionRecord `json:"sealing,omitempty"` // how far sealAll came; nil: it is done
	Sum        uint32          `json:"sum,omitempty"`     // checksum of the record without it
}

// checked is m with its checksum.
func (m metaRecord) checked() (metaRecord, error) {
	m.Sum = 0
	b, err := encode(m)
	m.Sum = crc32.Checksum(b, castagnoli)
	return m, err
}

// Create makes dir (mode 0700) and an empty desk in it, and opens that. It
// refuses with ErrExists when there is a desk.db; a desk is never overwritten.
// When a lost desk left its witness there, numbers go on where that stands.
func Create(dir string, o Options) (*Store, error) {
	path := filepath.Join(dir, deskFile)
	if _, err := os.Lstat(path); err == nil {
		return nil, refusal(ErrExists, path, nil)
	}
	if err := os.MkdirAll(filepath.Join(dir, archiveDir), 0o700); err != nil {
		return nil, fmt.Errorf("store: create: %w", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, fmt.Errorf("store: create: %w", err)
	}
	lock, err := lockDir(dir, Options{Timeout: time.Second})
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	m := metaRecord{UUID: newUUID(), Schema: schema, Generation: 1}
	w := &witness{path: filepath.Join(dir, witnessFile)}
	if err := w.load(); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, refusal(ErrUnwitnessed, w.path, err)
	}
	if err := w.save(witnessRecord{UUID: m.UUID, Generation: m.Generation, Highest: w.disk.Highest}); err != nil {
		return nil, err
	}
	if err := makeBolt(path, func(tx *bolt.Tx) error { return layOut(tx, m, w.disk.Highest) }); err != nil {
		return nil, fmt.Errorf("store: create: %w", err)
	}
	if err := lock.Close(); err != nil {
		return nil, fmt.Errorf("store: create: %w", err)
	}
	return Open(dir, o)
}

// layOut makes the buckets of an empty desk, whose numbers follow given.
func layOut(tx *bolt.Tx, m metaRecord, given numbers) error {
	for _, name := range buckets {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	t := newTx(tx, m)
	t.tally = tallies{}
	return errors.Join(putMeta(tx, m), t.setSequences(given), t.finish())
}

func putMeta(tx *bolt.Tx, m metaRecord) error {
	m, err := m.checked()
	if err != nil {
		return err
	}
	v, err := encode(m)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketMeta).Put(keyMeta, v)
}

// makeBolt makes a bbolt file so that it is either whole under its name or not
// there at all.
func makeBolt(path string, fill func(*bolt.Tx) error) error {
	tmp := path + ".new"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	db, err := bolt.Open(tmp, 0o600, &bolt.Options{Timeout: time.Second, FreelistType: bolt.FreelistMapType})
	if err != nil {
		return err
	}
	if err := errors.Join(db.Update(fill), db.Close()); err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes the names in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// readMeta reads whose file db is, and refuses what this program does not know.
func readMeta(db *bolt.DB, path string) (m metaRecord, err error) {
	err = db.View(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketMeta)
		if b == nil || b.Get(keyMeta) == nil {
			return refusal(ErrForeign, path, nil)
		}
		if err := decode(b.Get(keyMeta), &m); err != nil {
			return refusal(ErrForeign, path, err)
		}
		if same, err := m.checked(); m.Schema >= 4 && (err != nil || same.Sum != m.Sum) {
			return refusal(ErrDamaged, path, fmt.Errorf("bucket meta: %w", ErrSpoiled))
		}
		if m.Schema > schema {
			return refusal(ErrNewer, path, fmt.Errorf("schema %d, this program knows %d", m.Schema, schema))
		}
		for i, name := range buckets {
			if since(i) <= m.Schema && tx.Bucket(name) == nil {
				return refusal(ErrDamaged, path, fmt.Errorf("bucket %s is missing", name))
			}
		}
		if m.Schema == schema && m.Sealing == nil {
			if err := newTx(tx, m).given(); err != nil {
				return refusal(ErrDamaged, path, err)
			}
		}
		return nil
	})
	return m, err
}

// newUUID is a random UUID (RFC 9562, section 5.4).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
