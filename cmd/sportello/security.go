package main

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"sportello/ticket"
	"sportello/ticket/address"
)

// maxToken is the length of a token of a technician for a six-digit ticket, so
// that a pattern can be refused when the local part would pass the 64 octets of
// RFC 5321, section 4.5.3.1.1.
const maxToken = 40

func (r *configReader) security(s *section, desk string) SecurityConfig {
	defer s.unknown()
	c := SecurityConfig{
		AuthservID:      s.text("authserv_id", ""),
		VerifyDKIM:      s.yes("verify_dkim", true),
		Resolver:        s.text("resolver", ""),
		TechnicianToken: s.word("technician", "authenticated", "token") == "token",
		CustomerToken:   s.word("customer", "authenticated", "token") == "token",
	}
	if strings.ContainsAny(c.AuthservID, " \t;\"()") {
		s.fault("authserv_id", "%q is no authserv-id; write the first word of your server's Authentication-Results, like \"mx.example.it\", or \"-\" when it writes none", c.AuthservID)
	}
	if c.Resolver != "" && !validHostPort(c.Resolver) {
		s.fault("resolver", "%q is no DNS server; write address and port, like \"127.0.0.1:53\"", c.Resolver)
	}
	c.Subaddress = r.subaddress(s, desk)
	return c
}

// noEvidence tells whether nothing can ever prove who sent a mail.
func (c SecurityConfig) noEvidence() bool { return c.AuthservID == "" && !c.VerifyDKIM }

// subaddress reads the pattern of token addresses; "" is none.
func (r *configReader) subaddress(s *section, desk string) string {
	standard := ticket.PlusPattern(desk)
	switch v := s.value("subaddress").(type) {
	case nil:
		return r.fitting(s, standard)
	case bool:
		if v {
			return r.fitting(s, standard)
		}
		return ""
	case string:
		if why := badPattern(v); why != "" {
			s.fault("subaddress", "%q %s; it must be true, false, or an address with {token} once before the @, like \"desk-{token}@example.it\"", v, why)
		}
		return address.Canonical(v)
	default:
		s.fault("subaddress", "is %s; it must be true, false, or an address with {token} once before the @, like \"desk-{token}@example.it\"", kindOf(v))
		return standard
	}
}

// fitting refuses addresses that a long desk.address makes too long.
func (r *configReader) fitting(s *section, standard string) string {
	if len(standard)-len("{token}")+maxToken > 64+len(standard[strings.IndexByte(standard, '@'):]) {
		s.fault("subaddress", "%q would be longer than the 64 octets before the @ that mail allows; write a shorter pattern, like \"t-{token}@example.it\", or false", standard)
	}
	return standard
}

// badPattern says what is wrong with a pattern of token addresses, or "".
func badPattern(p string) string {
	local, _, _ := strings.Cut(p, "@")
	switch n := strings.Count(p, "{token}"); {
	case n == 0:
		return "has no {token}"
	case n > 1:
		return "has {token} more than once"
	case !strings.Contains(local, "{token}"):
		return "has {token} behind the @"
	case len(local)-len("{token}")+maxToken > 64:
		return fmt.Sprintf("leaves less than %d octets for the token", maxToken)
	case !validAddress(strings.Replace(p, "{token}", "t1.0", 1)):
		return "is no address"
	}
	return ""
}

// validAddress tells whether a is a bare mail address with its dots where RFC
// 5322 wants them: elsewhere they are a slip of the keyboard.
func validAddress(a string) bool {
	local, domain, _ := address.Cut(a)
	return address.Valid(a) && !strings.HasPrefix(local, ".") && !strings.HasSuffix(local, ".") && !strings.Contains(local, "..") &&
		!strings.HasSuffix(domain, ".")
}

func validHostPort(s string) bool {
	host, port, err := net.SplitHostPort(s)
	n, perr := strconv.Atoi(port)
	return err == nil && perr == nil && host != "" && n > 0 && n < 65536
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7f }
