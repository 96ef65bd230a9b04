package mailin

import (
	"context"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"
)

// What strangers' name servers may take of our time. Signatures name the domains
// that are asked, so anybody can have us ask servers that never answer; mail is
// filed in order, so nobody's silence may add up.
const (
	maxAsked    = 512 // names asked for at a time
	maxOfDomain = 4   // and of one organisation
	// After so many names without an answer, and none with one, a domain is not
	// asked for retryAfter.
	silentNames = 4
	// When so many answers were late within retryAfter, none is waited for longer
	// than hurried: a name server that lives answers within that.
	manyLate = 32
	hurried  = time.Second
)

// keyCache remembers answers, that there were none, and which domains are
// silent. The zero value is empty.
type keyCache struct {
	mu      sync.Mutex
	keys    map[string]key
	asking  map[string]*question
	domains map[string]*domain
	asked   chan struct{}
	lates   [manyLate]time.Time // when an answer was last late, in turn
	next    int                 // the oldest of them
}

// question is a name that is being asked for.
type question struct {
	done chan struct{} // closed when key is final
	key  key
}

// domain is one organisation that is asked.
type domain struct {
	turns  chan struct{}
	silent int // names in a row that got no answer
	since  time.Time
}

// organization is the domain under which names have one owner.
func organization(name string) string {
	if org, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil {
		return org
	}
	return name
}

// claim answers what is known about a name; else the question about it, which is
// the caller's to ask and settle when it is mine.
func (c *keyCache) claim(name string, now time.Time) (k key, q *question, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k, ok := c.keys[name]; ok && now.Before(k.until) {
		return k, nil, false
	}
	if q := c.asking[name]; q != nil {
		return key{}, q, false
	}
	if c.asking == nil {
		c.keys, c.asking, c.domains = map[string]key{}, map[string]*question{}, map[string]*domain{}
		c.asked = make(chan struct{}, maxAsked)
	}
	q = &question{done: make(chan struct{})}
	c.asking[name] = q
	return key{}, q, true
}

// settle gives the answer to all who wait for it, and remembers it.
func (c *keyCache) settle(name string, q *question) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.asking, name)
	makeRoom(c.keys, func(key) bool { return true })
	c.keys[name] = q.key
	close(q.done)
}

// makeRoom forgets any entry that may go where m is full: no flood of names
// drives out all the others at once.
func makeRoom[V any](m map[string]V, may func(V) bool) {
	for name, v := range m {
		if len(m) < maxKeys {
			return
		}
		if may(v) {
			delete(m, name)
		}
	}
}

func (c *keyCache) domain(name string) *domain {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.domains[name]
	if d == nil {
		makeRoom(c.domains, func(d *domain) bool { return len(d.turns) == 0 })
		d = &domain{turns: make(chan struct{}, maxOfDomain)}
		c.domains[name] = d
	}
	return d
}

// enter waits until a name of d may be asked for. It refuses at once where d is
// silent, and where others take too long. leave gives the place back.
func (c *keyCache) enter(ctx context.Context, d *domain, timeout time.Duration, now func() time.Time) (leave func(), err error) {
	if err := turn(ctx, d.turns, timeout); err != nil {
		return nil, err
	}
	if c.quiet(d, now()) {
		<-d.turns
		return nil, errSilent
	}
	if err := turn(ctx, c.asked, 2*timeout); err != nil {
		<-d.turns
		return nil, err
	}
	return func() {
		<-c.asked
		<-d.turns
	}, nil
}

// turn takes a place in line.
func turn(ctx context.Context, line chan struct{}, timeout time.Duration) error {
	select {
	case line <- struct{}{}:
		return nil
	default:
	}
	t := time.NewTimer(timeout)
	defer t.Stop()
	select {
	case line <- struct{}{}:
		return nil
	case <-t.C:
		return errTurn
	case <-ctx.Done():
		return ctx.Err()
	}
}

// quiet tells whether d is silent for who has just got its turn. The names that
// are being asked for count as unanswered once one was: who waited meanwhile
// does not begin anew.
func (c *keyCache) quiet(d *domain, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d.silent == 0 || now.Sub(d.since) >= retryAfter {
		return false
	}
	return d.silent+len(d.turns)-1 >= silentNames
}

// heard notes whether the name servers of d answered.
func (c *keyCache) heard(d *domain, answered bool, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case answered:
		d.silent = 0
	case now.Sub(d.since) >= retryAfter:
		d.silent, d.since = 1, now
	default:
		d.silent++
	}
}

// late notes that an answer was not there in hurried, and tells whether that
// happens too often for any of them to be waited for longer.
func (c *keyCache) late(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	oldest := c.lates[c.next]
	c.lates[c.next], c.next = now, (c.next+1)%manyLate
	return !oldest.IsZero() && now.Sub(oldest) < retryAfter
}
