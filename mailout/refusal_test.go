package mailout

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"sportello/ticket"
)

// steps are the stages of a letter as their first bytes on the wire.
var steps = map[string]stage{"MAIL": atMail, "RCPT": atRcpt, "DATA": atData, ".": atEnd}

// TestRefusals: the same words mean the same at every stage where a server may
// say them. "" is what every stage makes of it, else the stages that differ.
func TestRefusals(t *testing.T) {
	for said, want := range map[string]map[string]fault{
		// the envelope sender
		"554 5.2.252 SendAsDenied; desk@example.it not allowed to send as desk+b1@example.it; Failed to process message": {"": envelope},
		"550 5.7.60 SMTP; Client does not have permissions to send as this sender":                                       {"": envelope},
		"553 5.7.1 <desk+b1@example.it>: Sender address rejected: not owned by user desk":                                {"": envelope},
		"550 Sender verify failed":                                   {"": envelope},
		"501 5.1.7 bad address":                                      {"": envelope},
		"550 5.1.8 no such domain":                                   {"": envelope},
		"553 desk+b1@example.it is not yours":                        {"": envelope},
		"550 #5.1.8 Domain of sender is unknown":                     {"": envelope},
		"554 5.7.1 you may not use this return-path":                 {"": envelope},
		"550 the null sender <> is not accepted here":                {"": envelope},
		"550 5.7.1 The sender does not match the authenticated user": {"": envelope},
		"554 Message rejected: Email address is not verified. The following identities failed the check in EU": {"": envelope},
		"550 not you": {"": permanent, "MAIL": envelope},
		"450 4.1.8 Sender address rejected: try later": {"": temporary},
		// the recipient and the letter
		"550 5.1.1 no such user; the sender was told":                   {"": permanent, "MAIL": envelope},
		"550 5.7.1 <mario@esempio.it>: Recipient address rejected":      {"": permanent, "MAIL": envelope},
		"552 5.2.2 mailbox full":                                        {"": permanent, "MAIL": envelope},
		"550 5.4.5 Daily sending limit exceeded":                        {"": permanent, "MAIL": envelope},
		"554 5.7.1 Message rejected as spam":                            {"": permanent, "MAIL": envelope},
		"550 5.7.26 This mail is unauthenticated, use SPF or DKIM":      {"": permanent, "MAIL": envelope},
		"500 5.5.2 header line too long":                                {"": permanent, "MAIL": envelope},
		"550 5.1.1 The server 5.7.60 of them does not know the mailbox": {"": permanent, "MAIL": envelope},
		// the size
		"552 5.3.4 Message size exceeds fixed limit":          {"": tooLarge},
		"552 Message exceeds fixed maximum size":              {"": tooLarge},
		"550 5.2.3 too big for the mailbox":                   {"": tooLarge},
		"554 5.7.1 message length exceeds what policy allows": {"": tooLarge},
		"523 no":                                {"": tooLarge},
		"554 Message is larger than 10MB":       {"": tooLarge},
		"550 Your mail is too large":            {"": tooLarge},
		"550 exceeded the limit of 25 MB":       {"": tooLarge},
		"452 4.3.4 too big for now":             {"": tooLarge},
		"452 4.3.1 insufficient system storage": {"": temporary},
		"452 4.2.2 over quota":                  {"": temporary},
		"550 5.2.3 x":                           {"": tooLarge},
		// the login
		"530 5.7.57 Client was not authenticated to send anonymous mail": {"": login},
		"535 5.7.8 no longer":                 {"": login},
		"550 5.7.1 Authentication required":   {"": permanent, "MAIL": login},
		"554 you have not been authenticated": {"": permanent, "MAIL": login},
		// the crowd, and the moment
		"421 4.7.0 Too many concurrent SMTP connections":                {"": crowd},
		"432 4.3.2 Concurrent connections limit exceeded":               {"": crowd},
		"432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded": {"": crowd},
		"421 4.3.2 going down":                                          {"": temporary},
		"451 4.7.1 greylisted":                                          {"": temporary},
		"451":                                                           {"": temporary},
		"550":                                                           {"": permanent, "MAIL": envelope},
		// out of step
		"503 5.5.1 bad sequence of commands": {"": lost},
		"503 5.5.1 you must authenticate":    {"": lost, "MAIL": login},
		"220 hello again":                    {"": lost, ".": unknown},
		"334 go on":                          {"": lost, ".": unknown},
		"999 what":                           {"": lost, ".": unknown},
	} {
		for step, at := range steps {
			expected, ok := want[step]
			if !ok {
				expected = want[""]
			}
			if got := faultOf(refused(reply(t, said), at, "desk+b1@example.it")); got != expected {
				t.Errorf("%s at %s: fault %d, want %d", said, step, got, expected)
			}
		}
	}
}

