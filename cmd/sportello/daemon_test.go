package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// program builds the program once for all tests that need a real process.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sportello-build")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "sportello")
	out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return bin, nil
})

// daemon is a `sportello serve` in a process of its own, with its configuration.
type daemon struct {
	bin, config, dir string
	cmd              *exec.Cmd
	done             chan error
	told             chan string // to systemd; closed when it has ended

	start func(*exec.Cmd) (wait func() error, err error) // how its process is started; nil: like any other
}

// newDaemon writes the configuration text and makes the state directory. Of a
// process of its own the detector of races sees nothing.
func newDaemon(t testing.TB, config string) *daemon {
	t.Helper()
	if racing {
		t.Skip("a desk in a process of its own shows no races")
	}
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "sportello-desk") // short: it holds a unix socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	d := &daemon{bin: bin, dir: dir, config: filepath.Join(dir, "sportello.toml")}
	d.write(t, "sportello.toml", config)
	d.write(t, "password", mailPassword+"\n")
	d.must(t, "init")
	return d
}

func (d *daemon) write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(d.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// must runs a verb and returns what it printed.
func (d *daemon) must(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.Command(d.bin, append(args, "--config", d.config)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("sportello %s: %v\n%s%s\nlog of the daemon:\n%s", strings.Join(args, " "), err, out, stderr.Bytes(), d.log())
	}
	return string(out)
}

// serve starts the daemon and returns when it says READY=1, as systemd would.
func (d *daemon) serve(t testing.TB) {
	t.Helper()
	d.launch(t)
	d.awaitReady(t)
}

// awaitReady waits for the READY=1 of a daemon that was launched.
func (d *daemon) awaitReady(t testing.TB) {
	t.Helper()
	for state := range d.told {
		if strings.Contains(state, "READY=1") {
			go func(told <-chan string) { // systemd would go on reading
				for range told {
				}
			}(d.told)
			return
		}
	}
	t.Fatalf("the daemon ended before it was ready\n%s", d.log())
}

// launch starts the daemon; told carries what it says to systemd until it has ended.
func (d *daemon) launch(t testing.TB) {
	t.Helper()
	notify := filepath.Join(d.dir, "notify")
	os.Remove(notify)
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: notify, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.OpenFile(filepath.Join(d.dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(d.bin, "serve", "--config", d.config)
	cmd.Env = append(os.Environ(), "NOTIFY_SOCKET="+notify)
	cmd.Stderr, cmd.Stdout = out, out
	done, told := make(chan error, 1), make(chan string, 64)
	d.cmd, d.done, d.told = cmd, done, told
	start := d.start
	if start == nil {
		start = func(cmd *exec.Cmd) (wait func() error, err error) { return cmd.Wait, cmd.Start() }
	}
	wait, err := start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	go func() { done <- wait(); conn.Close() }()
	go func() {
		defer close(told)
		for b := make([]byte, 4096); ; {
			n, err := conn.Read(b)
			if err != nil {
				return
			}
			told <- string(b[:n])
		}
	}()
	t.Cleanup(func() { cmd.Process.Kill() })
}

// log is what the daemon wrote, of all its lives.
func (d *daemon) log() string {
	b, err := os.ReadFile(filepath.Join(d.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// stop asks the daemon to end, and wants it to end well within 30 seconds.
func (d *daemon) stop(t testing.TB) {
	t.Helper()
	d.cmd.Process.Signal(os.Interrupt)
	select {
	case err := <-d.done:
		if err != nil {
			t.Errorf("serve ended with %v\n%s", err, d.log())
		}
	case <-time.After(30 * time.Second):
		t.Fatalf("serve did not end within 30 s\n%s", d.log())
	}
}

// kill is kill -9.
func (d *daemon) kill(t testing.TB) {
	t.Helper()
	if err := d.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-d.done
}

// stats is `sportello stats --json`, as far as the tests look at it.
type statsView struct {
	Tickets                                                      struct{ Open, Waiting, Closed int }
	Mails, Messages, Duplicates, Ignored, Quarantine, Suppressed int
	Outbox                                                       struct{ Queued, Sending, Sent, Unknown, Failed, Held int }
}

func (d *daemon) stats(t testing.TB) statsView {
	t.Helper()
	var s statsView
	var stdout, stderr bytes.Buffer // asked for often: a process for each would be the most of the test
	if code := run(t.Context(), []string{"stats", "--json", "--config", d.config}, os.Getenv, nil, &stdout, &stderr); code != exitOK {
		t.Fatalf("sportello stats: %d\n%s\nlog of the daemon:\n%s", code, stderr.Bytes(), d.log())
	}
	if err := json.Unmarshal(stdout.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// await asks for the stats again until ok, for at most limit.
func (d *daemon) await(t testing.TB, limit time.Duration, what string, ok func(statsView) bool) statsView {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		s := d.stats(t)
		if ok(s) {
			return s
		}
		select {
		case <-tick.C:
		case err := <-d.done:
			t.Fatalf("the daemon ended while waiting for %s: %v\n%s", what, err, d.log())
		case <-ctx.Done():
			t.Fatalf("no %s after %s: %+v\n%s", what, limit, s, d.log())
		}
	}
}
