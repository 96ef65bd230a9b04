package mailout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/rs/zerolog"

	"sportello/ticket"
)

// script is a connection to a server that says one thing at each reading,
// whatever it hears, and then closes.
type script struct {
	net.Conn
	says []string
	read int
}

func (s *script) Read(p []byte) (int, error) {
	if s.read == len(s.says) {
		return 0, io.EOF
	}
	n := copy(p, s.says[s.read])
	if s.says[s.read] = s.says[s.read][n:]; s.says[s.read] == "" {
		s.read++
	}
	return n, nil
}

func (s *script) Write(p []byte) (int, error)      { return len(p), nil }
func (s *script) Close() error                     { s.read = len(s.says); return nil }
func (s *script) SetDeadline(time.Time) error      { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

// TestReply: what servers write, and what is read.
func TestReply(t *testing.T) {
	for in, want := range map[string]string{
		"250 ok\r\n":                  "250 ok",
		"250 ok\n":                    "250 ok",
		"250\r\n":                     "250 ",
		"250\tok\r\n":                 "250 \tok",
		"250 \r\n":                    "250 ",
		"250-a\r\n250-b\r\n250 c\r\n": "250 a\nb\nc",
		"250-a\r\n250\r\n":            "250 a\n",
		"250-a\r\nb without a code\r\n\r\n250 c\r\n":   "250 a\nb without a code\n\nc",
		"250-a\r\n550 b\r\n":                           "550 a\nb",
		"\r\n220 a blank line first\r\n":               "220 a blank line first",
		"550 5.1.1 no\r\n":                             "550 5.1.1 no",
		"354 Enter mail, end with \".\" on a line\r\n": "354 Enter mail, end with \".\" on a line",
		"250 " + strings.Repeat("x", 5000) + "\r\n":    "250 " + strings.Repeat("x", lineBytes-4),
		"HTTP/1.1 400 Bad Request\r\n":                 "error: the server does not speak SMTP",
		"2500 ok\r\n":                                  "error: the server does not speak SMTP",
		"050 ok\r\n":                                   "error: the server does not speak SMTP",
		"250-a\r\n":                                    "error: EOF",
		"250":                                          "error: EOF",
		"":                                             "error: EOF",
		"220 " + strings.Repeat("x", replyBytes):       "error: " + errFlood.Error(),
		strings.Repeat("220-x\r\n", replyLines+1):      "error: " + errFlood.Error(),
		strings.Repeat("\r\n", replyBytes):             "error: " + errFlood.Error(),
	} {
		r := newReplies(&script{says: []string{in}}, nil)
		code, text, err := r.reply()
		got := fmt.Sprintf("%d %s", code, text)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != want && !(err != nil && strings.HasPrefix(got, want)) {
			t.Errorf("%.60q: %.200q, want %.200q", in, got, want)
		}
	}
}

// TestExtensions: keywords are read however a server writes them.
func TestExtensions(t *testing.T) {
	for in, want := range map[string]string{
		"250-hi\r\n250-starttls\r\n250-Size 1000\r\n250 8bitmime\r\n":     "STARTTLS,SIZE 1000,",
		"250-hi\r\n250-AUTH=LOGIN PLAIN\r\n250 SIZE\r\n":                  "SIZE,AUTH LOGIN PLAIN,",
		"250-hi\r\n250-AUTH  plain\tlogin\r\n250 AUTH=LOGIN\r\n":          "AUTH PLAIN LOGIN LOGIN,",
		"250-hi\r\n250-\r\n250 SMTPUTF8\r\n":                              "SMTPUTF8,",
		"250 hi\r\n":                                                      "",
		"250-hi\r\n250-SIZE 10\r\n250-X-ODD \x00 =\r\n250 PIPELINING\r\n": "SIZE 10,X-ODD \x00 =,PIPELINING,",
		"500-no\r\n500 idea what this is\r\n":                             "502",
		"421 not now\r\n":                                                 "421",
	} {
		r := newReplies(&script{says: []string{in}}, nil)
		r.stage = "EHLO"
		code, text, err := r.reply()
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, l := range strings.Split(text, "\n")[1:] {
			got += l + ","
		}
		if code != 250 {
			got = fmt.Sprint(code)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestFlood: a server that never stops answering, at whatever step, is trouble
// of the network: the queue rests and nothing is lost, and when the server is
// well again all goes out.
func TestFlood(t *testing.T) {
	floods := map[string]string{"one line": strings.Repeat("x", 3*replyBytes), "many lines": strings.Repeat("\r\n250-xxxxxxxx", replyBytes/10),
		"lines without a code": strings.Repeat("\r\nx", replyBytes), "prompts": strings.Repeat("334 \r\n", replyBytes)}
	for name, flood := range floods {
		for _, step := range []string{"greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", ".", "RSET", "QUIT"} {
			t.Run(name+" at "+step, func(t *testing.T) {
				run(t, func(r *rig) {
					r.Connections = 1
					r.queue(ticket.NoticeAnswer, 1, 2)
					r.server.ehlo = []string{"AUTH PLAIN LOGIN"}
					r.Server.User, r.Server.Password = "desk", func(context.Context) (string, error) { return "secret", nil }
					bad := func() bool { return time.Since(r.start) < 10*time.Second }
					r.server.greeting = func(int) string {
						if step == "greeting" && bad() {
							return "220-" + flood
						}
						return "220 ready"
					}
					r.server.answer = func(_ int, line string) string {
						if bad() && (line == step || step != "." && strings.HasPrefix(line, step)) {
							return "250-" + flood
						}
						return ""
					}
				}, func(r *rig) {
					r.wait(2 * time.Hour)
					for id := range ticket.NoticeID(2) {
						row := r.spool.row(id + 1)
						if row.State != ticket.RowSent && !(step == "." && row.State == ticket.RowUnknown) {
							t.Errorf("letter %d is %s (%s)", id+1, row.State, row.LastError)
						}
					}
					if len(r.server.taken()) > 2 {
						t.Errorf("%d mails", len(r.server.taken()))
					}
				})
			})
		}
	}
}

// TestAhead: an answer that was not asked is not taken for that to the next
// command, least of all for the one to the final dot; what only repeats the last
// one, or says goodbye, is no harm.
func TestAhead(t *testing.T) {
	for extra, ok := range map[string]bool{"": true, "\r\n250 ok again": true, "\r\n421 closing soon": true, "\r\n550 no": false, "\r\n354 go": false} {
		r := newReplies(&script{says: []string{"250 ok" + extra + "\r\n", "250 second\r\n"}}, nil)
		r.stage = "MAIL"
		if _, _, err := r.reply(); err != nil {
			t.Fatal(err)
		}
		_, text, err := r.ask("RCPT TO:<x@example.it>")
		if ok != (err == nil) || !ok && !errors.Is(err, errUnasked) {
			t.Errorf("%q: %q, %v", extra, text, err)
		}
	}
	run(t, func(r *rig) {
		r.queue(ticket.NoticeAnswer, 1, 1)
		r.server.answer = func(_ int, line string) string {
			switch line {
			case "DATA":
				return "354 go on\r\n250 2.0.0 queued"
			case ".":
				return "554 5.7.1 spam"
			}
			return ""
		}
	}, func(r *rig) {
		r.wait(time.Second)
		if row := r.spool.row(1); row.State == ticket.RowSent {
			t.Error("a letter that was not sent counts as taken")
		}
	})
}

// TestEchoedSecret: whatever a server repeats of the login, and wherever, no
// text of ours holds it.
func TestEchoedSecret(t *testing.T) {
	const word = "Granturco!4711"
	for _, step := range []string{"greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "."} {
		for _, code := range []string{"535 5.7.8", "454 4.7.0", "550 5.7.1", "451 4.3.0", "421 4.3.2", "250 2.0.0", "999"} {
			log := new(strings.Builder)
			run(t, func(r *rig) {
				r.Log = zerolog.New(log)
				r.queue(ticket.NoticeAnswer, 1, 1)
				r.server.ehlo = []string{"AUTH PLAIN LOGIN"}
				r.Server.User, r.Server.Password = "desk", func(context.Context) (string, error) { return word, nil }
				said := "AGRlc2sAR3JhbnR1cmNvITQ3MTE= is " + word + " is %47%72%61%6E%74%75%72%63%6F%21"
				r.server.greeting = func(int) string {
					if step == "greeting" {
						return code + " " + said
					}
					return "220 ready"
				}
				r.server.answer = func(_ int, line string) string {
					if line == step || step != "." && strings.HasPrefix(line, step) {
						return code + " " + said
					}
					return ""
				}
			}, func(r *rig) {
				r.wait(time.Hour)
				row := r.spool.row(1)
				told := log.String() + strings.Join(r.alerts, " ") + row.LastError + row.Response
				for _, o := range r.spool.history {
					told += o.Outcome.Error + o.Outcome.Response
				}
				for _, secret := range []string{word, "Granturco", "R3JhbnR1cm", "%47%72"} {
					if strings.Contains(told, secret) {
						t.Errorf("%s at %s: %q stands in %.2000s", code, step, secret, told)
					}
				}
			})
		}
	}
}

// FuzzReplies: whatever a server says, reading it ends within its bounds, does
// not panic, and passes on only what go-smtp can read.
func FuzzReplies(f *testing.F) {
	for _, seed := range []string{"220 hi\r\n250-a\r\n250 AUTH PLAIN\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n",
		"220 hi\r\n250-a\r\n250 PIPELINING\r\n235 ok\r\n250 ok\r\n550 no\r\n354 go\r\n554 nobody\r\n",
		"220\r\n500 no\r\n250\r\n", "220-\r\n220 x\r\n250-auth=login\r\n250 size 1\r\n334 User Name\r\n334 Password\r\n235\r\n552 5.3.4\r\n",
		"554 no\r\n", "HTTP/1.1 400\r\n\r\n", "220 \x00\xff\r\n250 \r\n334 =\r\n334\r\n334 !\r\n"} {
		f.Add(seed, byte(3))
	}
	f.Fuzz(func(t *testing.T, says string, cut byte) {
		var parts []string
		for line := range strings.SplitAfterSeq(says, "\n") {
			for n := int(cut)*8 + 1; len(line) > n; line = line[n:] {
				parts = append(parts, line[:n])
			}
			parts = append(parts, line)
		}
		r := newReplies(&script{says: parts}, nil)
		c := smtp.NewClient(r)
		s := &Sender{Server: Server{User: "desk"}}
		if c.Hello("example.it") == nil {
			if _, err := s.authenticate(c, "secret", 0); err != nil && faultOf(err) != login && faultOf(err) != network {
				t.Fatalf("a login that is neither refused nor broken: %v", err)
			}
		}
		session := &session{client: c, line: r, conn: r}
		if w, err := session.ask("desk@example.it", "mario@esempio.it", 1000, cut%2 == 0); err == nil {
			_, err := session.transmit(context.Background(), w, &ticket.Letter{Chunks: []ticket.Chunk{{Bytes: []byte("a\r\n")}}}, nil, "")
			_ = describe(errors.Join(err, errFlood))
		}
		if len(r.out) > replyBytes+8*replyLines {
			t.Fatalf("%d bytes are passed on", len(r.out))
		}
	})
}
