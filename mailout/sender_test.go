package mailout

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"sportello/ticket"
)

// rig is a sender with an outbox in memory and a server over pipes, in a
// bubble whose clock starts at `at` for the desk.
type rig struct {
	*Sender
	spool  *memSpool
	server *server
	alerts []string
	start  time.Time
}

// run lets f play with a rig whose sender runs, then stops it.
func run(t *testing.T, set func(*rig), f func(*rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{start: time.Now()}
		now := func() time.Time { return at.Add(time.Since(r.start)) }
		r.spool, r.server = newSpool(now), &server{now: now}
		r.Sender = &Sender{
			Spool: r.spool, Compose: composer().Compose, Attachment: composer().Attachment, Dial: r.server.dial,
			Server: Server{Host: "localhost", TLS: "none"}, Connections: 2, DeskAddress: "assistenza@example.it", Now: now,
			Alert: func(_ context.Context, lines ...ticket.Words) error {
				r.alerts = append(r.alerts, inEnglish(lines))
				return nil
			},
			jitter: func(d time.Duration) time.Duration { return d },
		}
		set(r)
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error)
		go func() { ended <- r.Run(ctx) }()
		synctest.Wait()
		f(r)
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		synctest.Wait()
		if _, open := r.server.connected(); open != 0 {
			t.Errorf("%d connections are left open", open)
		}
	})
}

// queue adds n letters of a kind, numbered from first.
func (r *rig) queue(kind ticket.NoticeKind, first, n int) {
	for i := range n {
		id := ticket.NoticeID(first + i)
		r.spool.add(sample(kind, "it", func(n *ticket.Notice) {
			n.ID, n.MessageID = id, fmt.Sprintf("%d@example.it", id)
			if !kind.NullPath() {
				n.Envelope = fmt.Sprintf("assistenza+b%d@example.it", id)
			}
		}))
	}
}

// wait lets d pass.
func (r *rig) wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (r *rig) state(t *testing.T, id ticket.NoticeID, want ticket.RowState) ticket.Row {
	t.Helper()
	row := r.spool.row(id)
	if row.State != want {
		t.Errorf("letter %d is %s (%s), want %s", id, row.State, row.LastError, want)
	}
	return row
}

// TestSend: order by class, one recipient a transaction, one connection for
// all, envelope sender by kind.
func TestSend(t *testing.T) {
	run(t, func(r *rig) {
		r.Connections = 1
		r.queue(ticket.NoticeAck, 1, 3)
		r.queue(ticket.NoticeAnswer, 4, 3)
	}, func(r *rig) {
		mails := r.server.taken()
		if len(mails) != 6 {
			t.Fatalf("%d mails", len(mails))
		}
		if conns, _ := r.server.connected(); conns != 1 {
			t.Errorf("%d connections", conns)
		}
		for i, m := range mails {
			answer := strings.HasPrefix(m.From, "assistenza+b")
			if answer != (i < 3) || !answer && m.From != "" || m.To != "mario@esempio.it" {
				t.Errorf("mail %d from %q to %q", i, m.From, m.To)
			}
		}
		if row := r.state(t, 4, ticket.RowSent); row.Response != "2.0.0 taken as Q1" && row.Response != "taken as Q1" {
			t.Errorf("response %q", row.Response)
		}
	})
}

// TestConnections: as many letters at once as there are connections, no more.
func TestConnections(t *testing.T) {
	run(t, func(r *rig) {
		r.Connections = 3
		r.queue(ticket.NoticeAnswer, 1, 30)
	}, func(r *rig) {
		conns, _ := r.server.connected()
		if n := len(r.server.taken()); n != 30 || r.spool.most > 3 || conns != 3 {
			t.Errorf("%d mails, %d at once, %d connections", n, r.spool.most, conns)
		}
	})
}

