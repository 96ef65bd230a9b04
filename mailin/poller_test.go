package mailin

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sportello/ticket"
)

func TestPollerFilesWhatIdleTellsOf(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		stop := d.run(t)
		synctest.Wait()
		if s := d.Status(); s.Condition != Reading || s.LastPoll.IsZero() {
			t.Fatalf("status %+v", s)
		}
		start := time.Now()
		for i := range 3 {
			o.put("INBOX", mailText(fmt.Sprint(i)), time.Now())
			synctest.Wait()
		}
		if got := d.uids(); !slices.Equal(got, []uint32{1, 2, 3}) {
			t.Fatalf("filed %v", got)
		}
		if !time.Now().Equal(start) {
			t.Errorf("waited %v for a single mail", time.Since(start))
		}
		if _, unseen := o.count("INBOX"); unseen != 0 {
			t.Errorf("%d filed mails are unseen", unseen)
		}
		if c := d.cursor; c.First != 1 || c.Last != 3 {
			t.Errorf("cursor %+v", c)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestPollerPollsWithoutIdle(t *testing.T) {
	bubble(t, bareCaps, func(t *testing.T, o *postOffice, d *desk) {
		stop := d.run(t)
		for i := range 60 {
			pass(time.Minute)
			o.put("INBOX", mailText(fmt.Sprint(i)), time.Now())
		}
		pass(time.Minute)
		synctest.Wait()
		if got := len(d.uids()); got != 60 {
			t.Errorf("filed %d of 60 in an hour", got)
		}
		if len(o.dials) != 1 {
			t.Errorf("connected %d times", len(o.dials))
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestPollerFirstStartTakesTheBacklogOnly(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		d.Backlog = 24 * time.Hour
		now := time.Now()
		ages := []time.Duration{72 * time.Hour, 25 * time.Hour, 23 * time.Hour, 48 * time.Hour, time.Hour, 200 * time.Hour}
		for i, age := range ages {
			o.put("INBOX", mailText(fmt.Sprint(i)), now.Add(-age))
		}
		stop := d.run(t)
		synctest.Wait()
		if got := d.uids(); !slices.Equal(got, []uint32{3, 5}) {
			t.Fatalf("filed %v, want the two of the last 24 hours", got)
		}
		if all, unseen := o.count("INBOX"); all != 6 || unseen != 4 {
			t.Errorf("%d mails, %d unseen: what was left alone must stay as it was", all, unseen)
		}
		// Later mail is filed whatever its date: somebody moved it in.
		o.put("INBOX", mailText("moved"), now.Add(-500*time.Hour))
		synctest.Wait()
		if got := d.uids(); !slices.Equal(got, []uint32{3, 5, 7}) {
			t.Errorf("filed %v", got)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		// A restart marks nothing that it did not file.
		stop = d.run(t)
		synctest.Wait()
		if _, unseen := o.count("INBOX"); unseen != 4 {
			t.Errorf("%d unseen after a restart", unseen)
		}
		stop()
	})
}

func TestPollerReadsAnewWhenUIDValidityChanges(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		d.Backlog = 24 * time.Hour
		o.put("INBOX", mailText("a"), time.Now())
		o.put("INBOX", mailText("b"), time.Now())
		stop := d.run(t)
		synctest.Wait()
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		was := d.cursor
		if err := o.user.Delete("INBOX"); err != nil {
			t.Fatal(err)
		}
		o.create("INBOX")
		o.put("INBOX", mailText("old"), was.Since.Add(-time.Hour))
		o.put("INBOX", mailText("b"), time.Now())
		stop = d.run(t)
		synctest.Wait()
		if d.cursor.UIDValidity == was.UIDValidity || !d.cursor.Since.Equal(was.Since) || d.cursor.Last != 2 {
			t.Errorf("cursor %+v after %+v", d.cursor, was)
		}
		if got := d.uids(); !slices.Equal(got, []uint32{1, 2, 2}) {
			t.Errorf("filed %v", got)
		}
		stop()
	})
}

func TestPollerEndsOnAFailedCommitOnly(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		full := errors.New("no space left")
		d.fail = func(in []*ticket.Inbound) error {
			if len(in) > 0 {
				return full
			}
			return nil
		}
		o.put("INBOX", mailText("a"), time.Now())
		stop := d.run(t)
		pass(10 * time.Minute)
		if s := d.Status(); s.Condition != NotFiling {
			t.Errorf("condition %v", s.Condition)
		}
		d.ledger.mu.Lock()
		d.fail = nil
		d.ledger.mu.Unlock()
		pass(10 * time.Minute)
		if got := d.uids(); !slices.Equal(got, []uint32{1}) || d.mails[0].Unfit != "" {
			t.Errorf("filed %v once there was space", got)
		}
		if d.told() != "cannot file" {
			t.Errorf("told %q", d.told())
		}
		d.ledger.mu.Lock()
		d.fail = func([]*ticket.Inbound) error { return fmt.Errorf("disk: %w", ticket.ErrCommit) }
		d.ledger.mu.Unlock()
		o.put("INBOX", mailText("b"), time.Now())
		synctest.Wait()
		if err := stop(); !errors.Is(err, ticket.ErrCommit) {
			t.Errorf("Run ended with %v", err)
		}
	})
}

func TestPollerFilesABacklogInOrder(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		const n = 2 * listed // the last portion is a full one
		for i := range n {
			o.put("INBOX", mailText(fmt.Sprint(i)), time.Now())
		}
		stop := d.run(t)
		synctest.Wait()
		pass(time.Second)
		got := d.uids()
		if len(got) != n || !slices.IsSorted(got) {
			t.Fatalf("filed %d of %d, in order: %t", len(got), n, slices.IsSorted(got))
		}
		if most := slices.Max(d.batches); most > batchMail {
			t.Errorf("%d mails in one commit", most)
		}
		if len(d.batches) > n/8 {
			t.Errorf("%d commits for %d mails", len(d.batches), n)
		}
		if _, unseen := o.count("INBOX"); unseen != 0 {
			t.Errorf("%d unseen", unseen)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestPollerSurvey(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		for _, n := range []string{"a", "b", "c"} {
			o.put("INBOX", mailText(n), time.Now())
		}
		o.put("INBOX", mailText("old"), time.Now().Add(-72*time.Hour))
		validity, uids, err := d.Survey(t.Context(), ticket.Cursor{})
		if err != nil || validity == 0 || !slices.Equal(uids, []uint32{1, 2, 3, 4}) {
			t.Errorf("UIDVALIDITY %d, UIDs %v, %v", validity, uids, err)
		}
		since := time.Now().Add(-24 * time.Hour)
		for old, want := range map[uint32][]uint32{4: {1, 2, 3}, 9: {1, 2, 3}, 3: {1, 2, 3, 4}, 0: {1, 2, 3, 4}} { // UID 4 was there before, or came since
			if _, uids, err := d.Survey(t.Context(), ticket.Cursor{UIDValidity: validity, Last: 4, Old: old, Since: since}); err != nil || !slices.Equal(uids, want) {
				t.Errorf("old up to %d: UIDs %v, %v; want %v", old, uids, err, want)
			}
		}
		if _, unseen := o.count("INBOX"); unseen != 4 || len(d.uids()) != 0 {
			t.Error("looking changed the mailbox")
		}
	})
}

func TestPollerMailSentAgainProvesNothing(t *testing.T) {
	sent := time.Date(2026, 2, 2, 9, 0, 0, 0, time.UTC) // the Date of mailText
	for method, aligned := range map[string]bool{"dkim": false, "dmarc": false, "spf": true} {
		bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
			d.Parse = func(raw []byte, at time.Time) *ticket.Inbound {
				in := Parse(raw, Options{Arrived: at})
				in.Evidence = ticket.Evidence{Aligned: true, Method: method}
				return in
			}
			o.put("INBOX", mailText("new"), sent.Add(6*24*time.Hour))
			o.put("INBOX", mailText("again"), sent.Add(8*24*time.Hour))
			d.Now = func() time.Time { return sent.Add(30 * 24 * time.Hour) }
			stop := d.run(t)
			pass(time.Second)
			if len(d.mails) != 2 || !d.mails[0].Evidence.Aligned || d.mails[1].Evidence.Aligned != aligned {
				t.Errorf("%s: %d mails, evidence %+v", method, len(d.mails), d.mails)
			}
			stop()
		})
	}
}
