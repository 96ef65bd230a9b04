package boltstore

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sportello/ticket"
)

// Values are one version byte and a JSON object. The structs of the record_*.go
// files are what is written; the names in their tags never change. A value of
// ticket that gains, loses or renames a field stops compiling here or fails the
// golden test, and somebody decides what it means for files that exist. What no
// field stands for is an error: this program would lose it.

const valueVersion = 1

func encode(v any) ([]byte, error) {
	b := bytes.NewBuffer(append(make([]byte, 0, 512), valueVersion))
	to := json.NewEncoder(b)
	to.SetEscapeHTML(false) // mail is full of < and >
	if err := to.Encode(v); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return b.Bytes(), nil
}

func decode(b []byte, v any) error {
	b, err := unpack(b)
	if err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	if len(b) == 0 {
		return errors.New("decode: empty value")
	}
	if b[0] != valueVersion {
		return fmt.Errorf("decode: value of version %d", b[0])
	}
	from := json.NewDecoder(bytes.NewReader(b[1:]))
	from.DisallowUnknownFields()
	err = from.Decode(v)
	if err == nil && len(bytes.TrimSpace(b[1+from.InputOffset():])) > 0 {
		err = errors.New("something follows the value")
	}
	if err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	return nil
}

// sum is a SHA-256 in base64; the zero sum is empty.
type sum [32]byte

func (s sum) IsZero() bool { return s == sum{} }

func (s sum) MarshalText() ([]byte, error) {
	return base64.RawStdEncoding.AppendEncode(nil, s[:]), nil
}

func (s *sum) UnmarshalText(b []byte) error {
	d, err := base64.RawStdEncoding.DecodeString(string(b))
	if err != nil || len(d) != len(s) {
		return fmt.Errorf("sum %q", b)
	}
	copy(s[:], d)
	return nil
}

// each converts a slice; nil stays nil.
func each[A, B any](from []A, to func(A) B) []B {
	if from == nil {
		return nil
	}
	all := make([]B, len(from))
	for i, v := range from {
		all[i] = to(v)
	}
	return all
}

// maybe converts what a pointer points to; nil stays nil.
func maybe[A, B any](from *A, to func(A) B) *B {
	if from == nil {
		return nil
	}
	v := to(*from)
	return &v
}

type cursorRecord struct {
	UIDValidity uint32    `json:"uidvalidity"`
	First       uint32    `json:"first"`
	Last        uint32    `json:"last"`
	Early       string    `json:"early,omitempty"`
	Old         uint32    `json:"old,omitempty"`
	Since       time.Time `json:"since,omitzero"`
	Began       time.Time `json:"began,omitzero"`
	Untold      int       `json:"untold,omitempty"`
}

func newCursorRecord(c ticket.Cursor) cursorRecord {
	return cursorRecord{c.UIDValidity, c.First, c.Last, string(c.Early), c.Old, c.Since.UTC(), c.Backlog.Began.UTC(), c.Backlog.Untold}
}

func (r cursorRecord) value() ticket.Cursor {
	return ticket.Cursor{UIDValidity: r.UIDValidity, First: r.First, Last: r.Last, Early: ticket.UIDs(r.Early), Old: r.Old, Since: r.Since,
		Backlog: ticket.Backlog{Began: r.Began, Untold: r.Untold}}
}

// gatheredRecord is what the next summary to the technicians tells.
type gatheredRecord struct {
	Since   time.Time            `json:"since,omitzero"`
	Tickets []ticket.ID          `json:"tickets,omitempty"`
	Mails   []gatheredMailRecord `json:"mails,omitempty"`
	More    int                  `json:"more,omitempty"`
}

type gatheredMailRecord struct {
	Why     string `json:"why"`
	Address string `json:"address"`
	Count   int    `json:"count"`
}

func newGatheredMailRecord(m ticket.GatheredMail) gatheredMailRecord { return gatheredMailRecord(m) }
func (r gatheredMailRecord) value() ticket.GatheredMail              { return ticket.GatheredMail(r) }

func newGatheredRecord(g ticket.Gathered) gatheredRecord {
	return gatheredRecord{g.Since.UTC(), g.Tickets, each(g.Mails, newGatheredMailRecord), g.More}
}

func (r gatheredRecord) value() ticket.Gathered {
	return ticket.Gathered{Since: r.Since, Tickets: r.Tickets, Mails: each(r.Mails, gatheredMailRecord.value), More: r.More}
}

// statsRecord names the outbox counts, so that a new state does not shift them.
type statsRecord struct {
	Open       int            `json:"open"`
	Waiting    int            `json:"waiting"`
	Closed     int            `json:"closed"`
	Mails      int            `json:"mails"`
	Messages   int            `json:"messages"`
	Duplicates int            `json:"duplicates"`
	Ignored    int            `json:"ignored"`
	Quarantine int            `json:"quarantine"`
	Dropped    int            `json:"dropped,omitempty"`
	Outbox     map[string]int `json:"outbox"`
	Suppressed int            `json:"suppressed"`
	Customers  int            `json:"customers"`
}

func newStatsRecord(s ticket.Stats) statsRecord {
	r := statsRecord{Open: s.Open, Waiting: s.Waiting, Closed: s.Closed, Mails: s.Mails, Messages: s.Messages,
		Duplicates: s.Duplicates, Ignored: s.Ignored, Quarantine: s.Quarantine, Dropped: s.Dropped, Outbox: map[string]int{},
		Suppressed: s.Suppressed, Customers: s.Customers}
	for i, n := range s.Outbox {
		if n != 0 {
			r.Outbox[ticket.RowState(i).String()] = n
		}
	}
	return r
}

func (r statsRecord) value() ticket.Stats {
	s := ticket.Stats{Open: r.Open, Waiting: r.Waiting, Closed: r.Closed, Mails: r.Mails, Messages: r.Messages,
		Duplicates: r.Duplicates, Ignored: r.Ignored, Quarantine: r.Quarantine, Dropped: r.Dropped, Suppressed: r.Suppressed, Customers: r.Customers}
	for i := range s.Outbox {
		s.Outbox[i] = r.Outbox[ticket.RowState(i).String()]
	}
	return s
}
