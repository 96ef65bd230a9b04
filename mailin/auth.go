package mailin

import (
	"context"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"

	"sportello/ticket"
	"sportello/ticket/address"
)

// Authenticator finds what stands behind the From of a mail (DESIGN.md section
// 2). The zero value believes nobody and asks nothing. It may be used by
// several goroutines.
type Authenticator struct {
	// AuthservID says whose Authentication-Results to believe, the topmost field
	// only; "-": the topmost when it has no id (Microsoft 365); "": nobody's.
	AuthservID string
	VerifyDKIM bool
	// LookupTXT asks DNS. A *net.DNSError that IsNotFound means that there is no
	// such record; any other error that there was no answer. nil: the system's resolver.
	LookupTXT func(ctx context.Context, name string) ([]string, error)
	Timeout   time.Duration    // for the keys of a mail, from when they are asked for; 0: 3 seconds
	Now       func() time.Time // how old a cached key is; nil: time.Now

	keys   keyCache
	once   sync.Once
	checks chan struct{} // one place for each core
}

// Evidence tells what proves the single From of in, whose bytes are raw. strict
// is the rule for technicians: signatures of exactly the From domain, and no
// SPF. dnsFailed says that nothing is proved for now because DNS did not
// answer: the same mail may be asked about again.
func (a *Authenticator) Evidence(ctx context.Context, raw []byte, in *ticket.Inbound, strict bool) (e ticket.Evidence, dnsFailed bool) {
	h := readSigned(raw)
	c := claim{strict: strict}
	c.address, c.domain = soleFrom(&h, in)
	e, dnsFailed = a.weigh(ctx, &h, c, in)
	if e.Aligned || e.Contrary {
		e.Address = c.address
	}
	return e, dnsFailed
}

// weigh is Evidence about c, without its address.
func (a *Authenticator) weigh(ctx context.Context, h *signedHeader, c claim, in *ticket.Inbound) (e ticket.Evidence, dnsFailed bool) {
	c.sound = c.domain != "" && h.doubt == "" && h.doubled() == "" && !in.Certified
	res := a.trusted(h)
	if res.contrary() {
		return ticket.Evidence{Contrary: true, Method: "dmarc", Domain: c.domain}, false
	}
	if !c.sound {
		return ticket.Evidence{}, false
	}
	sigs := readSignatures(h)
	if e, ok := c.byResults(res, sigs); ok {
		return e, false
	}
	failed := c.failedByResults(res)
	if a.VerifyDKIM && !in.Partial {
		v := a.verify(ctx, h, c.domain, c.relevant(sigs))
		switch {
		case v.aligned != "":
			return ticket.Evidence{Aligned: true, Method: "dkim", Domain: v.aligned}, false
		case v.unanswered:
			return ticket.Evidence{}, true
		}
		failed = failed || v.failed
	}
	if failed {
		return ticket.Evidence{Contrary: true, Method: "dkim", Domain: c.domain}, false
	}
	return ticket.Evidence{}, false
}

// replayable is how far the Date of a mail may be from its INTERNALDATE: a
// signature holds for ever, whoever sends the mail again (PROMISES.md A12).
const replayable = 7 * 24 * time.Hour

// timely takes from e what a mail sent again would prove as well. internal is
// the INTERNALDATE as the server gave it.
func timely(e ticket.Evidence, date, internal time.Time) ticket.Evidence {
	if e.Aligned && e.Method != "spf" && !internal.IsZero() && date.Sub(internal).Abs() > replayable {
		return ticket.Evidence{}
	}
	return e
}

// claim is who a mail says it is from.
type claim struct {
	address string // the single From; "": nobody in particular
	domain  string // of address, as A-labels in lower case
	strict  bool
	sound   bool // the mail is such that something can be proved about it
}

// soleFrom is the single From of in and its domain, when the header says the
// same as in. Where in names somebody else, such as the author behind a list,
// nothing stands behind him.
func soleFrom(h *signedHeader, in *ticket.Inbound) (addr, domain string) {
	from, ok := in.Sole()
	if !ok || h.count("from") != 1 {
		return "", ""
	}
	v, _ := h.first("from")
	if read, ok := soleAddress(strings.TrimSpace(v)); !ok || read != from.Address {
		return "", ""
	}
	_, domain, _ = address.Cut(from.Address)
	return from.Address, aLabel(domain)
}

