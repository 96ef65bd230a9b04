package mailin

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sportello/ticket"
)

// memory is a Witness that outlives the deaths of a test.
type memory struct {
	mu    sync.Mutex
	trial Trial
	dead  bool // the process is: nothing it does counts any more
}

func (m *memory) Trial() (Trial, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead = false
	return m.trial, nil
}

func (m *memory) Keep(t Trial) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.dead {
		m.trial = t
	}
	return nil
}

func (m *memory) die() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead = true
}

// mortal is a Receiver of a process that dies: what it is given after that is lost.
type mortal struct {
	*ledger
	witness *memory
	filing  func(in *ticket.Inbound) bool // false: dies of it
}

func (m mortal) Receive(ctx context.Context, in []*ticket.Inbound, c ticket.Cursor) error {
	for _, i := range in {
		if !m.filing(i) {
			m.witness.die()
		}
	}
	m.witness.mu.Lock()
	dead := m.witness.dead
	m.witness.mu.Unlock()
	if dead {
		return fmt.Errorf("dead: %w", ticket.ErrCommit)
	}
	return m.ledger.Receive(ctx, in, c)
}

// TestPollerMailThatKills starts a desk again and again that dies of one of its
// mails, as long as it does: some starts later all others are filed, and it is
// kept as it is.
func TestPollerMailThatKills(t *testing.T) {
	const mails, deadlyUID = 40, 17
	tests := map[string]struct {
		reading, filing, keeping bool // what it dies of
		starts                   int
		raw                      bool // the bytes of the mail are kept
	}{
		"no mail":         {false, false, false, 1, true},
		"reading":         {true, false, false, 8, true},
		"filing":          {false, true, false, 10, true},
		"keeping as well": {true, true, true, 10, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newPostOffice(t, allCaps)
				for i := range mails {
					o.put("INBOX", mailText(fmt.Sprint(i)), time.Now())
				}
				witness, l := &memory{}, &ledger{}
				starts := 0
				for len(l.uids()) < mails && starts < 20 {
					starts++
					d := newDesk(o)
					d.Witness = witness
					d.Parse = func(raw []byte, at time.Time) *ticket.Inbound {
						in := Parse(raw, Options{Arrived: at})
						if tt.reading && in.Subject == fmt.Sprint(deadlyUID-1) {
							witness.die()
						}
						return in
					}
					d.Receiver = mortal{l, witness, func(in *ticket.Inbound) bool {
						return in.Source.UID != deadlyUID || in.Unfit == "" && !tt.filing || in.Unfit != "" && (!tt.keeping || in.Raw == nil)
					}}
					d.ledger = l
					stop := d.run(t)
					pass(time.Minute)
					stop()
				}
				if starts != tt.starts {
					t.Errorf("%d starts, want %d", starts, tt.starts)
				}
				for i, in := range l.mails {
					unfit := tt.starts > 1 && i == deadlyUID-1
					if in.Source.UID != uint32(i+1) || (in.Unfit != "") != unfit {
						t.Errorf("filed UID %d as %q", in.Source.UID, in.Unfit)
					}
					if unfit && (string(in.Raw) == mailText(fmt.Sprint(i))) != tt.raw {
						t.Errorf("%d bytes of the mail are kept", len(in.Raw))
					}
				}
				if witness.trial != (Trial{}) {
					t.Errorf("at rest the witness knows of %+v", witness.trial)
				}
				o.srv.Close()
			})
		})
	}
}

// TestPollerDeathsOfOthers kills a desk again and again, each time after a few
// steps more, whatever it does then: it gets on, and no mail is blamed.
func TestPollerDeathsOfOthers(t *testing.T) {
	const mails = 12
	for step := 3; step < 2*mails; step++ {
		synctest.Test(t, func(t *testing.T) {
			o := newPostOffice(t, allCaps)
			for i := range mails {
				o.put("INBOX", mailText(fmt.Sprint(i)), time.Now())
			}
			witness, l := &memory{}, &ledger{}
			for start := 0; start < 8 && len(l.uids()) < mails; start++ {
				var mu sync.Mutex
				n := 0
				live := func(*ticket.Inbound) bool {
					mu.Lock()
					defer mu.Unlock()
					n++
					return start > 5 || n <= step+start
				}
				d := newDesk(o)
				d.Witness, d.ledger = witness, l
				d.Parse = func(raw []byte, at time.Time) *ticket.Inbound {
					if !live(nil) {
						witness.die()
					}
					return Parse(raw, Options{Arrived: at})
				}
				d.Receiver = mortal{l, witness, live}
				stop := d.run(t)
				pass(time.Minute)
				stop()
			}
			if len(l.mails) != mails {
				t.Errorf("step %d: %d mails filed", step, len(l.mails))
			}
			for _, in := range l.mails {
				if in.Unfit != "" {
					t.Errorf("step %d: UID %d is blamed: %s", step, in.Source.UID, in.Unfit)
				}
			}
			o.srv.Close()
		})
	}
}

// TestSuspectsOfAnotherMailbox tells that a mailbox made anew has none.
func TestSuspectsOfAnotherMailbox(t *testing.T) {
	w := &memory{trial: Trial{UIDValidity: 1, Last: 9, Alone: 4, Reading: true, Deaths: 3}}
	s := (&Poller{Witness: w}).recall()
	if !s.has(4) || s.Deaths != 7 {
		t.Errorf("recalled %+v", s.Trial)
	}
	if err := s.at(ticket.Cursor{UIDValidity: 2}); err != nil || s.has(4) || w.trial != (Trial{}) {
		t.Errorf("%v: %+v, kept %+v", err, s.Trial, w.trial)
	}
}
