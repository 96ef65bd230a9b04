package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"sportello/ticket"
	"sportello/ticket/boltstore"
)

// commands are the lines that a section of the README tells to type, in their order.
func commands(t *testing.T, section string) []string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	must(t, err)
	_, text, found := strings.Cut(string(readme), "\n## "+section+"\n")
	if !found {
		t.Fatalf("the README has no section %q", section)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if command, ok := strings.CutPrefix(line, "    "); ok {
			lines = append(lines, command)
		}
	}
	return lines
}

// TestProcedures types what the README says, word for word, as a shell reads it; only
// the folders are others, and systemctl starts and stops the daemon in this process.
func TestProcedures(t *testing.T) {
	dir := t.TempDir()
	state, program := filepath.Join(dir, "sportello"), filepath.Join(dir, "bin", "sportello")
	must(t, os.MkdirAll(filepath.Dir(program), 0o700))
	must(t, os.MkdirAll(filepath.Join(dir, "backup"), 0o700))
	self, err := os.Executable()
	must(t, err)
	must(t, os.MkdirAll(filepath.Join(dir, "real"), 0o700))
	must(t, os.Symlink(self, filepath.Join(dir, "real", "sportello"))) // TestMain knows the program by its name
	config := filepath.Join(dir, "sportello.toml")
	must(t, os.WriteFile(program, []byte("#!/bin/sh\nexec "+filepath.Join(dir, "real", "sportello")+" \"$@\" --config "+config+"\n"), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "imap.password"), []byte("secret\n"), 0o600))
	must(t, os.WriteFile(config, []byte(`[desk]
address = "desk@example.it"
state_dir = "`+state+`"
[imap]
url = "imap://d@127.0.0.1:1/INBOX?tls=none"
[smtp]
url = "smtp://127.0.0.1:1?tls=none"
[[technician]]
name = "Anna Ferretti"
addresses = ["anna@example.it"]
`), 0o600))
	shell := func(line string) {
		t.Helper()
		line = strings.NewReplacer("/var/lib/sportello/example", state, "-o sportello -g sportello ", "", "/srv/backup", filepath.Join(dir, "backup"), "1042", "1").Replace(line)
		cmd := exec.Command("sh", "-ec", line)
		cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(program)+":"+os.Getenv("PATH"))
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, said)
		}
	}
	shell("sportello init")
	running := (*daemonHere)(nil)
	start := func() { running = serveHere(t, config) }
	start()
	fileOneHere(t, running)
	for _, section := range []string{"Backup and restore", "Rotating keys", "Erasing what is kept of somebody"} {
		for _, line := range commands(t, section) {
			switch {
			case strings.HasPrefix(line, "systemctl stop"):
				running.stop(t)
			case strings.HasPrefix(line, "systemctl start"):
				start()
			default:
				shell(line)
			}
		}
	}
	running.stop(t)
	shell("sportello fsck --deep")
	keys, err := keyFiles(state)
	must(t, err)
	if string(keys) != "ab" {
		t.Errorf("keys %s", keys)
	}
}

// daemonHere is a daemon in the process of the test.
type daemonHere struct {
	service *service
	cancel  context.CancelFunc
	ended   chan error
}

func serveHere(t *testing.T, config string) *daemonHere {
	t.Helper()
	c, err := loadConfig(config, func(string) string { return "" }, true)
	must(t, err)
	a := &app{env: func(string) string { return "" }}
	d, err := a.openService(c, zerolog.Nop(), boltstore.Options{})
	must(t, err)
	ready := make(chan struct{})
	d.notify = func(states ...string) {
		if states[0] == "READY=1" {
			close(ready)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	h := &daemonHere{d, cancel, make(chan error, 1)}
	go func() { h.ended <- d.run(ctx) }()
	select {
	case <-ready:
	case err := <-h.ended:
		t.Fatalf("the daemon ended: %v", err)
	}
	return h
}

func (h *daemonHere) stop(t *testing.T) {
	t.Helper()
	h.cancel()
	must(t, <-h.ended)
}

// fileOneHere lets a mail arrive.
func fileOneHere(t *testing.T, h *daemonHere) {
	t.Helper()
	o := h.service.current.Load()
	in := o.desk.Reread([]byte("From: mario@rossi.example\r\nTo: desk@example.it\r\nSubject: Sito fermo\r\nMessage-ID: <1@rossi.example>\r\n\r\nIl sito non risponde.\r\n"), o.now())
	must(t, o.desk.Receive(context.Background(), []*ticket.Inbound{in}, ticket.Cursor{UIDValidity: 7, First: 1, Last: 1}))
}
