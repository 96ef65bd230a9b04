package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestCheckOwner(t *testing.T) {
	dir := t.TempDir()
	if err := checkOwner(dir, 0); err != nil {
		t.Errorf("without a desk: %v", err)
	}
	file := filepath.Join(dir, "desk.db")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := checkOwner(dir, os.Geteuid()); err != nil {
		t.Errorf("one's own desk: %v", err)
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	if err := os.Chown(file, 65534, -1); err != nil {
		t.Fatal(err)
	}
	if err := checkOwner(dir, 0); err == nil || !strings.Contains(err.Error(), "sudo -u nobody") {
		t.Errorf("root on another's desk: %v", err)
	}
	if err := checkOwner(dir, 65534); err != nil {
		t.Errorf("the owner: %v", err)
	}
}

// TestRootMakesWhatIsTheOwners: whatever root makes in another user's folder is that
// user's, and the desk starts for the user.
func TestRootMakesWhatIsTheOwners(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	const nobody = 65534
	built, err := program()
	must(t, err)
	bin := ""
	home := func(t *testing.T) (dir, config string) {
		dir, err := os.MkdirTemp("", "sportello-owner") // every user may enter it
		must(t, err)
		t.Cleanup(func() { os.RemoveAll(dir) })
		config = filepath.Join(dir, "sportello.toml")
		must(t, os.WriteFile(config, []byte(strings.Replace(crashConfig, `"state"`, `"home/desks/example"`, 1)), 0o644))
		must(t, os.WriteFile(filepath.Join(dir, "password"), []byte("secret"), 0o644))
		must(t, os.Mkdir(filepath.Join(dir, "home"), 0o700))
		must(t, os.Chown(filepath.Join(dir, "home"), nobody, nobody))
		must(t, os.Chmod(dir, 0o755))
		bin = filepath.Join(dir, "sportello")
		must(t, os.Link(built, bin))
		return dir, config
	}
	call := func(t *testing.T, uid uint32, args ...string) {
		t.Helper()
		cmd := exec.Command(bin, args...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("sportello %s: %v\n%s", strings.Join(args, " "), err, said)
		}
	}
	for name, make := range map[string]func(t *testing.T, dir, config string){
		"init": func(t *testing.T, _, config string) { call(t, 0, "init", "--config", config) },
		"init in a folder that is there": func(t *testing.T, dir, config string) {
			call(t, nobody, "init", "--config", config)
			desk := filepath.Join(dir, "home/desks/example")
			must(t, os.RemoveAll(desk))
			must(t, os.Mkdir(desk, 0o700))
			must(t, os.Chown(desk, nobody, nobody))
			call(t, 0, "init", "--config", config)
		},
		"restore": func(t *testing.T, dir, config string) {
			call(t, nobody, "init", "--config", config)
			must(t, os.Mkdir(filepath.Join(dir, "home/backup"), 0o700))
			must(t, os.Chown(filepath.Join(dir, "home/backup"), nobody, nobody))
			call(t, nobody, "backup", filepath.Join(dir, "home/backup/desk.tar"), "--config", config)
			backup := filepath.Join(dir, "desk.tar") // root's, in a folder of root
			data, err := os.ReadFile(filepath.Join(dir, "home/backup/desk.tar"))
			must(t, err)
			must(t, os.WriteFile(backup, data, 0o600))
			must(t, os.RemoveAll(filepath.Join(dir, "home/desks/example")))
			call(t, 0, "restore", backup, "--dir", filepath.Join(dir, "home/desks/example"), "--config", config)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, config := home(t)
			make(t, dir, config)
			must(t, filepath.WalkDir(filepath.Join(dir, "home"), func(path string, e fs.DirEntry, err error) error {
				must(t, err)
				info, err := e.Info()
				must(t, err)
				if uid := info.Sys().(*syscall.Stat_t).Uid; uid != nobody {
					t.Errorf("%s belongs to %d", path, uid)
				}
				return nil
			}))
			call(t, nobody, "fsck", "--config", config)
		})
	}
}

// TestFirst: `serve --init` makes a desk where no folder is; an empty one, or what
// is left of a desk, is no place for a new one.
func TestFirst(t *testing.T) {
	dir := t.TempDir()
	desk := filepath.Join(dir, "desks", "example")
	must(t, os.MkdirAll(desk+".new/archive", 0o700)) // of one that was cut short
	must(t, makeFirst(desk))
	db := filepath.Join(desk, "desk.db")
	before, err := os.ReadFile(db)
	must(t, err)
	must(t, makeFirst(desk))
	if after, err := os.ReadFile(db); err != nil || string(after) != string(before) {
		t.Errorf("a desk that was there is another: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "desks", "*")); len(left) != 1 {
		t.Errorf("beside the desk lies %q", left)
	}
	for _, gone := range []string{"desk.db", "generation", "keys", "archive"} {
		must(t, os.RemoveAll(filepath.Join(desk, gone)))
		must(t, makeFirst(desk))
		if _, err := os.Stat(db); err == nil {
			t.Errorf("without %s a new desk was made", gone)
		}
	}
	must(t, os.RemoveAll(desk))
	must(t, os.Mkdir(desk, 0o700))
	must(t, makeFirst(desk))
	if entries, _ := os.ReadDir(desk); len(entries) > 0 {
		t.Errorf("in an empty folder lies %v", entries)
	}
	must(t, os.Remove(desk))
	must(t, os.Symlink(filepath.Join(dir, "unmounted"), desk))
	must(t, makeFirst(desk))
	if _, err := os.Stat(filepath.Join(dir, "unmounted")); err == nil {
		t.Error("a desk was made behind a link to nowhere")
	}
}