// TestBytes: what arrives is what was fixed, dots and attachments included.
func TestBytes(t *testing.T) {
	n := Samples("it")["answer-attachments"]
	n.Text = ".\n..due\n.tre"
	run(t, func(r *rig) { r.spool.add(n) }, func(r *rig) {
		_, want := compose(t, n)
		mails := r.server.taken()
		if len(mails) != 1 {
			t.Fatalf("%d mails", len(mails))
		}
		lines := strings.Split(mails[0].Body, "\r\n")
		for i, l := range lines {
			if strings.HasPrefix(l, ".") {
				lines[i] = l[1:]
			}
		}
		if got := strings.Join(lines, "\r\n"); got != string(want) {
			t.Errorf("arrived:\n%s\nfixed:\n%s", got, want)
		}
	})
}

// TestLadder: 4xx at any step is tried again after 5 and 15 minutes, 1, 2 and
// then every 4 hours, with the same bytes, for three days (PROMISES.md G01).
func TestLadder(t *testing.T) {
	for _, step := range []string{"MAIL", "RCPT", "DATA", "."} {
		t.Run(step, func(t *testing.T) {
			run(t, func(r *rig) {
				r.queue(ticket.NoticeAnswer, 1, 1)
				r.server.answer = func(_ int, line string) string {
					if strings.HasPrefix(line, step) {
						return "451 4.7.1 come back later"
					}
					return ""
				}
			}, func(r *rig) {
				r.wait(80 * time.Hour)
				row := r.state(t, 1, ticket.RowFailed)
				if !strings.Contains(row.LastError, "451 4.7.1 come back later") || !strings.Contains(row.LastError, "three days") {
					t.Errorf("error %q", row.LastError)
				}
				var waits []time.Duration
				h := r.spool.history
				for i := 1; i < len(h); i++ {
					waits = append(waits, h[i].After-h[i-1].After)
				}
				if got := fmt.Sprint(waits[:6]); got != "[5m0s 15m0s 1h0m0s 2h0m0s 4h0m0s 4h0m0s]" {
					t.Errorf("waits %s", got)
				}
				if last := h[len(h)-1].After; last > giveUp || last < giveUp-4*time.Hour {
					t.Errorf("given up after %s", last)
				}
			})
		})
	}
}

// TestRefused: 5xx fails at once and the others go on (PROMISES.md G02).
func TestRefused(t *testing.T) {
	for _, step := range []string{"RCPT", "DATA", "."} {
		t.Run(step, func(t *testing.T) {
			first := true
			run(t, func(r *rig) {
				r.Connections = 1
				r.queue(ticket.NoticeAnswer, 1, 2)
				r.server.answer = func(_ int, line string) string {
					if strings.HasPrefix(line, step) && first {
						first = false
						return "550 5.1.1 no such user"
					}
					return ""
				}
			}, func(r *rig) {
				if row := r.state(t, 1, ticket.RowFailed); row.LastError != "550 5.1.1 no such user" {
					t.Errorf("error %q", row.LastError)
				}
				r.state(t, 2, ticket.RowSent)
				if conns, _ := r.server.connected(); conns != 1 {
					t.Errorf("%d connections for two letters", conns)
				}
			})
		})
	}
}

// TestLostAfterDot: unknown, and the sender does not send it again (G03).
func TestLostAfterDot(t *testing.T) {
	run(t, func(r *rig) {
		r.queue(ticket.NoticeAck, 1, 1)
		r.server.answer = func(_ int, line string) string {
			if line == "." {
				return "drop"
			}
			return ""
		}
	}, func(r *rig) {
		r.wait(100 * time.Hour)
		r.state(t, 1, ticket.RowUnknown)
		if n := r.server.count("DATA"); n != 1 {
			t.Errorf("DATA %d times", n)
		}
	})
}

// TestSilentAfterDot: a server that says nothing leaves the letter unknown too.
func TestSilentAfterDot(t *testing.T) {
	run(t, func(r *rig) {
		r.queue(ticket.NoticeAck, 1, 1)
		wait := make(chan struct{})
		r.server.answer = func(_ int, line string) string {
			if line == "." {
				<-wait
				return "drop"
			}
			return ""
		}
		time.AfterFunc(time.Hour, func() { close(wait) })
	}, func(r *rig) {
		r.wait(dotTime + time.Second)
		r.state(t, 1, ticket.RowUnknown)
		r.wait(time.Hour)
	})
}

