package ticket

import (
	"net/url"
	"strings"
)

// MailLink is a link that writes a mail (RFC 6068). Mail programs differ in what they
// make of a blank as "+", of a "+" in the address, and of a bare line feed: all but
// unreserved characters are encoded, and lines end with CRLF.
func MailLink(address, subject, body string) string {
	query := "subject=" + percent(subject)
	if body != "" {
		query += "&body=" + percent(strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\n", "\r\n"))
	}
	return "mailto:" + strings.Replace(percent(address), "%40", "@", 1) + "?" + query
}

func percent(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
