package mailout

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
)

// TestFollowing: over a connection that is never idle each letter begins in the
// commit that settles the one before it.
func TestFollowing(t *testing.T) {
	run(t, func(r *rig) {
		r.Connections = 1
		r.queue(ticket.NoticeAnswer, 1, 60)
		r.server.answer = func(_ int, line string) string {
			if line == "." {
				time.Sleep(time.Millisecond) // by then the next is written; the first two begin alone
			}
			return ""
		}
	}, func(r *rig) {
		r.wait(time.Second)
		if n := len(r.server.taken()); n != 60 || r.spool.most != 1 || r.spool.shared != 58 {
			t.Errorf("%d mails, %d at once, %d shared a commit", n, r.spool.most, r.spool.shared)
		}
	})
}

// TestPacedFollowsNothing: letters whose moment is fixed are begun at that moment.
func TestPacedFollowsNothing(t *testing.T) {
	run(t, func(r *rig) {
		r.PerMinute = 60
		r.queue(ticket.NoticeAnswer, 1, 10)
	}, func(r *rig) {
		r.wait(time.Minute)
		if len(r.server.taken()) != 10 || r.spool.shared != 0 {
			t.Errorf("%d mails, %d shared", len(r.server.taken()), r.spool.shared)
		}
	})
}

// TestNewLetterGoesNext: letters that are written ahead keep no place: one that is
// queued while others travel, and goes before them, is the next to begin on the
// connection whose turn it is.
func TestNewLetterGoesNext(t *testing.T) {
	const flood = 40
	run(t, func(r *rig) {
		r.Connections = 2
		r.queue(ticket.NoticeAck, 1, flood)
		r.queue(ticket.NoticeTicketNew, 1+flood, flood)
		dots := 0
		r.server.answer = func(_ int, line string) string {
			if line == "." {
				if dots++; dots == 11 {
					r.queue(ticket.NoticeAnswer, 2*flood+1, 1) // of a class that goes before
					r.Kick()
				}
			}
			return ""
		}
	}, func(r *rig) {
		r.wait(time.Minute)
		r.server.mu.Lock()
		defer r.server.mu.Unlock()
		for i, m := range r.server.mails {
			if strings.HasPrefix(m.From, fmt.Sprintf("assistenza+b%d@", 2*flood+1)) {
				// Eleven had their dot, one more had begun; the turn of the lane may come one letter later.
				if i > 14 {
					t.Errorf("the new letter was number %d", i+1)
				}
				return
			}
		}
		t.Error("the new letter did not arrive")
	})
}

// TestAheadOfTrouble: whatever becomes of a letter, those that were written ahead
// of their turn arrive, each once.
func TestAheadOfTrouble(t *testing.T) {
	for said, hurt := range map[string]bool{"550 5.1.1 no": true, "450 4.2.0 later": false, "421 4.3.2 going down": false, "drop": false} {
		for _, step := range []string{"MAIL", "RCPT", "DATA"} {
			t.Run(said+" at "+step, func(t *testing.T) {
				n := 0
				run(t, func(r *rig) {
					r.queue(ticket.NoticeAnswer, 1, 20)
					r.server.answer = func(_ int, line string) string {
						if strings.HasPrefix(line, step) {
							if n++; n == 7 {
								return said
							}
						}
						return ""
					}
				}, func(r *rig) {
					r.wait(time.Hour)
					arrived := map[string]int{}
					for _, m := range r.server.taken() {
						arrived[m.From]++
					}
					want, sender := 20, hurt && step == "MAIL" // a refused sender is mended, and is the desk from then on
					if hurt && !sender {
						want = 19
					}
					if len(r.server.taken()) != want || len(arrived) != want && !sender {
						t.Errorf("%d arrived of %d: %v", len(r.server.taken()), want, arrived)
					}
				})
			})
		}
	}
}

// TestWrittenLate: a letter that is not written yet holds up the record of no other.
func TestWrittenLate(t *testing.T) {
	run(t, func(r *rig) {
		r.Connections = 1
		r.queue(ticket.NoticeAnswer, 1, 3)
		compose := r.Compose
		r.Compose = func(ctx context.Context, n *ticket.Notice) (*ticket.Letter, error) {
			if n.ID == 2 {
				time.Sleep(time.Minute)
			}
			return compose(ctx, n)
		}
	}, func(r *rig) {
		r.wait(time.Second)
		r.state(t, 1, ticket.RowSent)
		r.state(t, 2, ticket.RowQueued)
		r.wait(time.Minute)
		r.state(t, 2, ticket.RowSent)
		r.state(t, 3, ticket.RowSent)
	})
}