// TestLostBeforeDot: nothing was taken, so the letter goes again at once, with
// the same bytes; one that always breaks the connection climbs the ladder and
// lets the others pass.
func TestLostBeforeDot(t *testing.T) {
	run(t, func(r *rig) {
		r.queue(ticket.NoticeAnswer, 1, 2)
		drops := 0
		from := ""
		r.server.answer = func(_ int, line string) string {
			if strings.HasPrefix(line, "MAIL") {
				from = between(line)
			}
			if line == "DATA" && from == "assistenza+b1@example.it" && drops < 5 {
				drops++
				return "drop"
			}
			return ""
		}
	}, func(r *rig) {
		r.wait(time.Minute)
		r.state(t, 2, ticket.RowSent)
		if row := r.state(t, 1, ticket.RowQueued); row.Tries != 1 {
			t.Errorf("tries %d, want 1: two drops do not count", row.Tries)
		}
		r.wait(2 * time.Hour)
		r.state(t, 1, ticket.RowSent)
		if n := len(r.server.taken()); n != 2 {
			t.Errorf("%d mails", n)
		}
	})
}

// TestReusedConnection: what the server closed or answers with 421 while it
// was idle is replaced once, and no try is counted.
func TestReusedConnection(t *testing.T) {
	for _, way := range []string{"drop", "421 4.4.2 idle too long"} {
		t.Run(way, func(t *testing.T) {
			mails := 0
			run(t, func(r *rig) {
				r.queue(ticket.NoticeAnswer, 1, 1)
				r.server.answer = func(conn int, line string) string {
					if strings.HasPrefix(line, "MAIL") {
						if mails++; mails == 2 {
							return way
						}
					}
					return ""
				}
			}, func(r *rig) {
				r.wait(10 * time.Second)
				r.queue(ticket.NoticeAnswer, 2, 1)
				r.Kick()
				r.wait(0)
				r.state(t, 2, ticket.RowSent)
				if conns, _ := r.server.connected(); conns != 2 {
					t.Errorf("%d connections", conns)
				}
				if len(r.spool.history) != 2 {
					t.Errorf("history %v", r.spool.history)
				}
			})
		})
	}
}

// TestIdleClose: an unused connection gets a QUIT after 30 seconds.
func TestIdleClose(t *testing.T) {
	run(t, func(r *rig) { r.queue(ticket.NoticeAnswer, 1, 1) }, func(r *rig) {
		r.wait(idleTime - time.Second)
		if _, open := r.server.connected(); open != 1 {
			t.Errorf("%d open before", open)
		}
		r.wait(2 * time.Second)
		if _, open := r.server.connected(); open != 0 || r.server.count("QUIT") != 1 {
			t.Errorf("%d open, %d QUIT", open, r.server.count("QUIT"))
		}
	})
}

// TestUnreachable: the queue rests 1 s, 2 s, 4 s … 5 min; no try is counted and
// nobody is told what no person can mend.
func TestUnreachable(t *testing.T) {
	var dials []time.Duration
	run(t, func(r *rig) {
		r.queue(ticket.NoticeAnswer, 1, 3)
		r.server.down = func() bool {
			dials = append(dials, time.Since(r.start))
			return time.Since(r.start) < time.Hour
		}
	}, func(r *rig) {
		r.wait(2 * time.Hour)
		want := []time.Duration{0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811}
		for i, w := range want {
			if dials[i] != w*time.Second {
				t.Errorf("dial %d at %s, want %s", i, dials[i], w*time.Second)
			}
		}
		for id := range ticket.NoticeID(3) {
			if row := r.state(t, id+1, ticket.RowSent); row.Tries != 0 {
				t.Errorf("tries %d", row.Tries)
			}
		}
		if len(r.alerts) != 0 || len(r.spool.history) != 3 {
			t.Errorf("alerts %q, history %v", r.alerts, r.spool.history)
		}
	})
}

