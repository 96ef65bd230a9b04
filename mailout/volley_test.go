package mailout

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
)

// TestVolley: to a server that announces PIPELINING the commands of a letter are
// said in one write, to another one by one.
func TestVolley(t *testing.T) {
	for _, announced := range []bool{true, false} {
		run(t, func(r *rig) {
			r.Connections = 1
			r.server.strict = true
			if announced {
				r.server.ehlo = []string{"PIPELINING"}
			}
			r.queue(ticket.NoticeAnswer, 1, 5)
		}, func(r *rig) {
			want := 0
			if announced {
				want = 5
			}
			if n := len(r.server.taken()); n != 5 || r.server.volleys != want {
				t.Errorf("announced %t: %d letters, %d of them at once", announced, n, r.server.volleys)
			}
		})
	}
}

// fate is what became of some letters, and of the queue.
func (r *rig) fate() string {
	arrived := map[string]int{}
	for _, m := range r.server.taken() {
		arrived[m.From+" "+m.To]++
	}
	var rows []string
	for id := range ticket.NoticeID(6) {
		row := r.spool.row(id + 1)
		rows = append(rows, fmt.Sprintf("%s %d %s", row.State, row.Tries, row.LastError))
	}
	slices.Sort(rows)
	var letters []string
	for _, who := range slices.Sorted(maps.Keys(arrived)) {
		letters = append(letters, fmt.Sprint(who, arrived[who]))
	}
	return strings.Join(rows, "\n") + "\n" + strings.Join(letters, "\n") + fmt.Sprintf("\ntold %q", r.alerts)
}

// TestVolleyChangesNothing: whatever the server refuses, and however it goes on
// after that, becomes of the letters what becomes of them one command at a time.
func TestVolleyChangesNothing(t *testing.T) {
	said := []string{"550 5.1.1 no such user", "450 4.2.0 later", "421 4.3.2 going down", "552 5.3.4 too large", "530 5.7.0 log in",
		"553 5.7.1 sender address rejected", "554 5.0.0 no", "451 4.7.1 try again", "535 5.7.8 who are you", "drop"}
	letters := composer()
	for _, step := range []string{"MAIL", "RCPT", "DATA", "."} {
		for _, answer := range said {
			for _, lax := range []bool{false, true}[:1+strings.Count("MAIL RCPT", step)] {
				for _, hits := range []int{1, 1000} {
					t.Run(fmt.Sprintf("%d times %s at %s, lax %t", hits, answer, step, lax), func(t *testing.T) {
						t.Parallel()
						var fates []string
						for _, ehlo := range [][]string{nil, {"PIPELINING"}} {
							n := 0
							run(t, func(r *rig) {
								r.Connections, r.Compose = 1, letters.Compose
								r.server.ehlo, r.server.strict, r.server.lax = ehlo, true, lax
								r.queue(ticket.NoticeAnswer, 1, 6)
								r.server.answer = func(_ int, line string) string {
									if strings.HasPrefix(line, step) {
										if n++; n == 2 || n > 2 && hits > 1 {
											return answer
										}
									}
									return ""
								}
							}, func(r *rig) {
								r.wait(2 * time.Hour)
								for _, m := range r.server.taken() {
									if m.Body == "" {
										t.Error("an empty letter was taken")
									}
								}
								fates = append(fates, r.fate())
							})
						}
						if fates[0] != fates[1] {
							t.Errorf("one by one:\n%s\nat once:\n%s", fates[0], fates[1])
						}
					})
				}
			}
		}
	}
}

