package mailin

import (
	"crypto/sha256"
	"time"

	"sportello/ticket"
)

// Options says what Parse may know about the desk. The zero value reads a mail
// without knowing whose desk it is.
type Options struct {
	// Own tells whether addr, bare and lower-case, is one of the desk's; nil: none is.
	Own func(addr string) bool
	// OwnID tells whether a Message-ID without brackets is one we signed; nil: by its shape.
	OwnID func(mid string) bool
	// Arrived is when the server took the mail; it stands in for a missing Date.
	Arrived time.Time
}

// Parse reads one mail. It never fails and never panics: it answers what could
// be read, and Defects says what could not. Source, Evidence, Partial and the
// clamp of Arrived are the caller's. The answer keeps raw, which must not change.
func Parse(raw []byte, o Options) *ticket.Inbound {
	return &ticket.Inbound{Arrived: o.Arrived, Raw: raw, Size: int64(len(raw)), RawSum: sha256.Sum256(raw)}
}