// TestRefusedLogin: told once, tried after 1, 5, 15 minutes and then hourly, no
// try counted, and all goes out when it works again (G06).
func TestRefusedLogin(t *testing.T) {
	for _, c := range []struct {
		code  string
		until time.Duration
		want  []time.Duration
	}{
		{"535 5.7.8 bad credentials", 4 * time.Hour, []time.Duration{0, 1, 6, 21, 81, 141, 201, 261}},
		{"454 4.7.0 try later", 4 * time.Second, nil},
	} {
		t.Run(c.code[:3], func(t *testing.T) {
			var logins []time.Duration
			run(t, func(r *rig) {
				r.queue(ticket.NoticeAnswer, 1, 2)
				r.server.ehlo = []string{"AUTH PLAIN LOGIN"}
				r.Server.User = "desk"
				r.Server.Password = func(context.Context) (string, error) { return "secret", nil }
				r.server.answer = func(_ int, line string) string {
					if strings.HasPrefix(line, "AUTH") {
						if t := time.Since(r.start); len(logins) == 0 || t > logins[len(logins)-1] { // each try says PLAIN and LOGIN
							logins = append(logins, t)
						}
						if time.Since(r.start) < c.until {
							return c.code
						}
					}
					return ""
				}
			}, func(r *rig) {
				r.wait(c.until + 2*time.Hour)
				for i, w := range c.want {
					if logins[i] != w*time.Minute {
						t.Errorf("login %d after %s, want %s", i, logins[i], w*time.Minute)
					}
				}
				if len(r.alerts) != 1 || !strings.Contains(r.alerts[0], c.code) || strings.Contains(r.alerts[0], "secret") {
					t.Errorf("alerts %q", r.alerts)
				}
				if row := r.state(t, 2, ticket.RowSent); row.Tries != 0 {
					t.Errorf("tries %d", row.Tries)
				}
			})
		})
	}
}

// TestNoTLS: without STARTTLS nothing is said but EHLO and QUIT, above all no
// password (G05).
func TestNoTLS(t *testing.T) {
	run(t, func(r *rig) {
		r.queue(ticket.NoticeAnswer, 1, 1)
		r.Server = Server{Host: "mx.example.it", TLS: "starttls", User: "desk",
			Password: func(context.Context) (string, error) { return "secret", nil }}
		r.server.ehlo = []string{"AUTH PLAIN"}
	}, func(r *rig) {
		r.wait(30 * time.Second)
		if r.server.count("AUTH") != 0 || r.server.count("MAIL") != 0 {
			t.Errorf("said %q", r.server.lines)
		}
		if len(r.alerts) != 1 || !strings.Contains(r.alerts[0], "STARTTLS") {
			t.Errorf("alerts %q", r.alerts)
		}
		r.state(t, 1, ticket.RowQueued)
	})
}