// aLabel brings a domain to the form in which domains are compared byte by
// byte (address.Domain); "" when it is none that DNS could be asked about, or
// written with the dot of the root, which no mail has.
func aLabel(domain string) string {
	if strings.HasSuffix(domain, ".") || !address.ValidDomain(domain) {
		return ""
	}
	return address.Domain(domain)
}

// aligned tells whether domain may speak for the From domain: the same for
// technicians, of the same organisation for customers (RFC 7489, section 3.1.1).
func (c claim) aligned(domain string) bool {
	domain = aLabel(domain)
	if domain == "" || c.domain == "" {
		return false
	}
	if domain == c.domain {
		return true
	}
	if c.strict {
		return false
	}
	a, errA := publicsuffix.EffectiveTLDPlusOne(domain)
	b, errB := publicsuffix.EffectiveTLDPlusOne(c.domain)
	return errA == nil && errB == nil && a == b
}

// trusted is the Authentication-Results field to believe, or one without results.
func (a *Authenticator) trusted(h *signedHeader) authResults {
	if a.AuthservID == "" {
		return authResults{}
	}
	v, ok := h.first("authentication-results")
	if !ok {
		return authResults{}
	}
	r, err := parseAuthResults(v)
	want := strings.ToLower(a.AuthservID)
	if want == "-" {
		want = ""
	}
	if err != nil || r.id != want || r.count("dmarc") > 1 {
		return authResults{}
	}
	return r
}

func (r authResults) count(method string) int {
	n := 0
	for _, res := range r.results {
		if res.method == method {
			n++
		}
	}
	return n
}

// contrary tells whether the believed server says that From is forged.
func (r authResults) contrary() bool {
	for _, res := range r.results {
		if res.method == "dmarc" && res.value == "fail" {
			return true
		}
	}
	return false
}

// byResults looks for a pass among the results of the believed server. Where a
// signature leaves the end of the body open (l=), what the server made of
// signatures counts only beside an SPF pass.
func (c claim) byResults(r authResults, sigs []signature) (ticket.Evidence, bool) {
	spf := c.spf(r)
	open := false
	for _, s := range sigs {
		loose := claim{domain: c.domain}
		open = open || s.length && loose.aligned(s.domain)
	}
	for _, res := range r.results {
		if res.value != "pass" || open && spf == "" {
			continue
		}
		switch res.method {
		case "dmarc":
			if d, ok := res.prop("header.from"); ok && aLabel(d) == c.domain {
				return ticket.Evidence{Aligned: true, Method: "dmarc", Domain: c.domain}, true
			}
		case "dkim":
			if d := res.signer(); !open && c.aligned(d) {
				return ticket.Evidence{Aligned: true, Method: "dkim", Domain: aLabel(d)}, true
			}
		}
	}
	if spf != "" && !c.strict {
		return ticket.Evidence{Aligned: true, Method: "spf", Domain: spf}, true
	}
	return ticket.Evidence{}, false
}

// spf is the aligned domain of an SPF pass, or "". Two SPF results with a
// sender are one too many.
func (c claim) spf(r authResults) string {
	domain, n := "", 0
	for _, res := range r.results {
		from, ok := res.prop("smtp.mailfrom")
		if res.method != "spf" || !ok {
			continue
		}
		n++
		d := from[strings.LastIndexByte(from, '@')+1:]
		if res.value == "pass" && c.aligned(d) {
			domain = aLabel(d)
		}
	}
	if n != 1 {
		return ""
	}
	return domain
}

// signer is the domain that a dkim result is about: header.d, else that of header.i.
func (r authResult) signer() string {
	if d, ok := r.prop("header.d"); ok {
		return d
	}
	if i, ok := r.prop("header.i"); ok {
		return i[strings.LastIndexByte(i, '@')+1:]
	}
	return ""
}

// failedByResults tells whether the believed server saw a signature of the From
// domain fail.
func (c claim) failedByResults(r authResults) bool {
	for _, res := range r.results {
		if res.method == "dkim" && res.value == "fail" && aLabel(res.signer()) == c.domain {
			return true
		}
	}
	return false
}
