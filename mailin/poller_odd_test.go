package mailin

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
)

// TestPollerOddLinesAtEveryStage: a line that nobody asked for, or that the
// grammar forbids, costs nothing wherever it stands.
func TestPollerOddLinesAtEveryStage(t *testing.T) {
	odd := map[string]string{
		"unknown":          "* VANISHED (EARLIER) 1:3\r\n* X-FOO (a \"b\r\n* 5 X-BAR\r\n",
		"flags, no atoms":  "* FLAGS (\\Seen [Old]/x \"\\\\Deleted\" a(b)\r\n* OK [PERMANENTFLAGS (\\Seen a]b ( \\*)] ok\r\n",
		"others' flags":    "* 2 FETCH (FLAGS (\\Seen a]b))\r\n* 2 FETCH (UID 2 FLAGS (\\Seen) X-GM-LABELS (\"\\\\Inbox\" {2}\r\n(() MODSEQ (0))\r\n",
		"half a FETCH":     "* 2 FETCH (UID\r\n* 2 FETCH\r\n* FETCH (UID 2)\r\n* 2 FETCH (ENVELOPE (NIL \"x\r\n",
		"capabilities":     "* CAPABILITY \"IMAP4rev1 a\\b (\r\n* OK [CAPABILITY IMAP4rev1 ( ] ok\r\n",
		"codes":            "* OK [HIGHESTMODSEQ x] ok\r\n* OK [UIDNEXT x] ok\r\n* OK [COPYUID] ok\r\n* OK [\r\n* OK\r\n",
		"lists and status": "* LIST (\\Odd \"x) NIL {3}\r\na\r\n\r\n* STATUS INBOX (MESSAGES x\r\n* NAMESPACE (((\r\n* ID (NIL\r\n* ENABLED \"\r\n",
		"no responses":     "\r\nhello?\r\nT99 OK done\r\nDONE BAD what\r\n+ go on\r\n*\r\n",
		"bytes":            "* OK \x00\xff\xfe\x01 a\rb\r\n* \x80\x80 x\r\n",
	}
	for _, verb := range []string{"CAPABILITY", "LOGIN", "SELECT", "UID SEARCH", "UID FETCH", "UID STORE"} {
		for name, lines := range odd {
			t.Run(verb+"/"+name, func(t *testing.T) {
				s := &scripted{mails: threeMails(), odd: lines, at: verb}
				faults(t, s, func(t *testing.T, d *desk) {
					filed(t, d, 1, 2, 3)
					if s.dialled() != 1 || d.told() != "" {
						t.Errorf("connected %d times, told %q", s.dialled(), d.told())
					}
				})
			})
		}
	}
}

// TestPollerOddAnswersToList: what cannot be read about a mail counts as unknown;
// the mail is filed.
func TestPollerOddAnswersToList(t *testing.T) {
	for _, answer := range []string{
		`UID 2 INTERNALDATE "00-Jan-0000 00:00:00 +0000" RFC822.SIZE 10`, `UID 2 INTERNALDATE NIL RFC822.SIZE NIL`, `UID 2 INTERNALDATE yesterday`,
		`UID 2 RFC822.SIZE -1`, `UID 2`, `INTERNALDATE (`, `UID`, "FLAGS (a{3} (\"b) UID 2 X {2}\r\n))",
	} {
		t.Run(answer, func(t *testing.T) {
			s := &scripted{mails: threeMails()}
			s.on = func(w io.Writer, tag, verb, rest string) bool {
				if verb != "UID FETCH" || hasBody(rest) || !inSet(strings.Fields(rest)[0], 2, 3) {
					return false
				}
				var b strings.Builder
				for _, uid := range []int{1, 3} {
					if inSet(strings.Fields(rest)[0], uid, 3) {
						fmt.Fprintf(&b, "* %d FETCH (UID %d INTERNALDATE \"02-Feb-2026 10:00:00 +0100\" RFC822.SIZE 10)\r\n", uid, uid)
					}
				}
				fmt.Fprintf(w, "%s* 2 FETCH (%s)\r\n%s OK done\r\n", b.String(), answer, tag)
				return true
			}
			synctest.Test(t, func(t *testing.T) {
				d := scriptedDesk(t, s)
				began := time.Now()
				stop := d.run(t)
				pass(time.Minute)
				filed(t, d, 1, 2, 3)
				if s.dialled() != 1 || d.told() != "" || d.mails[1].Unfit != "" || d.mails[1].Arrived.Before(began) != strings.Contains(answer, "ha") {
					t.Errorf("connected %d times, told %q, unfit %q, arrived %v", s.dialled(), d.told(), d.mails[1].Unfit, d.mails[1].Arrived)
				}
				stop()
			})
		})
	}
}

