package main

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-smtp"
)

const (
	support   = "support@example.test"
	tech      = "tech1@example.test"
	customer  = "customer1@customer.test"
	colleague = "customer2@customer.test"
	gone      = "gone@bounce.test" // accepted by Postfix, then returned by a DSN
)

// realDesk is a daemon on the real servers: IDLE over STARTTLS, submission with
// STARTTLS and AUTH.
func realDesk(t *testing.T, s *realServers, limits string) *daemon {
	t.Helper()
	return secureDesk(t, s, "technician = \"token\"\ncustomer = \"token\"", limits, person{"Anna Ferretti", tech, "it"})
}

// secureDesk is realDesk with a [security] and technicians of its own.
func secureDesk(t *testing.T, s *realServers, security, limits string, technicians ...person) *daemon {
	t.Helper()
	login := strings.Replace(s.Desk, "@", "%40", 1)
	config := fmt.Sprintf(`
[desk]
name = "Assistenza"
address = %q
state_dir = "state"

[imap]
url = "imap://%s@%s:%d/INBOX"
password_file = "password"
ca_file = %q

[smtp]
url = "smtp://%s@%s:%d"
password_file = "password"
ca_file = %q

[security]
%s

[limits]
%s
`, s.Desk, login, s.Host, s.IMAP, s.path("tls/cert.pem"), login, s.Host, s.Submission, s.path("tls/cert.pem"), security, limits)
	for _, p := range technicians {
		config += fmt.Sprintf("\n[[technician]]\nname = %q\naddresses = [%q]\n", p.name, p.address)
	}
	return newDaemon(t, config)
}

// post delivers a mail by SMTP to the port that takes mail from the world.
func (s *realServers) post(t testing.TB, from, to, raw string) {
	t.Helper()
	c, err := smtp.Dial(s.at(s.SMTP))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SendMail(from, []string{to}, strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n"))); err != nil {
		t.Fatalf("from %s to %s: %v", from, to, err)
	}
}

