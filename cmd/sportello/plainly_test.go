package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"sportello/ticket"
)

// foreignWords are those of libraries and of the program's own packages, which
// say nothing to the person at the terminal.
var foreignWords = regexp.MustCompile(`strconv\.|ticket: |parsing |invalid syntax|accepts \d|requires at least|arg\(s\)|unknown command|unknown flag|invalid argument|pflag|%!`)

// TestPlainErrors: whatever is wrong with a call, it is said in plain English,
// with what to do.
func TestPlainErrors(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir) // some verbs write files
	config := filepath.Join(dir, "c.toml")
	for name, text := range map[string]string{"imap.password": "x", "c.toml": `[desk]
address = "desk@example.it"
state_dir = "state"
[imap]
url = "imap://d@127.0.0.1:1/INBOX?tls=none"
password_file = "imap.password"
[smtp]
url = "smtp://127.0.0.1:1?tls=none"
[[technician]]
name = "Anna"
addresses = ["anna@example.it"]
`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	call := func(args ...string) (int, string) {
		var out bytes.Buffer
		code := run(context.Background(), append(args, "--config", config), func(string) string { return "" }, strings.NewReader(""), io.Discard, &out)
		return code, out.String()
	}
	if code, said := call("init"); code != 0 {
		t.Fatal(said)
	}
	for args, want := range map[string]string{
		"ticket show":                 "2 write \"sportello ticket show N\"; there was no argument",
		"ticket show 99":              "1 there is no ticket 99; `sportello ticket list` shows",
		"ticket show abc":             "2 \"abc\" is no ticket; it must be a whole number",
		"ticket close 99":             "1 there is no ticket 99;",
		"ticket assign 1":             "2 write \"sportello ticket assign N NAME|none\"; there was 1 argument",
		"ticket attachment 9 1 1":     "1 there is no ticket 9, message 1;",
		"ticket list --limit x":       "2 --limit: \"x\" is no whole number",
		"ticket list --limit=-":       "2 --limit: \"-\" is no whole number",
		"ticket list --frobnicate":    "2 \"sportello ticket list\" has no flag --frobnicate",
		"ticket list a b":             "2 write \"sportello ticket list\"; there were 2 arguments",
		"why 7":                       "1 there is no ticket 7;",
		"customer show NOBODY":        "1 there is no customer NOBODY; `sportello customer list`",
		"credit add NOBODY 3 --ref r": "1 credits r: there is no customer \"NOBODY\";",
		"queue drop 9":                "1 there is no letter 9; `sportello queue list`",
		"quarantine show 9":           "1 there is no mail 9; `sportello quarantine list`",
		"quarantine retry 9":          "1 there is no arrival 9;",
		"fsck --quick=maybe":          "2 --quick: \"maybe\" is neither true nor false",
		"stats now":                   "2 write \"sportello stats\"; there was 1 argument",
	} {
		code, said := call(strings.Fields(args)...)
		if got := fmt.Sprintf("%d %s", code, strings.TrimPrefix(said, "sportello: ")); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", args, got, want)
		}
	}
	a := &app{env: func(string) string { return "" }, stdout: io.Discard, stderr: io.Discard}
	eachVerb(a.commands(), func(c *cobra.Command) {
		path := strings.Fields(c.CommandPath())[1:]
		if c.Hidden || len(path) == 0 || path[0] == "demo" || path[0] == "serve" || path[0] == "completion" || path[0] == "check" {
			return
		}
		for _, wrong := range [][]string{{}, {"x"}, {"99"}, {"-3"}, {"99", "99"}, {"99", "x", "y", "z", "u"}, {"--limit", "x"}, {"--nonsense"}, {"--json=7"}} {
			if _, said := call(append(path, wrong...)...); foreignWords.MatchString(said) {
				t.Errorf("%s %q: %s", c.CommandPath(), wrong, said)
			}
		}
	})
}

func eachVerb(c *cobra.Command, f func(*cobra.Command)) {
	f(c)
	for _, below := range c.Commands() {
		eachVerb(below, f)
	}
}

// TestPlainly: errors of libraries are worded wherever they stand.
func TestPlainly(t *testing.T) {
	_, number := strconv.ParseInt("zwölf", 10, 64)
	_, day := time.Parse(time.DateOnly, "gestern")
	for want, err := range map[string]error{
		`credits: "zwölf" is no whole number`:            fmt.Errorf("credits: %w", number),
		`since: "gestern" is no date`:                    fmt.Errorf("since: %w", day),
		"letter 5 is sent: that is not possible now":     fmt.Errorf("letter 5 is sent: %w", ticket.ErrState),
		"ticket 9: topic \"x\": that means nothing here": fmt.Errorf("ticket 9: ticket 9: topic %q: %w", "x", ticket.ErrInput),
		"the raw mail 2026-11/1: there is none":          fmt.Errorf("the raw mail 2026-11/1: %w", ticket.ErrNotFound),
		"there is none":                                  ticket.ErrNotFound,
	} {
		if got := plainly(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}
