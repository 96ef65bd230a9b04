package mailout

import (
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	table := []time.Duration{5 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 4 * time.Hour}
	for tries, want := range table {
		if got, ok := retryAfter(tries); got != want || !ok {
			t.Errorf("after %d tries: %s, %v; want %s", tries, got, ok, want)
		}
	}
	var sum time.Duration
	tries := 0
	for ; ; tries++ {
		d, ok := retryAfter(tries)
		if !ok {
			break
		}
		sum += d
	}
	if sum > giveUp || sum+4*time.Hour <= giveUp {
		t.Errorf("%d tries take %s", tries, sum)
	}
	if _, ok := retryAfter(1000); ok {
		t.Error("a letter is never given up")
	}
}

func TestPauses(t *testing.T) {
	for n, want := range map[int]time.Duration{0: time.Second, 1: time.Second, 2: 2 * time.Second, 9: 256 * time.Second, 10: 5 * time.Minute, 1000: 5 * time.Minute} {
		if got := unreachable(n); got != want {
			t.Errorf("unreachable(%d) = %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int]time.Duration{1: time.Minute, 2: 5 * time.Minute, 3: 15 * time.Minute, 4: time.Hour, 90: time.Hour} {
		if got := refusedLogin(n); got != want {
			t.Errorf("refusedLogin(%d) = %s, want %s", n, got, want)
		}
	}
	for range 100 {
		if d := spread(4 * time.Second); d < 3*time.Second || d > 5*time.Second {
			t.Errorf("spread to %s", d)
		}
	}
}
