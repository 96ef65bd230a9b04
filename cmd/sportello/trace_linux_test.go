//go:build linux && amd64

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// A call is a system call of a traced program that changes what others see: the
// files below a directory, or what a peer reads.
type call struct {
	n    int // counted from 1
	name string
	path string // what it works on: a file, "socket"
	back bool   // it has been done; otherwise it is about to be
	file string // the file behind its descriptor, to be opened; "": it has none
}

func (c call) String() string {
	return fmt.Sprintf("%s of %s, call %d (done: %t)", c.name, c.path, c.n, c.back)
}

// callNames are the calls that are looked at, by their number on this machine.
var callNames = map[uint64]string{
	syscall.SYS_WRITE: "write", syscall.SYS_WRITEV: "writev", syscall.SYS_PWRITE64: "pwrite", syscall.SYS_FSYNC: "fsync",
	syscall.SYS_FDATASYNC: "fdatasync", syscall.SYS_FTRUNCATE: "ftruncate", syscall.SYS_RENAMEAT: "rename", syscall.SYS_UNLINKAT: "unlink",
}

// The options of ptrace(2) and flags of wait4(2) that package syscall does not name.
const (
	ptraceKillWithUs  = 0x100000
	waitAnyThread     = 0x40000000
	waitOurThreadOnly = 0x20000000
)

// tracer runs a program and lets see each call before and after it is done. When
// see answers false, the program is killed there: a call that was only about to
// be done is not done.
type tracer struct {
	dir string // whose files are looked at
	see func(call) bool

	calls int
	open  map[int]call // by thread, the call that it is in
	inner map[int]bool // threads that are in any call
}

// run starts cmd and returns how it ended. It must not be run by two goroutines.
func (tr *tracer) run(cmd *exec.Cmd, started chan<- error) (ended syscall.WaitStatus, err error) {
	runtime.LockOSThread() // a tracer is a thread, and so is who waits for a child
	defer runtime.UnlockOSThread()
	tr.open, tr.inner = map[int]call{}, map[int]bool{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	err = cmd.Start()
	started <- err
	if err != nil {
		return 0, err
	}
	pid := cmd.Process.Pid
	if _, err := syscall.Wait4(pid, &ended, waitAnyThread, nil); err != nil {
		return 0, fmt.Errorf("waiting for the start: %w", err)
	}
	if err := syscall.PtraceSetOptions(pid, syscall.PTRACE_O_TRACECLONE|syscall.PTRACE_O_TRACESYSGOOD|ptraceKillWithUs); err != nil {
		return 0, fmt.Errorf("tracing: %w", err)
	}
	for tid, sig := pid, 0; ; {
		_ = syscall.PtraceSyscall(tid, sig) // of a thread that has just died
		if tid, err = syscall.Wait4(-1, &ended, waitAnyThread|waitOurThreadOnly, nil); err != nil {
			if err == syscall.EINTR {
				continue
			}
			return 0, fmt.Errorf("waiting: %w", err)
		}
		if tid == pid && (ended.Exited() || ended.Signaled()) {
			return ended, nil
		}
		if sig = tr.stopped(pid, tid, ended); sig == int(syscall.SIGKILL) {
			syscall.Kill(pid, syscall.SIGKILL)
			sig = 0
		}
	}
}

// stopped looks at why a thread stopped, and says which signal to give it.
func (tr *tracer) stopped(pid, tid int, ws syscall.WaitStatus) (sig int) {
	switch {
	case !ws.Stopped():
		return 0
	case ws.StopSignal() == syscall.SIGTRAP|0x80:
		if !tr.atCall(pid, tid) {
			return int(syscall.SIGKILL)
		}
		return 0
	case ws.StopSignal() == syscall.SIGTRAP, ws.StopSignal() == syscall.SIGSTOP: // a new thread
		return 0
	}
	return int(ws.StopSignal())
}

// atCall is told at the beginning and at the end of every call of a thread.
func (tr *tracer) atCall(pid, tid int) bool {
	if tr.inner[tid] {
		delete(tr.inner, tid)
		c, ok := tr.open[tid]
		delete(tr.open, tid)
		c.back = true
		return !ok || tr.see(c)
	}
	tr.inner[tid] = true
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &regs); err != nil {
		return true
	}
	c, ok := tr.read(pid, &regs)
	if !ok {
		return true
	}
	tr.calls++
	c.n = tr.calls
	tr.open[tid] = c
	return tr.see(c)
}

func (tr *tracer) read(pid int, regs *syscall.PtraceRegs) (c call, ok bool) {
	c.name = callNames[regs.Orig_rax]
	switch c.name {
	case "":
		return c, false
	case "rename", "unlink":
		c.path = "a name"
		return c, true
	}
	c.file = fmt.Sprintf("/proc/%d/fd/%d", pid, regs.Rdi)
	path, err := os.Readlink(c.file)
	switch {
	case err != nil:
		return c, false
	case strings.HasPrefix(path, "socket:"):
		c.path, c.file = "socket", ""
		return c, true
	case strings.HasPrefix(path, tr.dir+"/") || path == tr.dir:
		c.path = strings.TrimPrefix(path, filepath.Dir(tr.dir)+"/")
		return c, true
	}
	return c, false
}

// durable is what of a directory survives when the power goes: of each file what
// it held at its last fsync, of each folder the names at its own. That is what
// POSIX promises and no file system is as hard; what was there at the beginning
// is durable.
type durable struct {
	root  string
	files map[uint64][]byte            // by inode
	names map[string]map[string]uint64 // by folder
}

func newDurable(root string) (*durable, error) {
	d := &durable{root: root, files: map[uint64][]byte{}, names: map[string]map[string]uint64{}}
	return d, filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir():
			return d.folder(path, path)
		case e.Type().IsRegular():
			return d.file(path)
		}
		return nil
	})
}

// synced takes note of an fsync that has been done; at is its file, to be read.
func (d *durable) synced(at string) error {
	path, err := os.Readlink(at)
	if err != nil {
		return err
	}
	if info, err := os.Stat(at); err == nil && info.IsDir() {
		return d.folder(path, at)
	}
	return d.file(at)
}

func (d *durable) file(path string) error {
	inode, err := inodeOf(path)
	if err != nil {
		return err
	}
	d.files[inode], err = os.ReadFile(path)
	return err
}

func (d *durable) folder(path, at string) error {
	entries, err := os.ReadDir(at)
	if err != nil {
		return err
	}
	names := map[string]uint64{}
	for _, e := range entries {
		if e.Type().IsRegular() {
			if names[e.Name()], err = inodeOf(filepath.Join(path, e.Name())); err != nil {
				return err
			}
		}
	}
	d.names[path] = names
	return nil
}

func inodeOf(path string) (uint64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Sys().(*syscall.Stat_t).Ino, nil
}

// cut leaves in the directory what is durable, and nothing else.
func (d *durable) cut() error {
	for path, names := range d.names {
		entries, err := os.ReadDir(path)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !e.IsDir() {
				if err := os.Remove(filepath.Join(path, e.Name())); err != nil {
					return err
				}
			}
		}
		for name, inode := range names {
			if err := os.WriteFile(filepath.Join(path, name), d.files[inode], 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}
