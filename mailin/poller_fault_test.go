package mailin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-imap/v2"

	"sportello/ticket"
)

// hasBody tells a FETCH of mails from one that only lists them.
func hasBody(rest string) bool { return strings.Contains(rest, "BODY") }

// faults runs one scripted server for an hour and a half.
func faults(t *testing.T, s *scripted, check func(t *testing.T, d *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := scriptedDesk(t, s)
		stop := d.run(t)
		pass(90 * time.Minute)
		synctest.Wait()
		check(t, d)
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func threeMails() []string { return []string{mailText("a"), mailText("b"), mailText("c")} }

func filed(t *testing.T, d *desk, want ...uint32) {
	t.Helper()
	if got := d.uids(); !slices.Equal(got, want) {
		t.Errorf("filed %v, want %v", got, want)
	}
}

func TestPollerMuteServer(t *testing.T) {
	// After a mute UID STORE everything is filed and nothing is left to mark.
	for verb, dials := range map[string]int{"LOGIN": 4, "SELECT": 4, "UID SEARCH": 4, "UID FETCH": 4, "UID STORE": 2} {
		t.Run(verb, func(t *testing.T) {
			mute := newTimes(3)
			s := &scripted{mails: threeMails()}
			s.on = func(_ io.Writer, _, v, _ string) bool {
				if v != verb || !mute.left() {
					return false
				}
				return true
			}
			faults(t, s, func(t *testing.T, d *desk) {
				filed(t, d, 1, 2, 3)
				if s.dialled() != dials {
					t.Errorf("connected %d times, want %d", s.dialled(), dials)
				}
				if d.told() != "" {
					t.Errorf("told %q about an outage of two minutes", d.told())
				}
			})
		})
	}
}

func TestPollerDropInTheMiddleOfALiteral(t *testing.T) {
	drops := newTimes(2)
	s := &scripted{mails: threeMails()}
	s.on = func(w io.Writer, tag, verb, rest string) bool {
		if verb != "UID FETCH" || !hasBody(rest) || !inSet(strings.Fields(rest)[0], 2, 3) || !drops.left() {
			return false
		}
		fmt.Fprintf(w, "* 2 FETCH (UID 2 BODY[] {%d}\r\nFrom: half", len(s.box()[1]))
		w.(io.Closer).Close()
		return true
	}
	faults(t, s, func(t *testing.T, d *desk) {
		filed(t, d, 1, 2, 3)
		for _, in := range d.mails {
			if in.Unfit != "" || string(in.Raw) != s.box()[in.Source.UID-1] {
				t.Errorf("UID %d: unfit %q, %d bytes", in.Source.UID, in.Unfit, len(in.Raw))
			}
		}
	})
}

func TestPollerGivesUpOnAMailThatNeverComes(t *testing.T) {
	tests := map[string]func(s *scripted, w io.Writer, tag string) bool{
		"breaks off": func(s *scripted, w io.Writer, _ string) bool {
			fmt.Fprint(w, "* 2 FETCH (UID 2 BODY[] {500}\r\nshort")
			w.(io.Closer).Close()
			return true
		},
		"stalls": func(s *scripted, w io.Writer, _ string) bool {
			fmt.Fprint(w, "* 2 FETCH (UID 2 BODY[] {500}\r\nshort")
			return true
		},
		"is refused": func(s *scripted, w io.Writer, tag string) bool {
			fmt.Fprintf(w, "%s NO [SERVERBUG] message is damaged\r\n", tag)
			return true
		},
		"is nothing": func(s *scripted, w io.Writer, tag string) bool {
			fmt.Fprintf(w, "* 2 FETCH (UID 2 BODY[] NIL)\r\n%s OK done\r\n", tag)
			return true
		},
		"is missing": func(s *scripted, w io.Writer, tag string) bool {
			fmt.Fprintf(w, "%s OK done\r\n", tag)
			return true
		},
		"is longer than announced": func(s *scripted, w io.Writer, tag string) bool {
			fmt.Fprintf(w, "* 2 FETCH (UID 2 BODY[] {10}\r\n%s)\r\n%s OK done\r\n", s.box()[1], tag)
			return true
		},
		"is shorter than announced": func(s *scripted, w io.Writer, tag string) bool {
			fmt.Fprintf(w, "* 2 FETCH (UID 2 BODY[] {%d}\r\n%s)\r\n%s OK done\r\n", len(s.box()[1])+5, s.box()[1], tag)
			return true
		},
		"kills the server": func(_ *scripted, w io.Writer, _ string) bool {
			w.(io.Closer).Close()
			return true
		},
		"is endless": func(s *scripted, w io.Writer, _ string) bool {
			fmt.Fprint(w, "* 2 FETCH (UID 2 BODY[] {9999999999}\r\nlong")
			return true
		},
	}
	for name, answer := range tests {
		t.Run(name, func(t *testing.T) {
			s := &scripted{mails: threeMails()}
			s.on = func(w io.Writer, tag, verb, rest string) bool {
				if !strings.HasSuffix(verb, "FETCH") || !hasBody(rest) || !inSet(strings.Fields(rest)[0], 2, 3) {
					return false
				}
				return answer(s, w, tag)
			}
			faults(t, s, func(t *testing.T, d *desk) {
				filed(t, d, 1, 2, 3)
				if len(d.mails) < 3 {
					return
				}
				if in := d.mails[1]; in.Unfit != "unfetchable UID 2" || in.Raw != nil || in.RawSum == [32]byte{} {
					t.Errorf("unfit %q, %d bytes, sum %x", in.Unfit, len(in.Raw), in.RawSum)
				}
				if d.mails[2].Unfit != "" {
					t.Errorf("the next one is unfit: %s", d.mails[2].Unfit)
				}
			})
		})
	}
}

func TestPollerServerInTroubleIsNotAFaultOfTheMail(t *testing.T) {
	// For five minutes the connection dies whenever a mail is asked for.
	s := &scripted{mails: threeMails()}
	first := sync.OnceValue(time.Now)
	s.on = func(w io.Writer, _, verb, rest string) bool {
		if verb != "UID FETCH" || !hasBody(rest) || time.Since(first()) > 5*time.Minute {
			return false
		}
		w.(io.Closer).Close()
		return true
	}
	faults(t, s, func(t *testing.T, d *desk) {
		filed(t, d, 1, 2, 3)
		for _, in := range d.mails {
			if in.Unfit != "" {
				t.Errorf("UID %d: %s", in.Source.UID, in.Unfit)
			}
		}
	})
}

func TestPollerBusyServerIsNotAFaultOfTheMail(t *testing.T) {
	busy := newTimes(10)
	s := &scripted{mails: threeMails()}
	s.on = func(w io.Writer, tag, verb, rest string) bool {
		if verb != "UID FETCH" || !hasBody(rest) || !busy.left() {
			return false
		}
		fmt.Fprintf(w, "%s NO [UNAVAILABLE] later\r\n", tag)
		return true
	}
	faults(t, s, func(t *testing.T, d *desk) {
		filed(t, d, 1, 2, 3)
		for _, in := range d.mails {
			if in.Unfit != "" {
				t.Errorf("UID %d: %s", in.Source.UID, in.Unfit)
			}
		}
	})
}

func TestPollerBodyBeforeUID(t *testing.T) {
	s := &scripted{mails: threeMails()}
	s.on = func(w io.Writer, tag, verb, rest string) bool {
		if !strings.HasSuffix(verb, "FETCH") || !hasBody(rest) {
			return false
		}
		var b strings.Builder
		for i, m := range s.box() {
			if inSet(strings.Fields(rest)[0], i+1, 3) {
				fmt.Fprintf(&b, "* %d FETCH (BODY[] {%d}\r\n%s UID %d)\r\n", i+1, len(m), m, i+1)
			}
		}
		fmt.Fprintf(w, "%s%s OK done\r\n", b.String(), tag)
		return true
	}
	faults(t, s, func(t *testing.T, d *desk) {
		filed(t, d, 1, 2, 3)
		if s.dialled() != 1 {
			t.Errorf("connected %d times", s.dialled())
		}
		for _, in := range d.mails {
			if string(in.Raw) != s.box()[in.Source.UID-1] {
				t.Errorf("UID %d: %d bytes, unfit %q", in.Source.UID, len(in.Raw), in.Unfit)
			}
		}
	})
}

func TestPollerExpungedMeanwhileIsPassedOver(t *testing.T) {
	s := &scripted{mails: threeMails()}
	gone := false
	s.on = func(w io.Writer, tag, verb, rest string) bool {
		if verb == "UID SEARCH" && gone {
			fmt.Fprintf(w, "* SEARCH 1 3\r\n%s OK done\r\n", tag)
			return true
		}
		if verb != "UID FETCH" || !hasBody(rest) && !gone {
			return false
		}
		gone = true
		var b strings.Builder
		for _, uid := range []int{1, 3} {
			if inSet(strings.Fields(rest)[0], uid, 3) && hasBody(rest) {
				s.body(&b, uid)
			}
		}
		fmt.Fprintf(w, "%s%s OK done\r\n", b.String(), tag)
		return true
	}
	faults(t, s, func(t *testing.T, d *desk) {
		filed(t, d, 1, 3)
		if d.cursor.Last != 3 {
			t.Errorf("cursor %+v", d.cursor)
		}
	})
}

func TestPollerPoisonMail(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		d.Parse = func(raw []byte, at time.Time) *ticket.Inbound {
			if strings.Contains(string(raw), "Subject: poison") {
				panic("poison")
			}
			return Parse(raw, Options{Arrived: at})
		}
		for _, m := range []string{"poison", "b", "c"} {
			o.put("INBOX", mailText(m), time.Now())
		}
		stop := d.run(t)
		synctest.Wait()
		pass(time.Second)
		filed(t, d, 1, 2, 3)
		if in := d.mails[0]; !strings.Contains(in.Unfit, "panic: poison") || string(in.Raw) != mailText("poison") || in.RawSum == [32]byte{} {
			t.Errorf("unfit %q, %d bytes", in.Unfit, len(in.Raw))
		}
		stop()
	})
}