// reply is an answer as go-smtp hands it out.
func reply(t *testing.T, line string) error {
	t.Helper()
	c := smtp.NewClient(newReplies(&script{says: []string{"220 hi\r\n", "250 hi\r\n", line + "\r\n"}}, nil))
	err := c.Verify("x")
	if err == nil {
		t.Fatalf("%q is no refusal", line)
	}
	return err
}

// TestSenderRefused: a server that takes letters from the desk's address alone
// may say so at any stage, in any words: each letter goes again from there and
// arrives once, no try counts, and it is said once.
func TestSenderRefused(t *testing.T) {
	for _, said := range []string{
		"554 5.2.252 SendAsDenied; not allowed to send as %s; Failed to process message due to a permanent exception",
		"550 5.7.60 SMTP; Client does not have permissions to send as this sender",
		"553 5.7.1 <%s>: Sender address rejected: not owned by user assistenza",
		"550-5.1.8 x\r\n550 5.1.8 Domain of sender address does not exist",
	} {
		for step := range steps {
			t.Run(step+" "+said[:12], func(t *testing.T) {
				run(t, func(r *rig) {
					r.queue(ticket.NoticeAck, 1, 2)
					r.queue(ticket.NoticeAnswer, 3, 3)
					from := map[int]string{}
					r.server.answer = func(conn int, line string) string {
						if strings.HasPrefix(line, "MAIL") {
							from[conn] = between(line)
						}
						if (line == step || step != "." && strings.HasPrefix(line, step)) && from[conn] != "assistenza@example.it" {
							return strings.ReplaceAll(said, "%s", from[conn])
						}
						return ""
					}
				}, func(r *rig) {
					r.wait(10 * time.Second)
					for id := range ticket.NoticeID(5) {
						if row := r.state(t, id+1, ticket.RowSent); row.Tries != 0 {
							t.Errorf("tries %d", row.Tries)
						}
					}
					if len(r.server.taken()) != 5 || len(r.alerts) != 1 || !strings.Contains(r.alerts[0], "assistenza@example.it") {
						t.Errorf("%d mails, alerts %q", len(r.server.taken()), r.alerts)
					}
				})
			})
		}
	}
}

// TestSenderSuspected: a letter that is refused from the desk's address as well
// was meant itself: it fails, and the others keep their bounce addresses.
func TestSenderSuspected(t *testing.T) {
	for step := range steps {
		if step == "DATA" {
			continue
		}
		t.Run(step, func(t *testing.T) {
			run(t, func(r *rig) {
				r.Connections = 1
				r.queue(ticket.NoticeAnswer, 1, 3)
				mails, bad := 0, false
				r.server.answer = func(_ int, line string) string {
					if strings.HasPrefix(line, "MAIL") {
						mails++
						bad = between(line) == "assistenza+b2@example.it" || between(line) == "assistenza@example.it"
					}
					if bad && (line == step || step != "." && strings.HasPrefix(line, step)) {
						return "550 5.7.1 the sender of this is on our black list"
					}
					return ""
				}
			}, func(r *rig) {
				r.wait(10 * time.Second)
				if row := r.state(t, 2, ticket.RowFailed); !strings.Contains(row.LastError, "black list") {
					t.Errorf("error %q", row.LastError)
				}
				r.state(t, 1, ticket.RowSent)
				r.state(t, 3, ticket.RowSent)
				for _, m := range r.server.taken() {
					if m.From == "assistenza@example.it" {
						t.Error("all letters leave from the desk's address")
					}
				}
				if len(r.alerts) != 0 {
					t.Errorf("alerts %q", r.alerts)
				}
			})
		})
	}
}

