package main

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// checkOwner keeps root from working on another user's desk: files that it
// makes there would lock the daemon out at its next start.
func checkOwner(stateDir string, euid int) error {
	return checkOwnerOf(filepath.Join(stateDir, "desk.db"), euid)
}

// checkOwnerOf is checkOwner for a file of the desk, or its directory.
func checkOwnerOf(path string, euid int) error {
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