func TestPollerReconnectPauses(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		o.down = errors.New("network is unreachable")
		stop := d.run(t)
		pass(14 * time.Minute)
		if d.told() != "" {
			t.Errorf("told %q before the outage was long", d.told())
		}
		pass(16 * time.Minute)
		if d.told() != "unreachable" {
			t.Errorf("told %q after half an hour", d.told())
		}
		var got []time.Duration
		for i := 1; i < len(o.dials); i++ {
			got = append(got, o.dials[i].Sub(o.dials[i-1]))
		}
		s, m := time.Second, time.Minute
		want := []time.Duration{s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 64 * s, 128 * s, 256 * s, 5 * m, 5 * m, 5 * m, 5 * m}
		if len(got) < 11 || !slices.Equal(got, want[:len(got)]) {
			t.Errorf("pauses %v, want %v", got, want)
		}
		o.set(func(o *postOffice) { o.down = nil })
		pass(6 * time.Minute)
		if s := d.Status(); s.Condition != Reading || s.Err != "" {
			t.Errorf("status %+v", s)
		}
		if d.told() != "unreachable" {
			t.Errorf("told %q", d.told())
		}
		stop()
	})
}

func TestNetworkPauseStaysWithinBounds(t *testing.T) {
	for tries := range 100 {
		for _, jitter := range []float64{0, 0.5, 0.999} {
			if d := networkPause(tries, jitter); d < firstPause/2 || d > lastPause {
				t.Errorf("networkPause(%d, %v) = %v", tries, jitter, d)
			}
		}
	}
}

