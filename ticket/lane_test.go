package ticket_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// everyNotice lists all kinds of letters.
func everyNotice() []ticket.NoticeKind {
	var all []ticket.NoticeKind
	for k := ticket.NoticeAck; k <= ticket.NoticeAlert; k++ {
		all = append(all, k)
	}
	return all
}

// TestLanesHoldEveryKind: each class is in one lane, and the class of each kind
// in the lane of its kind: nothing queued is never looked at.
func TestLanesHoldEveryKind(t *testing.T) {
	customers, technicians := ticket.LaneCustomers.Classes(), ticket.LaneTechnicians.Classes()
	for _, c := range customers {
		if slices.Contains(technicians, c) {
			t.Errorf("class %d is in both lanes", c)
		}
	}
	for _, k := range everyNotice() {
		if !slices.Contains(k.Lane().Classes(), k.Class()) || k.Lane().Other() == k.Lane() {
			t.Errorf("%s: class %d is not in its lane %s", k, k.Class(), k.Lane())
		}
		if k.Technical() != (k.Lane() == ticket.LaneTechnicians) {
			t.Errorf("%s is in the lane of %s", k, k.Lane())
		}
	}
}

// TestLanes: for any mix of letters, tried again and again with any number at a
// time, each is taken once and none before its time; the lanes take turns as
// long as both have letters; and in a class of a lane new goes before old.
func TestLanes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		store, now := storetest.NewMem(), time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
		d := &ticket.Desk{Store: store, Now: func() time.Time { return now }}
		n := rapid.IntRange(0, 40).Draw(rt, "letters")
		err := store.Update(t.Context(), func(tx ticket.Tx) error {
			for id := range n {
				r := &ticket.Row{Notice: ticket.Notice{ID: ticket.NoticeID(id + 1), Kind: rapid.SampledFrom(everyNotice()).Draw(rt, "kind")},
					State: ticket.RowState(1 + rapid.IntRange(0, 7).Draw(rt, "state")%6), Next: now.Add(time.Duration(rapid.IntRange(-5, 1).Draw(rt, "minute")) * time.Minute)}
				if id%2 == 0 {
					r.State = ticket.RowQueued
				}
				if err := tx.PutRow(r); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			rt.Fatal(err)
		}
		taken := map[ticket.NoticeID]bool{}
		last := map[int]*ticket.Row{}
		first := rapid.SampledFrom([]ticket.Lane{ticket.LaneCustomers, ticket.LaneTechnicians}).Draw(rt, "first")
		left := map[ticket.Lane]int{}
		_ = store.View(t.Context(), func(tx ticket.Tx) error {
			for _, l := range []ticket.Lane{ticket.LaneCustomers, ticket.LaneTechnicians} {
				all, _ := tx.Queued(l, now, n, nil)
				left[l] = len(all)
			}
			return nil
		})
		for turn := first; ; {
			rows, next, err := d.Take(t.Context(), turn, rapid.IntRange(1, 5).Draw(rt, "n"), func(id ticket.NoticeID) bool { return taken[id] })
			if err != nil {
				rt.Fatal(err)
			}
			if len(rows) == 0 {
				if left[ticket.LaneCustomers]+left[ticket.LaneTechnicians] > 0 {
					rt.Fatalf("left behind: %v", left)
				}
				if !next.IsZero() && !next.After(now) {
					rt.Fatalf("next %s is not after now", next)
				}
				return
			}
			for _, r := range rows {
				lane, class := r.Notice.Kind.Lane(), r.Notice.Kind.Class()
				if taken[r.Notice.ID] || r.State != ticket.RowQueued || r.Next.After(now) {
					rt.Fatalf("letter %d is taken: %+v", r.Notice.ID, r)
				}
				if lane != turn && left[turn] > 0 {
					rt.Fatalf("a letter of %s at the turn of %s, which has %d", lane, turn, left[turn])
				}
				if before := last[class]; before != nil && (r.Next.After(before.Next) || r.Next.Equal(before.Next) && r.Notice.ID > before.Notice.ID) {
					rt.Fatalf("letter %d, which is newer, goes behind %d", r.Notice.ID, before.Notice.ID)
				}
				taken[r.Notice.ID], last[class] = true, r
				left[lane]--
				turn = lane.Other()
			}
		}
	})
}
