package mailout

import "time"

// window allows at most so many letters in any minute. most 0 is no limit.
type window struct {
	most int
	sent []time.Time // the last most letters, a ring
	at   int         // the oldest of them, once the ring is full
}

// room tells how many letters may go at now; when none, how long to wait.
func (w *window) room(now time.Time) (n int, wait time.Duration) {
	const all = 1 << 20
	if w.most <= 0 {
		return all, 0
	}
	if len(w.sent) < w.most {
		return w.most - len(w.sent), 0
	}
	if age := now.Sub(w.sent[w.at]); age >= 0 && age < time.Minute {
		return 0, time.Minute - age
	}
	return 1, 0
}

// note remembers a letter that went at now.
func (w *window) note(now time.Time) {
	switch {
	case w.most <= 0:
	case len(w.sent) < w.most:
		w.sent = append(w.sent, now)
	default:
		w.sent[w.at] = now
		w.at = (w.at + 1) % w.most
	}
}
