package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestBacklogSilencesNobody: whatever lay in the mailbox at the first start, the
// customer who writes then is acknowledged at once and the technicians hear of
// it at once; of old mail they get one letter each.
func TestBacklogSilencesNobody(t *testing.T) {
	for name, ago := range map[string]time.Duration{"old": 72 * time.Hour, "of this morning": 3 * time.Hour, "of this minute": 0} {
		t.Run(name, func(t *testing.T) {
			const mails = 601
			inWorld(t, fmt.Sprintf(worldConfig, ""), func(w *world) {
				for i := range mails {
					w.write(fmt.Sprintf("cliente%d@cliente.test", i%300), fmt.Sprintf("Problema %d", i), "Il sito non risponde.", ago+time.Minute)
				}
			}, func(w *world) {
				w.wait(time.Minute)
				old := ago > 24*time.Hour
				if n := len(w.relay.letters("digest")); old && n != 2 || !old && n != 0 {
					t.Errorf("%d summaries", n)
				}
				if n := len(w.relay.letters("ticket-new")) + len(w.relay.letters("ack")); old && n != 0 {
					t.Errorf("%d letters about old mail", n)
				}
				w.write("mario@cliente.test", "Adesso", "Il sito è fermo.", 0)
				written := time.Now()
				w.wait(10 * time.Second)
				acks, news := w.relay.letters("ack"), w.relay.letters("ticket-new")
				if len(acks) == 0 || len(news) == 0 {
					t.Fatalf("%d acknowledgements, %d letters to technicians", len(acks), len(news))
				}
				var told []string
				for _, l := range append(acks, news...) {
					if !l.at.Before(written) && (l.to == "mario@cliente.test" || strings.Contains(l.raw, "mario@cliente.test")) {
						told = append(told, l.notice+" "+l.to)
					}
				}
				if len(told) != 3 {
					t.Errorf("told of the new mail: %q", told)
				}
			})
		})
	}
}
