package mailout

import "time"

// pace spaces letters evenly: at most so many in any minute, and never several
// of them at once. most 0 is no limit.
type pace struct {
	most   int
	last   time.Time // when the latest letter began
	before time.Time // and the one before it
}

// wait is how long no letter may begin at now; 0: one may. A clock that went
// back holds nothing up.
func (p *pace) wait(now time.Time) time.Duration {
	if p.most <= 0 || p.last.IsZero() || now.Before(p.last) {
		return 0
	}
	step := (time.Minute + time.Duration(p.most) - 1) / time.Duration(p.most) // rounded up, or a minute would hold one more
	return max(0, step-now.Sub(p.last))
}

// note remembers a letter that begins at now.
func (p *pace) note(now time.Time) { p.before, p.last = p.last, now }

// forget gives back the turn of the letter that began at: it never left.
func (p *pace) forget(at time.Time) {
	if p.last.Equal(at) {
		p.last = p.before
	}
}
