package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// checkOwner keeps root from working on another user's desk: files that it
// makes there would lock the daemon out at its next start.
func checkOwner(stateDir string, euid int) error {
	path := filepath.Join(stateDir, "desk.db")
	info, err := os.Stat(path)
	if err != nil {
		return nil // the store says what is missing
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || euid != 0 || stat.Uid == 0 {
		return nil
	}
	id := strconv.FormatUint(uint64(stat.Uid), 10)
	name := "#" + id
	if u, err := user.LookupId(id); err == nil {
		name = u.Username
	}
	return fmt.Errorf("%s belongs to user %s, and files made by root would lock its daemon out: run this as that user (sudo -u %s sportello ...)", path, name, name)
}

// actAsOwner makes a process that root started act for good as the user to whom
// a desk in stateDir belongs, or will belong: the owner of that folder, or of the
// one that it is to be made in. What is made then is the daemon's from the start.
func actAsOwner(stateDir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid, err := ownerOf(stateDir)
	if err != nil || uid == 0 {
		return err
	}
	if err := errors.Join(syscall.Setgroups([]int{gid}), syscall.Setgid(gid), syscall.Setuid(uid)); err != nil {
		return fmt.Errorf("acting as user #%d, to whom %s belongs: %w", uid, stateDir, err)
	}
	return nil
}

// ownerOf is the user to whom path belongs or, where it is not there, the folder
// nearest above it; and that user's group.
func ownerOf(path string) (uid, gid int, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return 0, 0, err
	}
	info, err := os.Stat(path)
	for errors.Is(err, fs.ErrNotExist) && path != "/" {
		path = filepath.Dir(path)
		info, err = os.Stat(path)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("whose folder: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, nil
	}
	uid, gid = int(stat.Uid), int(stat.Gid)
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		if own, err := strconv.Atoi(u.Gid); err == nil {
			gid = own
		}
	}
	return uid, gid, nil
}
