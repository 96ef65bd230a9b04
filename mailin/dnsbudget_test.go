package mailin

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sportello/ticket"
)

// claimed is a mail that says it is signed by keys under the given names
// ("selector domain").
func claimed(from string, keys ...string) string {
	var top []string
	for _, k := range keys {
		selector, domain, _ := strings.Cut(k, " ")
		top = append(top, "DKIM-Signature: v=1; a=rsa-sha256; d="+domain+"; s="+selector+"; h=from:subject:date; bh=AAAA; b=AAAA")
	}
	return sentAs(from, top...)
}

// TestOddNameServersDelayNobody puts a flood of mails, whose signatures name
// servers that are silent, slow or odd, before an honest one: it is filed within
// seconds, in its order and with its evidence.
func TestOddNameServersDelayNobody(t *testing.T) {
	s := newSigner(t)
	silent := func(ctx context.Context) ([]string, error) {
		<-ctx.Done()
		return nil, &net.DNSError{Err: "timeout", IsTimeout: true}
	}
	slowly := func(d time.Duration, txt []string, err error) func(context.Context) ([]string, error) {
		return func(ctx context.Context) ([]string, error) {
			select {
			case <-ctx.Done():
				return silent(ctx)
			case <-time.After(d):
				return txt, err
			}
		}
	}
	none := &net.DNSError{Err: "no such host", IsNotFound: true}
	one := func(i int) string {
		return claimed("x@silent.test", fmt.Sprintf("s%d silent.test", i))
	}
	floods := map[string]struct {
		mails  int
		mail   func(i int) string
		answer func(ctx context.Context) ([]string, error)
		within time.Duration
		asked  int64 // at most; 0: as often as there are names
	}{
		"selectors of one silent domain": {64, one, silent, 4 * time.Second, 10},
		"a thousand of them":             {1000, one, silent, 4 * time.Second, 10},
		"silent sub-domains of one domain": {1000, func(i int) string {
			d := fmt.Sprintf("d%d.silent.test", i)
			return claimed("x@"+d, "s "+d)
		}, silent, 4 * time.Second, 10},
		"silent domains": {1000, func(i int) string {
			d := fmt.Sprintf("silent%d.test", i)
			return claimed("x@"+d, "s "+d)
		}, silent, 5 * time.Second, 0},
		"silent domains, four signatures each": {500, func(i int) string {
			d := fmt.Sprintf("silent%d.test", i)
			return claimed("x@"+d, "a "+d, "b "+d, "c "+d, "d "+d, "e "+d)
		}, silent, 7 * time.Second, 0},
		"slow domains": {1000, func(i int) string {
			d := fmt.Sprintf("slow%d.test", i)
			return claimed("x@"+d, "s "+d)
		}, slowly(2900*time.Millisecond, nil, none), 5 * time.Second, 0},
		"selectors of one slow domain": {1000, one, slowly(2900*time.Millisecond, nil, none), 7 * time.Second, 0},
		"names that do not exist":      {1000, one, slowly(20*time.Millisecond, nil, none), 6 * time.Second, 0},
		"answers without measure": {64, one, slowly(20*time.Millisecond, []string{strings.Repeat("v=DKIM1; p=", 6000)}, nil),
			2 * time.Second, 0},
		"a server error at once": {1000, one, slowly(0, nil, &net.DNSError{IsTemporary: true}), 2 * time.Second, 20},
	}
	for name, tt := range floods {
		t.Run(name, func(t *testing.T) {
			bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
				var asked atomic.Int64
				a := &Authenticator{VerifyDKIM: true, LookupTXT: func(ctx context.Context, name string) ([]string, error) {
					if name == "s1._domainkey.ours.example" {
						time.Sleep(100 * time.Millisecond)
						return []string{s.record}, nil
					}
					asked.Add(1)
					return tt.answer(ctx)
				}}
				d.Prove = func(ctx context.Context, raw []byte, in *ticket.Inbound) {
					in.Evidence, in.Unanswered = a.Evidence(ctx, raw, in, false)
				}
				now := time.Now()
				for i := range tt.mails {
					o.put("INBOX", tt.mail(i), now)
				}
				honest := strings.Replace(sentAs(boss), "Mon, 2 Feb 2026 10:00:00 +0100", now.Format(time.RFC1123Z), 1)
				o.put("INBOX", s.sign(t, honest, "ours.example"), now)
				stop := d.run(t)
				pass(tt.within)
				if n := len(d.uids()); n != tt.mails+1 {
					t.Errorf("%d of %d mails are filed after %s", n, tt.mails+1, tt.within)
				} else if in := d.mails[tt.mails]; in.Evidence != byDKIM || in.Unanswered {
					t.Errorf("the honest mail: %+v, unanswered %t", in.Evidence, in.Unanswered)
				}
				if n := asked.Load(); tt.asked != 0 && n > tt.asked {
					t.Errorf("asked %d times", n)
				}
				if err := stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestSilenceIsForgiven asks a domain again that was silent for a while, and
// leaves out no key that it gave before.
func TestSilenceIsForgiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSigner(t)
		silent := false
		a := &Authenticator{VerifyDKIM: true, LookupTXT: func(ctx context.Context, name string) ([]string, error) {
			if silent {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return []string{s.record}, nil
		}}
		ask := func(raw string) (ticket.Evidence, bool) {
			return a.Evidence(t.Context(), []byte(raw), Parse([]byte(raw), Options{}), true)
		}
		signed := s.sign(t, sentAs(boss), "ours.example")
		other := strings.Replace(signed, "s=s1;", "s=s2;", 1)
		if e, _ := ask(signed); e != byDKIM {
			t.Fatalf("%+v", e)
		}
		silent = true
		for i := range silentNames {
			if _, unanswered := ask(claimed(boss, fmt.Sprintf("x%d ours.example", i))); !unanswered {
				t.Errorf("key %d was answered", i)
			}
		}
		silent = false
		if e, _ := ask(signed); e != byDKIM {
			t.Errorf("the key that is known: %+v", e)
		}
		if _, unanswered := ask(other); !unanswered {
			t.Error("another key of a silent domain was asked for at once")
		}
		time.Sleep(retryAfter)
		if _, unanswered := ask(other); unanswered {
			t.Error("the domain is not asked again")
		}
	})
}

// TestStopWaitsForNoNameServer ends the reading while DNS is silent: what was
// waited for stays on the server.
func TestStopWaitsForNoNameServer(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		d.Prove = func(ctx context.Context, _ []byte, in *ticket.Inbound) {
			<-ctx.Done()
			in.Unanswered = true
		}
		o.put("INBOX", mailText("a"), time.Now())
		stop := d.run(t)
		pass(time.Second)
		began := time.Now()
		if err := stop(); err != nil || time.Since(began) > 0 {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		filed(t, d)
	})
}
