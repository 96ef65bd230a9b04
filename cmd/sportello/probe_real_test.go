package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheckOnlineRealServers: Postfix and Dovecot pass, with and without a daemon
// that reads the same mailbox; to the daemon the probe's mail is its own.
func TestCheckOnlineRealServers(t *testing.T) {
	s := startServers(t, support, tech)
	d := realDesk(t, s, "")
	for _, running := range []bool{false, true} {
		if running {
			d.serve(t)
		}
		out := d.must(t, "check", "--online")
		for _, want := range []string{"mail to " + support + ": ok", "token address: ok", "Authentication-Results: does not apply"} {
			if !strings.Contains(out, want) {
				t.Errorf("running %t: %q was not said:\n%s", running, want, out)
			}
		}
	}
	if out := d.must(t, "fsck", "--mailbox"); !strings.HasSuffix(out, "0 errors, 0 notes\n") {
		t.Errorf("fsck --mailbox: %s", out)
	}
	if left := s.mails(t, support); len(left) > 0 {
		t.Errorf("%d mails were left in the mailbox, the first:\n%s", len(left), left[0])
	}
	if v := d.stats(t); v.Messages > 0 || v.Quarantine > 0 || v.Tickets.Open > 0 {
		t.Errorf("the daemon made something of the probe: %+v", v)
	}
	d.stop(t)

	believing := strings.Replace(d.text(t), "[security]", "[security]\nauthserv_id = \"mail.example.test\"", 1)
	d.write(t, "sportello.toml", believing)
	out, err := exec.Command(d.bin, "check", "--online", "--config", d.config).Output()
	if err == nil || !strings.Contains(string(out), "Authentication-Results: failed: a field that the sender wrote himself came through") {
		t.Errorf("a Postfix that removes nothing: %v\n%s", err, out)
	}
}

// text is the configuration as it stands.
func (d *daemon) text(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(d.dir, "sportello.toml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
