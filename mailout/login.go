package mailout

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// secret asks for what logs in.
func (s *Server) secret(ctx context.Context) (string, error) {
	ask, name := s.Password, "password"
	if s.Auth == "xoauth2" {
		ask, name = s.Token, "token"
	}
	if ask == nil {
		return "", &Error{login, about{"smtp secret", fmt.Errorf("no %s for %s", name, s.User)}}
	}
	word, err := ask(ctx)
	if err != nil {
		return "", &Error{login, about{"smtp secret", fmt.Errorf("%s for %s: %w", name, s.User, err)}}
	}
	return word, nil
}

// dialect is one way of saying AUTH (RFC 4954): a mechanism, with its first
// message on the same line or only when the server has asked for it. Servers
// announce mechanisms; which of the two they understand they do not say.
type dialect struct {
	mechanism string
	initial   bool
}

// dialects are all we speak, the likeliest first.
var dialects = []dialect{{sasl.Plain, true}, {sasl.Plain, false}, {sasl.Login, false}, {sasl.Login, true}}

// spoken remembers the dialect that the server understood, so that the next
// login does not begin with a refusal, of which servers keep count.
type spoken struct {
	mu   sync.Mutex
	best dialect
}

func (s *spoken) note(d dialect) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.best = d
}

// choose lists the dialects to try with what the server offers, in order.
func (s *spoken) choose(auth string, offers func(mechanism string) bool) []dialect {
	if auth == "xoauth2" {
		return []dialect{{xoauth2, true}, {xoauth2, false}}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []dialect
	for _, d := range dialects {
		switch {
		case !offers(d.mechanism):
		case d == s.best:
			all = slices.Insert(all, 0, d)
		default:
			all = append(all, d)
		}
	}
	return all
}

// authenticate logs in. It is called on TLS connections and on loopback only.
// It begins with the dialect number first; where a refusal ended the connection
// and there are more to try, next is the number to go on with on another one.
func (s *Sender) authenticate(c *smtp.Client, word string, first int) (next int, err error) {
	all := s.spoken.choose(s.Server.Auth, c.SupportsAuth)
	if len(all) == 0 {
		_, offers := c.Extension("AUTH")
		return 0, &Error{login, about{"smtp method", fmt.Errorf("the server offers no login by password (AUTH PLAIN or LOGIN); it offers %q", offers)}}
	}
	var worst error
	for i := first; i < len(all); i++ {
		err := c.Auth(all[i].client(s.Server.User, word))
		if err == nil {
			s.spoken.note(all[i])
			return 0, nil
		}
		worst = graver(worst, err)
		said := (*smtp.SMTPError)(nil)
		switch {
		case errors.Is(err, errChallenge):
		case !errors.As(err, &said) || said.Code == 421:
			if i+1 < len(all) {
				next = i + 1
			}
			return next, loginFault(worst)
		case credentials(said):
			for i+1 < len(all) && all[i+1].mechanism == all[i].mechanism {
				i++
			}
		}
	}
	return 0, loginFault(worst)
}

// graver is what tells more of two failures of a login: that the credentials
// are wrong, then that the server cannot tell now, then that it did not understand.
func graver(a, b error) error {
	if a == nil || gravity(b) > gravity(a) {
		return b
	}
	return a
}

func gravity(err error) int {
	said := (*smtp.SMTPError)(nil)
	switch {
	case !errors.As(err, &said):
		return 0
	case credentials(said):
		return 3
	case said.Temporary():
		return 2
	}
	return 1
}

// credentials tells that the server understood and does not believe us.
func credentials(said *smtp.SMTPError) bool {
	c := enhanced(said)
	return said.Code == 535 || said.Code == 534 || said.Code/100 == 5 && (is(c, 7, 8) || is(c, 7, 9))
}

// loginFault says what a failed login means: a refusal, for which somebody must
// do something, or trouble of the network, of which somebody must hear.
func loginFault(err error) error {
	said := (*smtp.SMTPError)(nil)
	if errors.Is(err, errChallenge) {
		return &Error{login, about{"smtp method", fmt.Errorf("the server refuses the login: %w", err)}}
	}
	if errors.As(err, &said) && !said.Temporary() {
		return &Error{login, fmt.Errorf("the server refuses the login: %w", err)}
	}
	return &Error{network, fmt.Errorf("%w: %w", errLogin, err)}
}

// errLogin: the server could not check the login now (454). It says so to
// people like a refusal, and is tried again like a network failure.
var errLogin = errors.New("log in")

// loud tells whether people must hear of trouble that looks like the network's.
func loud(err error) bool {
	said := (*smtp.SMTPError)(nil)
	return errors.Is(err, errLogin) && errors.As(err, &said)
}

// errChallenge: the server asks for more than the mechanism has to say.
var errChallenge = errors.New("the server goes on asking")

// mostAsked bounds the questions of one login.
const mostAsked = 6

// xoauth2 is Google's and Microsoft's mechanism, which go-sasl leaves out.
const xoauth2 = "XOAUTH2"

// client begins a login.
func (d dialect) client(user, word string) sasl.Client {
	switch d.mechanism {
	case xoauth2:
		return &oneMessage{dialect: d, message: "user=" + user + "\x01auth=Bearer " + word + "\x01\x01"}
	case sasl.Plain:
		return &oneMessage{dialect: d, message: "\x00" + user + "\x00" + word}
	}
	return &stepwise{dialect: d, user: user, word: word}
}

// oneMessage is a mechanism of one message: PLAIN (RFC 4616), XOAUTH2. A
// question after it, the description of an error, is answered with an empty
// line; then the server refuses.
type oneMessage struct {
	dialect
	message string
	said    bool
	asked   int
}

func (m *oneMessage) Start() (string, []byte, error) {
	if m.said = m.initial; m.said {
		return m.mechanism, []byte(m.message), nil
	}
	return m.mechanism, nil, nil
}

func (m *oneMessage) Next([]byte) ([]byte, error) {
	if !m.said {
		m.said = true
		return []byte(m.message), nil
	}
	if m.asked++; m.asked > 1 {
		return nil, errChallenge
	}
	return []byte{}, nil
}

// stepwise is LOGIN (draft-murchison-sasl-login): user and password, each when
// it is asked for. Servers word the questions as they like, repeat them, or ask
// for the user that was said already.
type stepwise struct {
	dialect
	user, word string
	named      bool // the user was said
	asked      int
}

func (l *stepwise) Start() (string, []byte, error) {
	if l.named = l.initial; l.named {
		return l.mechanism, []byte(l.user), nil
	}
	return l.mechanism, nil, nil
}

func (l *stepwise) Next(prompt []byte) ([]byte, error) {
	if l.asked++; l.asked > mostAsked {
		return nil, errChallenge
	}
	words := strings.ToLower(string(prompt))
	user, word := strings.Contains(words, "user"), strings.Contains(words, "pass")
	if user && !word || user == word && !l.named {
		l.named = true
		return []byte(l.user), nil
	}
	return []byte(l.word), nil
}
