package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// How long closed tickets are kept is written in months or years, or not at all.
func TestRetentionIsMonths(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sportello.toml")
	for text, want := range map[string]int{"": 0, "24m": 24, "1m": 1, "10y": 120, "0m": -1, "24": -1, "24d": -1, "m": -1, "-1m": -1, "2y6m": -1, "1m1": -1, "101y": -1} {
		must(t, os.WriteFile(path, []byte("[desk]\nretention = \""+text+"\"\naddress = \"d@example.it\"\nstate_dir = \"s\"\n[imap]\nurl = \"imap://d@127.0.0.1/INBOX?tls=none\"\npassword_file = \"p\"\n"+
			"[smtp]\nurl = \"smtp://127.0.0.1:1?tls=none\"\n[[technician]]\nname = \"A\"\naddresses = [\"a@example.it\"]\n"), 0o600))
		c, err := loadConfig(path, func(string) string { return "" }, false)
		switch {
		case want < 0 && (err == nil || !strings.Contains(err.Error(), "desk.retention")):
			t.Errorf("%q: %v", text, err)
		case want >= 0 && (err != nil || c.Desk.Retention != want):
			t.Errorf("%q: %v", text, err)
		}
	}
}
