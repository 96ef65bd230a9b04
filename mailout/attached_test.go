package mailout

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"

	"sportello/ticket"
)

const (
	hush   = "assistenza+t1042.7.a20869.k7x2mk7x2mk7x2mk@example.it"
	public = "assistenza@example.it"
)

func strikeSecret(s string) string { return strings.ReplaceAll(s, hush, public) }

// hiding are mails that hold the hush where only their structure shows it.
func hiding() map[string]string {
	var qp strings.Builder
	w := quotedprintable.NewWriter(&qp)
	_, _ = io.WriteString(w, strings.Repeat("x", 60)+" "+hush+" è tutto\r\n")
	_ = w.Close()
	b64 := base64.StdEncoding.EncodeToString([]byte("scriva a " + hush + "\n"))
	part := "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64 + "\r\n"
	return map[string]string{
		"plain":       "From: a@example.com\r\n\r\nscriva a " + hush + "\r\n",
		"header":      "Reply-To: \"x\"\r\n <" + hush + ">\r\nSubject: y\r\n\r\nz\r\n",
		"soft breaks": "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + qp.String(),
		"base64":      part,
		"multipart":   "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\npreamble\r\n--b\r\n" + part + "--b--\r\n" + hush,
		"nested": "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n" +
			"Content-Type: multipart/alternative; boundary=c\n\n--c\n" + part + "--c--\n--b--\n",
		"unclosed": "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + part,
		"no type":  "\r\n" + hush,
	}
}

// TestStruckAttachedMail: wherever an attached mail holds it, a technician's
// token does not go along (DESIGN.md section 7, small print).
func TestStruckAttachedMail(t *testing.T) {
	for name, in := range hiding() {
		t.Run(name, func(t *testing.T) {
			clean := struck([]byte(in), strikeSecret, 0)
			all := readable(t, string(clean), 0)
			if strings.Contains(all, hush) || !strings.Contains(all, public) {
				t.Errorf("it reads\n%s", all)
			}
			if again := struck(clean, strikeSecret, 0); !bytes.Equal(again, clean) {
				t.Errorf("struck twice it differs:\n%s", again)
			}
		})
	}
}

// TestStruckLeavesTheRestAlone: a mail without anything to strike keeps its bytes.
func TestStruckLeavesTheRestAlone(t *testing.T) {
	for name, in := range hiding() {
		in = strings.ReplaceAll(in, hush, "mario@example.com")
		in = strings.ReplaceAll(in, base64.StdEncoding.EncodeToString([]byte("scriva a "+hush+"\n")), "c2NyaXZh")
		if name == "soft breaks" {
			in = "Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A8 tut=\r\nto\r\n"
		}
		if got := string(struck([]byte(in), strikeSecret, 0)); got != in {
			t.Errorf("%s:\n got %q\nwant %q", name, got, in)
		}
	}
}

// TestAnswerRelaysStruckMail: an answer carries the struck mail in its own
// bytes; what goes to technicians goes as it is.
func TestAnswerRelaysStruckMail(t *testing.T) {
	original := []byte("Subject: x\r\n\r\nscriva a " + hush + "\r\n")
	open := func(context.Context, ticket.AttachmentRef) ([]byte, error) { return original, nil }
	for kind, want := range map[ticket.NoticeKind]string{
		ticket.NoticeAnswer: public, ticket.NoticeTicketReply: hush,
	} {
		for _, a := range []ticket.Attachment{{Name: "x.eml", Type: "application/octet-stream"}, {Name: "inoltro", Type: "message/rfc822"}} {
			c := &Composer{Name: "Assistenza Example", Address: public, Attachment: open, Strike: strikeSecret}
			n := sample(kind, "it", func(n *ticket.Notice) { n.Attachments = []ticket.Relay{{Attachment: a}} })
			l, err := c.Compose(t.Context(), n)
			if err != nil {
				t.Fatal(err)
			}
			var wire bytes.Buffer
			if err := writeLetter(t.Context(), &wire, l, open); err != nil {
				t.Fatal(err)
			}
			if err := verify(t.Context(), l, open); err != nil {
				t.Error(err)
			}
			m, err := mail.ReadMessage(&wire)
			if err != nil {
				t.Fatal(err)
			}
			_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
			if err != nil {
				t.Fatal(err)
			}
			r := multipart.NewReader(m.Body, params["boundary"])
			var got []byte
			for {
				p, err := r.NextPart()
				if err != nil {
					break
				}
				if p.FileName() != "" {
					got, _ = io.ReadAll(base64.NewDecoder(base64.StdEncoding, p))
				}
			}
			if !strings.HasSuffix(string(got), "scriva a "+want+"\r\n") {
				t.Errorf("%s of %s: relayed as %q", kind, a.Type, got)
			}
		}
	}
}

func FuzzStruck(f *testing.F) {
	for _, in := range hiding() {
		f.Add([]byte(in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		clean := struck(in, strikeSecret, 0)
		if bytes.Contains(clean, []byte(hush)) && !bytes.Contains(in, []byte(hush)) {
			t.Errorf("the hush came out of %q", in)
		}
	})
}

// readable decodes all of a mail, as a mail program would.
func readable(t *testing.T, entity string, depth int) string {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(entity))
	if err != nil || depth > 5 {
		return entity
	}
	out := ""
	for k, v := range m.Header {
		out += k + ": " + strings.Join(v, " ") + "\n"
	}
	kind, params, _ := mime.ParseMediaType(m.Header.Get("Content-Type"))
	var body io.Reader = m.Body
	switch strings.ToLower(m.Header.Get("Content-Transfer-Encoding")) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	data, _ := io.ReadAll(body)
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		for _, p := range strings.Split(string(data), "--"+params["boundary"]) {
			out += readable(t, strings.TrimLeft(p, "\r\n"), depth+1)
		}
		return out
	case kind == "message/rfc822":
		return out + readable(t, string(data), depth+1)
	}
	return out + string(data)
}
