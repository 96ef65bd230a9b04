package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// trusting says where [security] trusts more than its mail servers warrant:
// token mode is for closed networks, and its token is to stand in an address.
func (c *Config) trusting() []string {
	var modes []string
	for mode, on := range map[string]bool{"technician": c.Security.TechnicianToken, "customer": c.Security.CustomerToken} {
		if on {
			modes = append(modes, mode)
		}
	}
	slices.Sort(modes)
	var all []string
	for _, host := range slices.Compact([]string{c.IMAP.Host, c.SMTP.Host}) {
		if len(modes) > 0 && !closedNetwork(host) {
			all = append(all, fmt.Sprintf(`security.%s is "token", but %s is neither this machine nor in a private network: `+
				`anybody who learns a reply address writes as its owner; "authenticated" asks for evidence about the sender`, strings.Join(modes, " and security."), host))
		}
	}
	if c.Security.TechnicianToken && c.Security.Subaddress == "" {
		all = append(all, `security.technician is "token" and security.subaddress false: a technician's token then stands in no address, `+
			`only in the Message-ID of her letters, which everybody reads whom she puts in Cc; "authenticated" does not rely on it`)
	}
	return all
}

// closedNetwork tells whether host is this machine or one of a private network:
// by its address, or by a name that the public DNS does not give out (RFC 6761,
// RFC 6762, RFC 8375).
func closedNetwork(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		ip = ip.Unmap()
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if !strings.Contains(host, ".") {
		return true
	}
	return slices.ContainsFunc([]string{".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet"}, func(end string) bool {
		return strings.HasSuffix(host, end)
	})
}
