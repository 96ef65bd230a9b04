package ticket_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestAlarms: a monitor's alarms about one thing within a day are one ticket and one
// letter, whatever numbers and times are in them; its all-clear closes the ticket if
// nobody has answered; other things, other addresses and what is not listed are apart.
func TestAlarms(t *testing.T) {
	nagios, zabbix := "nagios@monitor.example", "zabbix@monitor.example"
	for _, c := range []struct {
		name    string
		mails   []string // "address|subject", an hour between two; "answer" is Anna's to the first
		tickets string   // "state alarms" of each
		letters int      // to Anna about all of it
	}{
		{"once more and again", []string{nagios + "|PROBLEM: disk on web1 is 91% full", nagios + "|PROBLEM: disk on web1 is 93% full", nagios + "|PROBLEM: disk on web1 is 97.5% full"}, "open 2", 1},
		{"times in the subject", []string{nagios + "|[10:32:05] web1 down since Sun Nov 29 10:30:00 UTC 2026", nagios + "|[11:32:05] web1 down since Sun Nov 29 11:31:10 UTC 2026"}, "open 1", 1},
		{"two machines", []string{nagios + "|Host DOWN: web1", nagios + "|Host DOWN: web2"}, "open 0, open 0", 2},
		{"two addresses of machines", []string{nagios + "|10.0.0.7 unreachable", nagios + "|10.0.0.8 unreachable"}, "open 0, open 0", 2},
		{"two monitors", []string{nagios + "|Host DOWN: web1", zabbix + "|Host DOWN: web1"}, "open 0, open 0", 2},
		{"not listed", []string{stranger + "|Host DOWN: web1", stranger + "|Host DOWN: web1"}, "open 0, open 0", 2},
		{"well again", []string{nagios + "|** PROBLEM Service Alert: web1/disk is CRITICAL **", nagios + "|** PROBLEM Service Alert: web1/disk is CRITICAL **", nagios + "|** RECOVERY Service Alert: web1/disk is OK **"}, "closed 1", 2},
		{"well again, the other way round", []string{zabbix + "|Problem: CPU load on db1", zabbix + "|Resolved: CPU load on db1"}, "closed 0", 2},
		{"well again, in Italian", []string{nagios + "|[ALLARME] Posta ferma su mx1", nagios + "|[RISOLTO] Posta su mx1"}, "closed 0", 2},
		{"another is well again", []string{nagios + "|Host DOWN: web1", nagios + "|Host UP: web2"}, "open 0", 1},
		{"well again, answered before", []string{nagios + "|Host DOWN: web1", "answer", nagios + "|Host UP: web1"}, "waiting 0", 2},
		{"back within the day", []string{nagios + "|Host DOWN: web1", nagios + "|Host UP: web1", nagios + "|Host DOWN: web1"}, "open 1", 3},
		{"well, of nothing", []string{nagios + "|Host UP: web1"}, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.Monitors = []string{nagios, zabbix}
			letters := 0
			var first ticket.Notice
			for i, mail := range c.mails {
				from, subject, _ := strings.Cut(mail, "|")
				if mail == "answer" {
					b.receive(b.mail(anna, "Re", "Guardo io.", replyTo(first)))
				} else {
					b.receive(b.mail(from, subject, fmt.Sprintf("Rapporto %d", i), func(m *ticket.Inbound) { m.Kind = ticket.KindAutoReply }, func(m *ticket.Inbound) {
						if from == stranger {
							m.Kind = ticket.KindRequest
						}
					}))
				}
				for _, n := range b.send() {
					if n.To.Address == anna {
						letters++
					}
					if first.ID == 0 && n.Kind == ticket.NoticeTicketNew && n.To.Address == anna {
						first = n
					}
					if n.To.Address == nagios || n.To.Address == zabbix {
						t.Errorf("the monitor gets a letter: %s", n.Kind)
					}
				}
				b.now = b.now.Add(time.Hour)
			}
			var got []string
			b.view(func(tx ticket.Tx) error {
				for tk, err := range tx.Tickets(ticket.Filter{}) {
					if err != nil {
						return err
					}
					got = append([]string{fmt.Sprintf("%s %d", tk.State, tk.Alarms)}, got...)
				}
				return nil
			})
			if s := strings.Join(got, ", "); s != c.tickets || letters != c.letters {
				t.Errorf("tickets %q and %d letters, want %q and %d", s, letters, c.tickets, c.letters)
			}
		})
	}
}

// TestAlarmNextDay: a day after the first the same alarm is a new ticket.
func TestAlarmNextDay(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.Monitors = []string{"nagios@monitor.example"}
	alarm := func() *ticket.Inbound { return b.mail("nagios@monitor.example", "Host DOWN: web1", "Rapporto") }
	b.receive(alarm())
	b.now = b.now.Add(24*time.Hour - time.Second)
	b.receive(alarm())
	b.now = b.now.Add(time.Second)
	b.receive(alarm())
	if s := b.stats(); s.Open != 2 {
		t.Errorf("%d tickets, want 2", s.Open)
	}
}
