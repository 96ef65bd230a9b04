package ticket_test

import (
	"net/url"
	"strings"
	"testing"

	"sportello/ticket"
)

// TestMailLink: what is in a link comes out of it, however strictly it is read.
func TestMailLink(t *testing.T) {
	const address, subject, body = "aiuto+t1.2.x@example.it", "[Caffè & Figli #12] 100%?", "#prendo\nRiga due: a+b=c & d\r\nfine"
	link := ticket.MailLink(address, subject, body)
	if want := "mailto:aiuto%2Bt1.2.x@example.it?subject=%5BCaff%C3%A8%20%26%20Figli%20%2312%5D%20100%25%3F&body=%23prendo%0D%0ARiga%20due%3A%20a%2Bb%3Dc%20%26%20d%0D%0Afine"; link != want {
		t.Errorf("%s\nwant %s", link, want)
	}
	to, query, _ := strings.Cut(strings.TrimPrefix(link, "mailto:"), "?")
	if got, err := url.PathUnescape(to); err != nil || got != address {
		t.Errorf("it goes to %q, %v", got, err)
	}
	for _, pair := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if got, err := url.PathUnescape(value); err != nil || name == "subject" && got != subject || strings.ContainsAny(value, "+ \n") {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
}
