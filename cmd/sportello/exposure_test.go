package main

import (
	"strings"
	"testing"
)

func TestTrusting(t *testing.T) {
	for _, c := range []struct {
		name                 string
		imap, smtp           string
		technician, customer bool
		subaddress           string
		want                 []string // what each warning names
	}{
		{"authenticated on the Internet", "imap.example.it", "smtp.example.it", false, false, "desk+{token}@example.it", nil},
		{"authenticated without addresses", "imap.example.it", "smtp.example.it", false, false, "", nil},
		{"token on this machine", "127.0.0.1", "::1", true, true, "desk+{token}@example.it", nil},
		{"token in a private network", "10.1.2.3", "fd00::1", true, true, "desk+{token}@example.it", nil},
		{"token, private names", "mail.office.internal", "MAIL.local.", true, true, "desk+{token}@example.it", nil},
		{"token, a short name", "mail", "localhost", true, true, "desk+{token}@example.it", nil},
		{"token on the Internet", "imap.example.it", "smtp.example.it", true, true, "desk+{token}@example.it", []string{"security.customer and security.technician is \"token\", but imap.example.it", "smtp.example.it"}},
		{"token on the Internet, one server", "mail.example.it", "mail.example.it", false, true, "desk+{token}@example.it", []string{"security.customer is"}},
		{"token at a public address", "127.0.0.1", "192.0.2.7", true, false, "desk+{token}@example.it", []string{"192.0.2.7"}},
		{"token at a public IPv6 address", "[::1]", "2001:db8::1", true, false, "desk+{token}@example.it", []string{"2001:db8::1"}},
		{"a name that only begins private", "localhost.example.it", "local.example", true, false, "desk+{token}@example.it", []string{"localhost.example.it", "local.example"}},
		{"token without addresses", "127.0.0.1", "127.0.0.1", true, false, "", []string{"security.subaddress false"}},
		{"customers' token without addresses", "127.0.0.1", "127.0.0.1", false, true, "", nil},
	} {
		cfg := &Config{Security: SecurityConfig{TechnicianToken: c.technician, CustomerToken: c.customer, Subaddress: c.subaddress}}
		cfg.IMAP.Host, cfg.SMTP.Host = strings.Trim(c.imap, "[]"), c.smtp
		got := cfg.trusting()
		if len(got) != len(c.want) {
			t.Errorf("%s: %q", c.name, got)
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(got[i], want) {
				t.Errorf("%s: %q does not name %q", c.name, got[i], want)
			}
		}
	}
}