// awaitMail looks into user's INBOX until it holds a mail for which ok answers
// true, and returns it raw. It asks again and again, as Dovecot tells news of
// itself only every half second.
func (s *realServers) awaitMail(t testing.TB, user, what string, ok func(m *mail.Message) bool) string {
	t.Helper()
	c, err := imapclient.DialInsecure(s.at(s.IMAP), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(user, mailPassword).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	seen := 0
	for {
		all, err := c.UIDSearch(&imap.SearchCriteria{}, nil).Wait()
		if err != nil {
			t.Fatal(err)
		}
		if now := len(all.AllUIDs()); now > seen {
			seen = now
			for _, raw := range fetchAll(t, c) {
				if m, err := mail.ReadMessage(strings.NewReader(raw)); err == nil && ok(m) {
					return raw
				}
			}
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s never got %s", user, what)
		}
		if err := c.Noop().Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

func fetchAll(t testing.TB, c *imapclient.Client) []string {
	t.Helper()
	all := imap.SeqSet{}
	all.AddRange(1, 0)
	msgs, err := c.Fetch(all, &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{{Peek: true}}}).Collect()
	if err != nil {
		return nil // an empty mailbox
	}
	var list []string
	for _, m := range msgs {
		for _, b := range m.BodySection {
			list = append(list, string(b.Bytes))
		}
	}
	return list
}

func notice(kind string) func(*mail.Message) bool {
	return func(m *mail.Message) bool { return m.Header.Get("X-Sportello-Notice") == kind }
}

func header(t testing.TB, raw string) mail.Header {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return m.Header
}

// address is the bare address of a header field.
func addressIn(t testing.TB, h mail.Header, field string) string {
	t.Helper()
	a, err := mail.ParseAddress(h.Get(field))
	if err != nil {
		t.Fatalf("%s %q: %v", field, h.Get(field), err)
	}
	return a.Address
}

func letter(from, to, subject, mid, extra, text string) string {
	return fmt.Sprintf("From: %s\nTo: %s\nSubject: %s\nDate: %s\nMessage-ID: <%s>\n%sMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n%s\n",
		from, to, subject, time.Now().Format(time.RFC1123Z), mid, extra, text)
}

type ticketView struct {
	ID       int
	State    string
	Coverage string
	Topic    string
	Assignee string
	ClosesAt string `json:"closes_at"`
	Messages []struct{ Kind, Notice, Authority, Text string }
}

func (d *daemon) ticket(t testing.TB, id int) ticketView {
	t.Helper()
	var v ticketView
	if err := json.Unmarshal([]byte(d.must(t, "ticket", "show", fmt.Sprint(id), "--json")), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

const people = "id,name,language,email,may_spend\nC1,Rossi Impianti,it,customer1@customer.test,true\nC1,Rossi Impianti,it,customer2@customer.test,false\nC2,Andata,it,gone@bounce.test,true\n"

const bought = "customer,plan,site,purchased\nC1,hosting,rossi.example,%s\n"

// TestRealServers is the main job on real servers: a customer's mail by SMTP,
// LMTP and IDLE becomes a ticket, is acknowledged and answered, the reply
// threads, and a letter that comes back is told.
func TestRealServers(t *testing.T) {
	s := startServers(t, support, tech, customer, colleague)
	d := realDesk(t, s, "")
	d.must(t, "import", d.write(t, "people.csv", people), d.write(t, "plans.csv", fmt.Sprintf(bought, time.Now().AddDate(0, -1, 0).Format(time.DateOnly))))
	d.serve(t)

	s.post(t, customer, support, letter("Mario Rossi <"+customer+">", support, "Sito irraggiungibile: errore 503", "first@customer.test", "",
		"Buongiorno,\nda stamattina il sito rossi.example non risponde: errore 503 per tutti, da ogni rete. Il server web è fermo.\n\nMario Rossi"))
	ack := header(t, s.awaitMail(t, customer, "the acknowledgement", notice("ack")))
	for field, want := range map[string]string{
		"Auto-Submitted": "auto-replied", "In-Reply-To": "<first@customer.test>", "X-Auto-Response-Suppress": "All", "X-Sportello-Ticket": "1", "Return-Path": "<>",
	} {
		if got := ack.Get(field); got != want {
			t.Errorf("acknowledgement: %s: %q, want %q", field, got, want)
		}
	}
	fromTech := s.awaitMail(t, tech, "the new ticket", notice("ticket-new"))
	if v := d.ticket(t, 1); v.State != "open" || v.Coverage != "covered" || v.Topic != "platform-down" {
		t.Errorf("ticket %+v", v)
	}

	h := header(t, fromTech)
	s.post(t, tech, addressIn(t, h, "Reply-To"), letter("Anna Ferretti <"+tech+">", h.Get("Reply-To"), "Re: "+h.Get("Subject"), "work@example.test",
		"In-Reply-To: "+h.Get("Message-Id")+"\nReferences: "+h.Get("Message-Id")+"\n", "Buongiorno,\nabbiamo riavviato il server: ora il sito risponde."))
	answer := s.awaitMail(t, customer, "the answer", func(m *mail.Message) bool {
		return m.Header.Get("X-Sportello-Notice") == "" && strings.Contains(m.Header.Get("From"), "Anna Ferretti")
	})
	if got := addressIn(t, header(t, answer), "From"); got != support {
		t.Errorf("the answer comes from %s", got)
	}
	for _, secret := range []string{tech, "+t1.", "+n1.", strings.Trim(h.Get("Message-Id"), "<>")} {
		if strings.Contains(answer, secret) {
			t.Errorf("%q of the technician reaches the customer:\n%s", secret, answer)
		}
	}
	d.await(t, 10*time.Second, "a closing date", func(statsView) bool { return d.ticket(t, 1).ClosesAt != "" })

	a := header(t, answer)
	s.post(t, customer, addressIn(t, a, "Reply-To"), letter(customer, a.Get("Reply-To"), "R: "+a.Get("Subject"), "second@customer.test",
		"In-Reply-To: "+a.Get("Message-Id")+"\nReferences: "+a.Get("Message-Id")+"\n", "Grazie, ma la posta è ancora ferma.\n\nIl giorno lun 23 nov Assistenza ha scritto:\n> abbiamo riavviato il server"))
	s.awaitMail(t, tech, "the reply", notice("ticket-reply"))
	v := d.ticket(t, 1)
	if last := v.Messages[len(v.Messages)-1]; v.State != "open" || v.ClosesAt != "" || last.Kind != "request" || strings.Contains(last.Text, "riavviato") {
		t.Errorf("after the reply: %+v", v)
	}
	if got := d.stats(t); got.Tickets.Open != 1 || got.Messages != 3 {
		t.Errorf("stats %+v", got)
	}

	s.post(t, gone, support, letter(gone, support, "Nuova casella di posta", "third@bounce.test", "", "Buongiorno, potete creare una nuova casella di posta info@andata.example? Grazie."))
	s.awaitMail(t, tech, "news of the bounce", func(m *mail.Message) bool {
		return notice("ticket-reply")(m) && m.Header.Get("X-Sportello-Ticket") == "2"
	})
	bounced := false
	for _, m := range d.ticket(t, 2).Messages {
		bounced = bounced || m.Kind == "bounce"
	}
	if !bounced {
		t.Errorf("no bounce on the ticket: %+v", d.ticket(t, 2))
	}
	d.stop(t)
}

// TestKilledInTheMiddle kills the daemon with SIGKILL while 200 mails of 200
// contacts come in, and starts it again: nothing is lost and nobody gets two
// letters.
func TestKilledInTheMiddle(t *testing.T) {
	const contacts, connections = 200, 2
	users := []string{support, tech}
	csv := "id,name,language,email,may_spend\n"
	for i := range contacts {
		u := fmt.Sprintf("c%03d@customer.test", i)
		users = append(users, u)
		csv += fmt.Sprintf("K%03d,Cliente %d,it,%s,true\n", i, i, u)
	}
	s := startServers(t, users...)
	d := realDesk(t, s, "letters_per_minute = 0\nacks_per_hour = 0\nacks_per_address_hour = 0\ntickets_per_contact_hour = 0\n")
	d.must(t, "import", d.write(t, "people.csv", csv))
	d.serve(t)

	posted := make(chan error, 1)
	go func() { posted <- s.postMany(users[2:]) }()
	d.await(t, time.Minute, "the middle", func(v statsView) bool { return v.Messages >= contacts/4 && v.Outbox.Sent > 10 })
	d.kill(t)
	if err := <-posted; err != nil {
		t.Fatal(err)
	}
	d.serve(t)
	v := d.await(t, 2*time.Minute, "all tickets and letters", func(v statsView) bool {
		return v.Messages == contacts && v.Outbox.Queued+v.Outbox.Sending == 0
	})
	if v.Tickets.Open != contacts || v.Outbox.Failed != 0 {
		t.Errorf("stats %+v", v)
	}
	d.stop(t)

	received := 0
	for _, u := range users[2:] {
		n := len(s.awaitDelivered(t, u))
		if n > 1 {
			t.Errorf("%s got %d letters", u, n)
		}
		received += n
	}
	unknown := strings.Count(d.must(t, "queue", "list", "--limit", "0", "--json", "--state", "unknown"), `"notice":"ack"`)
	// A letter that was killed after its final dot is both received and unknown.
	if received > contacts || received+unknown < contacts || unknown > connections {
		t.Errorf("%d acknowledgements received, %d unknown, of %d", received, unknown, contacts)
	}
}

// postMany delivers one request from each address over one connection.
func (s *realServers) postMany(from []string) error {
	c, err := smtp.Dial(s.at(s.SMTP))
	if err != nil {
		return err
	}
	defer c.Close()
	for i, u := range from {
		raw := letter(u, support, fmt.Sprintf("Sito fermo %d", i), fmt.Sprintf("m%d@customer.test", i), "", "Il sito non risponde da stamattina, errore 503 per tutti.")
		if err := c.SendMail(u, []string{support}, strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n"))); err != nil {
			return fmt.Errorf("mail %d: %w", i, err)
		}
	}
	return c.Quit()
}

// awaitDelivered returns the mails of user after Postfix's queue has drained.
func (s *realServers) awaitDelivered(t testing.TB, user string) []string {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); {
		waiting := 0
		for _, q := range []string{"incoming", "active", "deferred", "maildrop"} {
			filepath.Walk(s.path("queue", q), func(_ string, info os.FileInfo, err error) error {
				if err == nil && info.Mode().IsRegular() {
					waiting++
				}
				return nil
			})
		}
		if waiting == 0 {
			return s.mails(t, user)
		}
		<-tick.C
	}
	t.Fatal("Postfix's queue does not empty")
	return nil
}