// TestPollerUnreadableAnswersLater: where nothing of what is listed behind the
// cursor can be read, new mail is searched for.
func TestPollerUnreadableAnswersLater(t *testing.T) {
	for _, answer := range []string{"* 0 FETCH (UID %[1]d RFC822.SIZE 10)\r\n", "* %[1]d FETCHED (UID %[1]d)\r\n", ""} {
		s := &scripted{mails: threeMails()}
		s.on = func(w io.Writer, tag, verb, rest string) bool {
			if verb != "UID FETCH" || hasBody(rest) {
				return false
			}
			if answer != "" {
				fmt.Fprintf(w, answer, len(s.box()))
			}
			fmt.Fprintf(w, "%s OK done\r\n", tag)
			return true
		}
		synctest.Test(t, func(t *testing.T) {
			d := scriptedDesk(t, s)
			stop := d.run(t)
			pass(3 * time.Minute)
			filed(t, d, 1, 2, 3)
			s.arrive(mailText("d"))
			pass(3 * time.Minute)
			filed(t, d, 1, 2, 3, 4)
			stop()
		})
	}
}

// TestPollerTheSameRefusalAtEveryStage: a server in trouble is waited for; it is
// neither wrong credentials nor a missing mailbox, and no mail's fault.
func TestPollerTheSameRefusalAtEveryStage(t *testing.T) {
	refusals := map[string]string{
		"not connected": "%s BAD User is authenticated but not connected.\r\n", "unavailable": "%s NO [UNAVAILABLE] later\r\n", "quota": "%s NO [OVERQUOTA] full\r\n",
		"maintenance": "%s NO down for maintenance\r\n", "I/O": "%s NO Input/output error\r\n", "too many": "%s NO [LIMIT] Too many connections\r\n",
		"bug": "%s NO [SERVERBUG] Internal error\r\n", "BYE": "* BYE [UNAVAILABLE] %s too many connections\r\n",
	}
	for _, verb := range []string{"LOGIN", "AUTHENTICATE", "SELECT", "UID SEARCH", "UID FETCH", "UID STORE"} {
		for name, refusal := range refusals {
			t.Run(verb+"/"+name, func(t *testing.T) {
				bad := newTimes(3)
				s := &scripted{mails: threeMails()}
				if verb == "AUTHENTICATE" {
					s.caps = " SASL-IR AUTH=PLAIN LOGINDISABLED"
				}
				s.on = func(w io.Writer, tag, v, _ string) bool {
					if v != verb || !bad.left() {
						return false
					}
					fmt.Fprintf(w, refusal, tag)
					return true
				}
				faults(t, s, func(t *testing.T, d *desk) {
					filed(t, d, 1, 2, 3)
					for _, in := range d.mails {
						if in.Unfit != "" {
							t.Errorf("UID %d: %s", in.Source.UID, in.Unfit)
						}
					}
					if told := d.told(); strings.Contains(told, "credentials") || strings.Contains(told, "mailbox") || d.Status().Condition != Reading {
						t.Errorf("told %q, condition %v", told, d.Status().Condition)
					}
				})
			})
		}
	}
}

