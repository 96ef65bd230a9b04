package boltstore

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// killDir makes this test binary a desk that files mail until it is killed.
const killDir = "SPORTELLO_TEST_KILL_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killDir); dir != "" {
		fmt.Fprintln(os.Stderr, fileForEver(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// fileForEver files mails and sends their letters from four goroutines and prints the number of each
// ticket once it is committed.
func fileForEver(dir string) error {
	s, err := Open(dir, Options{})
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	var out sync.Mutex
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() {
			for {
				var id ticket.ID
				if id, errs[i] = sendOne(s); errs[i] != nil {
					return
				}
				out.Lock()
				fmt.Println(id)
				out.Unlock()
			}
		})
	}
	wg.Go(func() {
		for s.PutAway(context.Background()) == nil {
		}
	})
	wg.Go(func() {
		for {
			if _, err := s.Compact(context.Background()); err != nil {
				return
			}
		}
	})
	wg.Wait()
	return errors.Join(errs...)
}

// fileOne does what filing a mail does: raw mail, arrival, ticket, thread, letter.
func fileOne(s *Store) (id ticket.ID, err error) { return fileMail(s, &ticket.Row{}) }

// sendOne files a mail and sends its letter.
func sendOne(s *Store) (id ticket.ID, err error) {
	var row ticket.Row
	if id, err = fileMail(s, &row); err != nil {
		return id, err
	}
	return id, s.Update(context.Background(), func(tx ticket.Tx) error {
		row.State, row.Fixed = ticket.RowSent, true
		return errors.Join(tx.PutLetter(row.Notice.ID, storetest.Letter(&row.Notice)), tx.PutRow(&row))
	})
}

// fileMail files a mail; row becomes that of its acknowledgement.
func fileMail(s *Store, row *ticket.Row) (id ticket.ID, err error) {
	ctx, now := context.Background(), time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	raw := []byte(fmt.Sprintf("Subject: %d\r\n\r\n%s", s.position(), strings.Repeat("testo ", 500)))
	refs, err := s.Keep(ctx, []ticket.RawMail{{At: now, Raw: raw}})
	if err != nil {
		return 0, err
	}
	return id, s.Update(ctx, func(tx ticket.Tx) error {
		var err, err2, err3 error
		var arrival ticket.ArrivalID
		var notice ticket.NoticeID
		id, err = tx.NextTicket()
		arrival, err2 = tx.NextArrival()
		notice, err3 = tx.NextNotice()
		row.State, row.Notice, row.Next = ticket.RowQueued, ticket.Notice{ID: notice, Kind: ticket.NoticeAck, MessageID: fmt.Sprintf("%d@x", notice)}, now
		return errors.Join(err, err2, err3,
			tx.PutTicket(&ticket.Ticket{ID: id, State: ticket.StateOpen, Messages: 1, Events: 1}),
			tx.AddMessage(id, &ticket.Message{Seq: 1, Text: string(raw), Raw: refs[0], Arrival: arrival}),
			tx.AddEvent(id, &ticket.Event{Seq: 1, Kind: "opened", Actor: "desk", Cause: fmt.Sprintf("arrival %d", arrival)}),
			tx.PutArrival(&ticket.Arrival{ID: arrival, Raw: refs[0], RawSum: sha256.Sum256(raw), Fate: ticket.FateMessage, Ticket: id, Seq: 1}),
			tx.PutRow(row),
			tx.FileMessageID(fmt.Sprintf("m%d@x", arrival), id))
	})
}

// Killed at any instant: what was acknowledged is stored, every check is clean,
// and numbers go on.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	mustClose(t, must(Create(dir, Options{})))
	var acked []ticket.ID
	for round, lines := range []int{1, 3, 20, 77, 150, 2, 301, 40} {
		acked = append(acked, killAfter(t, dir, lines)...)
		s := mustOpen(t, dir, Options{})
		checkClean(t, s)
		highest := s.numbers().Tickets
		if err := s.View(context.Background(), func(tx ticket.Tx) error {
			for _, id := range acked {
				if _, err := tx.Ticket(id); err != nil {
					t.Errorf("round %d: acknowledged and lost: %v", round, err)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if uint64(s.witness.disk.Highest.Tickets) < highest {
			t.Errorf("round %d: number %d was given out, the witness knows %d", round, highest, s.witness.disk.Highest.Tickets)
		}
		mustClose(t, s)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// killAfter runs the desk in a process of its own and kills it once it has
// acknowledged that many tickets. It returns all that were.
func killAfter(t *testing.T, dir string, lines int) (acked []ticket.ID) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), killDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	for in := bufio.NewScanner(out); in.Scan(); {
		id, err := strconv.ParseUint(in.Text(), 10, 64)
		if err != nil {
			break // a line cut by the kill
		}
		if acked = append(acked, ticket.ID(id)); len(acked) == lines {
			cmd.Process.Kill()
		}
	}
	if len(acked) < lines {
		t.Fatalf("the desk acknowledged %d tickets and ended, %d were wanted", len(acked), lines)
	}
	return acked
}

// checkClean fails for every finding of a deep check; a note needs nobody.
func checkClean(t *testing.T, s *Store) {
	t.Helper()
	if err := s.Check(context.Background(), true, func(f Finding) {
		if f.Level != "note" {
			t.Errorf("%+v", f)
		}
	}); err != nil {
		t.Error(err)
	}
}

// A month whose file was being made when the process was killed is made again.
func TestMonthLeftHalfMade(t *testing.T) {
	s := newStore(t)
	if err := os.WriteFile(filepath.Join(s.dir, archiveDir, "2026-11.db.new"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := fileOne(s); err != nil {
		t.Fatal(err)
	}
	checkClean(t, s)
}
