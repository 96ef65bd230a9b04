package main

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"sportello/mailin"
)

// moneyView is what `ticket show --json` tells of money.
type moneyView struct {
	State         string
	Reason        string `json:"closed_reason"`
	Quote         struct{ Code, State string }
	Held, Charged int
	Messages      []struct{ Kind, Authority string }
}

func (d *daemon) money(t testing.TB, id int) (v moneyView) {
	t.Helper()
	if err := json.Unmarshal([]byte(d.must(t, "ticket", "show", fmt.Sprint(id), "--json")), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// awaitMoney waits until ticket id holds and has charged so much, its quote being so.
func (d *daemon) awaitMoney(t testing.TB, id, held, charged int, quote string) {
	t.Helper()
	d.await(t, 20*time.Second, fmt.Sprintf("#%d: %d held, %d charged, quote %s", id, held, charged, quote), func(statsView) bool {
		v := d.money(t, id)
		return v.Held == held && v.Charged == charged && v.Quote.State == quote
	})
}

// about tells whether a mail is a letter of kind about ticket id.
func about(kind string, id int) func(*mail.Message) bool {
	return func(m *mail.Message) bool {
		return notice(kind)(m) && m.Header.Get("X-Sportello-Ticket") == fmt.Sprint(id)
	}
}

var mailtoLink = regexp.MustCompile(`mailto:\S+`)

// pressed writes the mail that a mail program makes of the button with that word.
func pressed(t testing.TB, letter, word, from, mid string) (to, raw string) {
	t.Helper()
	for _, link := range mailtoLink.FindAllString(plainPart(t, letter), -1) {
		u, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		to, err = url.PathUnescape(u.Opaque)
		if err != nil {
			t.Fatal(err)
		}
		if q := u.Query(); strings.HasPrefix(q.Get("body"), word) {
			return to, mailFrom(from, to, q.Get("subject"), mid, "", q.Get("body"))
		}
	}
	t.Fatalf("no button %q in\n%s", word, letter)
	return "", ""
}

// mailFrom is letter with a subject that may hold letters beyond ASCII.
func mailFrom(from, to, subject, mid, extra, text string) string {
	return letter(from, to, mime.QEncoding.Encode("utf-8", subject), mid, extra, text)
}

// plainPart is the text/plain part of a letter, decoded.
func plainPart(t testing.TB, raw string) string {
	t.Helper()
	return mailin.Parse([]byte(raw), mailin.Options{}).Text
}

// answered writes a reply to a letter: text above the letter, quoted.
func answered(t testing.TB, l, from, mid, text string) (to, raw string) {
	t.Helper()
	return answeredAs(t, l, from, mid, text, "Il giorno "+time.Now().Format("02/01/2006")+" alle ore 10:00, Assistenza <"+support+"> ha scritto:", "R: ")
}

// answeredAs is answered with the mail program's words.
func answeredAs(t testing.TB, l, from, mid, text, attribution, re string) (to, raw string) {
	t.Helper()
	h := header(t, l)
	to = addressIn(t, h, "Reply-To")
	body := text + "\n\n" + attribution + "\n> " + strings.ReplaceAll(plainPart(t, l), "\n", "\n> ")
	subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return to, mailFrom(from, to, re+subject, mid, "In-Reply-To: "+h.Get("Message-Id")+"\nReferences: "+h.Get("Message-Id")+"\n", body)
}

// TestRealQuotes lives through quotes on real servers: accepted by a button and
// by a word, declined, short of credits and bought, charged when the ticket is
// closed; and what looks like a yes and is none.
func TestRealQuotes(t *testing.T) {
	s := startServers(t, support, tech, customer, colleague)
	d := realDesk(t, s, "acks_per_address_hour = 0\nletters_per_minute = 0\n")
	today := time.Now().Format(time.DateOnly)
	d.must(t, "import", d.write(t, "people.csv", people), d.write(t, "credits.csv", "ref,customer,credits,purchased\nA1,C1,10,"+today+"\n"))
	d.serve(t)
	ask := func(id int) string {
		t.Helper()
		s.post(t, customer, support, letter("Mario Rossi <"+customer+">", support, fmt.Sprintf("Nuova casella di posta %d", id), fmt.Sprintf("ask%d@customer.test", id), "",
			"Buongiorno, potete creare una nuova casella di posta info@rossi.example? Grazie."))
		return s.awaitMail(t, customer, "the quote", about("quote", id))
	}

	// By the button, by a word, declined.
	quote := ask(1)
	to, raw := pressed(t, quote, "Accetto il preventivo P-1-1", customer, "button@customer.test")
	s.post(t, customer, to, raw)
	d.awaitMoney(t, 1, 1, 0, "accepted")
	s.awaitMail(t, customer, "the receipt", about("quote-accepted", 1))
	to, raw = answered(t, ask(2), "Mario Rossi <"+customer+">", "word@customer.test", "Ok, accetto.\n\nMario Rossi")
	s.post(t, customer, to, raw)
	d.awaitMoney(t, 2, 1, 0, "accepted")
	to, raw = pressed(t, ask(3), "Rifiuto il preventivo P-3-1", customer, "declined@customer.test")
	s.post(t, customer, to, raw)
	d.awaitMoney(t, 3, 0, 0, "declined")
	s.awaitMail(t, customer, "the receipt", about("quote-declined", 3))
	if v := d.money(t, 3); v.State != "closed" || v.Reason != "declined" {
		t.Errorf("%s %s", v.State, v.Reason)
	}

	// What is no yes.
	quote = ask(4)
	h := header(t, quote)
	to, thread := addressIn(t, h, "Reply-To"), "In-Reply-To: "+h.Get("Message-Id")+"\n"
	_, away := answered(t, quote, customer, "away@customer.test", "Sono fuori ufficio fino a lunedì.")
	s.post(t, customer, to, strings.Replace(away, "MIME-Version", "Auto-Submitted: auto-replied\nMIME-Version", 1))
	s.post(t, colleague, to, letter(colleague, to, "I: "+h.Get("Subject"), "forwarded@customer.test", thread, "Accetto il preventivo P-4-1"))
	for i, text := range []string{
		"Accetto.\n\n-- \nMario Rossi\nsolo se finite entro venerdì",
		"Accetto.\n\nInviato da iPhone, ma prima chiamatemi",
		"Accetto.\n\nIl giorno lunedì Assistenza ha scritto:\n> Preventivo: P-4-1\n> però voglio pagare 0 crediti\n> Costo: 1 credito",
	} {
		s.post(t, customer, to, letter(customer, to, "Re: "+h.Get("Subject"), fmt.Sprintf("none%d@customer.test", i), thread, text))
	}
	d.await(t, 20*time.Second, "five mails without effect", func(statsView) bool { return len(d.money(t, 4).Messages) == 7 })
	if v := d.money(t, 4); v.Held != 0 || v.Quote.State != "offered" {
		t.Errorf("%d held, %s", v.Held, v.Quote.State)
	}

	// Too few credits: told, bought, offered again, one more yes.
	d.must(t, "quote", "4", "20", "--text", "Dieci caselle")
	quote = s.awaitMail(t, customer, "the newer quote", func(m *mail.Message) bool {
		return about("quote", 4)(m) && m.Header.Get("Message-Id") != h.Get("Message-Id")
	})
	to, raw = pressed(t, quote, "Accetto il preventivo P-4-2", customer, "short@customer.test")
	s.post(t, customer, to, raw)
	s.awaitMail(t, customer, "how many are missing", about("credit-short", 4))
	d.must(t, "credit", "add", "C1", "15", "--ref", "A2")
	again := s.awaitMail(t, customer, "the quote once more", func(m *mail.Message) bool {
		return about("quote", 4)(m) && m.Header.Get("Message-Id") != h.Get("Message-Id") && m.Header.Get("Message-Id") != header(t, quote).Get("Message-Id")
	})
	if header(t, again).Get("Reply-To") != header(t, quote).Get("Reply-To") {
		t.Errorf("another token: %s, %s", header(t, again).Get("Reply-To"), header(t, quote).Get("Reply-To"))
	}
	to, raw = answered(t, again, customer, "enough@customer.test", "Sì, accetto il preventivo P-4-2.")
	s.post(t, customer, to, raw)
	d.awaitMoney(t, 4, 20, 0, "accepted")

	// The work is done: closing charges it.
	work := header(t, s.awaitMail(t, tech, "the ticket", about("ticket-new", 4)))
	to = addressIn(t, work, "Reply-To")
	s.post(t, tech, to, letter("Anna Ferretti <"+tech+">", to, "Re: "+work.Get("Subject"), "done@example.test", "In-Reply-To: "+work.Get("Message-Id")+"\n", "#close 12\n\nFatto: le caselle ci sono.\n\nAnna"))
	d.awaitMoney(t, 4, 0, 12, "accepted")
	if v := d.money(t, 4); v.State != "closed" {
		t.Errorf("the ticket is %s", v.State)
	}
	var kinds []string
	for line := range strings.Lines(d.must(t, "credit", "statement", "C1", "--json")) {
		var e entryJSON
		must(t, json.Unmarshal([]byte(line), &e))
		kinds = append(kinds, fmt.Sprintf("%s %d #%d", e.Kind, e.Credits, e.Ticket))
	}
	want := "purchase 10 #0, hold 1 #1, hold 1 #2, purchase 15 #0, hold 8 #4, hold 12 #4, capture 8 #4, capture 4 #4, release 8 #4"
	if got := strings.Join(kinds, ", "); got != want {
		t.Errorf("the statement:\n%s\nwant\n%s", got, want)
	}
	s.post(t, customer, support, letter(customer, support, "Crediti", "saldo@customer.test", "", "Estratto conto"))
	if got := s.awaitMail(t, customer, "the statement", notice("statement")); !strings.Contains(got, "12") || !strings.Contains(got, "(richiesta #4)") {
		t.Errorf("the statement by mail:\n%s", got)
	}
	if out := d.must(t, "fsck", "--json"); strings.Contains(out, `"level":"error"`) {
		t.Errorf("fsck: %s", out)
	}
	d.stop(t)
}
