package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestShortTagOfADesk: letters carry the short name of desk.tag, and a mail that
// shows nothing but the tag, with the short one or the desk's name, joins its ticket.
func TestShortTagOfADesk(t *testing.T) {
	config := strings.Replace(fmt.Sprintf(worldConfig, ""), `name = "Assistenza"`, "name = \"Assistenza Example\"\ntag = \"AE\"", 1)
	inWorld(t, config, func(*world) {}, func(w *world) {
		const mario = "Mario <mario@cliente.test>"
		told := func(kind, subject string, n int) {
			t.Helper()
			got := 0
			for _, l := range w.relay.letters(kind) {
				if strings.Contains(l.raw, "Subject: "+subject+"\r\n") {
					got++
				}
			}
			if got != n {
				t.Errorf("%d letters %s %q, want %d", got, kind, subject, n)
			}
		}
		w.write(mario, "Sito lento", "Buongiorno, il sito è lento da stamattina.", 0)
		w.wait(2 * time.Minute)
		told("ack", "[AE #1] Richiesta di assistenza", 1) // a stranger reads none of his own words
		w.write(mario, "R: [AE #1] Sito lento", "Ora è fermo del tutto.", 0)
		w.write(mario, "R: [Assistenza Example #1] Sito lento", "E anche la posta.", 0)
		w.write(mario, "R: [AB #1] Sito", "Un'altra cosa.", 0)
		w.wait(2 * time.Minute)
		told("ticket-reply", "[AE #1] Sito lento", 4) // two mails, two technicians
		told("ticket-new", "[AE #2] [AB #1] Sito", 2)
	})
}
