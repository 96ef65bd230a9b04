package mailin

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"
)

const (
	keyLife    = time.Hour        // a key found is believed so long
	noKeyLife  = 10 * time.Minute // and that there is none
	retryAfter = 30 * time.Second // a name that got no answer is asked for again
	maxKeys    = 2000             // remembered at a time, and as many domains
	maxKeySize = 8 << 10          // bytes; an RSA key of 16,384 bits takes 2,800
)

// key is what DNS says about the name of a DKIM key.
type key struct {
	txt   string // "": there is no such record, or not one that could be a key
	err   error  // no answer
	until time.Time
}

var (
	errSilent = errors.New("the name servers of this domain do not answer")
	errTurn   = errors.New("too much is asked already")
)

// lookup answers the keys of sigs in their order. All are asked for at once.
func (a *Authenticator) lookup(ctx context.Context, sigs []signature) []key {
	keys := make([]key, len(sigs))
	if len(sigs) == 1 {
		keys[0] = a.key(ctx, sigs[0])
		return keys
	}
	var running sync.WaitGroup
	for i, s := range sigs {
		running.Go(func() { keys[i] = a.key(ctx, s) })
	}
	running.Wait()
	return keys
}

// key answers from memory, or asks. Who asks for what is being asked already
// waits for that answer.
func (a *Authenticator) key(ctx context.Context, s signature) key {
	k, q, mine := a.keys.claim(s.key, a.now())
	switch {
	case q == nil:
		return k
	case mine:
		q.key = a.ask(ctx, s)
		a.keys.settle(s.key, q)
		return q.key
	}
	select {
	case <-q.done:
		return q.key
	case <-ctx.Done():
		return key{err: ctx.Err()}
	}
}

// ask asks DNS when it is the turn of s.
func (a *Authenticator) ask(ctx context.Context, s signature) key {
	d := a.keys.domain(organization(s.domain))
	leave, err := a.keys.enter(ctx, d, a.timeout(), a.now)
	if err != nil {
		return key{err: err, until: a.now().Add(retryAfter)}
	}
	actx, cancel := context.WithTimeout(ctx, a.timeout())
	defer cancel()
	impatient := time.AfterFunc(hurried, func() {
		a.keys.heard(d, false, a.now()) // until it answers: who waits for a turn must not find out again
		if a.keys.late(a.now()) {
			cancel()
		}
	})
	ask := a.LookupTXT
	if ask == nil {
		ask = (&net.Resolver{PreferGo: true}).LookupTXT
	}
	txt, err := ask(actx, s.key)
	now := a.now()
	k := key{err: err, until: now.Add(retryAfter)}
	var none *net.DNSError
	switch {
	case err == nil && len(txt) == 1 && len(txt[0]) <= maxKeySize:
		k = key{txt: txt[0], until: now.Add(keyLife)}
	case err == nil, errors.As(err, &none) && none.IsNotFound:
		k = key{until: now.Add(noKeyLife)}
	}
	answered := k.err == nil || ctx.Err() != nil // where nobody waits any more it says nothing about the domain
	if impatient.Stop() || answered {
		a.keys.heard(d, answered, now)
	}
	leave()
	return k
}

func (a *Authenticator) now() time.Time {
	if a.Now != nil {
		return a.Now()
	}
	return time.Now()
}

// timeout is how long the keys of one mail are waited for, once they are asked.
func (a *Authenticator) timeout() time.Duration {
	if a.Timeout != 0 {
		return a.Timeout
	}
	return 3 * time.Second
}

// usable tells whether there is a key for s: a domain that only tests (t=y)
// says nothing, and one with t=s signs for itself alone (RFC 6376, section 3.6.1).
func (k key) usable(s signature) bool {
	if k.txt == "" {
		return false
	}
	tags, ok := readTags(k.txt)
	if !ok {
		return false
	}
	for flag := range strings.SplitSeq(tags["t"], ":") {
		if flag == "y" || flag == "s" && s.identity != s.domain {
			return false
		}
	}
	return true
}