func TestPollerWaysToLogIn(t *testing.T) {
	no := func(text string) func(w io.Writer, tag string) {
		return func(w io.Writer, tag string) { fmt.Fprintf(w, "%s %s\r\n", tag, text) }
	}
	sasl := func(plus string) func(w io.Writer, tag string) {
		return func(w io.Writer, _ string) { io.WriteString(w, plus) }
	}
	tests := map[string]struct {
		caps   string
		verb   string // answered by answer, every time
		answer func(w io.Writer, tag string)
		lines  []string // the logins, of one session
	}{
		"PLAIN is refused":                  {" AUTH=PLAIN", "AUTHENTICATE", no("NO [AUTHENTICATIONFAILED] no"), []string{"AUTHENTICATE", "LOGIN"}},
		"PLAIN is not available":            {" AUTH=PLAIN", "AUTHENTICATE", no("NO [UNAVAILABLE] this mechanism is not available"), []string{"AUTHENTICATE", "LOGIN"}},
		"PLAIN is unknown":                  {" AUTH=PLAIN SASL-IR", "AUTHENTICATE", no("BAD what"), []string{"AUTHENTICATE", "LOGIN"}},
		"LOGIN is refused":                  {"", "LOGIN", no("NO use AUTHENTICATE"), []string{"LOGIN", "AUTHENTICATE"}},
		"LOGIN is disabled":                 {" LOGINDISABLED", "LOGIN", no("NO disabled"), []string{"AUTHENTICATE"}},
		"CAPABILITY is refused":             {"", "CAPABILITY", no("BAD what"), []string{"LOGIN"}},
		"no initial response":               {" AUTH=PLAIN", "AUTHENTICATE", sasl("+ \r\n"), []string{"AUTHENTICATE"}},
		"words behind the +":                {" AUTH=PLAIN", "AUTHENTICATE", sasl("+ okay\r\n"), []string{"AUTHENTICATE"}},
		"initial response is not read":      {" AUTH=PLAIN SASL-IR", "AUTHENTICATE", sasl("+\r\n"), []string{"AUTHENTICATE"}},
		"the + comes twice":                 {" AUTH=PLAIN", "AUTHENTICATE", sasl("+ \r\n"), []string{"AUTHENTICATE"}},
		"initial response, words follow it": {" AUTH=PLAIN SASL-IR", "AUTHENTICATE", sasl("+ Ready\r\n"), []string{"AUTHENTICATE"}},
	}
	response := base64.StdEncoding.EncodeToString([]byte("\x00desk\x00secret"))
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := &scripted{mails: threeMails(), caps: tt.caps}
			last := ""
			s.on = func(w io.Writer, tag, verb, rest string) bool {
				switch {
				case tag == response: // the answer to a "+"
					fmt.Fprintf(w, "%s OK in\r\n", last)
				case verb != tt.verb:
					if verb == "AUTHENTICATE" && !strings.Contains(rest, response) {
						last = tag
						io.WriteString(w, "+ \r\n")
						return true
					}
					return false
				default:
					last = tag
					tt.answer(w, tag)
				}
				return true
			}
			faults(t, s, func(t *testing.T, d *desk) {
				filed(t, d, 1, 2, 3)
				var logins []string
				for _, l := range s.heard() {
					if verb, _, _ := strings.Cut(l, " "); verb == "LOGIN" || verb == "AUTHENTICATE" {
						logins = append(logins, verb)
					}
				}
				if s.dialled() != 1 || d.told() != "" || !slices.Equal(logins, tt.lines) {
					t.Errorf("connected %d times, told %q, logins %v", s.dialled(), d.told(), logins)
				}
			})
		})
	}
}