func TestPollerServerGoesAwayInIdle(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		conns := make(chan io.Closer, 10)
		o.wrap = wrapTo(conns)
		stop := d.run(t)
		pass(5 * time.Minute)
		(<-conns).Close()
		pass(2 * time.Second)
		o.put("INBOX", mailText("a"), time.Now())
		synctest.Wait()
		filed(t, d, 1)
		if len(o.dials) != 2 {
			t.Errorf("connected %d times", len(o.dials))
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestPollerStopsAtOnce(t *testing.T) {
	for _, verb := range []string{"LOGIN", "SELECT", "UID FETCH", "UID STORE"} {
		t.Run(verb, func(t *testing.T) {
			s := &scripted{mails: threeMails()}
			s.on = func(_ io.Writer, _, v, _ string) bool { return v == verb }
			synctest.Test(t, func(t *testing.T) {
				d := scriptedDesk(t, s)
				ctx, cancel := context.WithCancel(context.Background())
				done := make(chan error, 1)
				go func() { done <- d.Run(ctx) }()
				pass(5 * time.Second)
				at := time.Now()
				cancel()
				if err := <-done; err != nil || time.Since(at) > 0 {
					t.Errorf("ended after %v with %v", time.Since(at), err)
				}
			})
		})
	}
}

func TestPollerStarAlwaysFindsTheLastMail(t *testing.T) {
	// The answer to n:* holds the last mail even when n is beyond it: here it
	// comes again in a portion of its own.
	s := &scripted{}
	for i := range listed {
		s.arrive(mailText(fmt.Sprint(i)))
	}
	faults(t, s, func(t *testing.T, d *desk) {
		if got := d.uids(); len(got) != listed || !slices.IsSorted(got) || d.Status().Condition != Reading {
			t.Errorf("filed %d of %d, status %+v", len(got), listed, d.Status())
		}
	})
}

func TestPollerFilesMailThatSomebodyReadFirst(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		if _, err := o.user.Append("INBOX", literal{bytes.NewReader([]byte(mailText("a")))},
			&imap.AppendOptions{Time: time.Now(), Flags: []imap.Flag{imap.FlagSeen}}); err != nil {
			t.Fatal(err)
		}
		stop := d.run(t)
		synctest.Wait()
		filed(t, d, 1)
		stop()
	})
}

func TestPollerClampsTheTimeOfArrival(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		now := time.Now()
		d.Arrived = func(at time.Time) time.Time { return at.Add(168 * time.Hour) }
		d.Now = func() time.Time { return time.Now().Add(168 * time.Hour) }
		o.put("INBOX", mailText("past"), now.Add(-time.Hour))
		o.put("INBOX", mailText("future"), now.Add(48*time.Hour))
		stop := d.run(t)
		pass(time.Second)
		filed(t, d, 1, 2)
		offset := now.Add(168 * time.Hour)
		if got := d.mails[0].Arrived; !got.Equal(offset.Add(-time.Hour)) {
			t.Errorf("arrived %v", got)
		}
		if got := d.mails[1].Arrived; got.Before(offset) || got.After(offset.Add(6*time.Minute)) {
			t.Errorf("mail of the future arrived %v, want at most 5 minutes after %v", got, offset)
		}
		stop()
	})
}
