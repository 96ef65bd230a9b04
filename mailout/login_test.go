package mailout

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
)

// talk is one connection's half of a login: what the server says to a line, and
// whether it is content. state is its own, kept between lines.
type talk func(state *[]string, line string) string

// prompts asks for user and password in words of the server's own, one line
// each; an initial response is refused unless takes.
func prompts(takes bool, words ...string) talk {
	return func(state *[]string, line string) string {
		mechanism, initial, _ := strings.Cut(strings.TrimPrefix(line, "AUTH "), " ")
		switch {
		case strings.HasPrefix(line, "AUTH ") && mechanism != "LOGIN":
			return "504 5.5.4 unrecognized authentication type"
		case strings.HasPrefix(line, "AUTH ") && initial != "" && !takes:
			return "501 5.5.4 no initial response"
		case strings.HasPrefix(line, "AUTH "):
			*state = nil
			if initial != "" {
				*state = append(*state, decoded(initial))
			}
		default:
			*state = append(*state, decoded(line))
		}
		said := len(*state)
		if said < len(words) {
			return "334 " + words[said]
		}
		all := *state
		if all[0] == "desk" && all[len(all)-1] == "pa:ss word" {
			return "235 2.7.0 welcome"
		}
		return "535 5.7.8 bad"
	}
}

func decoded(s string) string {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return "not base64: " + s
	}
	return string(b)
}

// plainOnly takes PLAIN with the message on the same line, or only when asked.
func plainOnly(initial bool) talk {
	return func(_ *[]string, line string) string {
		message, first := strings.CutPrefix(line, "AUTH PLAIN")
		message = strings.TrimSpace(message)
		switch {
		case first && (message != "") != initial:
			if initial {
				return "501 5.5.2 where is it"
			}
			return "501 5.5.4 too much"
		case first && message == "":
			return "334"
		case strings.HasPrefix(line, "AUTH ") && !first:
			return "504 5.7.4 unknown"
		case decoded(message) == "\x00desk\x00pa:ss word":
			return "235 ok"
		}
		return "535 no"
	}
}

// TestLoginDialects: AUTH is said until the server understands it, whatever it
// announces, and from then on first as it was understood.
func TestLoginDialects(t *testing.T) {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for name, c := range map[string]struct {
		offers string
		talk   talk
		tries  int // AUTH lines of the first login
	}{
		"PLAIN at once":                   {"AUTH PLAIN LOGIN", plainOnly(true), 1},
		"PLAIN when asked":                {"AUTH PLAIN", plainOnly(false), 2},
		"LOGIN step by step":              {"AUTH LOGIN", prompts(false, b64("Username:"), b64("Password:")), 1},
		"LOGIN in lower case":             {"auth login", prompts(false, b64("username"), b64("password:")), 1},
		"LOGIN of Exchange":               {"AUTH=LOGIN", prompts(true, b64("User Name\x00"), b64("Password\x00")), 1},
		"prompts that are no base64":      {"AUTH LOGIN", prompts(false, "Username:", "Password:"), 1},
		"prompts without a word":          {"AUTH LOGIN", prompts(false, "", ""), 1},
		"in another language":             {"AUTH LOGIN", prompts(false, b64("Nome utente"), b64("Parola d'ordine")), 1},
		"the user is asked for twice":     {"AUTH LOGIN", prompts(true, b64("Username:"), b64("Username:"), b64("Password:")), 1},
		"the password is asked for twice": {"AUTH LOGIN", prompts(true, b64("Username:"), b64("Password:"), b64("Password:")), 1},
		"PLAIN is announced and unknown":  {"AUTH PLAIN LOGIN", prompts(false, b64("Username:"), b64("Password:")), 3},
		"LOGIN is announced and unknown":  {"AUTH LOGIN PLAIN", plainOnly(true), 1},
		"PLAIN is refused as credentials": {"AUTH PLAIN LOGIN", func(state *[]string, line string) string {
			if strings.HasPrefix(line, "AUTH PLAIN") {
				return "535 5.7.3 Authentication unsuccessful"
			}
			return prompts(false, b64("Username:"), b64("Password:"))(state, line)
		}, 2},
		"PLAIN ends the connection": {"AUTH PLAIN LOGIN", func(state *[]string, line string) string {
			if strings.HasPrefix(line, "AUTH PLAIN") {
				return "drop"
			}
			return prompts(false, b64("Username:"), b64("Password:"))(state, line)
		}, 3},
		"LOGIN only with the user": {"AUTH LOGIN", func(state *[]string, line string) string {
			if line == "AUTH LOGIN" {
				return "501 5.5.2 syntax"
			}
			return prompts(true, b64("Username:"), b64("Password:"))(state, line)
		}, 2},
		"the user that was said is asked for": {"AUTH LOGIN", func(state *[]string, line string) string {
			if line == "AUTH LOGIN" {
				return "503 5.5.1 say more"
			}
			return prompts(true, b64("Username:"), b64("Username:"), b64("Password:"))(state, line)
		}, 2},
		"welcome without a word": {"AUTH PLAIN", func(_ *[]string, line string) string { return "235" }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(r *rig) {
				r.Connections = 1
				r.queue(ticket.NoticeAnswer, 1, 1)
				r.server.ehlo = []string{c.offers}
				r.Server.User, r.Server.Password = "desk", func(context.Context) (string, error) { return "pa:ss word", nil }
				r.server.answer = loginOf(c.talk)
			}, func(r *rig) {
				r.wait(time.Second)
				r.state(t, 1, ticket.RowSent)
				if n := r.server.count("AUTH"); n != c.tries || len(r.alerts) != 0 {
					t.Errorf("%d tries, want %d; told %q: %q", n, c.tries, r.alerts, r.server.lines)
				}
				r.wait(time.Minute) // the connection is closed
				r.queue(ticket.NoticeAnswer, 2, 1)
				r.Kick()
				r.wait(time.Second)
				r.state(t, 2, ticket.RowSent)
				if n := r.server.count("AUTH") - c.tries; n != 1 {
					t.Errorf("%d tries the next time: %q", n, r.server.lines)
				}
			})
		})
	}
}

