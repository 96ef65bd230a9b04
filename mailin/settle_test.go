package mailin

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-imap/v2"

	"sportello/ticket"
)

func TestPollerMoves(t *testing.T) {
	caps := map[string]imap.CapSet{
		"MOVE":                     allCaps,
		"COPY and UID EXPUNGE":     {imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}},
		"COPY, nothing to expunge": bareCaps,
	}
	for name, set := range caps {
		t.Run(name, func(t *testing.T) {
			bubble(t, set, func(t *testing.T, o *postOffice, d *desk) {
				o.create("Filed")
				d.MoveTo = "Filed"
				for _, n := range []string{"a", "b", "c"} {
					o.put("INBOX", mailText(n), time.Now())
				}
				stop := d.run(t)
				pass(2 * time.Minute)
				stop()
				// Nothing is moved twice, whatever a restart finds.
				stop = d.run(t)
				pass(2 * time.Minute)
				stop()
				filed(t, d, 1, 2, 3)
				left, _ := o.count("INBOX")
				moved, _ := o.count("Filed")
				want := 0
				if !set.Has(imap.CapUIDPlus) {
					want = 3 // flagged \Deleted: a bare EXPUNGE would take other people's mail
				}
				if left != want || moved != 3 {
					t.Errorf("%d in INBOX, %d in Filed", left, moved)
				}
				if d.told() != "" {
					t.Errorf("told %q", d.told())
				}
			})
		})
	}
}

func TestPollerMoveRefusedLosesNothing(t *testing.T) {
	for name, set := range map[string]imap.CapSet{"MOVE": allCaps, "COPY": {imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}}} {
		t.Run(name, func(t *testing.T) {
			bubble(t, set, func(t *testing.T, o *postOffice, d *desk) {
				d.MoveTo = "Filed" // TRYCREATE
				o.put("INBOX", mailText("a"), time.Now())
				o.put("INBOX", mailText("b"), time.Now())
				stop := d.run(t)
				pass(time.Hour)
				filed(t, d, 1, 2)
				if left, _ := o.count("INBOX"); left != 2 {
					t.Errorf("%d of 2 are left", left)
				}
				if d.told() != "cannot move" {
					t.Errorf("told %q", d.told())
				}
				if d.Status().Condition != Reading || len(o.dials) != 1 {
					t.Errorf("status %+v after %d connections", d.Status(), len(o.dials))
				}
				o.create("Filed")
				pass(2 * time.Minute)
				left, _ := o.count("INBOX")
				if moved, _ := o.count("Filed"); left != 0 || moved != 2 {
					t.Errorf("%d in INBOX, %d in Filed once it was there", left, moved)
				}
				stop()
			})
		})
	}
}

func TestPollerMarksWhatACrashLeft(t *testing.T) {
	for _, moveTo := range []string{"", "Filed"} {
		bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
			o.create("Filed")
			for _, n := range []string{"a", "b", "c"} {
				o.put("INBOX", mailText(n), time.Now())
			}
			// The commit is on disk, the daemon died before the flag.
			died := errors.New("died")
			d.fail = func(in []*ticket.Inbound) error {
				if len(in) > 0 {
					return errors.Join(died, ticket.ErrCommit)
				}
				return nil
			}
			stop := d.run(t)
			synctest.Wait()
			if err := stop(); !errors.Is(err, died) {
				t.Fatal(err)
			}
			d.fail = nil
			d.cursor.First, d.cursor.Last = 1, 3
			d.MoveTo = moveTo
			stop = d.run(t)
			synctest.Wait()
			left, unseen := o.count("INBOX")
			moved, _ := o.count("Filed")
			if moveTo == "" && (left != 3 || unseen != 0) || moveTo != "" && (left != 0 || moved != 3) {
				t.Errorf("move_to %q: %d in INBOX, %d unseen, %d in Filed", moveTo, left, unseen, moved)
			}
			filed(t, d)
			stop()
		})
	}
}
