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
	keyTimeout = 3 * time.Second  // for all keys of a mail together
	keyLife    = time.Hour        // a key found is believed so long
	noKeyLife  = 10 * time.Minute // and that there is none
	retryAfter = 30 * time.Second // a name that got no answer is asked for again
	maxKeys    = 2000             // remembered at a time
)

// key is what DNS says about the name of a DKIM key.
type key struct {
	txt   []string // empty: there is no such record
	err   error    // no answer
	until time.Time
}

// keyCache remembers answers, and for a while that there was none.
type keyCache struct {
	mu   sync.Mutex
	keys map[string]key
}

func (c *keyCache) get(name string, now time.Time) (key, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.keys[name]
	return k, ok && now.Before(k.until)
}

func (c *keyCache) put(name string, k key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keys == nil || len(c.keys) >= maxKeys {
		c.keys = map[string]key{}
	}
	c.keys[name] = k
}

// lookup answers the keys of sigs in their order. All are asked for at once.
func (a *Authenticator) lookup(ctx context.Context, sigs []signature) []key {
	timeout := a.Timeout
	if timeout == 0 {
		timeout = keyTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	keys := make([]key, len(sigs))
	var running sync.WaitGroup
	for i, s := range sigs {
		running.Go(func() { keys[i] = a.key(ctx, s.key) })
	}
	running.Wait()
	return keys
}

func (a *Authenticator) key(ctx context.Context, name string) key {
	now := time.Now
	if a.Now != nil {
		now = a.Now
	}
	if k, ok := a.keys.get(name, now()); ok {
		return k
	}
	ask := a.LookupTXT
	if ask == nil {
		ask = net.DefaultResolver.LookupTXT
	}
	txt, err := ask(ctx, name)
	k := key{err: err, until: now().Add(retryAfter)}
	var none *net.DNSError
	switch {
	case err == nil && len(txt) > 0:
		k = key{txt: txt, until: now().Add(keyLife)}
	case err == nil, errors.As(err, &none) && none.IsNotFound:
		k = key{until: now().Add(noKeyLife)}
	}
	a.keys.put(name, k)
	return k
}

// usable tells whether there is a key for s: a domain that only tests (t=y)
// says nothing, and one with t=s signs for itself alone (RFC 6376, section 3.6.1).
func (k key) usable(s signature) bool {
	if len(k.txt) != 1 {
		return false
	}
	tags, ok := readTags(k.txt[0])
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