// TestPollerIdleThatDoesNotWork: mail is looked for every PollInterval.
func TestPollerIdleThatDoesNotWork(t *testing.T) {
	tests := map[string]func(w io.Writer, tag string){
		"NO":         func(w io.Writer, tag string) { fmt.Fprintf(w, "%s NO not now\r\n", tag) },
		"BAD":        func(w io.Writer, tag string) { fmt.Fprintf(w, "%s BAD what\r\n", tag) },
		"OK at once": func(w io.Writer, tag string) { fmt.Fprintf(w, "%s OK done\r\n", tag) },
		"+ and OK":   func(w io.Writer, tag string) { fmt.Fprintf(w, "+ idling\r\n%s OK done\r\n", tag) },
		"BYE": func(w io.Writer, tag string) {
			fmt.Fprint(w, "+ idling\r\n* BYE autologout\r\n")
			w.(io.Closer).Close()
		},
		"BYE, stays":      func(w io.Writer, tag string) { fmt.Fprint(w, "+ idling\r\n* BYE autologout\r\n") },
		"hangs up":        func(w io.Writer, tag string) { w.(io.Closer).Close() },
		"hangs up, later": func(w io.Writer, tag string) { fmt.Fprint(w, "+ idling\r\n"); w.(io.Closer).Close() },
		"calls for nothing": func(w io.Writer, tag string) {
			fmt.Fprintf(w, "+ idling\r\n* 3 EXISTS\r\n* OK still here\r\n* 3 EXISTS\r\n%s OK\r\n", tag)
		},
	}
	for name, answer := range tests {
		t.Run(name, func(t *testing.T) {
			s := &scripted{mails: threeMails(), caps: " IDLE"}
			var looks []time.Time
			s.on = func(w io.Writer, tag, verb, rest string) bool {
				if verb == "UID FETCH" && !hasBody(rest) {
					looks = append(looks, time.Now())
				}
				if verb != "IDLE" {
					return verb == "" && tag == "DONE" // it had ended
				}
				answer(w, tag)
				return true
			}
			faults(t, s, func(t *testing.T, d *desk) {
				filed(t, d, 1, 2, 3)
				for i, gap := range gaps(looks) {
					if gap > time.Minute+5*time.Second {
						t.Errorf("look %d came after %v", i+1, gap)
					}
				}
				if len(looks) > 250 || s.dialled() > 6 || d.Status().Condition != Reading {
					t.Errorf("%d looks and %d connections in 90 minutes, condition %v", len(looks), s.dialled(), d.Status().Condition)
				}
			})
		})
	}
}

// TestPollerSearchThatFails: FETCH lists the mail.
func TestPollerSearchThatFails(t *testing.T) {
	for name, answer := range map[string]string{
		"NO": "%s NO [UNAVAILABLE] backend\r\n", "BAD": "%s BAD what\r\n", "bug": "%s NO [SERVERBUG] index\r\n", "nothing": "%s OK done\r\n",
		"none": "* SEARCH\r\n%s OK done\r\n", "NIL": "* SEARCH NIL\r\n%s OK done\r\n", "another's": "* ESEARCH (TAG \"x\") UID ALL 1:3\r\n%s OK done\r\n",
		"old index": "* SEARCH 1\r\n%s OK done\r\n", "wrong index": "* SEARCH 7777\r\n%s OK done\r\n",
		"rubbish": "* SEARCH 1 two 3\r\n%s OK done\r\n", "ESEARCH": "* ESEARCH UID ALL 1:x\r\n%s OK done\r\n", "BYE": "* BYE %s\r\n", "silence": "* OK %s\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := &scripted{mails: threeMails()}
			s.on = func(w io.Writer, tag, verb, rest string) bool {
				if verb != "UID SEARCH" {
					return false
				}
				fmt.Fprintf(w, answer, tag)
				return true
			}
			faults(t, s, func(t *testing.T, d *desk) {
				filed(t, d, 1, 2, 3)
				if d.Status().Condition != Reading {
					t.Errorf("status %+v", d.Status())
				}
			})
		})
	}
}

