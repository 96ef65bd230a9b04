package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"mime"
	"net/mail"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// person writes and reads mail, and does nothing else.
type person struct{ name, address, language string }

func (p person) String() string { return p.name + " <" + p.address + ">" }

func (p person) domain() string { return p.address[strings.Index(p.address, "@")+1:] }

// day is a desk on real servers and the people around it.
type day struct {
	t     *testing.T
	s     *realServers
	desk  *daemon
	world signer // signs for people of other servers

	written int
	read    map[string]bool // letters that somebody has read, by whose they are and Message-ID
	story   []string
}

// tell prints the story when the test has failed, with the daemon's log.
func (d *day) tell() {
	if d.t.Failed() {
		d.t.Logf("what happened:\n%s\nlog of the daemon:\n%s", strings.Join(d.story, "\n"), d.desk.log())
	}
}

// note adds a mail to the story: who, what and how its text begins.
func (d *day) note(how, raw string) {
	d.t.Helper()
	h := header(d.t, raw)
	subject, _ := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	text := []rune(strings.Join(strings.Fields(plainPart(d.t, raw)), " "))
	d.story = append(d.story, fmt.Sprintf("%s  %s  %q  %s", time.Now().Format(time.TimeOnly), how, subject, string(text[:min(160, len(text))])))
}

func (d *day) mid(p person) string {
	d.written++
	return fmt.Sprintf("day%d@%s", d.written, p.domain())
}

// asks writes to the support address, writes to any.
func (d *day) asks(p person, subject, text string) {
	d.t.Helper()
	d.writes(p, support, subject, text)
}

func (d *day) writes(p person, to, subject, text string) {
	d.t.Helper()
	d.sends(p, to, mailFrom(p.String(), to, subject, d.mid(p), "", text))
}

// replies answers a letter as a mail program does, at its Reply-To.
func (d *day) replies(p person, to, text string) {
	d.t.Helper()
	at, raw := d.reply(p, to, text)
	d.sends(p, at, raw)
}

func (d *day) reply(p person, to, text string) (at, raw string) {
	d.t.Helper()
	if p.language == "en" {
		return answeredAs(d.t, to, p.String(), d.mid(p), text, "On "+time.Now().Format("Mon, 2 Jan 2006 at 15:04")+", Assistenza <"+support+"> wrote:", "Re: ")
	}
	return answered(d.t, to, p.String(), d.mid(p), text)
}

// presses sends what a button of the letter prepares.
func (d *day) presses(p person, letter, word string) {
	d.t.Helper()
	to, raw := pressed(d.t, letter, word, p.String(), d.mid(p))
	d.sends(p, to, raw)
}

// writesNote follows the letter's link to an internal note.
func (d *day) writesNote(p person, letter, text string) {
	d.t.Helper()
	to, err := url.PathUnescape(header(d.t, letter).Get("X-Sportello-Note"))
	if err != nil {
		d.t.Fatal(err)
	}
	if a, err := mail.ParseAddress(to); err == nil {
		to = a.Address
	}
	_, raw := d.reply(p, letter, text)
	d.sends(p, to, strings.Replace(raw, "\nTo: "+addressIn(d.t, header(d.t, letter), "Reply-To"), "\nTo: "+to, 1))
}

// sends carries a mail as p's own server does: people of these servers submit it
// there, with their password; of others it comes signed to the port for the world.
func (d *day) sends(p person, to, raw string) {
	d.t.Helper()
	d.note("✉ "+p.name+" → "+to, raw)
	if p.domain() == "outside.test" {
		d.s.post(d.t, p.address, to, d.world.sign(d.t, p.domain(), raw))
		return
	}
	d.s.submit(d.t, p.address, to, raw)
}

// forges brings a mail in p's name to the port for the world.
func (d *day) forges(p person, to, raw string) {
	d.t.Helper()
	d.note("✉ somebody as "+p.name+" → "+to, raw)
	d.s.post(d.t, p.address, to, raw)
}

