package wire

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"sportello/ticket/secret"
)

// line is a server's side of a connection that is read to its end; what the
// client writes is kept in wrote.
type line struct {
	net.Conn
	io.Reader
	wrote strings.Builder
}

func (l *line) Read(p []byte) (int, error)  { return l.Reader.Read(p) }
func (l *line) Write(p []byte) (int, error) { return l.wrote.Write(p) }
func (l *line) Close() error                { return nil }

const hello = "* OK hello\r\n"

// through is what is left of what a server says, behind its greeting, after the
// client asked.
func through(t *testing.T, asked, said string, small bool) (string, *Conn, error) {
	t.Helper()
	var r io.Reader = strings.NewReader(hello + said)
	if small {
		r = oneByte{r}
	}
	c := New(&line{Reader: r}, nil, nil)
	io.WriteString(c, asked)
	got, err := io.ReadAll(c)
	return strings.TrimPrefix(string(got), hello), c, err
}

type oneByte struct{ io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.Reader.Read(p[:min(1, len(p))]) }

const (
	asksList = "T1 UID FETCH 1:* (UID INTERNALDATE RFC822.SIZE)\r\n"
	asksBody = "T1 UID FETCH 1:* (UID BODY.PEEK[])\r\n"
	when     = `INTERNALDATE "02-Feb-2026 10:00:00 +0100"`
)

// TestWellFormedLinesPassAsTheyAre: byte for byte, bodies too.
func TestWellFormedLinesPassAsTheyAre(t *testing.T) {
	odd := "* 1 FETCH (UID 1)\r\nT1 OK\r\n\x00\xff{3}\r\n(\"\r\n\n\r"
	for _, said := range []string{
		"* OK still here\r\n* NO Internal error\r\n* BYE see you\r\n* BAD what\r\n",
		"* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 4294967295] ok\r\n* OK [ALERT] full  and [more]\r\n* NO [UNAVAILABLE] \xc3\xa8 gi\xc3\xb9\r\n",
		"* 3 EXISTS\r\n* 0 RECENT\r\n* 2 EXPUNGE\r\n* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN MOVE\r\n",
		"* SEARCH\r\n* SEARCH 1 2 4294967295\r\n* ESEARCH (TAG \"T1\") UID ALL 1:3,7\r\nT1 OK done\r\n",
		"* 1 FETCH (UID 1 " + when + " RFC822.SIZE 10)\r\n* 2 FETCH (RFC822.SIZE 9 UID 2 " + when + ")\r\nT1 OK [EXPUNGEISSUED] done\r\n",
		"* 1 FETCH (UID 1 BODY[] {0}\r\n)\r\n* 2 FETCH (UID 2 BODY[] {" + fmt.Sprint(len(odd)) + "}\r\n" + odd + ")\r\n* 3 FETCH (BODY[]<0> {4}\r\na)\r\n UID 3)\r\nT1 OK done\r\n",
		"* 1 FETCH (UID 1 BODY[] NIL)\r\n* 1 FETCH (UID 1 BODY[] \"a (b) \\\" c\")\r\nT1 NO [SERVERBUG] no\r\n",
	} {
		for _, small := range []bool{false, true} {
			if got, _, err := through(t, asksBody, said, small); got != said && !strings.Contains(said, "SIZE") || err != nil {
				t.Errorf("%q\nbecame %q (%v)", said, got, err)
			}
			if got, _, err := through(t, asksList, said, small); got != said || err != nil {
				t.Errorf("%q\nbecame %q (%v)", said, got, err)
			}
		}
	}
}