// TestVolleyMisread: a server that announces PIPELINING and does not hold to it gets
// its letters one command at a time, each once and no try counted; after a while it
// is tried again.
func TestVolleyMisread(t *testing.T) {
	for name, answer := range map[string]func(line string) string{
		"forgets what it had not read": func(line string) string {
			if strings.HasPrefix(line, "MAIL") {
				return ""
			}
			return "silent"
		},
		"wants one at a time":       saysIn("RCPT", "503 5.5.1 bad sequence"),
		"knows no such command":     saysIn("RCPT", "500 what"),
		"hears arguments":           saysIn("MAIL", "501 5.5.4 syntax"),
		"stumbles over parameters":  saysIn("MAIL", "555 5.5.4 unsupported"),
		"answers twice":             saysIn("MAIL", "250 ok\r\n250 ok"),
		"answers RCPT twice":        saysIn("RCPT", "250 ok\r\n250 ok"),
		"answers DATA and goes on":  saysIn("DATA", "354 go on\r\n250 ok"),
		"hangs up":                  saysIn("RCPT", "drop"),
		"hangs up without a word":   saysIn("MAIL", "drop"),
		"answers DATA with nothing": saysIn("DATA", "silent"),
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(r *rig) {
				r.Connections = 2
				r.server.ehlo, r.server.strict = []string{"SIZE 1000000", "PIPELINING"}, true
				r.queue(ticket.NoticeAck, 1, 6)
				r.server.answer = func(conn int, line string) string {
					if r.server.volley[conn] {
						return answer(line)
					}
					return ""
				}
			}, func(r *rig) {
				r.wait(5 * time.Minute)
				for id := range ticket.NoticeID(6) {
					if row := r.state(t, id+1, ticket.RowSent); row.Tries != 0 {
						t.Errorf("letter %d: %d tries", id+1, row.Tries)
					}
				}
				if n := len(r.server.taken()); n != 6 || len(r.alerts) != 0 {
					t.Errorf("%d letters, told %q", n, r.alerts)
				}
				before := r.server.volleys
				r.queue(ticket.NoticeAck, 7, 1)
				r.Kick()
				r.wait(time.Second)
				if r.state(t, 7, ticket.RowSent); r.server.volleys != before {
					t.Error("what was learned is forgotten")
				}
				r.wait(regrowTime)
				r.server.mu.Lock()
				r.server.answer = nil
				r.server.mu.Unlock()
				r.queue(ticket.NoticeAck, 8, 1)
				r.Kick()
				r.wait(time.Second)
				if r.state(t, 8, ticket.RowSent); r.server.volleys != before+1 {
					t.Error("it is never tried again")
				}
			})
		})
	}
}

// saysIn answers said to the lines of a volley that begin with verb.
func saysIn(verb, said string) func(line string) string {
	return func(line string) string { return saysAt(verb, said)(0, line) }
}

// TestVolleyForNobody: a letter whose recipient is refused and whose DATA is taken is
// ended without a byte; a server that takes even that, or takes a letter from a
// sender it refused, hears nothing more.
func TestVolleyForNobody(t *testing.T) {
	for name, c := range map[string]struct {
		refuse, dot string
		conns       int
	}{
		"the dot is refused":      {"RCPT", "", 1},
		"the dot is taken":        {"RCPT", "250 taken", 2},
		"the dot is not heard":    {"RCPT", "drop", 2},
		"from a refused sender":   {"MAIL", "250 taken", 2},
		"from a refused one, 4xx": {"MAIL", "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			n, dots := 0, 0
			run(t, func(r *rig) {
				r.Connections, r.Envelope = 1, "desk"
				r.server.ehlo, r.server.strict, r.server.lax = []string{"PIPELINING"}, c.refuse == "RCPT", true
				r.queue(ticket.NoticeAnswer, 1, 3)
				r.server.answer = func(_ int, line string) string {
					if strings.HasPrefix(line, c.refuse) {
						if n++; n == 2 {
							return "450 4.2.0 later"
						}
					}
					if line == "." {
						if dots++; dots == 2 && n == 2 {
							return c.dot
						}
					}
					return ""
				}
			}, func(r *rig) {
				r.wait(time.Hour)
				for id := range ticket.NoticeID(3) {
					r.state(t, id+1, ticket.RowSent)
				}
				conns := map[int]bool{}
				for _, m := range r.server.taken() {
					conns[m.Conn] = true
					if m.Body == "" || m.To == "" {
						t.Errorf("taken: %+v", m)
					}
				}
				if all := len(r.server.taken()); all != 3 {
					t.Errorf("%d letters", all)
				}
			})
		})
	}
}