// TestPollerLyingEXISTS: what a server says of its size raises no budget.
func TestPollerLyingEXISTS(t *testing.T) {
	var taken int
	s := &scripted{mails: threeMails(), odd: "* 4294967295 EXISTS\r\n", at: "UID STORE"}
	floods := newTimes(1)
	s.on = func(w io.Writer, tag, verb, _ string) bool {
		if verb == "SELECT" {
			fmt.Fprintf(w, "* 4294967295 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 4] ok\r\n%s OK done\r\n", tag)
			return true
		}
		if verb != "UID SEARCH" || !floods.left() {
			return false
		}
		for line := "* 1 FETCH (FLAGS ())\r\n* SEARCH 1 3 5 7\r\n"; ; taken += len(line) {
			if _, err := io.WriteString(w, line); err != nil {
				return true
			}
		}
	}
	faults(t, s, func(t *testing.T, d *desk) {
		filed(t, d, 1, 2, 3)
		if most := anyFound + commandBytes + 1<<16; taken > most {
			t.Errorf("%d bytes were read, %d allowed", taken, most)
		}
	})
}

// book is a scripted mailbox that changes.
type book struct {
	mu       sync.Mutex
	validity int
	next     int
	uids     []int // in the order of their numbers
	silent   bool  // the server tells of nothing by itself
	seen     map[int]bool
}

func (b *book) serve(w io.Writer, tag, verb, rest string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out strings.Builder
	set, items, _ := strings.Cut(rest, " ")
	last := 0
	for _, uid := range b.uids {
		last = max(last, uid)
	}
	switch verb {
	case "SELECT":
		fmt.Fprintf(&out, "* %d EXISTS\r\n* OK [UIDVALIDITY %d] ok\r\n* OK [UIDNEXT %d] ok\r\n", len(b.uids), b.validity, b.next)
	case "UID SEARCH":
		_, set, _ = strings.Cut(rest, "UID ")
		set, _, _ = strings.Cut(set, " ")
		fmt.Fprint(&out, "* SEARCH")
		for _, uid := range b.uids {
			if inSet(strings.TrimSuffix(set, ")"), uid, last) && !(strings.Contains(rest, "UNSEEN") && b.seen[uid]) {
				fmt.Fprintf(&out, " %d", uid)
			}
		}
		fmt.Fprint(&out, "\r\n")
	case "UID FETCH", "FETCH":
		for i, uid := range b.uids {
			m := mailText(fmt.Sprintf("%d-%d", b.validity, uid))
			switch n := map[bool]int{true: uid, false: i + 1}[verb == "UID FETCH"]; {
			case !inSet(set, n, map[bool]int{true: last, false: len(b.uids)}[verb == "UID FETCH"]):
			case strings.Contains(items, "BODY"):
				fmt.Fprintf(&out, "* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n", i+1, uid, len(m), m)
			default:
				fmt.Fprintf(&out, "* %d FETCH (UID %d INTERNALDATE \"02-Feb-2026 10:00:00 +0100\" RFC822.SIZE %d)\r\n", i+1, uid, len(m))
			}
		}
	case "UID STORE":
		for _, uid := range b.uids {
			b.seen[uid] = b.seen[uid] || inSet(set, uid, last)
		}
	case "NOOP":
	default:
		return false
	}
	if !b.silent && verb == "UID FETCH" {
		fmt.Fprintf(&out, "* %d EXISTS\r\n", len(b.uids))
	}
	fmt.Fprintf(&out, "%s OK done\r\n", tag)
	io.WriteString(w, out.String())
	return true
}

