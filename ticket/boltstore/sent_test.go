package boltstore

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sportello/ticket"
)

// letterOf is a row and its letter, put into a store.
func letterOf(t *testing.T, s *Store, state ticket.RowState) (*ticket.Row, *ticket.Letter) {
	t.Helper()
	long := strings.Repeat("Buongiorno, la Sua richiesta ha il numero 17.\r\n", 400)
	row := &ticket.Row{State: state, Fixed: true, Settled: month0}
	letter := &ticket.Letter{Chunks: []ticket.Chunk{{Bytes: []byte(long)}, {Attachment: &ticket.AttachmentRef{Raw: "2026-11/1", Index: 2}}}, Size: 7, Sum: [32]byte{5}, Text: long}
	if err := s.Update(context.Background(), func(tx ticket.Tx) error {
		id, err := tx.NextNotice()
		row.Notice = ticket.Notice{ID: id, Kind: ticket.NoticeAnswer, At: month0, Text: long, MessageID: "a@desk"}
		return errors.Join(err, tx.PutLetter(id, letter), tx.PutRow(row))
	}); err != nil {
		t.Fatal(err)
	}
	return row, letter
}

// putRow stores a row, with a letter when there is one.
func putRow(t *testing.T, s *Store, r *ticket.Row, l *ticket.Letter) {
	t.Helper()
	if err := s.Update(context.Background(), func(tx ticket.Tx) error {
		if l != nil {
			if err := tx.PutLetter(r.Notice.ID, l); err != nil {
				return err
			}
		}
		return tx.PutRow(r)
	}); err != nil {
		t.Fatal(err)
	}
}

// kept is what there is of a row: what the store answers, the bytes in the working
// pages, and where it was put away.
func kept(t *testing.T, s *Store, id ticket.NoticeID) (r *ticket.Row, l *ticket.Letter, working int, refs []ticket.RawRef) {
	t.Helper()
	if err := s.View(t.Context(), func(v ticket.Tx) (err error) {
		var record rowRecord
		tx := v.(*tx)
		for _, name := range [][]byte{bucketNotices, bucketLetters} {
			b, err := tx.working(name, id)
			if working += len(b); err != nil {
				return err
			}
		}
		err = tx.get(bucketRows, number(id), &record, "row", id)
		refs = record.Kept
		var err2, err3 error
		r, err2 = v.Row(id)
		l, err3 = v.Letter(id)
		return errors.Join(err, err2, err3)
	}); err != nil {
		t.Fatal(err)
	}
	return r, l, working, refs
}

