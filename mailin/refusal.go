package mailin

import (
	"errors"
	"regexp"
	"slices"

	"github.com/emersion/go-imap/v2"
)

// A server refuses for the same reasons at every stage, and says them in the
// same ways: by a response code (RFC 5530), by words, or by a BYE. What a refusal
// is about is decided here for all of them.

// passes are the codes of what is over by itself, or by work on the server.
var passes = []imap.ResponseCode{imap.ResponseCodeUnavailable, imap.ResponseCodeInUse, imap.ResponseCodeLimit,
	imap.ResponseCodeServerBug, imap.ResponseCodeOverQuota, imap.ResponseCodeCorruption, "THROTTLED", "SYS/TEMP"}

// stays are the codes of what only other credentials, or somebody, can mend.
var stays = []imap.ResponseCode{imap.ResponseCodeAuthenticationFailed, imap.ResponseCodeAuthorizationFailed, imap.ResponseCodeExpired,
	"SYS/PERM", "WEBALERT"}

// Servers that send no code: Gmail, Exchange and Microsoft 365, Dovecot, Courier,
// Cyrus, Yahoo, cPanel. locked is a refusal for the moment that is about
// credentials all the same: trying again soon would make it longer.
var (
	busy = regexp.MustCompile(`(?i)unavailable|not available|temporar|try again|too many|internal (server )?error|server error|system error|` +
		`not connected|quota|disk (is )?full|no space|mailbox (is )?full|maintenance|i/o error|input/output|time[d ]*out|time-?out|` +
		`overload|busy|shutting down|starting up|not ready|connection limit|number of connections|simultaneous|concurrent|throttl|rate limit|bandwidth|back-?end|unreachable|not respond|resource|cannot allocate|out of memory|database|\b(ldap|sql)\b|lock(ed)? by|in use|` +
		`manutenzione|temporane|non disponibile|riprov|wartung|nicht verf`)
	locked = regexp.MustCompile(`(?i)(too many|repeated|multiple|excessive)\s+(\S+\s+){0,3}(attempt|fail|invalid|incorrect|wrong|bad )|troppi (\S+ ){0,2}tentativi`)
)

// passing tells a refusal that says nothing about what was asked: the server
// cannot answer now.
func passing(no *imap.Error) bool {
	switch {
	case no.Type == imap.StatusResponseTypeBye, slices.Contains(passes, no.Code):
		return true
	case slices.Contains(stays, no.Code):
		return false
	}
	return busy.MatchString(no.Text) && !locked.MatchString(no.Text)
}

// refusedBy is the refusal that err is, or nil.
func refusedBy(err error) *imap.Error {
	if no := new(imap.Error); errors.As(err, &no) {
		return no
	}
	return nil
}

// disconnected tells a server that has lost its own session behind ours
// (Microsoft 365: "BAD User is authenticated but not connected"): only a new
// connection can help.
func disconnected(no *imap.Error) bool { return notConnected.MatchString(no.Text) }

var notConnected = regexp.MustCompile(`(?i)not connected|re-?connect|session (has )?(expired|invalid|timed|closed)|not authenticated|(not|in)valid (in this|connection) state`)

// aboutCredentials tells a refusal that says so by its code.
func aboutCredentials(no *imap.Error) bool { return slices.Contains(stays, no.Code) }

// missing tells a refusal to open a mailbox that it does not exist, or not for
// us. INBOX always exists (RFC 9051, section 5.1), and a BAD is no answer to the
// question.
func missing(no *imap.Error, inbox bool) bool {
	switch no.Code {
	case imap.ResponseCodeNonExistent, imap.ResponseCodeTryCreate, imap.ResponseCodeNoPerm, imap.ResponseCodeCannot:
		return true
	}
	return !inbox && no.Type == imap.StatusResponseTypeNo && !passing(no)
}