// TestPollerMailboxThatChangesUnderneath (PROMISES.md F23): all that is there is
// filed once, and nothing else is marked.
func TestPollerMailboxThatChangesUnderneath(t *testing.T) {
	tests := map[string]struct {
		change func(b *book)
		want   []uint32
		told   string
	}{
		"restored":               {func(b *book) { b.uids, b.next = []int{1, 2, 4}, 5 }, []uint32{1, 2, 3, 7, 1, 2, 4}, "mailbox restored"},
		"restored to nothing":    {func(b *book) { b.uids, b.next = []int{1}, 2 }, []uint32{1, 2, 3, 7, 1}, "mailbox restored"},
		"made anew":              {func(b *book) { b.validity, b.uids, b.next = 9, []int{1, 2}, 3 }, []uint32{1, 2, 3, 7, 1, 2}, ""},
		"a lower UID comes late": {func(b *book) { b.uids = []int{1, 2, 3, 6, 7} }, []uint32{1, 2, 3, 7, 6}, ""},
		"UIDNEXT lies low":       {func(b *book) { b.next = 2; b.uids = append(b.uids, 8) }, []uint32{1, 2, 3, 7, 8}, ""},
		"UIDNEXT lies high":      {func(b *book) { b.next = 4e9; b.uids = append(b.uids, 8) }, []uint32{1, 2, 3, 7, 8}, ""},
		"restored, no UIDNEXT":   {func(b *book) { b.uids, b.next = []int{1, 2, 4}, 0 }, []uint32{1, 2, 3, 7, 1, 2, 4}, "mailbox restored"},
		"gone, no UIDNEXT":       {func(b *book) { b.uids, b.next = []int{1, 2, 3}, 0 }, []uint32{1, 2, 3, 7}, ""},
		"the last one is gone":   {func(b *book) { b.uids = []int{1, 2, 3} }, []uint32{1, 2, 3, 7}, ""},
	}
	for name, tt := range tests {
		for _, silent := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, silent %t", name, silent), func(t *testing.T) {
				b := &book{validity: 7, next: 8, uids: []int{1, 2, 3, 7}, silent: silent, seen: map[int]bool{}}
				s := &scripted{on: b.serve}
				synctest.Test(t, func(t *testing.T) {
					d := scriptedDesk(t, s)
					d.Filed = d.became
					stop := d.run(t)
					pass(time.Minute)
					b.mu.Lock()
					tt.change(b)
					b.seen = map[int]bool{1: true, 2: true, 3: true, 7: true}
					b.mu.Unlock()
					pass(11 * time.Minute)
					filed(t, d, tt.want...)
					if d.told() != tt.told || s.dialled() != 1 {
						t.Errorf("told %q, connected %d times", d.told(), s.dialled())
					}
					b.mu.Lock()
					for uid, seen := range b.seen {
						if seen && !slices.Contains(d.uids(), uint32(uid)) {
							t.Errorf("UID %d is marked and was not filed", uid)
						}
					}
					b.mu.Unlock()
					stop()
				})
			})
		}
	}
}

// became is a Poller's Filed.
func (l *ledger) became(_ context.Context, validity uint32, uids []uint32) (filed, missed []uint32, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, uid := range uids {
		known := false
		for _, in := range l.mails {
			known = known || in.Source.UIDValidity == validity && in.Source.UID == uid
		}
		if known {
			filed = append(filed, uid)
		} else {
			missed = append(missed, uid)
		}
	}
	return filed, missed, nil
}

// TestPollerWhatIsNotGivenIsNotMarked: the stub of a mail that never came is no
// reason to mark it as read, or to move it away.
func TestPollerWhatIsNotGivenIsNotMarked(t *testing.T) {
	s := &scripted{mails: threeMails()}
	s.on = func(w io.Writer, tag, verb, rest string) bool {
		if !strings.HasSuffix(verb, "FETCH") || !hasBody(rest) || !inSet(strings.Fields(rest)[0], 2, 3) {
			return false
		}
		var b strings.Builder
		for _, uid := range []int{1, 3} {
			if inSet(strings.Fields(rest)[0], uid, 3) {
				s.body(&b, uid)
			}
		}
		fmt.Fprintf(w, "%s%s NO [SERVERBUG] message is damaged\r\n", b.String(), tag)
		return true
	}
	faults(t, s, func(t *testing.T, d *desk) {
		filed(t, d, 1, 2, 3)
		for _, l := range s.heard() {
			if set, ok := strings.CutPrefix(l, "UID STORE "); ok && inSet(strings.Fields(set)[0], 2, 3) {
				t.Errorf("marked by %q", l)
			}
		}
	})
}

// TestPollerServerThatComplains: it is told once, and what it says with an OK to
// everything does not leave the desk deaf.
func TestPollerServerThatComplains(t *testing.T) {
	s := &scripted{mails: threeMails()}
	var deaf atomic.Bool
	s.on = func(w io.Writer, tag, verb, rest string) bool {
		if !deaf.Load() || verb == "LOGIN" || verb == "CAPABILITY" {
			return false
		}
		if verb == "SELECT" {
			deaf.Store(s.dialled() == 1)
			return false
		}
		fmt.Fprintf(w, "* NO Internal error occurred. Refer to server log. [%v]\r\n%s OK done\r\n", time.Now(), tag)
		return true
	}
	synctest.Test(t, func(t *testing.T) {
		d := scriptedDesk(t, s)
		stop := d.run(t)
		pass(time.Minute)
		deaf.Store(true)
		s.arrive(mailText("d"))
		pass(3 * time.Minute)
		filed(t, d, 1, 2, 3, 4)
		if d.told() != "server complains" {
			t.Errorf("told %q", d.told())
		}
		stop()
	})
}

// TestPollerTurnedAwayAtTheDoor: a server that takes no connection for a while is
// out of reach: people are told when it lasts, and only so.
func TestPollerTurnedAwayAtTheDoor(t *testing.T) {
	for _, greeting := range []string{"* BYE Too many connections\r\n", "* BYE [UNAVAILABLE] x\r\n", "* BYE\r\n", "* NO maintenance\r\n", "* BAD x\r\n", "220 mail ESMTP\r\n", ""} {
		t.Run(greeting, func(t *testing.T) {
			s := &scripted{mails: threeMails(), greeting: greeting + "\r\n"}
			synctest.Test(t, func(t *testing.T) {
				d := scriptedDesk(t, s)
				stop := d.run(t)
				pass(10 * time.Minute)
				if d.told() != "" {
					t.Errorf("told %q after 10 minutes", d.told())
				}
				pass(10 * time.Minute)
				if d.told() != "unreachable" || d.Status().Condition != Unreachable {
					t.Errorf("told %q, condition %v", d.told(), d.Status().Condition)
				}
				s.greet("")
				pass(6 * time.Minute)
				filed(t, d, 1, 2, 3)
				stop()
			})
		})
	}
}

// TestPollerWarningsAreToldOnce: a server that warns with every answer is read
// on, in few sessions.
func TestPollerWarningsAreToldOnce(t *testing.T) {
	for name, line := range map[string]string{"NO": "* NO Mailbox is at 97% of quota\r\n", "ALERT": "* OK [ALERT] down on Sunday 12:00\r\n", "BAD": "* BAD hm\r\n"} {
		for _, verb := range []string{"SELECT", "UID FETCH", "UID SEARCH"} {
			t.Run(name+" at "+verb, func(t *testing.T) {
				s := &scripted{mails: threeMails(), odd: line, at: verb}
				faults(t, s, func(t *testing.T, d *desk) {
					filed(t, d, 1, 2, 3)
					if d.told() != "server complains" || s.dialled() > 11 || d.Status().Condition != Reading {
						t.Errorf("told %q, connected %d times, condition %v", d.told(), s.dialled(), d.Status().Condition)
					}
				})
			})
		}
	}
}