// TestTooLarge: what a server says of a letter's size, wherever and in whatever
// words, lets the letter go again without its files, which it names; and with
// the head of its text when that is still too much. It has one Message-ID, and
// no try counts (PROMISES.md G08).
func TestTooLarge(t *testing.T) {
	long := strings.Repeat("Una riga del testo, che è lungo assai.\n", 1000)
	for step, refuse := range map[string]string{
		"announced": "", "MAIL": "552 5.3.4 message size exceeds limit", "RCPT": "550 5.2.3 larger than the mailbox takes",
		"DATA": "554 message too large", ".": "552-5.3.4 Your message exceeded\r\n552 5.3.4 our limits",
	} {
		for text, limit := range map[string]int{"Ecco i file.": 12_000, long: 40_000} {
			t.Run(fmt.Sprint(step, limit), func(t *testing.T) {
				run(t, func(r *rig) {
					r.large(1, text)
					r.server.ehlo, r.server.answer = []string{"size"}, tooLargeAt(step, limit, refuse)
					if refuse == "" {
						r.server.ehlo, r.server.answer = []string{fmt.Sprint("size ", limit)}, nil
					}
				}, func(r *rig) {
					r.wait(time.Minute)
					if row := r.state(t, 1, ticket.RowSent); row.Tries != 0 {
						t.Errorf("tries %d: %s", row.Tries, row.LastError)
					}
					mails := r.server.taken()
					if len(mails) != 1 {
						t.Fatalf("%d mails", len(mails))
					}
					got, _, files := read(t, []byte(strings.ReplaceAll(mails[0].Body, "\r\n..", "\r\n.")))
					if len(files) != 0 || strings.Count(strings.Join(strings.Fields(got), " "), "troppo grande per una e-mail") != 4 {
						t.Errorf("%d files, text ends in %q", len(files), got[max(0, len(got)-1000):])
					}
					if cut := strings.Contains(got, "Il testo continua"); cut != (text == long) || len(got) > 20_000 {
						t.Errorf("text of %d bytes", len(got))
					}
				})
			})
		}
	}
}

// TestNeverSmallEnough: what is too large as its head fails and is told.
func TestNeverSmallEnough(t *testing.T) {
	run(t, func(r *rig) {
		r.large(1, strings.Repeat("x", 50_000))
		r.queue(ticket.NoticeAnswer, 2, 1)
		r.server.answer = func(_ int, line string) string {
			if line == "." {
				return "552 5.3.4 too large for you"
			}
			return ""
		}
	}, func(r *rig) {
		r.wait(time.Hour)
		r.state(t, 1, ticket.RowFailed)
		r.state(t, 2, ticket.RowFailed)
		if n := r.server.count("DATA"); n != 4 {
			t.Errorf("DATA %d times, want whole, without files, its head, and the small one", n)
		}
	})
}

// TestUnknownKeepsItsForm: a letter that may have arrived does not go again as another.
func TestUnknownKeepsItsForm(t *testing.T) {
	r := &ticket.Row{Notice: *sample(ticket.NoticeAnswer, "it", func(n *ticket.Notice) { n.Attachments = relays() })}
	if w, ok := lighter(r); !ok || w != ticket.WeightNoFiles {
		t.Errorf("%d %t", w, ok)
	}
	r.Resent = true
	if w, ok := lighter(r); ok {
		t.Errorf("lighter: %d", w)
	}
}

// large queues a letter with files of 15 KB.
func (r *rig) large(id ticket.NoticeID, text string) {
	r.spool.add(sample(ticket.NoticeAnswer, "it", func(n *ticket.Notice) { n.ID, n.Text, n.Attachments = id, text, relays() }))
	c := composer()
	c.Attachment = func(context.Context, ticket.AttachmentRef) ([]byte, error) { return make([]byte, 15_000), nil }
	r.Attachment, r.Compose = c.Attachment, c.Compose
}

// tooLargeAt refuses letters above limit, as MAIL told their size, at a step.
func tooLargeAt(step string, limit int, refuse string) func(int, string) string {
	size := 0
	return func(_ int, line string) string {
		if _, told, ok := strings.Cut(line, " SIZE="); ok {
			size, _ = strconv.Atoi(told)
		}
		if size > limit && (line == step || step != "." && strings.HasPrefix(line, step)) {
			return refuse
		}
		return ""
	}
}
