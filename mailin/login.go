package mailin

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// word is the password or token to log in with; renew asks for a new token.
func (s Server) word(ctx context.Context, renew bool) (string, error) {
	if s.Auth == "xoauth2" {
		token, err := s.Token(ctx, renew)
		if err != nil {
			return "", noCredentials{fmt.Errorf("token: %w", err)}
		}
		return token, nil
	}
	if s.Password == nil {
		return "", noCredentials{errors.New("no password is configured")}
	}
	password, err := s.Password(ctx)
	if err != nil {
		return "", noCredentials{fmt.Errorf("password: %w", err)}
	}
	return password, nil
}

// way is how to log in.
type way string

const (
	byPlain  way = "PLAIN" // AUTHENTICATE PLAIN
	byLogin  way = "LOGIN" // the command LOGIN
	byBearer way = "XOAUTH2"
)

// ways are those to try, in this order: the one that worked last, and what the
// server announces. Some announce what they refuse, and take what they do not
// announce.
func (s Server) ways(caps imap.CapSet, last way) []way {
	if s.Auth == "xoauth2" {
		return []way{byBearer}
	}
	all := []way{byLogin, byPlain}
	if caps.Has(imap.AuthCap("PLAIN")) || caps.Has(imap.CapLoginDisabled) {
		all = []way{byPlain, byLogin}
	}
	if caps.Has(imap.CapLoginDisabled) {
		return all[:1]
	}
	if last == all[1] {
		slices.Reverse(all)
	}
	return all
}

// login authenticates c in the first way that is taken, and answers which. A way
// that is refused, for whatever reason, is not tried again at once; the next one
// is, unless the server says that it is about the credentials and again is false,
// or that it cannot tell now in the way that is known to work.
func (s Server) login(c *imapclient.Client, ways []way, known way, word string, again bool) (way, error) {
	var worst error
	for _, w := range ways {
		err := w.try(c, s.User, word)
		if err == nil {
			return w, nil
		}
		no := refusedBy(err)
		if no == nil || no.Type == imap.StatusResponseTypeBye {
			return "", loginFault(err)
		}
		worst = graver(worst, err)
		if aboutCredentials(no) && !again || passing(no) && w == known {
			break
		}
	}
	return "", loginFault(worst)
}

// graver is what tells more of two refusals: that it is about the credentials,
// then that the server cannot tell now.
func graver(a, b error) error {
	gravity := func(no *imap.Error) int {
		switch {
		case no == nil:
			return -1
		case aboutCredentials(no):
			return 2
		case passing(no):
			return 1
		}
		return 0
	}
	if gravity(refusedBy(b)) > gravity(refusedBy(a)) {
		return b
	}
	return a
}

func (w way) try(c *imapclient.Client, user, word string) error {
	switch w {
	case byBearer:
		return c.Authenticate(&xoauth2{user, word})
	case byPlain:
		return c.Authenticate(sasl.NewPlainClient("", user, word))
	}
	return c.Login(user, word).Wait()
}

// loginFault tells refused credentials from a server in trouble.
func loginFault(err error) error {
	var no *imap.Error
	switch {
	case !errors.As(err, &no):
		if bad := new(sasl.OAuthBearerError); errors.As(err, &bad) {
			return refused{err}
		}
	case !passing(no):
		return refused{err}
	}
	return err
}

// xoauth2 is the mechanism of Google and Microsoft, which go-sasl lacks.
type xoauth2 struct{ user, token string }

func (x *xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next answers the server's error object with an empty line; the NO follows.
func (x *xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }
