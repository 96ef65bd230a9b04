package mailout

import (
	"context"
	"errors"
	"fmt"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// authenticate logs in, when there is a user. It is called on TLS connections
// and on loopback only.
func (s *Server) authenticate(ctx context.Context, c *smtp.Client) error {
	if s.User == "" {
		return nil
	}
	mech, err := s.mechanism(ctx, c)
	if err != nil {
		return &Error{login, err}
	}
	err = answered(c.Auth(mech), network)
	if err != nil && faultOf(err) == permanent {
		return &Error{login, fmt.Errorf("the server refuses the login: %w", err)}
	}
	if err != nil {
		return &Error{network, fmt.Errorf("%w: %w", errLogin, err)}
	}
	return nil
}

// errLogin: the server could not check the login now (454). It says so to
// people like a refusal, and is tried again like a network failure.
var errLogin = errors.New("log in")

// loud tells whether people must hear of trouble that looks like the network's.
func loud(err error) bool { return errors.Is(err, errLogin) }

// mechanism chooses how to log in among what the server offers.
func (s *Server) mechanism(ctx context.Context, c *smtp.Client) (sasl.Client, error) {
	secret, ask := s.Password, "password"
	if s.Auth == "xoauth2" {
		secret, ask = s.Token, "token"
	}
	if secret == nil {
		return nil, fmt.Errorf("no %s for %s", ask, s.User)
	}
	word, err := secret(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s for %s: %w", ask, s.User, err)
	}
	switch {
	case s.Auth == "xoauth2":
		return &xoauth2{user: s.User, token: word}, nil
	case c.SupportsAuth(sasl.Plain):
		return sasl.NewPlainClient("", s.User, word), nil
	case c.SupportsAuth(sasl.Login):
		return sasl.NewLoginClient(s.User, word), nil
	}
	return nil, errors.New("the server offers no login by password (AUTH PLAIN or LOGIN)")
}

// xoauth2 is Google's and Microsoft's mechanism, which go-sasl leaves out.
type xoauth2 struct{ user, token string }

// Start sends user and token at once.
func (x *xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next answers the description of an error with an empty line; then the server refuses.
func (x *xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }
