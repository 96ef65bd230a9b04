package mailout

import (
	"fmt"
	"strings"

	"sportello/ticket/address"
)

// wireAddress checks an address that goes into the envelope and the header,
// and writes its domain in ASCII (RFC 5890). The part before the @ stays as it
// is: beyond ASCII it needs a server with SMTPUTF8, and dots where RFC 5321
// wants none are real people's.
func wireAddress(addr string) (string, error) {
	at := strings.LastIndexByte(addr, '@')
	if at < 1 || at == len(addr)-1 || len(addr) > 254 {
		return "", fmt.Errorf("address %q: not an address", addr)
	}
	local, domain := addr[:at], addr[at+1:]
	if strings.ContainsFunc(local, func(r rune) bool {
		return r <= ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || strings.ContainsRune("()<>[]:;,\\\"@\ufffd", r)
	}) {
		return "", fmt.Errorf("address %q: characters that no address has", addr)
	}
	if !address.ValidDomain(domain) {
		return "", fmt.Errorf("address %q: no domain of the mail", addr)
	}
	return local + "@" + address.Domain(domain), nil
}
