package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rs/zerolog"

	"sportello/ticket/boltstore"
)

// unitSettings are the settings of one section of the unit; one that stands twice
// counts with both.
func unitSettings(t *testing.T, section string) map[string][]string {
	t.Helper()
	b, err := os.ReadFile("../../.package/sportello@.service")
	if err != nil {
		t.Fatal(err)
	}
	settings, in := map[string][]string{}, ""
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			in = line
		}
		if key, value, ok := strings.Cut(line, "="); ok && in == "["+section+"]" && !strings.HasPrefix(line, "#") {
			settings[key] = append(settings[key], value)
		}
	}
	return settings
}

// TestUnitRestarts holds the unit against the program's statuses: whatever ends
// the daemon, it is started again, but for what only a person can mend.
func TestUnitRestarts(t *testing.T) {
	s := unitSettings(t, "Service")
	if got := s["Restart"]; !slices.Equal(got, []string{"always"}) {
		t.Errorf("Restart=%q: a clean end that nobody asked for would be the last", got)
	}
	if got := s["RestartPreventExitStatus"]; !slices.Equal(got, []string{strconv.Itoa(exitRefused)}) {
		t.Errorf("RestartPreventExitStatus=%q, want %d alone", got, exitRefused)
	}
	for _, setting := range []string{"RestartForceExitStatus", "SuccessExitStatus"} {
		if got := s[setting]; got != nil {
			t.Errorf("%s=%q: the statuses of DESIGN.md, section 7, need none", setting, got)
		}
	}
	if !slices.Contains(unitSettings(t, "Unit")["StartLimitBurst"], "60") {
		t.Error("the unit gives up sooner than a mail that ends the desk is quarantined")
	}
	for _, code := range []int{exitOK, exitFailed, exitUsage, exitBusy, exitRefused} {
		if prevented, mended := code == exitRefused || code == exitUsage, exitOfServe(code) == exitRefused; prevented != mended {
			t.Errorf("where a verb ends with %d serve ends with %d", code, exitOfServe(code))
		}
	}
}

// TestUnitNames holds the files of the package to one set of names: file, unit,
// password, user and state folder, in the unit, the example, sysusers.d, tmpfiles.d
// and the README.
func TestUnitNames(t *testing.T) {
	s := unitSettings(t, "Service")
	if got := s["ExecStart"]; !slices.Equal(got, []string{"/usr/bin/sportello serve --init --config /etc/sportello/%i.toml"}) {
		t.Errorf("ExecStart=%q", got)
	}
	reload := s["ExecReload"]
	check := slices.Index(reload, "/usr/bin/sportello check --config /etc/sportello/%i.toml")
	if hup := slices.Index(reload, "/bin/sh -c 'kill -HUP $MAINPID'"); check < 0 || hup < check {
		t.Errorf("ExecReload=%q: a file is checked before it is put in force", reload)
	}
	for _, setting := range []string{"LoadCredential", "LoadCredentialEncrypted"} {
		if got := s[setting]; got != nil {
			t.Errorf("%s=%q: a file that a configuration does not use would be demanded", setting, got)
		}
	}
	config, err := readPackaged("example.toml")
	must(t, err)
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "example.toml"), config, 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "example.password"), []byte("secret\n"), 0o600))
	c, err := loadConfig(filepath.Join(dir, "example.toml"), noEnv, true)
	must(t, err)
	if c.Desk.StateDir != "/var/lib/sportello/example" || !slices.Equal(s["StateDirectory"], []string{"sportello"}) {
		t.Errorf("state directory %s of %q", c.Desk.StateDir, s["StateDirectory"])
	}
	readme, err := os.ReadFile("../../README.md")
	must(t, err)
	for file, words := range map[string][]string{
		"sysusers.conf": {"\nu sportello ", "/var/lib/sportello"},
		"tmpfiles.conf": {"\nd /etc/sportello 0750 root sportello\n", "\nd /var/lib/sportello 0700 sportello sportello\n"},
	} {
		text, err := readPackaged(file)
		must(t, err)
		for _, word := range words {
			if !strings.Contains(string(text), word) {
				t.Errorf("%s has no line with %q", file, word)
			}
		}
	}
	for _, word := range []string{"/etc/sportello/example.toml", "/etc/sportello/example.password", "systemctl enable --now sportello@example", "/var/lib/sportello/example"} {
		if !strings.Contains(string(readme), word) {
			t.Errorf("the README does not say %s", word)
		}
	}
}

func readPackaged(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join("../../.package", name))
}

