package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A running desk is looked at through its socket, once at a time, for as long as
// somebody waits for it; a desk that rests is not.
func TestProfile(t *testing.T) {
	dir, err := os.MkdirTemp("", "sportello-profile") // short: it holds a unix socket
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	config := filepath.Join(dir, "sportello.toml")
	must(t, os.WriteFile(filepath.Join(dir, "imap.password"), []byte("secret\n"), 0o600))
	must(t, os.WriteFile(config, []byte(`[desk]
address = "desk@example.it"
state_dir = "state"
[imap]
url = "imap://d@127.0.0.1:1/INBOX?tls=none"
[smtp]
url = "smtp://127.0.0.1:1?tls=none"
[[technician]]
name = "Anna Ferretti"
addresses = ["anna@example.it"]
`), 0o600))
	call := func(ctx context.Context, args ...string) (int, []byte, string) {
		var out, errs bytes.Buffer
		code := run(ctx, append(args, "--config", config), func(string) string { return "" }, strings.NewReader(""), &out, &errs)
		return code, out.Bytes(), errs.String()
	}
	if code, _, said := call(t.Context(), "init"); code != exitOK {
		t.Fatal(said)
	}
	if code, _, said := call(t.Context(), "profile", "heap"); code != exitFailed || !strings.Contains(said, "no desk is running") {
		t.Errorf("a desk that rests: %d, %s", code, said)
	}
	desk := serveHere(t, config)
	defer desk.stop(t)
	for _, args := range [][]string{{"profile"}, {"profile", "disk"}, {"profile", "cpu", "0s"}, {"profile", "cpu", "6m"}, {"profile", "cpu", "x"}} {
		if code, _, said := call(t.Context(), args...); code != exitUsage {
			t.Errorf("%q: %d, %s", args, code, said)
		}
	}
	for kind, begins := range map[string]string{"cpu": "\x1f\x8b", "heap": "\x1f\x8b", "trace": "go 1."} {
		code, out, said := call(t.Context(), "profile", kind, "1s")
		if code != exitOK || !bytes.HasPrefix(out, []byte(begins)) {
			t.Errorf("%s: %d, %d bytes, %s", kind, code, len(out), said)
		}
	}

	ctx, goAway := context.WithCancel(t.Context())
	gone := make(chan int)
	go func() {
		code := exitBusy
		for code == exitBusy { // a look from below was first
			code, _, _ = call(ctx, "profile", "trace", "5m")
		}
		gone <- code
	}()
	until := func(want int) {
		t.Helper()
		for {
			if code, _, _ := call(t.Context(), "profile", "heap"); code == want {
				return
			}
			must(t, t.Context().Err())
		}
	}
	until(exitBusy)
	goAway()
	if code := <-gone; code == exitOK {
		t.Error("who went away got a profile")
	}
	until(exitOK)
}

// What a profile may take is bounded: it ends there and says so.
func TestProfileIsBounded(t *testing.T) {
	ended := false
	w := &limitedProfile{to: io.Discard, left: 10, full: func() { ended = true }}
	if n, err := w.Write(make([]byte, 10)); n != 10 || err != nil || ended {
		t.Errorf("what fits: %d, %v, %v", n, err, ended)
	}
	if n, err := w.Write([]byte{1}); n != 0 || err == nil || !ended || w.failure() == nil {
		t.Errorf("what does not: %d, %v, %v", n, err, ended)
	}
}