// loginOf answers the lines of a login by talk and leaves the rest alone.
func loginOf(talk talk) func(int, string) string {
	var state []string
	waits := false
	return func(_ int, line string) string {
		if !strings.HasPrefix(line, "AUTH") && !waits {
			return ""
		}
		if line == "*" {
			waits = false
			return "501 5.7.0 given up"
		}
		reply := talk(&state, line)
		waits = strings.HasPrefix(reply, "334")
		return reply
	}
}

// TestLoginFails: what is said and done when no dialect is believed.
func TestLoginFails(t *testing.T) {
	for said, c := range map[string]struct {
		answers []string // to each AUTH line in turn, the last again and again
		alert   string
		quiet   bool // trouble of the network that no person must hear of
	}{
		"wrong password":        {[]string{"535 5.7.8 wrong"}, "535 5.7.8 wrong", false},
		"wrong, then unknown":   {[]string{"535 5.7.8 wrong", "504 what"}, "535 5.7.8 wrong", false},
		"unknown, then wrong":   {[]string{"504 what", "504 what", "535 5.7.8 wrong"}, "535 5.7.8 wrong", false},
		"not now":               {[]string{"454 4.7.0 try later"}, "454 4.7.0 try later", false},
		"wrong, and not now":    {[]string{"535 5.7.8 wrong", "454 4.7.0 later"}, "535 5.7.8 wrong", false},
		"a password of its own": {[]string{"534 5.7.9 Application-specific password required"}, "534 5.7.9 Application-specific", false},
		"asks for ever":         {[]string{"334 "}, "no password login that we know", false},
		"says goodbye":          {[]string{"421 4.7.0 too many logins"}, "421 4.7.0 too many logins", false},
		"closes":                {[]string{"drop"}, "", true},
		"knows none":            {[]string{"503 AUTH is not for you"}, "503 AUTH is not for you", false},
	} {
		t.Run(said, func(t *testing.T) {
			run(t, func(r *rig) {
				r.Connections = 1
				r.queue(ticket.NoticeAnswer, 1, 1)
				r.server.ehlo = []string{"AUTH PLAIN LOGIN"}
				r.Server.User, r.Server.Password = "desk", func(context.Context) (string, error) { return "pa:ss word", nil }
				n := 0
				r.server.answer = loginOf(func(_ *[]string, line string) string {
					if strings.HasPrefix(line, "AUTH") {
						n++
					}
					return c.answers[min(n, len(c.answers))-1]
				})
			}, func(r *rig) {
				r.wait(30 * time.Second)
				if row := r.state(t, 1, ticket.RowQueued); row.Tries != 0 {
					t.Errorf("tries %d", row.Tries)
				}
				if told := fmt.Sprint(r.alerts); c.quiet != (len(r.alerts) == 0) || !strings.Contains(told, c.alert) {
					t.Errorf("told %s", told)
				}
			})
		})
	}
}