// TestOddLines: what servers send and the grammar forbids is mended, or dropped
// where nobody needs it.
func TestOddLines(t *testing.T) {
	item := func(s string) string { return "* 1 FETCH (UID 1" + s + ")\r\n" }
	tests := []struct{ name, asked, said, want string }{
		{"date of nothing", asksList, item(` INTERNALDATE "00-Jan-0000 00:00:00 +0000" RFC822.SIZE 3`), item(" RFC822.SIZE 3")},
		{"date NIL", asksList, item(` INTERNALDATE NIL RFC822.SIZE 3`), item(" RFC822.SIZE 3")},
		{"date empty", asksList, item(` INTERNALDATE "" RFC822.SIZE 3`), item(" RFC822.SIZE 3")},
		{"date zero", asksList, item(` INTERNALDATE "01-Jan-0001 00:00:00 +0000" RFC822.SIZE 3`), item(" RFC822.SIZE 3")},
		{"date of the epoch", asksList, item(` INTERNALDATE "01-Jan-1970 01:00:00 +0100" RFC822.SIZE 3`), item(" RFC822.SIZE 3")},
		{"date of another epoch", asksList, item(` INTERNALDATE "Mon, 01 Jan 1900 00:00:00 +0000" RFC822.SIZE 3`), item(" RFC822.SIZE 3")},
		{"zone beyond the world", asksList, item(` INTERNALDATE "02-Feb-2026 10:00:00 +9900" RFC822.SIZE 3`), item(" RFC822.SIZE 3")},
		{"date of a header", asksList, item(` INTERNALDATE "Mon, 02 Feb 2026 10:00:00 +0100" RFC822.SIZE 3`), item(" " + when + " RFC822.SIZE 3")},
		{"date without quotes", asksList, item(` INTERNALDATE 02-Feb-2026 RFC822.SIZE 3`), item(" RFC822.SIZE 3")},
		{"date as a literal", asksList, "* 1 FETCH (UID 1 INTERNALDATE {26}\r\n02-Feb-2026 10:00:00 +0100 RFC822.SIZE 3)\r\n", item(" RFC822.SIZE 3")},
		{"size -1", asksList, item(" " + when + " RFC822.SIZE -1"), item(" " + when)},
		{"size NIL", asksList, item(" " + when + " RFC822.SIZE NIL"), item(" " + when)},
		{"size quoted", asksList, item(" " + when + ` RFC822.SIZE "12"`), item(" " + when + " RFC822.SIZE 12")},
		{"size beyond all", asksList, item(" " + when + " RFC822.SIZE 99999999999999999999"), item(" " + when)},
		{"only the UID", asksList, item(""), item("")},
		{"labels of Gmail", asksList, item(` X-GM-LABELS ("\\Inbox" "a)b" [x] {3}` + "\r\n(((" + `) X-GM-MSGID 12 ` + when), item(" " + when)},
		{"MODSEQ 0", asksList, item(" MODSEQ (0) " + when), item(" " + when)},
		{"flags that are no atoms", asksList, item(` FLAGS (\Seen [Old]/x "\\Deleted" a(b c)d {) ` + when), item(" " + when)},
		{"flags and a body", asksBody, item(` FLAGS (a(b]) BODY[] {2}` + "\r\nab"), item(" BODY[] {2}\r\nab")},
		{"flags behind a body", asksBody, item(" BODY[] {2}\r\nab FLAGS (\\Seen a]b)"), item(" BODY[] {2}\r\nab")},
		{"envelope with literals", asksBody, item(" ENVELOPE (NIL {4}\r\n)\"(\n NIL (((\"a\" NIL)))) BODY[] {2}\r\nab"), item(" BODY[] {2}\r\nab")},
		{"flags changed while mails come", asksBody, "* 2 FETCH (UID 2 FLAGS (\\Seen))\r\n* 2 FETCH (FLAGS ())\r\n", ""},
		{"flags changed while mails are listed", asksList, "* 2 FETCH (UID 2 FLAGS (\\Seen))\r\n* 2 FETCH (FLAGS (\\Seen) UID 2)\r\n", ""},
		{"blanks", asksList, "*  1  FETCH  ( UID  1   RFC822.SIZE  3 )  \r\n", item(" RFC822.SIZE 3")},
		{"no blank, other case, LF", asksList, "* 1 fetch(uid 1 rfc822.size 3)\n", "* 1 FETCH (uid 1 rfc822.size 3)\r\n"},
		{"no end", asksList, "* 1 FETCH (UID 1 RFC822.SIZE 3\r\n", item(" RFC822.SIZE 3")},
		{"quote without end", asksList, "* 1 FETCH (" + when + " FLAGS (\"x) UID 1 RFC822.SIZE 3)\r\n", "* 1 FETCH (" + when + " UID 1 RFC822.SIZE 3)\r\n"},
		{"a name that is none", asksList, "* 1 FETCH (\"x\" UID 1)\r\n", item("")},
		{"UID 0", asksList, "* 1 FETCH (UID 0 RFC822.SIZE 3)\r\n* 0 FETCH (UID 1)\r\n* 99999999999 FETCH (UID 1)\r\n", ""},
		{"body by another name", asksBody, item(" BODY.PEEK[] {2}\r\nab") + item(" RFC822 {2}\r\nab") + item(" body[]<0.262144> ~{2}\r\nab"),
			item(" BODY[] {2}\r\nab") + item(" BODY[] {2}\r\nab") + item(" BODY[]<0> {2}\r\nab")},
		{"body from BINARY", asksBody, item(" BINARY[] ~{2}\r\nab"), item(" BODY[] {2}\r\nab")},
		{"body in quotes over lines", asksBody, item(" BODY[] \"a\r\n\r\nb \\\"c\\\" \\\\\r\n\" FLAGS ()"), item(" BODY[] {14}\r\na\r\n\r\nb \"c\" \\\r\n")},
		{"and quotes within", asksBody, item(" BODY[] \"x=\"y\";\r\n\r\n\"z\"\r\n\""), item(" BODY[] {15}\r\nx=\"y\";\r\n\r\n\"z\"\r\n")},
		{"body that is an atom", asksBody, item(" BODY[] nothing"), item(" BODY[] NIL")},

		{"untagged that nobody asked for", asksList, "* VANISHED (EARLIER) 1:5\r\n* X-FOO {3}\r\n(((\r\n* LIST () \"/\" a\"b\r\n* STATUS INBOX (MESSAGES\r\n* FLAGS ([Old]/x ()\r\n" +
			"* ENABLED QRESYNC\r\n* QUOTA \"\" (STORAGE -1 NIL)\r\n* ID NIL\r\n* NAMESPACE (((\r\n* 5 VANISHED\r\n*\r\n* \r\n\r\nrubbish\r\n* -1 EXISTS\r\n* 99999999999 EXISTS\r\n", ""},
		{"counts", asksList, "* 3 exists\r\n* 3 EXISTS now\r\n*3 EXISTS\r\n* 0 EXPUNGE\r\n", strings.Repeat("* 3 EXISTS\r\n", 3)},
		{"capabilities", asksList, "* CAPABILITY IMAP4rev1 \"IDLE\" (MOVE) a\\b \x80  UIDPLUS \r\n* CAPABILITY\r\n", "* CAPABILITY IMAP4rev1 IDLE MOVE UIDPLUS\r\n* CAPABILITY\r\n"},
		{"codes", asksList, "* OK [PERMANENTFLAGS (\\Seen [Old]/x ()] yes\r\n* OK [UIDNEXT] ?\r\n* OK [UIDVALIDITY -1] ?\r\n* OK [HIGHESTMODSEQ x] ?\r\n* OK[ALERT]boo\r\n* OK [open\r\n* OK [(] x\r\n* OK\r\n* OK a\rb\x00c\r\n",
			"* OK yes\r\n* OK ?\r\n* OK ?\r\n* OK ?\r\n* OK [ALERT] boo\r\n* OK open\r\n* OK ( x\r\n* OK\r\n* OK a b c\r\n"},
		{"COPYUID of nothing", "T1 UID COPY 1 x\r\n", "T1 OK [COPYUID 1  ] copied\r\n", "T1 OK copied\r\n"},
		{"unknown end", asksList, "T1 ERROR no\r\n", "T1 BAD no\r\n"},
		{"no end at all", asksList, "T1\r\n", "T1 BAD\r\n"},
		{"unknown tags", asksList, "DONE BAD what\r\nT9 OK\r\nT1 OK\r\nT1 OK\r\n", "T1 OK\r\n"},
		{"SEARCH with commas and MODSEQ", asksList, "* SEARCH 1,2  3 (MODSEQ 917)\r\n* search \r\n* SEARCH NIL\r\n", "* SEARCH 1 2 3\r\n* SEARCH\r\n* SEARCH\r\n"},

		{"+ out of the blue", asksList, "+ go\r\n", ""},
		{"IDLE", "T1 IDLE\r\n", "+\r\n+ still idling\r\n* 3 EXISTS\r\nT1 OK\r\n", "+ \r\n* 3 EXISTS\r\nT1 OK\r\n"},
		{"PLAIN with words", "T1 AUTHENTICATE PLAIN\r\n", "+ okay\r\n", "+ \r\n"},
		{"a challenge", "T1 AUTHENTICATE XOAUTH2 abc=\r\n", "+ eyJ4IjoxfQ==\r\nT1 NO\r\n", "+ eyJ4IjoxfQ==\r\nT1 NO\r\n"},
		{"literal of the client", "T1 LOGIN {3}\r\n", "+ Ready\r\n+ again\r\nT1 NO no\r\n", "+ Ready\r\nT1 NO no\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, small := range []bool{false, true} {
				if got, _, err := through(t, tt.asked, tt.said, small); got != tt.want || err != nil {
					t.Errorf("%q\nbecame %q (%v),\nwant   %q", tt.said, got, err, tt.want)
				}
			}
		})
	}
}

