package main

import (
	"os"
	"path/filepath"
	"strings"
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
