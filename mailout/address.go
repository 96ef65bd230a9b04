package mailout

import (
	"fmt"
	"strings"

	"golang.org/x/net/idna"
)

// wireAddress checks an address that goes into the envelope and the header,
// and writes its domain in ASCII (RFC 5890). The part before the @ stays as it
// is: beyond ASCII it needs a server with SMTPUTF8, and dots where RFC 5321
// wants none are real people's.
func wireAddress(address string) (string, error) {
	at := strings.LastIndexByte(address, '@')
	if at < 1 || at == len(address)-1 || len(address) > 254 {
		return "", fmt.Errorf("address %q: not an address", address)
	}
	local, domain := address[:at], address[at+1:]
	if strings.ContainsFunc(local, func(r rune) bool {
		return r <= ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || strings.ContainsRune("()<>[]:;,\\\"@\ufffd", r)
	}) {
		return "", fmt.Errorf("address %q: characters that no address has", address)
	}
	if !ascii(domain) {
		var err error
		if domain, err = idna.Lookup.ToASCII(domain); err != nil {
			return "", fmt.Errorf("address %q: %w", address, err)
		}
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "", fmt.Errorf("address %q: no domain of the mail", address)
		}
	}
	return local + "@" + domain, nil
}