// TestClearTextFarAway: without TLS only the machine itself is reached.
func TestClearTextFarAway(t *testing.T) {
	for host, ok := range map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true, "mx.example.it": false, "10.0.0.1": false} {
		s := Server{Host: host, TLS: "none"}
		if err := s.check(); (err == nil) != ok {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// TestEnvelopeFallback: a server that refuses <> or a bounce address gets the
// desk's address from then on, for both; no letter is lost and it is said once.
func TestEnvelopeFallback(t *testing.T) {
	for _, refuse := range []string{"MAIL FROM:<>", "MAIL FROM:<assistenza+b"} {
		t.Run(refuse, func(t *testing.T) {
			run(t, func(r *rig) {
				r.queue(ticket.NoticeAck, 1, 2)
				r.queue(ticket.NoticeAnswer, 3, 2)
				r.server.answer = func(_ int, line string) string {
					if strings.HasPrefix(line, refuse) {
						return "553 5.7.1 sender address rejected"
					}
					return ""
				}
			}, func(r *rig) {
				r.wait(time.Second)
				for id := range ticket.NoticeID(4) {
					if row := r.state(t, id+1, ticket.RowSent); row.Tries != 0 {
						t.Errorf("tries %d", row.Tries)
					}
				}
				if len(r.alerts) != 1 || !strings.Contains(r.alerts[0], "assistenza@example.it") {
					t.Errorf("alerts %q", r.alerts)
				}
				r.queue(ticket.NoticeAck, 5, 1)
				r.queue(ticket.NoticeAnswer, 6, 1)
				r.Kick()
				r.wait(time.Second)
				for _, m := range r.server.taken()[4:] {
					if m.From != "assistenza@example.it" {
						t.Errorf("from %q after the fallback", m.From)
					}
				}
			})
		})
	}
}

// TestEnvelopeRefusedAtRCPT: a server may say only there what it holds against
// the sender; what it holds against the recipient is no reason to fall back.
func TestEnvelopeRefusedAtRCPT(t *testing.T) {
	for said, falls := range map[string]bool{
		"553 5.7.1 <>: Sender address rejected: not owned by user assistenza": true,
		"550 Sender verify failed":                              true,
		"501 5.1.7 bad address":                                 true,
		"550 5.1.8 no such domain":                              true,
		"550 5.7.1 <x@example.com>: Recipient address rejected": false,
		"450 4.1.8 Sender address rejected: try later":          false,
	} {
		t.Run(said, func(t *testing.T) {
			run(t, func(r *rig) {
				r.Connections = 1
				r.queue(ticket.NoticeAck, 1, 2)
				from := ""
				r.server.answer = func(_ int, line string) string {
					switch verb, rest, _ := strings.Cut(line, ":"); verb {
					case "MAIL FROM":
						from = between(rest)
					case "RCPT TO":
						if from != "assistenza@example.it" {
							return said
						}
					}
					return ""
				}
			}, func(r *rig) {
				r.wait(time.Second)
				if got := len(r.server.taken()) == 2; got != falls {
					t.Errorf("taken %d, alerts %q", len(r.server.taken()), r.alerts)
				}
				if falls && (len(r.alerts) != 1 || !strings.Contains(r.alerts[0], "assistenza@example.it")) {
					t.Errorf("alerts %q", r.alerts)
				}
			})
		})
	}
}

// TestPerMinute: letters leave evenly, never more in any minute than allowed,
// none of them in a bunch at its start (G13).
func TestPerMinute(t *testing.T) {
	for _, most := range []int{1, 7, 30} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			run(t, func(r *rig) {
				r.PerMinute = most
				r.queue(ticket.NoticeAnswer, 1, 3*most)
			}, func(r *rig) {
				r.wait(10 * time.Minute)
				mails := r.server.taken()
				if len(mails) != 3*most {
					t.Fatalf("%d mails", len(mails))
				}
				for i := 1; i < len(mails); i++ {
					if gap, step := mails[i].After-mails[i-1].After, time.Minute/time.Duration(most); gap < step || gap > step+10*time.Millisecond {
						t.Errorf("mails %d and %d are %s apart", i-1, i, gap)
					}
					if i >= most && mails[i].After-mails[i-most].After < time.Minute {
						t.Errorf("mail %d is one too many in its minute", i)
					}
				}
			})
		})
	}
}

// TestLanesTakeTurns: whatever waits, a letter of either lane that falls due
// leaves with the next turn of its lane; when one lane is empty the other has
// every turn.
func TestLanesTakeTurns(t *testing.T) {
	for flood, fresh := range map[ticket.NoticeKind]ticket.NoticeKind{
		ticket.NoticeTicketNew: ticket.NoticeAck, ticket.NoticeAck: ticket.NoticeTicketNew,
		ticket.NoticeAlert: ticket.NoticeCloseWarning, ticket.NoticeAnswer: ticket.NoticeDigest,
	} {
		t.Run(fmt.Sprintf("%s behind 500 of %s", fresh, flood), func(t *testing.T) {
			run(t, func(r *rig) {
				r.PerMinute = 30
				r.queue(flood, 1, 500)
			}, func(r *rig) {
				r.wait(time.Minute)
				if n := len(r.server.taken()); n != 31 {
					t.Errorf("%d letters in the first minute and at its end", n)
				}
				r.queue(fresh, 501, 1)
				r.Kick()
				r.wait(2 * time.Second)
				r.state(t, 501, ticket.RowSent)
				r.queue(fresh, 502, 30)
				r.Kick()
				before := len(r.server.taken())
				r.wait(time.Minute)
				each := map[bool]int{}
				for id := ticket.NoticeID(502); id < 532; id++ {
					each[r.spool.row(id).State == ticket.RowSent]++
				}
				if all := len(r.server.taken()) - before; all != 30 || each[true] != 15 {
					t.Errorf("of %d letters in a minute %d were of %s", all, each[true], fresh)
				}
			})
		})
	}
}

