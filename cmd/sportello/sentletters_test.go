package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSentLettersOfOneAddress: of the letters that ask to answer to one address
// the first is what a reply without a thread answers, whatever their files are
// called.
func TestSentLettersOfOneAddress(t *testing.T) {
	folder := t.TempDir()
	for name, minute := range map[string]int{"a.eml": 30, "b.eml": 10, "c.eml": 20} {
		raw := fmt.Sprintf("From: desk@example.test\r\nReply-To: desk+q1@example.test\r\nMessage-ID: <%d@example.test>\r\nDate: Mon, 30 Nov 2026 09:%d:00 +0100\r\n\r\nText\r\n", minute, minute)
		if err := os.WriteFile(filepath.Join(folder, name), []byte(raw), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sent, err := sentLetters([]string{folder})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"desk+q1@example.test": "<10@example.test>", "30@example.test": "<30@example.test>", "20@example.test": "<20@example.test>"} {
		if got := string(sent(key)); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %s", key, got, want)
		}
	}
}