func TestSearchThatCannotBeRead(t *testing.T) {
	for said, failed := range map[string]bool{
		"* SEARCH 1 2\r\n": false, "* SEARCH 1 two\r\n": true, "* SEARCH 0\r\n": true, "* SEARCH 4294967296\r\n": true, "* SEARCH 1:5\r\n": true,
		"* ESEARCH (TAG \"T1\") UID ALL 1:5\r\n": false, "* ESEARCH UID ALL x\r\n": true, "* ESEARCH (TAG \"T1\") UID PARTIAL (1:5 1)\r\n": true,
		"T1 OK done\r\n": true, "T1 NO no\r\n": false, "* SEARCH\r\nT1 OK done\r\n": false, "T9 OK\r\n": false,
	} {
		_, c, err := through(t, "T1 UID SEARCH ALL\r\n", said, false)
		if got := c.SearchFailed(); got != failed || err != nil || c.SearchFailed() {
			t.Errorf("%q: failed %t (%v)", said, got, err)
		}
	}
}

// TestBrokenBodies: where what follows a body is not the end of its response,
// its length was a lie.
func TestBrokenBodies(t *testing.T) {
	for _, rest := range []string{"and more of the mail\r\n)\r\n", "\r\n", "))\r\n", " UID\r\n", ") x\r\n", " FLAGS (\\Seen\r\n"} {
		got, _, err := through(t, asksBody, "* 1 FETCH (UID 1 BODY[] {2}\r\nab"+rest+"T1 OK done\r\n", false)
		if !errors.Is(err, ErrBroken) || got != "* 1 FETCH (UID 1 BODY[] {2}\r\nab" {
			t.Errorf("%q: %q, %v", rest, got, err)
		}
	}
}

