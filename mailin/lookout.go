package mailin

import (
	"bytes"
	"context"
	"fmt"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// Lookout watches for mail that arrives after it was opened: in the mailbox, and
// in the folder that a running desk moves filed mail to. It changes nothing but
// by Remove. One goroutine owns it, and must Close it.
type Lookout struct {
	session *session
	folders []string
	next    map[string]imap.UID // where the next look begins, by folder
}

// Sighting is a mail that a Lookout saw.
type Sighting struct {
	Raw    []byte // the first 64 KiB
	folder string
	uid    imap.UID
}

// sightBytes is how much of each mail a Lookout reads.
const sightBytes = 64 << 10

// Lookout connects, logs in and notes what is there already.
func (p *Poller) Lookout(ctx context.Context) (*Lookout, error) {
	s, err := (&reader{Poller: p}).open(ctx)
	if err != nil {
		return nil, err
	}
	l := &Lookout{session: s, folders: []string{p.mailbox()}, next: map[string]imap.UID{}}
	if p.MoveTo != "" {
		l.folders = append(l.folders, p.MoveTo)
	}
	for _, folder := range l.folders {
		last, err := l.last(ctx, folder)
		if err != nil {
			l.Close()
			return nil, err
		}
		l.next[folder] = last + 1
	}
	return l, nil
}

// last is the highest UID of a folder, or one below the next.
func (l *Lookout) last(ctx context.Context, folder string) (imap.UID, error) {
	box, err := l.open(ctx, folder, true)
	if err != nil {
		return 0, err
	}
	defer l.guard(ctx)()
	l.session.next = box.UIDNext
	l.session.total.Store(int64(box.NumMessages))
	return l.session.lastUID()
}

// Close ends the connection.
func (l *Lookout) Close() { l.session.close() }

// Look returns the mails that arrived since the last look and hold mark in what
// is read of them.
func (l *Lookout) Look(ctx context.Context, mark string) ([]Sighting, error) {
	var seen []Sighting
	for _, folder := range l.folders {
		box, err := l.open(ctx, folder, true)
		if err != nil {
			return nil, err
		}
		if box.NumMessages == 0 {
			continue
		}
		found, err := l.fetch(ctx, folder)
		if err != nil {
			return nil, fmt.Errorf("look into %s: %w", folder, l.session.conn.explain(err))
		}
		for _, m := range found {
			if m.uid < l.next[folder] {
				continue // of an empty range servers send the last mail
			}
			l.next[folder] = m.uid + 1
			if bytes.Contains(m.Raw, []byte(mark)) {
				seen = append(seen, m)
			}
		}
	}
	return seen, nil
}

func (l *Lookout) fetch(ctx context.Context, folder string) ([]Sighting, error) {
	s := l.session
	defer l.guard(ctx)()
	s.conn.allow(fetchMails * sightBytes)
	defer s.conn.rest()
	var set imap.UIDSet
	set.AddRange(l.next[folder], 0)
	part := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: sightBytes}}
	all, err := s.client.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{part}}).Collect()
	if err != nil {
		return nil, err
	}
	var list []Sighting
	for _, m := range all {
		list = append(list, Sighting{Raw: body(m), folder: folder, uid: m.UID})
	}
	return list, nil
}

// body is the one body section of m.
func body(m *imapclient.FetchMessageBuffer) []byte {
	for _, b := range m.BodySection {
		return b.Bytes
	}
	return nil
}

// Remove takes mails away for good and touches no other: without UIDPLUS they
// stay, flagged \Seen, and removed is false.
func (l *Lookout) Remove(ctx context.Context, mails []Sighting) (removed bool, err error) {
	s := l.session
	flag := imap.FlagSeen
	if s.caps.Has(imap.CapUIDPlus) {
		flag = imap.FlagDeleted
	}
	for _, m := range mails {
		if _, err := l.open(ctx, m.folder, false); err != nil {
			return false, err
		}
		if err := l.mark(ctx, imap.UIDSetNum(m.uid), flag); err != nil {
			return false, fmt.Errorf("remove from %s: %w", m.folder, s.conn.explain(err))
		}
	}
	return flag == imap.FlagDeleted, nil
}

func (l *Lookout) mark(ctx context.Context, uids imap.UIDSet, flag imap.Flag) error {
	s := l.session
	defer l.guard(ctx)()
	s.conn.allow(0)
	defer s.conn.rest()
	if err := s.flag(uids, flag); err != nil || flag != imap.FlagDeleted {
		return err
	}
	return s.client.UIDExpunge(uids).Close()
}

// open selects a folder, which also tells what is new in it.
func (l *Lookout) open(ctx context.Context, folder string, readOnly bool) (*imap.SelectData, error) {
	s := l.session
	defer l.guard(ctx)()
	s.conn.allow(0)
	defer s.conn.rest()
	box, err := s.client.Select(folder, &imap.SelectOptions{ReadOnly: readOnly}).Wait()
	if err != nil {
		return nil, unopened{folder, s.conn.explain(err)}
	}
	return box, nil
}

// guard closes the connection when ctx ends, until what it returns is called.
func (l *Lookout) guard(ctx context.Context) func() {
	stop := context.AfterFunc(ctx, func() { l.session.conn.Close() })
	return func() { stop() }
}

// TopmostResults is the topmost Authentication-Results of a mail, unfolded, and
// the id of the server that it says wrote it, lower case, "" where it names
// none or is not properly written; false when there is no such field.
func TopmostResults(raw []byte) (id, field string, ok bool) {
	h := readSigned(raw)
	field, ok = h.first("authentication-results")
	if r, err := parseAuthResults(field); err == nil {
		id = r.id
	}
	return id, field, ok
}
