package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sportello/ticket"
	"sportello/ticket/boltstore"
)

// markers are the fields by which a letter shows that no person wrote it.
var markers = regexp.MustCompile(`(?mi)^(Auto-Submitted|X-Auto-Response-Suppress|X-Sportello-[A-Za-z]+|Precedence|List-Id|Return-Path):.*(\r\n[ \t].*)*\r\n`)

// TestTwoDesks lets two desks write to each other for a month, each taking the
// other for a customer: whether the letters say that no person wrote them or a
// server on the way took that off, they end after a few.
func TestTwoDesks(t *testing.T) {
	for name, strip := range map[string]bool{"as they are": false, "stripped of all markers": true} {
		t.Run(name, func(t *testing.T) {
			dirs := []string{memoryDir(t), memoryDir(t)}
			synctest.Test(t, func(t *testing.T) {
				here, there := newWorld(t), newWorld(t)
				for _, w := range []*world{here, there} {
					other := there
					if w == there {
						other = here
					}
					w.relay.pass = func(to, raw string) {
						if !strings.HasPrefix(to, "anna@") && !strings.HasPrefix(to, "bruno@") {
							if strip {
								raw = markers.ReplaceAllString(raw, "")
							}
							other.raw(raw, 0)
						}
					}
				}
				config := strings.Replace(fmt.Sprintf(worldConfig, ""), "[imap]", "[imap]\npoll_interval = \"1h\"", 1) // IDLE tells of mail
				here.start(dirs[0], config)
				there.start(dirs[1], strings.ReplaceAll(config, `"support@example.test"`, `"desk@other.test"`))
				here.write("desk@other.test", "Sito fermo", "Il sito non risponde.", 0)
				here.wait(31 * 24 * time.Hour)
				for side, w := range map[string]*world{"here": here, "there": there} {
					acks, mails := len(w.relay.letters("ack")), 0
					must(t, w.store.View(context.Background(), func(tx ticket.Tx) error {
						s, err := tx.Stats()
						mails = int(s.Mails)
						return err
					}))
					t.Logf("%s: %d acknowledgements, %d letters in all, %d mails", side, acks, w.taken(), mails)
					if acks > 2 || mails > 4 || w.taken() > 31*3 {
						t.Errorf("%s: %d acknowledgements, %d letters in all, %d mails in a month", side, acks, w.taken(), mails)
					}
				}
				here.close()
				there.close()
			})
		})
	}
}

// TestThousandsForged: mail that bears others' names, their tokens and forged
// results, a thousand an hour, changes nothing, and costs each technician a
// handful of letters an hour; a true answer then goes out as ever.
func TestThousandsForged(t *testing.T) {
	config := strings.NewReplacer(`customer = "token"`, `authserv_id = "mx.test"`, `technician = "token"`, "").Replace(fmt.Sprintf(worldConfig, ""))
	const anna, mario = "anna@example.test", "mario@cliente.test"
	proof := func(who string) string {
		return "Authentication-Results: mx.test; dmarc=pass header.from=" + who[strings.Index(who, "@")+1:]
	}
	inWorld(t, config, func(*world) {}, func(w *world) {
		w.wait(time.Minute)
		w.write(mario, "Sito fermo", "Il sito non risponde da stamattina.", 0, proof(mario))
		w.wait(time.Minute)
		work := header(t, w.to(anna)[0].raw)
		before := w.taken()
		start := time.Now()
		for i := range *forged {
			forged := "Authentication-Results: mx.else.test; dmarc=pass header.from=example.test"
			switch i % 5 {
			case 0:
				w.write(anna, fmt.Sprintf("Re: [Assistenza #1] %d", i), "#close\n\nRiavviato.", 0, forged, "In-Reply-To: "+work.Get("Message-Id"), "X-Original-To: "+addressIn(t, work, "Reply-To"))
			case 1:
				w.write(mario, fmt.Sprintf("Re: [Assistenza #1] %d", i), "risolto", 0, forged)
			case 2:
				w.write(mario, fmt.Sprintf("Ancora %d", i), "#charge 5\n\nIl sito non risponde.", 0, fmt.Sprintf("In-Reply-To: <sportello.%d.c1.0.a21186.aaaaaaaaaaaaaaaa@example.test>", i))
			case 3:
				w.write(anna, fmt.Sprintf("elenco %d", i), "#list", 0)
			case 4:
				w.write(fmt.Sprintf("vittima%d@altrove.test", i), fmt.Sprintf("Aiuto %d", i), "Il sito non risponde.", 0)
			}
			if i%20 == 19 {
				w.wait(72 * time.Second)
			}
		}
		w.wait(2 * time.Hour)
		hours := int(time.Since(start)/time.Hour) + 1
		perHead := map[string]int{}
		for _, l := range w.relay.taken[before:] {
			perHead[l.to]++
			if to := strings.Split(l.to, "@")[0]; to != "anna" && to != "bruno" {
				t.Errorf("%q goes to %s", l.notice, l.to)
			}
		}
		t.Logf("in %d hours: %v", hours, perHead)
		for who, n := range perHead {
			if n > 12*hours {
				t.Errorf("%s got %d letters in %d hours", who, n, hours)
			}
		}
		must(t, w.store.View(context.Background(), func(tx ticket.Tx) error {
			tk, err := tx.Ticket(1)
			if err == nil && (tk.State != ticket.StateOpen || tk.Assignee != "" || tk.Answered) {
				t.Errorf("the ticket is %s, %q's", tk.State, tk.Assignee)
			}
			return err
		}))
		must(t, w.store.Check(context.Background(), true, func(f boltstore.Finding) { t.Errorf("%+v", f) }))
		before = w.taken()
		w.write(anna, "Re: [Assistenza #1] Sito fermo", "Riavviato.", 0, proof(anna), "In-Reply-To: "+work.Get("Message-Id"), "X-Original-To: "+addressIn(t, work, "Reply-To"))
		w.wait(5 * time.Minute)
		answered := false
		for _, l := range w.relay.taken[before:] {
			answered = answered || l.to == mario && strings.Contains(l.raw, "Riavviato")
		}
		if !answered {
			t.Error("her true answer does not go out")
		}
	})
}

// to are the letters to an address.
func (w *world) to(addr string) (list []taken) {
	w.relay.mu.Lock()
	defer w.relay.mu.Unlock()
	for _, l := range w.relay.taken {
		if l.to == addr {
			list = append(list, l)
		}
	}
	return list
}

// taken is how many letters there are.
func (w *world) taken() int {
	w.relay.mu.Lock()
	defer w.relay.mu.Unlock()
	return len(w.relay.taken)
}