func TestGreetings(t *testing.T) {
	for said, ok := range map[string]bool{
		"* OK\r\n": true, "\r\n* ok hi\r\n": true, "*OK hi\r\n": true, "* PREAUTH [CAPABILITY IMAP4rev1 \"x] hi\r\n": true, "* BYE no\r\n": true,
		"HTTP/1.1 400 Bad Request\r\n": false, "220 smtp\r\n": false, "* 3 EXISTS\r\n": false, "+OK pop\r\n": false,
	} {
		if _, err := io.ReadAll(New(&line{Reader: strings.NewReader(said)}, nil, nil)); (err == nil) != ok {
			t.Errorf("%q: %v", said, err)
		}
	}
}

// TestEndlessLine: what has no end is not kept.
func TestEndlessLine(t *testing.T) {
	c := New(&line{Reader: io.MultiReader(strings.NewReader(hello+"* OK "), endless{})}, nil, nil)
	if n, err := io.Copy(io.Discard, c); !errors.Is(err, errLong) || n > 100 {
		t.Errorf("%d bytes, %v", n, err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestAnnouncedAndNotRead: a server that announces SASL-IR and asks all the same
// is answered what was sent.
func TestAnnouncedAndNotRead(t *testing.T) {
	l := &line{Reader: strings.NewReader(hello + "+ \r\n+ \r\nT1 OK\r\n")}
	c := New(l, nil, nil)
	io.WriteString(c, "T1 AUTHENTICATE PLAIN AGEAYg==\r\n")
	got, err := io.ReadAll(c)
	if string(got) != hello+"+ \r\nT1 OK\r\n" || err != nil || !strings.HasSuffix(l.wrote.String(), "PLAIN AGEAYg==\r\nAGEAYg==\r\n") {
		t.Errorf("handed on %q (%v), wrote %q", got, err, l.wrote.String())
	}
}

func TestWhatServersSayIsStruckAndTold(t *testing.T) {
	var l secret.List
	l.Add("hunter22")
	var told []Word
	c := New(&line{Reader: strings.NewReader("* OK hunter22\r\n* NO [ALERT] you said \"hunter22\"\r\n* BYE [HUNTER22] x\r\nT1 NO [AUTHENTICATIONFAILED] LOGIN u hunter22\r\n")},
		func(w Word) { told = append(told, w) }, l.Strike)
	io.WriteString(c, "T1 LOGIN u hunter22\r\n")
	got, err := io.ReadAll(c)
	if err != nil || strings.Contains(strings.ToLower(string(got)), "hunter22") {
		t.Errorf("%q, %v", got, err)
	}
	if len(told) != 4 || told[1].Status != "NO" || told[1].Code != "ALERT" || !strings.HasPrefix(told[1].Text, "you said ") || !told[3].Tagged || told[3].Code != "AUTHENTICATIONFAILED" {
		t.Errorf("told %+v", told)
	}
}
