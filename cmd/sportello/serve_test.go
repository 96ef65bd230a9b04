package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/rs/zerolog"

	"sportello/ticket/boltstore"
)

// lockedBuffer is a log that is read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func noEnv(string) string { return "" }

// testConfig writes a configuration whose servers nobody runs, and its desk.
func testConfig(t *testing.T) (file string, rewrite func(old, new string)) {
	t.Helper()
	dir := t.TempDir()
	file = filepath.Join(dir, "sportello.toml")
	text := `[desk]
name = "Before"
address = "desk@example.it"
state_dir = "state"
[imap]
url = "imap://desk@127.0.0.1:1?tls=none"
[smtp]
url = "smtp://127.0.0.1:1?tls=none"
[security]
technician = "authenticated"
[[technician]]
name = "Anna Ferretti"
addresses = ["anna@example.it"]
`
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("sportello.toml", text)
	write("imap.password", "canary-of-a-password\n")
	if err := makeDesk(filepath.Join(dir, "state")); err != nil {
		t.Fatal(err)
	}
	return file, func(old, new string) {
		t.Helper()
		text = strings.Replace(text, old, new, 1)
		write("sportello.toml", text)
	}
}

// TestServe walks a daemon through its life: ready, a bad configuration, a good
// one, the end.
func TestServe(t *testing.T) {
	file, rewrite := testConfig(t)
	c, err := loadConfig(file, noEnv, true)
	if err != nil {
		t.Fatal(err)
	}
	log := &lockedBuffer{}
	a := &app{env: noEnv}
	s, err := a.openService(c, zerolog.New(log), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	hup, told, ended := make(chan os.Signal), make(chan string, 64), make(chan error, 1)
	s.hup = hup
	s.notify = func(states ...string) {
		for _, state := range states {
			if !strings.HasPrefix(state, "WATCHDOG") && !strings.Contains(state, "mailbox:") {
				told <- state
			}
		}
	}
	expect := func(want ...string) {
		t.Helper()
		for _, w := range want {
			if got := <-told; !strings.HasPrefix(got, w) {
				t.Fatalf("systemd was told %q, want %q", got, w)
			}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { ended <- s.run(ctx) }()
	expect("READY=1", "STATUS=running")
	if strings.Contains(log.String(), "every mail of a technician") {
		t.Errorf("evidence can be had, and the log says it cannot: %s", log)
	}

	rewrite(`language = "it"`, "")
	rewrite(`"Before"`, `"Bef[ore"`)
	hup <- syscall.SIGHUP
	expect("RELOADING=1", "READY=1", "STATUS=running on the old configuration")
	if got := s.current.Load().desk.Name; got != "Before" {
		t.Errorf("after a bad configuration the desk is called %q", got)
	}
	if !strings.Contains(log.String(), "sportello.toml:2: desk.name") {
		t.Errorf("the fault is not in the log: %s", log)
	}

	rewrite(`"Bef[ore"`, `"After"`)
	hup <- syscall.SIGHUP
	expect("RELOADING=1", "READY=1", "STATUS=running")
	if got := s.current.Load().desk.Name; got != "After" {
		t.Errorf("after a good configuration the desk is called %q", got)
	}

	rewrite(`state_dir = "state"`, `state_dir = "elsewhere"`)
	hup <- syscall.SIGHUP
	expect("RELOADING=1", "READY=1", "STATUS=running on the old configuration")

	cancel()
	if err := <-ended; err != nil {
		t.Errorf("the daemon ended with %v", err)
	}
	expect("STOPPING=1")
	if _, err := os.Stat(filepath.Join(c.Desk.StateDir, socketName)); err == nil {
		t.Error("the control socket is left behind")
	}
	if strings.Contains(log.String(), "canary") {
		t.Error("a password is in the log")
	}
	again, err := boltstore.Open(c.Desk.StateDir, boltstore.Options{})
	if err != nil {
		t.Fatalf("the store was not released: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

// TestGreetOfNoEvidence: the start warns of technicians' mail only where
// nothing can ever prove its sender.
func TestGreetOfNoEvidence(t *testing.T) {
	for security, warns := range map[string]bool{
		"": false, "verify_dkim = false": true, "authserv_id = \"mx.example.it\"\nverify_dkim = false": false,
		"authserv_id = \"mx.example.it\"": false, "technician = \"token\"\nverify_dkim = false": false,
	} {
		file, rewrite := testConfig(t)
		rewrite(`technician = "authenticated"`, security)
		c, err := loadConfig(file, noEnv, true)
		if err != nil {
			t.Fatal(err)
		}
		log := &lockedBuffer{}
		(&service{log: zerolog.New(log)}).greet(c)
		if got := strings.Contains(log.String(), "every mail of a technician"); got != warns {
			t.Errorf("%q: warned %v: %s", security, got, log)
		}
	}
}

// TestStaleSocket: a socket that a killed daemon left is replaced, and verbs
// that find it open the store themselves.
func TestStaleSocket(t *testing.T) {
	dir := t.TempDir()
	stale := func() {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, socketName), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stale()
	a := &app{env: noEnv, stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, readFile: os.ReadFile}
	if _, err := a.forward(context.Background(), dir, nil); err != errNoDaemon {
		t.Errorf("a stale socket answers %v", err)
	}
	c, err := listenControl(dir, noEnv, func() *office { return nil }, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, socketName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket has mode %v (%v), want 0600", info.Mode(), err)
	}
	if err := c.listener.Close(); err != nil {
		t.Error(err)
	}
}

// TestLongSocketPath: the state directory may lie deeper than the 108 bytes of
// a unix address.
func TestLongSocketPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("deep/", 30))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	o := &office{}
	c, err := listenControl(dir, noEnv, func() *office { return o }, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.serve(ctx) }()
	var out, errs bytes.Buffer
	for args, want := range map[string]int{"--version": exitOK, "serve": exitUsage, "nonsense": exitUsage} {
		a := &app{args: []string{args}, env: noEnv, stdout: &out, stderr: &errs, readFile: os.ReadFile}
		if code, err := a.forward(ctx, dir, nil); err != nil || code != want {
			t.Errorf("%s: exit %d, %v; want %d", args, code, err, want)
		}
	}
	if !strings.Contains(out.String(), "sportello version") || !strings.Contains(errs.String(), "serve is not for the control socket") {
		t.Errorf("stdout %q, stderr %q", out.String(), errs.String())
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestCallThatPanics: a call that meets a fault of ours fails alone; the next one is
// answered.
func TestCallThatPanics(t *testing.T) {
	log := &lockedBuffer{}
	c, err := listenControl(t.TempDir(), noEnv, func() *office { return &office{} }, zerolog.New(log)) // an office without a desk
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.serve(ctx) }()
	for range 2 {
		var out, errs bytes.Buffer
		a := &app{args: []string{"stats"}, env: noEnv, stdout: &out, stderr: &errs, readFile: os.ReadFile}
		if code, err := a.forward(ctx, filepath.Dir(c.path), nil); err != nil || code != exitFailed || !strings.Contains(errs.String(), "fault of its own") {
			t.Errorf("exit %d, %v: %s", code, err, errs.String())
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), `"verb":["stats"]`) || !strings.Contains(log.String(), `"stack":`) {
		t.Errorf("the log says %s", log)
	}
}
