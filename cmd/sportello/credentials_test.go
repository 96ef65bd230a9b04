package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestTokenCommand: the command runs once until its token is refused, and then
// at most once a minute.
func TestTokenCommand(t *testing.T) {
	runs := filepath.Join(t.TempDir(), "runs")
	synctest.Test(t, func(t *testing.T) {
		c := &credentials{command: []string{"/bin/sh", "-c", `echo x >> "$0"; wc -l < "$0" | tr -d ' '`, runs}}
		for i, step := range []struct {
			wait    time.Duration
			refused bool
			want    string
		}{
			{0, false, "1"}, {time.Hour, false, "1"}, {0, true, "2"}, {30 * time.Second, true, "2"},
			{0, false, "2"}, {30 * time.Second, true, "3"},
		} {
			time.Sleep(step.wait)
			if got, err := c.accessToken(context.Background(), step.refused); err != nil || got != step.want {
				t.Errorf("step %d: token %q, %v; want %q", i, got, err, step.want)
			}
		}
	})
}

func TestTokenCommandFails(t *testing.T) {
	for name, argv := range map[string][]string{
		"no such program": {"/nowhere/token"},
		"exit 1":          {"/bin/sh", "-c", "echo canary; exit 1"},
		"prints nothing":  {"/bin/sh", "-c", "true"},
		"two lines":       {"/bin/sh", "-c", "echo canary; echo canary"},
	} {
		c := &credentials{command: argv}
		token, err := c.accessToken(context.Background(), false)
		if err == nil || token != "" || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: token %q, error %v", name, token, err)
		}
	}
}

// TestPasswordIsReadAnew: a rotated secret is seen at the next login.
func TestPasswordIsReadAnew(t *testing.T) {
	c := &credentials{file: filepath.Join(t.TempDir(), "password")}
	for _, secret := range []string{"one", "two words"} {
		if err := os.WriteFile(c.file, []byte(secret+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := c.password(context.Background()); err != nil || got != secret {
			t.Errorf("password %q, %v; want %q", got, err, secret)
		}
	}
}
