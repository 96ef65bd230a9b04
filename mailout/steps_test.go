package mailout

import (
	"fmt"
	"testing"
	"time"

	"sportello/ticket"
)

// TestEveryStepBreaks cuts the connection at each line of a conversation in
// turn, before and after the server acted on it: every letter arrives exactly
// once, or is unknown where the final dot was said and not answered.
func TestEveryStepBreaks(t *testing.T) {
	const letters = 3
	for cut := 1; cut <= 12; cut++ {
		for _, how := range []string{"drop", "421 4.3.2 going down"} {
			t.Run(fmt.Sprintf("%s at line %d", how, cut), func(t *testing.T) {
				lines, dot := 0, false
				run(t, func(r *rig) {
					r.Connections = 1
					r.queue(ticket.NoticeAnswer, 1, letters)
					r.server.answer = func(_ int, line string) string {
						if lines++; lines == cut {
							dot = line == "." && how == "drop"
							return how
						}
						return ""
					}
				}, func(r *rig) {
					r.wait(time.Hour)
					arrived := make(map[string]int)
					for _, m := range r.server.taken() {
						arrived[m.From]++
					}
					unknown := 0
					for id := 1; id <= letters; id++ {
						row := r.spool.row(ticket.NoticeID(id))
						n := arrived[fmt.Sprintf("assistenza+b%d@example.it", id)]
						switch {
						case row.State == ticket.RowUnknown && dot && n == 0:
							unknown++
						case row.State != ticket.RowSent || n != 1:
							t.Errorf("letter %d is %s and arrived %d times (%s)", id, row.State, n, row.LastError)
						}
					}
					if dot != (unknown == 1) {
						t.Errorf("%d letters are unknown", unknown)
					}
				})
			})
		}
	}
}
