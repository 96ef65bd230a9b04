package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sportello/mailin"
)

// TestSentLettersOfOneAddress: of the letters that ask to answer to one address a
// mail without a thread answers the one that holds what it sends back, whatever
// their files are called and whichever was written first; of equals the newest.
func TestSentLettersOfOneAddress(t *testing.T) {
	folder := t.TempDir()
	for name, l := range map[string]struct {
		minute int
		text   string
	}{
		"a.eml": {40, "Grazie: il preventivo P-9-1 attende ancora una decisione dei colleghi."},
		"b.eml": {10, "Buongiorno, la richiesta numero 9 è arrivata e ce ne occupiamo."},
		"c.eml": {20, "Il lavoro costa 3 crediti. Per decidere risponda con una frase:\r\n- Accetto il preventivo P-9-1\r\n- Rifiuto il preventivo P-9-1"},
		"d.eml": {30, "Buongiorno, la richiesta numero 9 è arrivata e ce ne occupiamo."},
	} {
		raw := fmt.Sprintf("From: desk@example.test\r\nReply-To: desk+q1@example.test\r\nMessage-ID: <%d@example.test>\r\nDate: Mon, 30 Nov 2026 09:%d:00 +0100\r\nSubject: Lavoro %d\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
			l.minute, l.minute, l.minute, l.text)
		if err := os.WriteFile(filepath.Join(folder, name), []byte(raw), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sent, err := sentLetters([]string{folder})
	if err != nil {
		t.Fatal(err)
	}
	if got := sent("20@example.test"); len(got) != 1 || !strings.Contains(string(got[0]), "<20@example.test>") {
		t.Errorf("by Message-ID: %q", got)
	}
	if got := sent("desk+q1@example.test"); len(got) != 4 || !strings.Contains(string(got[0]), "<40@example.test>") {
		t.Errorf("by address: %q", got)
	}
	for text, want := range map[string]string{
		"Accetto il preventivo P-9-1": "Lavoro 20",
		"Va bene\r\n\r\n> Buongiorno, la richiesta numero 9\r\n> è arrivata e ce ne occupiamo.":        "Lavoro 30",
		"A domani\r\n\r\n> Grazie: il preventivo P-9-1 attende ancora una decisione dei colleghi.\r\n": "Lavoro 40",
		"Nulla di tutto questo": "Lavoro 40",
	} {
		raw := "From: c@example.test\r\nTo: desk+q1@example.test\r\nSubject: " + want + "\r\nMessage-ID: <r@example.test>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text + "\r\n"
		if in := mailin.Parse([]byte(raw), mailin.Options{Sent: sent}); in.Titled != "" {
			t.Errorf("%q answers a letter with another subject: %q stands beside it", text, in.Titled)
		}
	}
}