// TestStatusOfCrash: what ends the daemon from outside or within never looks like a
// configuration or a state directory that is not fit.
func TestStatusOfCrash(t *testing.T) {
	d := newDaemon(t, crashConfig)
	for _, sig := range []syscall.Signal{syscall.SIGABRT, syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGQUIT, syscall.SIGKILL} {
		d.serve(t)
		if err := d.cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		exit, ok := errors.AsType[*exec.ExitError](<-d.done)
		if !ok || exit.ExitCode() == exitRefused || exit.Success() {
			t.Errorf("%v ended the desk with %v", sig, exit)
		}
	}
	d.serve(t) // nothing of all that is in the way of the next start
	d.stop(t)
}

// TestStatusOfFaults: what a restart cannot mend ends serve with 78, wherever it is noticed.
func TestStatusOfFaults(t *testing.T) {
	for name, spoil := range map[string]func(*daemon) []string{
		"an unknown key": func(d *daemon) []string {
			d.write(t, "sportello.toml", crashConfig+"\n[nonsense]\nx = 1\n")
			return nil
		},
		"no such file":      func(d *daemon) []string { os.Remove(d.config); return nil },
		"no TOML":           func(d *daemon) []string { d.write(t, "sportello.toml", "[desk"); return nil },
		"no password":       func(d *daemon) []string { os.Remove(d.dir + "/password"); return nil },
		"an unknown flag":   func(*daemon) []string { return []string{"--faster"} },
		"an argument":       func(*daemon) []string { return []string{"now"} },
		"no database":       func(d *daemon) []string { os.Remove(d.dir + "/state/desk.db"); return nil },
		"an empty database": func(d *daemon) []string { os.Truncate(d.dir+"/state/desk.db", 0); return nil },
		"a cut database":    func(d *daemon) []string { os.Truncate(d.dir+"/state/desk.db", 9000); return nil },
		"no keys":           func(d *daemon) []string { os.RemoveAll(d.dir + "/state/keys"); return nil },
		"no archive":        func(d *daemon) []string { os.RemoveAll(d.dir + "/state/archive"); return nil },
		"no state":          func(d *daemon) []string { os.RemoveAll(d.dir + "/state"); return nil },
	} {
		d := newDaemon(t, crashConfig)
		args := append(append([]string{"serve"}, spoil(d)...), "--config", d.config)
		out, err := exec.Command(d.bin, args...).CombinedOutput()
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != exitRefused {
			t.Errorf("%s: serve ended with %v: %s", name, err, out)
		}
	}
}

// TestChildVerdict: a child that met unreadable pages speaks against the store, one
// that was ended by somebody does not.
func TestChildVerdict(t *testing.T) {
	for script, want := range map[string]int{
		"exit 0": exitOK, "exit 1": exitFailed, "exit 2": exitRefused, "exit 75": exitBusy, "exit 78": exitRefused,
		"kill -BUS $$": exitRefused, "kill -SEGV $$": exitRefused, "kill -ABRT $$": exitRefused,
		"kill -KILL $$": exitFailed, "kill -TERM $$": exitFailed,
	} {
		err := childVerdict(exec.Command("sh", "-c", script).Run(), "sportello: said", "check", "/var/lib/desk")
		got := exitOK
		if err != nil {
			got = exitCode(err)
		}
		if got != want {
			t.Errorf("%s: %d (%v), want %d", script, got, err, want)
		}
	}
}

// crashConfig is a desk whose servers nobody runs.
const crashConfig = `[desk]
name = "Assistenza"
address = "desk@example.it"
state_dir = "state"
[imap]
url = "imap://desk@127.0.0.1:1?tls=none"
password_file = "password"
[smtp]
url = "smtp://127.0.0.1:1?tls=none"
[[technician]]
name = "Anna Ferretti"
addresses = ["anna@example.it"]
`

// TestStatusOfLostDatabase: a daemon whose database is taken from under it ends so
// that it is started again: the start finds out whether what lies there is fit.
func TestStatusOfLostDatabase(t *testing.T) {
	file, _ := testConfig(t)
	c, err := loadConfig(file, noEnv, true)
	if err != nil {
		t.Fatal(err)
	}
	s, err := (&app{env: noEnv}).openService(c, zerolog.Nop(), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.notify = func(...string) {}
	if err := os.Remove(filepath.Join(c.Desk.StateDir, "desk.db")); err != nil {
		t.Fatal(err)
	}
	if err := s.run(t.Context()); err == nil || exitCode(err) != exitFailed {
		t.Errorf("the daemon ended with %v", err)
	}
}