// submit hands a mail of a user's to the port for those who log in.
func (s *realServers) submit(t testing.TB, user, to, raw string) {
	t.Helper()
	c, err := smtp.DialStartTLS(s.at(s.Submission), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Auth(sasl.NewPlainClient("", user, mailPassword)); err != nil {
		t.Fatal(err)
	}
	if err := c.SendMail(user, []string{to}, strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n"))); err != nil {
		t.Fatalf("%s submits to %s: %v", user, to, err)
	}
}

// gets waits for p's next unread letter of a kind about a ticket (0: about none)
// and reads it. "answer" is a person's letter, which names no kind.
func (d *day) gets(p person, kind string, id int) string {
	d.t.Helper()
	raw := d.s.awaitMail(d.t, p.address, fmt.Sprintf("%q about #%d", kind, id), func(m *mail.Message) bool {
		return !d.read[p.address+m.Header.Get("Message-Id")] && letterKind(m.Header) == kind && letterTicket(m.Header) == id
	})
	d.read[p.address+header(d.t, raw).Get("Message-Id")] = true
	d.note("→ "+p.name+" gets "+kind, raw)
	if len(d.s.Signs) > 0 {
		d.intact(p, kind, raw)
	}
	return raw
}

func letterKind(h mail.Header) string {
	if kind := h.Get("X-Sportello-Notice"); kind != "" {
		return kind
	}
	return "answer"
}

// letterTicket is the ticket in a letter's subject.
func letterTicket(h mail.Header) (id int) {
	_, tag, _ := strings.Cut(h.Get("Subject"), "[Assistenza #")
	fmt.Sscanf(tag, "%d]", &id)
	return id
}

// intact wants the signature of the desk's own server to hold in the mailbox: no
// server on the way had to change anything.
func (d *day) intact(p person, kind, raw string) {
	d.t.Helper()
	v, err := dkim.VerifyWithOptions(strings.NewReader(raw), &dkim.VerifyOptions{LookupTXT: func(string) ([]string, error) { return []string{d.s.record}, nil }})
	if err != nil || len(v) != 1 || v[0].Err != nil || v[0].Domain != "example.test" {
		d.t.Errorf("%s to %s: signatures %+v, %v", kind, p.name, v, err)
	}
}

// gotNothingElse wants every letter in the mailboxes to have been read.
func (d *day) gotNothingElse() {
	d.t.Helper()
	d.settled()
	for _, user := range d.s.Users {
		for _, raw := range d.s.mails(d.t, user) {
			h := header(d.t, raw)
			if user != support && letterKind(h) != "digest" && !d.read[user+h.Get("Message-Id")] {
				d.t.Errorf("%s also got %s:\n%s", user, letterKind(h), plainPart(d.t, raw))
			}
		}
	}
}

// settled waits until every mail has been read by the desk and every letter of
// the desk has been delivered.
func (d *day) settled() {
	d.t.Helper()
	d.s.awaitDelivered(d.t, support)
	want := len(d.s.mails(d.t, support))
	d.desk.await(d.t, time.Minute, "rest", func(v statsView) bool {
		return v.Mails >= want && v.Outbox.Queued+v.Outbox.Sending == 0
	})
	d.s.awaitDelivered(d.t, support)
}

// state is what money and tickets are like, as the desk shows them: all that a
// mail without effect must leave as it is.
func (d *day) state() string {
	d.t.Helper()
	return d.desk.must(d.t, "ticket", "list", "--json", "--limit", "0") + d.desk.must(d.t, "credit", "statement", "C2", "--json")
}

func (d *day) unchanged(before, what string) {
	d.t.Helper()
	d.settled()
	if after := d.state(); after != before {
		d.t.Errorf("%s changed something:\n%s\nbefore:\n%s", what, after, before)
	}
}

// isTicket waits until a ticket stands so.
func (d *day) isTicket(id int, state, coverage, assignee string) {
	d.t.Helper()
	want := fmt.Sprintf("%s, %s, %q", state, coverage, assignee)
	d.desk.await(d.t, time.Minute, fmt.Sprintf("#%d: %s", id, want), func(statsView) bool {
		v := d.desk.ticket(d.t, id)
		return fmt.Sprintf("%s, %s, %q", v.State, v.Coverage, v.Assignee) == want
	})
}

// holds waits until a ticket holds and has charged so many credits.
func (d *day) holds(id, held, charged int) {
	d.t.Helper()
	d.desk.await(d.t, time.Minute, fmt.Sprintf("#%d: %d held, %d charged", id, held, charged), func(statsView) bool {
		v := d.desk.money(d.t, id)
		return v.Held == held && v.Charged == charged
	})
}

// sound wants nothing against the desk: the promises hold, each mail of the
// mailbox was read, every decision can be told.
func (d *day) sound() {
	d.t.Helper()
	for _, args := range [][]string{{"fsck", "--deep", "--json"}, {"fsck", "--mailbox", "--json"}} {
		if out := d.desk.must(d.t, args...); strings.Count(out, "\n") != 1 {
			d.t.Errorf("%s:\n%s", strings.Join(args, " "), out)
		}
	}
	for _, tk := range jsonLines[struct{ ID int }](d.t, d.desk.must(d.t, "ticket", "list", "--json")) {
		if why := d.desk.must(d.t, "why", fmt.Sprint(tk.ID)); !strings.Contains(why, "authority") {
			d.t.Errorf("why %d tells no authority:\n%s", tk.ID, why)
		}
	}
}

// booksAre wants these entries in a customer's statement.
func (d *day) booksAre(id, want string) {
	d.t.Helper()
	var all []string
	for _, e := range jsonLines[entryJSON](d.t, d.desk.must(d.t, "credit", "statement", id, "--json")) {
		all = append(all, fmt.Sprintf("%s %d #%d", e.Kind, e.Credits, e.Ticket))
	}
	if got := strings.Join(all, ", "); got != want {
		d.t.Errorf("the statement of %s:\n%s\nwant\n%s", id, got, want)
	}
}

func jsonLines[T any](t testing.TB, out string) (all []T) {
	t.Helper()
	for dec := json.NewDecoder(bytes.NewBufferString(out)); dec.More(); {
		var v T
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}
