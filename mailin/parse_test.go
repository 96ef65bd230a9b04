package mailin

import (
	"strings"
	"testing"

	"sportello/ticket"
)

const proper = "From: Mario Rossi <mario@acme.example>\r\nTo: desk@ours.example\r\nSubject: Sito lento\r\n" +
	"Date: Mon, 2 Mar 2026 08:00:00 +0100\r\nMessage-ID: <1@acme.example>\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: text/plain; charset=utf-8\r\n\r\nIl sito è lento.\r\n"

// TestContent says which copies are the same mail (DESIGN.md section 2, cases B09, B10).
func TestContent(t *testing.T) {
	const multipart = "From: mario@acme.example\r\nMessage-ID: <1@acme.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntesto\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--b--\r\n"
	for _, c := range []struct {
		name, a, b string
		same       bool
	}{
		{"another way through the net", proper, "Received: by mx\r\nDelivered-To: x@ours.example\r\n" + proper, true},
		{"line ends", proper, strings.ReplaceAll(proper, "\r\n", "\n"), true},
		{"encoded anew", proper, strings.Replace(strings.Replace(proper, "utf-8\r\n", "utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n", 1), "è", "=C3=A8", 1), true},
		{"another date", proper, strings.Replace(proper, "08:00", "08:01", 1), false},
		{"another text", proper, strings.Replace(proper, "è lento", "è fermo", 1), false},
		{"another From", proper, strings.Replace(proper, "mario@", "maria@", 1), false},
		{"another Message-ID", proper, strings.Replace(proper, "<1@", "<2@", 1), false},
		{"another attachment", multipart, strings.Replace(multipart, "QUJD", "QUJE", 1), false},
		{"attachment wrapped anew", multipart, strings.Replace(multipart, "QUJD", "QU\r\nJD", 1), true},
	} {
		a, b := Parse([]byte(c.a), Options{}), Parse([]byte(c.b), Options{})
		if (a.Content == b.Content) != c.same || a.RawSum == b.RawSum || a.Content == [32]byte{} {
			t.Errorf("%s: same content %v, want %v", c.name, a.Content == b.Content, c.same)
		}
	}
	if in := Parse([]byte(strings.Replace(proper, "Message-ID: <1@acme.example>\r\n", "", 1)), Options{}); in.Content != [32]byte{} {
		t.Error("without Message-ID: a content fingerprint, want none")
	}
}

// TestOwn says which mail is our own come back, and who wrote what a group passed on.
func TestOwn(t *testing.T) {
	ours := Options{
		Own:   func(a string) bool { return a == "desk@ours.example" },
		OwnID: func(id string) bool { return id == "signed@ours.example" },
	}
	from := func(s string) string { return strings.Replace(proper, "Mario Rossi <mario@acme.example>", s, 1) }
	for _, c := range []struct {
		name, raw string
		o         Options
		own       bool
		from      string
	}{
		{"a customer", proper, ours, false, "mario@acme.example"},
		{"From is ours", from("Desk <DESK@ours.example>"), ours, true, "desk@ours.example"},
		{"nobody knows whose desk it is", from("desk@ours.example"), Options{}, false, "desk@ours.example"},
		{"our Message-ID", strings.Replace(proper, "1@acme.example", "signed@ours.example", 1), ours, true, "mario@acme.example"},
		{"our header", "X-Sportello-Ticket: 12\r\n" + proper, Options{}, true, "mario@acme.example"},
		{"a group rewrote From", "List-Id: <desk.ours.example>\r\nX-Original-From: Anna <anna@acme.example>\r\n" + from("'Anna' via Desk <desk@ours.example>"), ours, false, "anna@acme.example"},
		{"a group rewrote From, Reply-To says who", "List-Id: <desk.ours.example>\r\nReply-To: anna@acme.example\r\n" + from("'Anna' via Desk <desk@ours.example>"), ours, false, "anna@acme.example"},
	} {
		in := Parse([]byte(c.raw), c.o)
		who, _ := in.Sole()
		if (in.Kind == ticket.KindOwn) != c.own || who.Address != c.from {
			t.Errorf("%s: kind %v from %q, want own %v from %q", c.name, in.Kind, who.Address, c.own, c.from)
		}
	}
}

// TestRecipients says where a reply token may stand.
func TestRecipients(t *testing.T) {
	in := Parse([]byte("Delivered-To: d+t@ours.example\r\nX-Original-To: o@ours.example\r\nEnvelope-To: e@ours.example\r\nResent-To: r@ours.example\r\nCc: c@ours.example\r\nBcc: b@ours.example\r\n"+proper), Options{})
	if got, want := strings.Join(in.Recipients, " "), "desk@ours.example c@ours.example d+t@ours.example o@ours.example e@ours.example r@ours.example"; got != want {
		t.Errorf("recipients %q, want %q", got, want)
	}
}

// TestExtractBeyond asks for what is not there.
func TestExtractBeyond(t *testing.T) {
	for _, i := range []int{-1, 0, 1} {
		if _, _, err := Extract([]byte(proper), i); err == nil {
			t.Errorf("attachment %d of a mail without any: no error", i)
		}
	}
}