// TestPollerNoSecretComesBack: a server repeats the login, at any stage and in any
// form; nothing of it is logged, told, or stands in the status.
func TestPollerNoSecretComesBack(t *testing.T) {
	const password = `Pass"w\ord 99`
	plain := base64.StdEncoding.EncodeToString([]byte("\x00desk\x00" + password))
	for _, said := range []string{password, strings.ToUpper(password), `"Pass\"w\\ord 99"`, plain, base64.StdEncoding.EncodeToString([]byte(password))} {
		for _, answer := range []string{"%s NO [AUTHENTICATIONFAILED] you said %s\r\n", "%s NO you said %s\r\n", "%s BAD [X-%[2]s] no\r\n", "* BYE %[2]s\r\n", "* NO [ALERT] %[2]s\r\n%[1]s NO\r\n", "+ %[2]s\r\n%[1]s NO no\r\n", "%[2]s OK\r\n* %[2]s\r\n%[1]s BAD %[2]s\r\n"} {
			for _, verb := range []string{"greeting", "LOGIN", "SELECT", "UID FETCH"} {
				s := &scripted{mails: threeMails()}
				if verb == "greeting" { // which a server may have kept from an earlier session
					s.greeting = fmt.Sprintf(answer, "*", said)
				}
				s.on = func(w io.Writer, tag, v, _ string) bool {
					if v != verb {
						return false
					}
					fmt.Fprintf(w, answer, tag, said)
					return true
				}
				synctest.Test(t, func(t *testing.T) {
					d := scriptedDesk(t, s)
					var log bytes.Buffer
					var told []string
					d.Log = zerolog.New(&log)
					d.Alert = func(_ Condition, text string) { told = append(told, text) }
					d.Server.Password = func(context.Context) (string, error) { return password, nil }
					check := d.Check(t.Context())
					stop := d.run(t)
					pass(time.Hour)
					stop()
					all := fmt.Sprint(log.String(), told, d.Status().Err, check)
					for _, secret := range []string{"ord 99", "ord99", plain[len(plain)-12:], said} {
						if strings.Contains(strings.ToLower(all), strings.ToLower(secret)) {
							t.Fatalf("%q at %s: %s", answer, verb, all)
						}
					}
				})
			}
		}
	}
}

// TestPollerMoveThatDoesNotWork: COPY stands behind it, and copies each mail once.
func TestPollerMoveThatDoesNotWork(t *testing.T) {
	tests := map[string]struct {
		caps   string
		refuse []string
		told   string
	}{
		"MOVE refused":        {" MOVE UIDPLUS", []string{"UID MOVE"}, ""},
		"MOVE absent":         {" UIDPLUS", []string{"UID MOVE"}, ""},
		"UID EXPUNGE refused": {" UIDPLUS", []string{"UID EXPUNGE"}, ""},
		"nothing but COPY":    {"", []string{"UID MOVE", "UID EXPUNGE"}, ""},
		"read-only":           {" MOVE UIDPLUS", []string{"UID MOVE", "UID STORE", "UID EXPUNGE"}, "cannot move"},
		"nothing may leave":   {" MOVE UIDPLUS", []string{"UID MOVE", "UID COPY", "UID STORE"}, "cannot move"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := &scripted{mails: threeMails(), caps: tt.caps}
			copied := map[string]int{}
			s.on = func(w io.Writer, tag, verb, rest string) bool {
				switch {
				case slices.Contains(tt.refuse, verb):
					fmt.Fprintf(w, "%s NO [CANNOT] not here\r\n", tag)
				case verb == "UID COPY":
					copied[strings.Fields(rest)[0]]++
					fmt.Fprintf(w, "%s OK [COPYUID 1  ] copied\r\n", tag)
				default:
					return false
				}
				return true
			}
			synctest.Test(t, func(t *testing.T) {
				d := scriptedDesk(t, s)
				d.MoveTo = "Filed"
				stop := d.run(t)
				pass(90 * time.Minute)
				stop()
				filed(t, d, 1, 2, 3)
				if d.told() != tt.told || s.dialled() != 1 {
					t.Errorf("told %q, connected %d times", d.told(), s.dialled())
				}
				if !slices.Contains(tt.refuse, "UID COPY") && (len(copied) != 1 || copied["1:3"] != 1) {
					t.Errorf("copied %v", copied)
				}
			})
		})
	}
}
