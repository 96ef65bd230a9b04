package mailin

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
)

// gaps are the times between the entries of at.
func gaps(at []time.Time) []time.Duration {
	var d []time.Duration
	for i := 1; i < len(at); i++ {
		d = append(d, at[i].Sub(at[i-1]))
	}
	return d
}

func TestPollerRefusedCredentials(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		asked := 0
		d.Server.Password = func(context.Context) (string, error) {
			asked++
			if asked > 6 { // once in each of two ways, then once in each try
				return "secret", nil // the file was changed at last
			}
			return "wrong", nil
		}
		o.put("INBOX", mailText("a"), time.Now())
		stop := d.run(t)
		synctest.Wait()
		if d.told() != "credentials refused" || d.Status().Condition != Refused {
			t.Errorf("told %q at once, condition %v", d.told(), d.Status().Condition)
		}
		pass(5 * time.Hour)
		m := time.Minute
		if got := gaps(o.logins); !slices.Equal(got, []time.Duration{0, m, 5 * m, 15 * m, 60 * m, 60 * m, 60 * m}) {
			t.Errorf("logins after %v", got)
		}
		filed(t, d, 1)
		if d.told() != "credentials refused" {
			t.Errorf("told %q", d.told())
		}
		stop()
	})
}

func TestPollerLoginOfAServerInTrouble(t *testing.T) {
	refusals := map[string]*imap.Error{
		"by its code":  {Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeUnavailable, Text: "backend is down"},
		"by its words": {Type: imap.StatusResponseTypeNo, Text: "Too many simultaneous connections. (Failure)"},
		"in Italian":   {Type: imap.StatusResponseTypeNo, Text: "Manutenzione in corso, riprovare più tardi"},
		"by its parts": {Type: imap.StatusResponseTypeNo, Text: "LDAP server is not responding"},
	}
	for name, refuse := range refusals {
		t.Run(name, func(t *testing.T) {
			bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
				o.refuse = refuse
				stop := d.run(t)
				pass(10 * time.Second)
				if len(o.logins) != 2*4 /* in two ways */ || d.Status().Condition != Unreachable || d.told() != "" {
					t.Errorf("%d logins, condition %v, told %q", len(o.logins), d.Status().Condition, d.told())
				}
				stop()
			})
		})
	}
}

func TestPollerMissingPassword(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		d.Server.Password = func(context.Context) (string, error) { return "", errors.New("no such file") }
		stop := d.run(t)
		pass(time.Minute)
		if d.told() != "no credentials" || len(o.logins) != 0 {
			t.Errorf("told %q, %d logins", d.told(), len(o.logins))
		}
		stop()
	})
}

func TestPollerTokenRefused(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		o.tokens = map[string]bool{"new": true}
		var anew []time.Time
		token := "stale"
		d.Server.Auth = "xoauth2"
		d.Server.Token = func(_ context.Context, refused bool) (string, error) {
			if refused {
				anew = append(anew, time.Now())
				token = "new"
			}
			return token, nil
		}
		o.put("INBOX", mailText("a"), time.Now())
		stop := d.run(t)
		synctest.Wait()
		filed(t, d, 1)
		if len(anew) != 1 || d.told() != "" {
			t.Errorf("%d tokens asked for, told %q: a stale token is nothing to tell", len(anew), d.told())
		}
		stop()
	})
}

func TestPollerTokenRefusedForGood(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		var anew []time.Time
		d.Server.Auth = "xoauth2"
		d.Server.Token = func(_ context.Context, refused bool) (string, error) {
			if refused {
				anew = append(anew, time.Now())
			}
			return "bad", nil
		}
		stop := d.run(t)
		pass(2 * time.Hour)
		for _, gap := range gaps(anew) {
			if gap < tokenPause {
				t.Errorf("two tokens within %v", gap)
			}
		}
		if len(anew) < 4 || len(o.logins) != len(anew)+1 || d.told() != "credentials refused" {
			t.Errorf("%d tokens, %d logins, told %q", len(anew), len(o.logins), d.told())
		}
		stop()
	})
}

func TestPollerNoSuchMailbox(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		d.Mailbox = "Support"
		if err := d.Check(t.Context()); !errors.As(err, new(unopened)) {
			t.Errorf("Check: %v", err)
		}
		stop := d.run(t)
		pass(time.Minute)
		if d.told() != "no such mailbox" {
			t.Errorf("told %q", d.told())
		}
		o.create("Support")
		pass(6 * time.Minute)
		if d.Status().Condition != Reading {
			t.Errorf("status %+v", d.Status())
		}
		stop()
		if err := d.Check(t.Context()); err != nil {
			t.Errorf("Check: %v", err)
		}
	})
}

// TestCheckLooksForTheFolder: mail that could be filed but not moved is said
// before the desk starts.
func TestCheckLooksForTheFolder(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		d.MoveTo = "Filed"
		if err := d.Check(t.Context()); !errors.As(err, new(unopened)) || !strings.Contains(err.Error(), "Filed") {
			t.Errorf("Check: %v", err)
		}
		o.create("Filed")
		if err := d.Check(t.Context()); err != nil {
			t.Errorf("Check: %v", err)
		}
	})
}

func TestLoginFault(t *testing.T) {
	no := func(code imap.ResponseCode, text string) error {
		return &imap.Error{Type: imap.StatusResponseTypeNo, Code: code, Text: text}
	}
	tests := []struct {
		name    string
		err     error
		refused bool
	}{
		{"code", imapserver.ErrAuthFailed, true},
		{"no code", no("", "LOGIN failed"), true},
		{"expired", no(imap.ResponseCodeExpired, "password expired"), true},
		{"disabled", &imap.Error{Type: imap.StatusResponseTypeBad, Text: "LOGIN is disabled"}, true},
		{"unavailable", no(imap.ResponseCodeUnavailable, "temporary"), false},
		{"in use", no(imap.ResponseCodeInUse, "locked"), false},
		{"Exchange", no("", "Server Unavailable. 15"), false},
		{"BYE", &imap.Error{Type: imap.StatusResponseTypeBye, Text: "shutting down"}, false},
		{"network", errors.New("connection reset"), false},
	}
	for _, tt := range tests {
		if got := errors.As(loginFault(tt.err), new(refused)); got != tt.refused {
			t.Errorf("%s: refused %t", tt.name, got)
		}
	}
}