// TestStaleTakesNoTurn: what must not be sent any more holds up nothing.
func TestStaleTakesNoTurn(t *testing.T) {
	run(t, func(r *rig) {
		r.PerMinute = 1
		r.queue(ticket.NoticeAck, 1, 100)
		for id := ticket.NoticeID(1); id < 100; id++ {
			r.spool.stale[id] = true
		}
	}, func(r *rig) {
		r.wait(time.Second)
		r.state(t, 100, ticket.RowSent)
	})
}

// TestLateAcknowledgements: after a long outage what comes too late is dropped
// before any server hears of it, and takes no turn of what is new.
func TestLateAcknowledgements(t *testing.T) {
	run(t, func(r *rig) {
		r.PerMinute, r.Connections = 1, 1
		for id := ticket.NoticeID(1); id <= 50; id++ {
			r.spool.add(sample(ticket.NoticeAck, "it", func(n *ticket.Notice) { n.ID, n.At = id, at.Add(-25*time.Hour) }))
			r.spool.stale[id] = true
		}
		r.queue(ticket.NoticeAck, 51, 1)
	}, func(r *rig) {
		r.wait(time.Second)
		r.state(t, 51, ticket.RowSent)
		if n := r.server.count("MAIL"); n != 1 {
			t.Errorf("MAIL %d times", n)
		}
	})
}

// TestPace: for any letters at any moments, also with a clock that steps back,
// none begins while wait says no, and after what it says one does.
func TestPace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := pace{most: rapid.IntRange(1, 2000).Draw(t, "most")}
		now := at
		var began []time.Time
		for range rapid.IntRange(1, 60).Draw(t, "tries") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(2*time.Minute)/int64(p.most)).Draw(t, "pass")))
			if wait := p.wait(now); wait > 0 {
				if p.wait(now.Add(wait-1)) == 0 || p.wait(now.Add(wait)) != 0 {
					t.Fatalf("it does not wait %s", wait)
				}
				continue
			}
			p.note(now)
			if rapid.IntRange(0, 9).Draw(t, "never left") == 0 {
				p.forget(now)
				if p.wait(now) != 0 {
					t.Fatal("a letter that never left takes a turn")
				}
				continue
			}
			began = append(began, now)
		}
		for i := range began {
			if i >= p.most && began[i].Sub(began[i-p.most]) < time.Minute || i > 0 && began[i].Sub(began[i-1]) < time.Minute/time.Duration(p.most) {
				t.Fatalf("letter %d of %d a minute began at %s after %s", i, p.most, began[i], began[i-1])
			}
		}
		if len(began) > 0 && p.wait(began[len(began)-1].Add(-time.Hour)) != 0 {
			t.Fatal("a clock that went back holds letters up")
		}
	})
}

// TestForeignAddress: a local part beyond ASCII needs SMTPUTF8 (G09), a domain
// is written in ASCII.
func TestForeignAddress(t *testing.T) {
	for _, has := range []bool{false, true} {
		run(t, func(r *rig) {
			if has {
				r.server.ehlo = []string{"SMTPUTF8"}
			}
			for id, to := range []string{"niccolò@esempio.it", "mario@caffè.it"} {
				r.spool.add(sample(ticket.NoticeAnswer, "it", func(n *ticket.Notice) { n.ID, n.To.Address = ticket.NoticeID(id+1), to }))
			}
		}, func(r *rig) {
			if has {
				r.state(t, 1, ticket.RowSent)
			} else if row := r.state(t, 1, ticket.RowFailed); !strings.Contains(row.LastError, "SMTPUTF8") {
				t.Errorf("error %q", row.LastError)
			}
			r.state(t, 2, ticket.RowSent)
			mails := r.server.taken()
			if to := mails[len(mails)-1].To; to != "mario@xn--caff-8oa.it" && mails[0].To != "mario@xn--caff-8oa.it" {
				t.Errorf("sent to %q", to)
			}
		})
	}
}

