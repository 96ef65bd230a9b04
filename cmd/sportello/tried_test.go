package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"sportello/ticket/boltstore"
)

// TestTriedTell: each state of what is remembered is said in its own lines.
func TestTriedTell(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 3, n, 9, 0, 0, 0, time.UTC) }
	good := stepJSON{"imap a:993 INBOX", "ok", ""}
	bad := stepJSON{"token address", "failed", "it did not\x1b come"}
	skipped := stepJSON{"dns", "skipped", "not wanted"}
	tests := []struct {
		name  string
		tried tried
		want  []string // of each line, one after the other
	}{
		{"never", tried{}, []string{`"info" never tried`}},
		{"all right", tried{}.after(day(1), "d", []stepJSON{good, skipped}), []string{`"info" "tried":"2026-03-01T09:00:00Z" nothing wrong`}},
		{"two failures", tried{}.after(day(1), "d", []stepJSON{{"dns", "failed", "x"}, bad, good}),
			[]string{`"warn" "step":"dns"`, `"warn" "step":"token address" not� "since":"2026-03-01T09:00:00Z"`}},
		{"still failing", tried{}.after(day(1), "d", []stepJSON{bad}).after(day(2), "d", []stepJSON{bad}),
			[]string{`"since":"2026-03-01T09:00:00Z" "tried":"2026-03-02T09:00:00Z"`}},
		{"failing again", tried{}.after(day(1), "d", []stepJSON{bad}).after(day(2), "d", []stepJSON{{bad.Step, "ok", ""}}).after(day(3), "d", []stepJSON{bad}),
			[]string{`"since":"2026-03-03T09:00:00Z"`}},
		{"failing with a new configuration", tried{}.after(day(1), "old", []stepJSON{bad}).after(day(2), "d", []stepJSON{bad}),
			[]string{`"since":"2026-03-02T09:00:00Z"`}},
		{"another configuration", tried{}.after(day(1), "old", []stepJSON{bad}), []string{`"info" "failed":1 another configuration`}},
		{"another configuration, all right", tried{}.after(day(1), "old", []stepJSON{good}), []string{`"info" "failed":0 another configuration`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			tt.tried.tell(zerolog.New(&log), "d")
			lines := slices.Collect(strings.Lines(log.String()))
			if len(lines) != len(tt.want) {
				t.Fatalf("%d lines, want %d:\n%s", len(lines), len(tt.want), &log)
			}
			for i, want := range tt.want {
				for word := range strings.FieldsSeq(strings.ReplaceAll(want, "token address", "token_address")) {
					if !strings.Contains(lines[i], strings.ReplaceAll(word, "_", " ")) {
						t.Errorf("%q is not in %s", word, lines[i])
					}
				}
			}
		})
	}
}

// TestTriedDigest: what is tried counts, the pace of the desk does not.
func TestTriedDigest(t *testing.T) {
	c := onlineConfig(t, 1, 2, "")
	same, first := *c, c.triedDigest()
	same.IMAP.PollInterval, same.SMTP.Connections, same.Desk.Name, same.Limits.AcksPerHour = time.Hour, 7, "Other", 1
	if same.triedDigest() != first || onlineConfigAgain(t, c) != first {
		t.Error("the same servers have two digests")
	}
	for name, change := range map[string]func(*Config){
		"address":    func(c *Config) { c.Desk.Address = "help@example.test" },
		"mailbox":    func(c *Config) { c.IMAP.Mailbox = "Desk" },
		"port":       func(c *Config) { c.SMTP.Port = "3" },
		"user":       func(c *Config) { c.SMTP.User = "desk" },
		"command":    func(c *Config) { c.IMAP.TokenCommand = []string{"a", "b"} },
		"id":         func(c *Config) { c.Security.AuthservID = "-" },
		"resolver":   func(c *Config) { c.Security.Resolver = "127.0.0.1:53" },
		"subaddress": func(c *Config) { c.Security.Subaddress = "" },
	} {
		other := *c
		if change(&other); other.triedDigest() == first {
			t.Errorf("%s: another configuration has the same digest", name)
		}
	}
}

// onlineConfigAgain is the digest of c's file, read anew.
func onlineConfigAgain(t *testing.T, c *Config) string {
	t.Helper()
	again, err := loadConfig(c.File, os.Getenv, true)
	if err != nil {
		t.Fatal(err)
	}
	return again.triedDigest()
}

// TestRemember: the file is whole, ours alone and without secrets, also when
// a server says back what it was told; what cannot be read is written anew.
func TestRemember(t *testing.T) {
	c := onlineConfig(t, 1, 2, "")
	a := &app{env: os.Getenv, stderr: io.Discard}
	p := &probe{config: c}
	if err := p.address(); err != nil {
		t.Fatal(err)
	}
	token := p.token.to
	said := []stepJSON{{"imap", "failed", "login " + demoPassword + " is wrong"}, {"token address", "failed", token + ": no"}}
	if err := a.remember(c, said); err == nil || !strings.Contains(err.Error(), "sportello init") {
		t.Errorf("kept where there is no desk: %v", err)
	}
	if err := makeDesk(c.Desk.StateDir); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(c.Desk.StateDir, triedName)
	if err := os.WriteFile(file, []byte(`{"at":`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := recall(c.Desk.StateDir); err == nil {
		t.Error("half a file was read")
	}
	if err := a.remember(c, said); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(data, []byte(demoPassword)) || bytes.Contains(data, []byte(token)) {
		t.Errorf("a secret is in the file: %s", data)
	}
	if info, err := os.Stat(file); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(file + ".*"); left != nil {
		t.Errorf("left behind: %q", left)
	}
	got, err := recall(c.Desk.StateDir)
	if err != nil || len(got.failed()) != 2 || got.Digest != c.triedDigest() {
		t.Errorf("recalled %+v, %v", got, err)
	}
}

// TestServeSaysWhatWasTried: each start says how the servers were found to be.
func TestServeSaysWhatWasTried(t *testing.T) {
	file, rewrite := testConfig(t)
	start := func(want ...string) {
		t.Helper()
		c, err := loadConfig(file, noEnv, true)
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		s, err := (&app{env: noEnv}).openService(c, zerolog.New(&log), boltstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s.greet(c)
		if err := s.store.Close(); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(log.String(), w) {
				t.Errorf("%q was not said:\n%s", w, &log)
			}
		}
	}
	check := func(ctx context.Context) {
		t.Helper()
		c, err := loadConfig(file, noEnv, true)
		if err != nil {
			t.Fatal(err)
		}
		if err := (&app{env: noEnv, stdout: io.Discard, stderr: io.Discard}).checkOnline(ctx, c); err == nil {
			t.Error("servers that nobody runs were reached")
		}
	}
	broken, cancel := context.WithCancel(t.Context())
	cancel()
	check(broken)
	start("never tried")
	check(t.Context())
	start(`"step":"imap 127.0.0.1:1 INBOX"`, `"step":"smtp 127.0.0.1:1"`, `"since":"20`)
	rewrite("127.0.0.1:1?", "127.0.0.1:2?")
	start("another configuration")
}
