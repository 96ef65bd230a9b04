package boltstore

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"sportello/ticket"
)

// A letter that has left takes little room and reads as it was; so does one that
// is to go once more.
func TestALetterThatLeftIsPacked(t *testing.T) {
	long := strings.Repeat("Buongiorno, la Sua richiesta ha il numero 17.\r\n", 400)
	for _, c := range []struct {
		state  ticket.RowState
		packed bool
	}{{ticket.RowQueued, false}, {ticket.RowSending, false}, {ticket.RowHeld, false}, {ticket.RowSent, true}, {ticket.RowUnknown, true}, {ticket.RowFailed, true}} {
		s := newStore(t)
		row := &ticket.Row{Notice: ticket.Notice{ID: 1, Kind: ticket.NoticeAnswer, Text: long}, State: ticket.RowQueued, Fixed: true}
		letter := &ticket.Letter{Chunks: []ticket.Chunk{{Bytes: []byte(long)}, {Attachment: &ticket.AttachmentRef{Raw: "2026-11/1", Index: 2}}}, Size: 7, Sum: [32]byte{5}, Text: long}
		put := func(state ticket.RowState) {
			t.Helper()
			if err := s.Update(context.Background(), func(tx ticket.Tx) error {
				row.State = state
				return errors.Join(tx.PutLetter(1, letter), tx.PutRow(row))
			}); err != nil {
				t.Fatal(err)
			}
		}
		put(ticket.RowQueued)
		put(c.state)
		for range 2 { // and again, as it is
			if err := s.View(t.Context(), func(tx ticket.Tx) error {
				size := 0
				for _, name := range [][]byte{bucketLetters, bucketNotices} {
					v, err := bucketOf(tx, name).get(number(ticket.NoticeID(1)))
					if err != nil {
						return err
					}
					size += len(v)
				}
				if small := size < 2000; small != c.packed {
					t.Errorf("%s: %d bytes", c.state, size)
				}
				l, err := tx.Letter(1)
				r, err2 := tx.Row(1)
				if d := cmp.Diff(letter, l) + cmp.Diff(row, r); d != "" {
					t.Errorf("%s (-put +got):\n%s", c.state, d)
				}
				return errors.Join(err, err2)
			}); err != nil {
				t.Fatal(err)
			}
			if err := s.Update(context.Background(), func(tx ticket.Tx) error { return tx.PutRow(row) }); err != nil {
				t.Fatal(err)
			}
		}
		if found := faultsIn(s); len(found) != 0 && !strings.Contains(strings.Join(found, ""), "numbers were given out") {
			t.Errorf("%s: %q", c.state, found)
		}
	}
}

func TestUnpackRefusesWhatWasNotPacked(t *testing.T) {
	twice := pack([]byte{packedVersion, 1, 2, 3})
	for _, b := range [][]byte{{packedVersion}, {packedVersion, 1, 2, 3}, twice, twice[:len(twice)-2]} {
		if v, err := unpack(b); err == nil {
			t.Errorf("%x gave %x", b, v)
		}
	}
}

// Stores of one process pack and unpack with the same two, also where the first was
// made in a bubble of its own.
func TestPackOutsideTheBubbleThatPackedFirst(t *testing.T) {
	packs := func(t *testing.T) {
		if v, err := unpack(pack([]byte("value"))); string(v) != "value" {
			t.Errorf("%q, %v", v, err)
		}
	}
	synctest.Test(t, packs)
	packs(t)
	synctest.Test(t, packs)
}

func bucketOf(t ticket.Tx, name []byte) *bucket { return t.(*tx).bucket(name) }