// TestUncomposable: a letter that cannot be written fails, the queue goes on (E20).
func TestUncomposable(t *testing.T) {
	run(t, func(r *rig) {
		r.spool.add(sample(ticket.NoticeAnswer, "it", func(n *ticket.Notice) { n.ID, n.Subject = 1, "a\r\nBcc: b@c.it" }))
		r.queue(ticket.NoticeAnswer, 2, 1)
	}, func(r *rig) {
		if row := r.state(t, 1, ticket.RowFailed); !strings.Contains(row.LastError, "Subject") {
			t.Errorf("error %q", row.LastError)
		}
		r.state(t, 2, ticket.RowSent)
	})
}

// TestFixedLetter: every try sends the stored bytes, and bytes that are not
// those that were fixed are never sent.
func TestFixedLetter(t *testing.T) {
	run(t, func(r *rig) {
		r.queue(ticket.NoticeAnswer, 1, 2)
		for id := ticket.NoticeID(1); id <= 2; id++ {
			l, _ := compose(t, &r.spool.rows[id].Notice)
			r.spool.rows[id].Fixed, r.spool.letters[id] = true, l
			r.spool.rows[id].Notice.Subject = "another now"
		}
		r.spool.letters[2].Chunks[0].Bytes[100] ^= 1
	}, func(r *rig) {
		r.state(t, 1, ticket.RowSent)
		if m := r.server.taken()[0]; strings.Contains(m.Body, "another now") {
			t.Error("the letter was composed anew")
		}
		if row := r.state(t, 2, ticket.RowFailed); !strings.Contains(row.LastError, "fixed") {
			t.Errorf("error %q", row.LastError)
		}
	})
}

// TestStale: what must not be sent any more is left alone, and asked for again
// only after a kick.
func TestStale(t *testing.T) {
	run(t, func(r *rig) {
		r.queue(ticket.NoticeAck, 1, 2)
		r.spool.stale[1] = true
	}, func(r *rig) {
		r.state(t, 1, ticket.RowQueued)
		r.state(t, 2, ticket.RowSent)
		if n := r.server.count("DATA"); n != 1 {
			t.Errorf("DATA %d times", n)
		}
	})
}

// TestStop: a letter under way is finished when the desk stops, within stopTime.
func TestStop(t *testing.T) {
	for _, slow := range []time.Duration{5 * time.Second, time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			now := func() time.Time { return at.Add(time.Since(start)) }
			srv, spool := &server{now: now}, newSpool(now, sample(ticket.NoticeAnswer, "it", func(n *ticket.Notice) { n.ID = 1 }))
			srv.answer = func(_ int, line string) string {
				if line == "." {
					time.Sleep(slow)
				}
				return ""
			}
			s := &Sender{Spool: spool, Compose: composer().Compose, Dial: srv.dial, Server: Server{Host: "localhost", TLS: "none"},
				DeskAddress: "assistenza@example.it", Now: now}
			ctx, cancel := context.WithCancel(context.Background())
			ended := make(chan error)
			go func() { ended <- s.Run(ctx) }()
			synctest.Wait()
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			want := ticket.RowSent
			if slow > stopTime {
				want = ticket.RowUnknown
			}
			if row := spool.row(1); row.State != want || time.Since(start) > stopTime+quitTime {
				t.Errorf("%s after %s", row.State, time.Since(start))
			}
			time.Sleep(time.Hour)
		})
	}
}

// TestSpoolFails: an outbox that cannot commit ends Run.
func TestSpoolFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, spool := &server{now: func() time.Time { return at }}, newSpool(func() time.Time { return at })
		spool.add(sample(ticket.NoticeAnswer, "it"))
		spool.fail = fmt.Errorf("disk: %w", ticket.ErrCommit)
		s := &Sender{Spool: spool, Compose: composer().Compose, Dial: srv.dial, Server: Server{Host: "localhost", TLS: "none"},
			DeskAddress: "assistenza@example.it", Now: func() time.Time { return at }}
		if err := s.Run(context.Background()); !errors.Is(err, spool.fail) {
			t.Errorf("Run: %v", err)
		}
	})
}

// inEnglish is what people of an English desk are told.
func inEnglish(lines []ticket.Words) string {
	var all []string
	for _, l := range lines {
		all = append(all, l.String())
	}
	return strings.Join(all, " ")
}
