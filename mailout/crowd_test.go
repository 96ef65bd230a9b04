package mailout

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
)

// TestOneConnection: a server that takes one connection, and says so to the
// second in whatever way, gets all letters over one: the queue never rests, no
// letter waits for a rung of the ladder, nobody is told (PROMISES.md G15).
func TestOneConnection(t *testing.T) {
	for name, busy := range map[string]func(conn int, line string) string{
		"421 as greeting":   func(int, string) string { return "421 4.7.0 too many connections from your host" },
		"554 as greeting":   func(int, string) string { return "554 no more of you" },
		"closed at once":    func(int, string) string { return "drop" },
		"451 to EHLO":       saysAt("EHLO", "451 4.3.2 try again"),
		"421 to MAIL":       saysAt("MAIL", "421 4.7.0 too many concurrent sessions"),
		"450 to RCPT":       saysAt("RCPT", "450 4.7.0 Connection limit exceeded"),
		"432 after the dot": saysAt(".", "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"),
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(r *rig) {
				r.Connections = 4
				r.queue(ticket.NoticeAnswer, 1, 12)
				open := map[int]bool{}
				crowded := func(conn int) bool {
					open[conn] = true
					n := 0
					for c := range open {
						if r.server.isOpen(c) {
							n++
						}
					}
					return n > 1 && conn != lowest(open, r.server.isOpen)
				}
				r.server.greeting = func(conn int) string {
					if crowded(conn) {
						if said := busy(conn, "greeting"); said != "" {
							return said
						}
					}
					return "220 ready"
				}
				r.server.answer = func(conn int, line string) string {
					if crowded(conn) {
						return busy(conn, line)
					}
					return ""
				}
			}, func(r *rig) {
				r.wait(2 * time.Minute)
				for id := range ticket.NoticeID(12) {
					r.state(t, id+1, ticket.RowSent)
				}
				if len(r.alerts) != 0 {
					t.Errorf("told %q", r.alerts)
				}
				if n := len(r.server.taken()); n != 12 {
					t.Errorf("%d mails", n)
				}
			})
		})
	}
}

// saysAt answers said to the lines that begin with verb, and nothing special else.
func saysAt(verb, said string) func(int, string) string {
	return func(_ int, line string) string {
		if strings.HasPrefix(line, verb) {
			return said
		}
		return ""
	}
}

func lowest(all map[int]bool, isOpen func(int) bool) int {
	low := 1 << 30
	for c := range all {
		if isOpen(c) {
			low = min(low, c)
		}
	}
	return low
}

// TestClosesAfterEach: a server that closes after each letter, in whatever way,
// gets them all, each once.
func TestClosesAfterEach(t *testing.T) {
	for _, way := range []string{"drop", "421 4.3.2 one is enough", "503 5.5.1 reconnect, please"} {
		t.Run(way, func(t *testing.T) {
			run(t, func(r *rig) {
				r.queue(ticket.NoticeAnswer, 1, 6)
				mails := map[int]int{}
				r.server.answer = func(conn int, line string) string {
					if strings.HasPrefix(line, "MAIL") || strings.HasPrefix(line, "RSET") {
						if mails[conn]++; mails[conn] > 1 {
							return way
						}
					}
					return ""
				}
			}, func(r *rig) {
				r.wait(time.Minute)
				seen := map[string]int{}
				for _, m := range r.server.taken() {
					seen[m.From]++
				}
				if len(seen) != 6 && !strings.HasPrefix(way, "503") || len(r.server.taken()) != 6 {
					t.Errorf("arrived %s", fmt.Sprint(seen))
				}
			})
		})
	}
}

// TestHELO: a server that refuses EHLO, for whatever reason, is greeted with HELO.
func TestHELO(t *testing.T) {
	for _, said := range []string{"500 what", "502 5.5.1 not here", "501 5.5.4 bad name", "504 no", "550 go away"} {
		run(t, func(r *rig) {
			r.queue(ticket.NoticeAnswer, 1, 2)
			r.server.answer = saysAt("EHLO", said)
		}, func(r *rig) {
			r.wait(time.Second)
			r.state(t, 1, ticket.RowSent)
			r.state(t, 2, ticket.RowSent)
		})
	}
}
