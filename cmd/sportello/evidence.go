package main

import (
	"context"
	"net"
	"slices"
	"time"

	"sportello/mailin"
	"sportello/policy"
	"sportello/ticket"
)

// authenticator finds evidence about senders as [security] says; without dns
// no signature is verified, because nobody is asked for keys.
func (c *Config) authenticator(dns bool) *mailin.Authenticator {
	return &mailin.Authenticator{
		AuthservID: c.Security.AuthservID, VerifyDKIM: c.Security.VerifyDKIM && dns, LookupTXT: lookupTXT(c.Security.Resolver),
	}
}

// lookupTXT asks the DNS server at host:port; nil for "": the system's.
func lookupTXT(server string) func(ctx context.Context, name string) ([]string, error) {
	if server == "" {
		return nil
	}
	r := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server)
	}}
	return r.LookupTXT
}

// reading reads mail as a desk does: it knows its own addresses and letters, and
// looks for what stands behind the sender.
type reading struct {
	config *Config
	auth   *mailin.Authenticator
	mailin.Options
}

func (c *Config) newReading(keys ticket.Keys) *reading {
	o := c.options()
	o.OwnID = ownLetters(keys)
	return &reading{c, c.authenticator(true), o}
}

// options are what a parser of this desk's mail knows without keys.
func (c *Config) options() mailin.Options {
	a := c.addresses()
	return mailin.Options{Own: a.Own, Listed: a.Listed, Saying: policy.NamesNobody}
}

// parse reads a mail without asking anybody about it.
func (r *reading) parse(raw []byte, arrived time.Time) *ticket.Inbound {
	o := r.Options
	o.Arrived = arrived
	in := mailin.Parse(raw, o)
	if in.Kind == ticket.KindRequest && len(in.References)+len(in.InReplyTo) == 0 {
		in.Opinion = r.config.Policy.Policy.Classify(in.Subject, in.Words()) // likely a new ticket: asked here, on any core
	}
	return in
}

// prove adds what stands behind the sender. Of a technician's address more is asked.
func (r *reading) prove(ctx context.Context, raw []byte, in *ticket.Inbound) {
	from, _ := in.Sole()
	in.Evidence, in.Unanswered = r.auth.Evidence(ctx, raw, in, r.config.registered(from.Address))
}

// reread does both.
func (r *reading) reread(raw []byte, arrived time.Time) *ticket.Inbound {
	in := r.parse(raw, arrived)
	r.prove(context.Background(), raw, in)
	return in
}

// alone reads a mail with the evidence that it brings, and asks no DNS.
func (r *reading) alone(raw []byte, arrived time.Time) *ticket.Inbound {
	in := r.parse(raw, arrived)
	from, _ := in.Sole()
	in.Evidence, _ = r.config.authenticator(false).Evidence(context.Background(), raw, in, r.config.registered(from.Address))
	return in
}

// registered tells whether addr, in the form of address.Canonical, is a technician's.
func (c *Config) registered(addr string) bool {
	return slices.ContainsFunc(c.Technicians, func(t ticket.Technician) bool { return slices.Contains(t.Addresses, addr) })
}

// ownLetters tells our Message-IDs from others by their signature, however old it is.
func ownLetters(keys ticket.Keys) func(mid string) bool {
	return func(mid string) bool {
		_, _, ok := keys.VerifyMessageID(mid, time.Time{})
		return ok
	}
}
