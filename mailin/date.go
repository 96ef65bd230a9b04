package mailin

import (
	netmail "net/mail"
	"strings"
	"time"
)

// parseDate reads a Date field (RFC 5322, section 3.3) and the forms that
// programs write instead; the zero time when nothing helps.
func parseDate(v string) time.Time {
	v = strings.Join(strings.Fields(v), " ")
	if v == "" || len(v) > 100 {
		return time.Time{}
	}
	if t, err := time.Parse("Mon, 2 Jan 2006 15:04:05 -0700", v); err == nil { // as nearly all do
		return t
	}
	if t, err := netmail.ParseDate(v); err == nil {
		return t
	}
	v = strings.Join(strings.Fields(dropComments(v)), " ")
	v = strings.ReplaceAll(strings.ReplaceAll(v, " :", ":"), ": ", ":")
	if i := strings.IndexByte(v, ','); i >= 0 && i < 12 {
		v = strings.TrimSpace(v[i+1:])
	}
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, v); err == nil && t.Year() > 0 {
			return t
		}
	}
	return time.Time{}
}

// dropComments removes what stands in parentheses.
func dropComments(v string) string {
	for {
		i := strings.IndexByte(v, '(')
		if i < 0 {
			return v
		}
		_, rest := cutComment(v[i:])
		v = v[:i] + " " + rest
	}
}

// dateLayouts are forms seen in mail, beside those of net/mail.
var dateLayouts = [...]string{
	"2 Jan 2006 15:04:05 -0700",
	"2 Jan 2006 15:04:05 MST",
	"2 Jan 2006 15:04:05 GMT-0700",
	"2 Jan 2006 15:04:05 -07:00",
	"2 Jan 2006 15:04:05",
	"2 Jan 2006 15:04 -0700",
	"2 Jan 2006 15:04-0700",
	"2 Jan 06 15:04:05 -0700",
	"2 Jan 06 15:04:05 MST",
	"2 January 2006 15:04:05 -0700",
	"Mon Jan 2 15:04:05 2006",
	"Mon Jan 2 15:04:05 MST 2006",
	"Mon Jan 2 15:04:05 2006 -0700",
	"Jan 2 2006 15:04:05 -0700",
	"2-Jan-2006 15:04:05 -0700",
	time.RFC3339,
	"2006-01-02 15:04:05 -0700",
	"2006-01-02 15:04:05",
}