func putAway(t *testing.T, s *Store) {
	t.Helper()
	if err := s.PutAway(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// A letter that has left lies in the archive and reads as it was; one that may
// still go lies in the working pages.
func TestALetterThatLeftIsPutAway(t *testing.T) {
	for state, leaves := range map[ticket.RowState]bool{ticket.RowQueued: false, ticket.RowSending: false, ticket.RowHeld: false,
		ticket.RowSent: true, ticket.RowUnknown: true, ticket.RowFailed: true} {
		s := newStore(t)
		row, letter := letterOf(t, s, ticket.RowQueued)
		row.State = state
		putRow(t, s, row, nil)
		for range 3 { // and again, as it is
			putAway(t, s)
			r, l, working, refs := kept(t, s, row.Notice.ID)
			if d := cmp.Diff(row, r) + cmp.Diff(letter, l); d != "" {
				t.Errorf("%s (-put +got):\n%s", state, d)
			}
			if (working == 0) != leaves || len(refs) != map[bool]int{true: 1}[leaves] {
				t.Errorf("%s: %d bytes in the working pages, put away as %q", state, working, refs)
			}
			putRow(t, s, row, nil)
		}
		checkClean(t, s)
	}
}

// A row that goes once more keeps what it had, and what it then gets comes to it.
func TestALetterThatGoesOnceMore(t *testing.T) {
	s := newStore(t)
	row, letter := letterOf(t, s, ticket.RowUnknown)
	putAway(t, s)
	row.State, row.Resent = ticket.RowQueued, true
	putRow(t, s, row, nil)
	if r, l, working, refs := kept(t, s, row.Notice.ID); cmp.Diff(row, r)+cmp.Diff(letter, l) != "" || working != 0 || len(refs) != 1 {
		t.Errorf("queued again: %+v, %d bytes, %q", r, working, refs)
	}
	lighter := &ticket.Letter{Chunks: []ticket.Chunk{{Bytes: []byte("the head")}}, Size: 8, Text: "the head"}
	row.State, row.Weight = ticket.RowFailed, ticket.WeightHead
	putRow(t, s, row, lighter)
	for range 2 {
		if r, l, _, _ := kept(t, s, row.Notice.ID); cmp.Diff(row, r)+cmp.Diff(lighter, l) != "" {
			t.Errorf("with less: %+v, %+v", r, l)
		}
		putAway(t, s)
	}
	if _, _, working, refs := kept(t, s, row.Notice.ID); working != 0 || len(refs) != 2 {
		t.Errorf("%d bytes in the working pages, put away as %q", working, refs)
	}
	checkClean(t, s)
}

// A row may have left without a letter, and get one later.
func TestANoticeWithoutALetterIsPutAway(t *testing.T) {
	s := newStore(t)
	row := &ticket.Row{Notice: ticket.Notice{ID: 1, Kind: ticket.NoticeAck, Text: "it could not be written", At: month0}, State: ticket.RowFailed}
	if err := s.Update(context.Background(), func(tx ticket.Tx) error {
		_, err := tx.NextNotice()
		return errors.Join(err, tx.PutRow(row))
	}); err != nil {
		t.Fatal(err)
	}
	putAway(t, s)
	if err := s.View(t.Context(), func(tx ticket.Tx) error {
		r, err := tx.Row(1)
		if _, err := tx.Letter(1); !errors.Is(err, ticket.ErrNotFound) {
			t.Errorf("a letter: %v", err)
		}
		if d := cmp.Diff(row, r); d != "" {
			t.Errorf("(-put +got):\n%s", d)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	row.State, row.Fixed = ticket.RowSent, true
	putRow(t, s, row, &ticket.Letter{Text: "now"})
	putAway(t, s)
	if r, l, working, refs := kept(t, s, 1); cmp.Diff(row, r) != "" || l.Text != "now" || working != 0 || len(refs) != 2 {
		t.Errorf("%+v, %+v, %d bytes, %q", r, l, working, refs)
	}
	checkClean(t, s)
}

// What a crash left in the archive before the commit that refers to it is taken
// when the same is put away again.
func TestALetterWhosePartingWasBrokenOff(t *testing.T) {
	dir := t.TempDir()
	s := must(Create(dir, Options{}))
	row, _ := letterOf(t, s, ticket.RowQueued)
	row.State = ticket.RowSent
	var p parting
	if err := s.Update(context.Background(), func(v ticket.Tx) error {
		err := v.PutRow(row)
		p, _ = v.(*tx).parting(row.Notice.ID)
		v.(*tx).left = nil // nobody puts it away meanwhile
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want := must(s.keep(context.Background(), []ticket.RawMail{{At: p.at, Raw: p.keep.encode()}}, letterPacker))
	mustClose(t, s)
	s = mustOpen(t, dir, Options{})
	defer mustClose(t, s)
	putAway(t, s)
	if _, _, working, refs := kept(t, s, row.Notice.ID); working != 0 || !cmp.Equal(refs, want) {
		t.Errorf("%d bytes in the working pages, put away as %q, want %q", working, refs, want)
	}
	checkClean(t, s)
}

// A frame of the archive that is damaged, gone or no letter is told by a check, and
// the rest of the outbox is read.
func TestASentLetterThatIsDamaged(t *testing.T) {
	s := newStore(t)
	row, _ := letterOf(t, s, ticket.RowSent)
	putAway(t, s)
	_, _, _, refs := kept(t, s, row.Notice.ID)
	other := keepOne(t, s, month0, "Subject: a mail\r\n\r\nthat is no letter")
	for name, ref := range map[string]ticket.RawRef{"gone": "2026-01/99/AAAAAAAAAAA", "of no month": "2031-01/1/AAAAAAAAAAA", "a mail": other,
		"another": refs[0][:len(refs[0])-2] + "AA"} {
		if err := s.Update(context.Background(), func(v ticket.Tx) error {
			var r rowRecord
			b := v.(*tx).bucket(bucketRows)
			err := v.(*tx).get(bucketRows, number(row.Notice.ID), &r, "row", 1)
			r.Kept = []ticket.RawRef{ref}
			return errors.Join(err, v.(*tx).writing(), v.(*tx).put(b, number(row.Notice.ID), &r, "row", 1))
		}); err != nil {
			t.Fatal(err)
		}
		if found := faultsIn(s); len(found) == 0 {
			t.Errorf("%s: nothing was found", name)
		}
	}
}

// Whoever closes the store ends no parting in its middle: the frame would lie in the
// archive, and no row would know of it.
func TestAPartingThatIsBegunIsEnded(t *testing.T) {
	s := newStore(t)
	row, _ := letterOf(t, s, ticket.RowSent)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.putAway(ctx, []ticket.NoticeID{row.Notice.ID}); err != nil {
		t.Fatal(err)
	}
	if _, _, working, refs := kept(t, s, row.Notice.ID); working != 0 || len(refs) != 1 {
		t.Errorf("%d bytes lie in the working pages, put away as %v", working, refs)
	}
}
