package mailout

import (
	"math/rand/v2"
	"time"
)

// A letter that the server refused for now is tried again after these delays,
// the last one repeating, for giveUp in all (DESIGN.md section 5).
const giveUp = 72 * time.Hour

var ladder = [...]time.Duration{5 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour}

// retryAfter is how long a letter waits that was refused for now, tries times
// before and now once more; false when the next try would come after giveUp.
func retryAfter(tries int) (time.Duration, bool) {
	var waited time.Duration
	for i := 0; ; i++ {
		d := ladder[min(i, len(ladder)-1)]
		waited += d
		if waited > giveUp {
			return 0, false
		}
		if i >= tries {
			return d, true
		}
	}
}

// unreachable is how long the whole queue rests after the nth failure in a row
// (from 1) to reach the server: 1 s, doubled up to 5 min.
func unreachable(n int) time.Duration {
	const most = 5 * time.Minute
	if n > 9 {
		return most
	}
	return min(time.Second<<max(n-1, 0), most)
}

// refusedLogin is the same for refused credentials, which a server may punish:
// 1, 5, 15 minutes, then hourly.
func refusedLogin(n int) time.Duration {
	steps := [...]time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	return steps[min(max(n-1, 0), len(steps)-1)]
}

// spread makes d up to a quarter longer or shorter, so that desks that lost
// the same server do not come back in step.
func spread(d time.Duration) time.Duration {
	return d - d/4 + rand.N(d/2+1)
}
