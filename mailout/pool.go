package mailout

import "time"

// regrowTime is how long a server that wants fewer connections, or one command at
// a time, is taken at its word.
const regrowTime = 10 * time.Minute

// most is how many connections there may be now.
func (r *rounds) most() int {
	most := max(r.Connections, 1)
	if r.fewer > 0 && r.Now().Before(r.regrow) {
		return min(most, r.fewer)
	}
	r.fewer = 0
	return most
}

// shrink keeps to the connections that are open: the server takes no more
// (PROMISES.md G15). The queue goes on with them.
func (r *rounds) shrink(why error) {
	fewer := max(1, min(r.most(), len(r.busy)+len(r.idle)))
	if r.fewer != fewer {
		r.Log.Info().Int("connections", fewer).Str("error", describe(why)).Msg("the mail server takes no more connections")
	}
	r.fewer, r.regrow = fewer, r.Now().Add(regrowTime)
}
