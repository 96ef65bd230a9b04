package mailin

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
)

// refused is a login that the server turned down for its credentials. Trying
// again soon would only lock the account (PROMISES.md F09).
type refused struct{ error }

func (r refused) Unwrap() error { return r.error }

// noCredentials is a password or token that could not be had: no server was asked.
type noCredentials struct{ error }

func (n noCredentials) Unwrap() error { return n.error }

// tokenPause is the least time between two tokens asked for because the server
// refused one.
const tokenPause = time.Minute

// login authenticates c. asked is when a new token was last asked for.
func (s Server) login(ctx context.Context, c *imapclient.Client, caps imap.CapSet, renew bool) error {
	if s.Auth == "xoauth2" {
		token, err := s.Token(ctx, renew)
		if err != nil {
			return noCredentials{fmt.Errorf("token: %w", err)}
		}
		return loginFault(c.Authenticate(&xoauth2{s.User, token}))
	}
	if s.Password == nil {
		return noCredentials{errors.New("no password is configured")}
	}
	password, err := s.Password(ctx)
	if err != nil {
		return noCredentials{fmt.Errorf("password: %w", err)}
	}
	if caps.Has(imap.AuthCap("PLAIN")) {
		return loginFault(c.Authenticate(sasl.NewPlainClient("", s.User, password)))
	}
	return loginFault(c.Login(s.User, password).Wait())
}

// busy are the words of servers that refuse a login for the moment without a
// response code (RFC 5530): Gmail, Exchange, Dovecot.
var busy = regexp.MustCompile(`(?i)unavailable|temporar|try again|too many|internal error`)

// loginFault tells refused credentials from a server in trouble.
func loginFault(err error) error {
	var no *imap.Error
	if !errors.As(err, &no) {
		if bad := new(sasl.OAuthBearerError); errors.As(err, &bad) {
			return refused{err}
		}
		return err
	}
	switch no.Code {
	case imap.ResponseCodeUnavailable, imap.ResponseCodeInUse, imap.ResponseCodeLimit, imap.ResponseCodeServerBug:
		return err
	case imap.ResponseCodeAuthenticationFailed, imap.ResponseCodeAuthorizationFailed, imap.ResponseCodeExpired:
		return refused{err}
	}
	if no.Type == imap.StatusResponseTypeBye || busy.MatchString(no.Text) {
		return err
	}
	return refused{err}
}

// xoauth2 is the mechanism of Google and Microsoft, which go-sasl lacks.
type xoauth2 struct{ user, token string }

func (x *xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next answers the server's error object with an empty line; the NO follows.
func (x *xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }
