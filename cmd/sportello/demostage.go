package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"net/smtp"
	"strings"
	"time"

	"sportello/mailin"
	"sportello/ticket"
)

// patience is how long the story waits for what must happen.
const patience = 20 * time.Second

// stage is where the story is played: people who write and read mail through
// the post office, and the desk behind it.
type stage struct {
	ctx    context.Context
	out    io.Writer
	post   *postOffice
	office *office
	clock  *demoClock
	ended  chan error // the daemon ended by itself

	number int            // of mails written
	last   []byte         // the mail written last
	lastTo string         // and where it went
	read   map[string]int // letters of each address that the story has told
}

// play tells every scene; the error names the scene and what did not happen.
func (s *stage) play(ctx context.Context) error {
	s.ctx, s.read = ctx, map[string]int{}
	s.say("Sportello: a support desk that works by mail. Everything below is real mail, through a real IMAP\nand SMTP conversation, filed by the real daemon. ✉ is mail that people write, → what the desk sends.\n")
	for i, scene := range scenes {
		s.say("\n%d. %s\n", i+1, scene.title)
		if err := scene.play(s); err != nil {
			return fmt.Errorf("scene %d (%s): %w", i+1, scene.title, err)
		}
		if err := s.settled(); err != nil {
			return fmt.Errorf("scene %d (%s): %w", i+1, scene.title, err)
		}
	}
	st, err := s.stats()
	if err != nil {
		return err
	}
	s.say("\nThe story is complete: %d mails came in, %d tickets (%d open, %d waiting, %d closed), %d letters went out,\n%d duplicate, %d in quarantine.\n",
		st.Mails, st.Open+st.Waiting+st.Closed, st.Open, st.Waiting, st.Closed, st.Outbox[ticket.RowSent], st.Duplicates, st.Quarantine)
	return nil
}

func (s *stage) say(format string, args ...any) { fmt.Fprintf(s.out, format, args...) }

// line tells one thing that happens; fact one that was decided.
func (s *stage) line(who, what string)  { s.say("   %-14s %s\n", who, what) }
func (s *stage) fact(name, what string) { s.say("   %14s %s\n", name+":", what) }

// write sends a mail by SMTP, as a mail client does.
func (s *stage) write(from, to, subject, text string, extra ...string) error {
	s.number++
	sender, err := bare(from)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: %s\nTo: %s\nSubject: %s\nDate: %s\nMessage-ID: <demo-%d@%s>\n", from, to,
		mime.QEncoding.Encode("utf-8", subject), s.clock.now().Format(time.RFC1123Z), s.number, sender[strings.Index(sender, "@")+1:])
	for _, h := range extra {
		b.WriteString(h + "\n")
	}
	b.WriteString("MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + text + "\n")
	s.line("✉ "+firstName(from), "“"+subject+"”  "+oneLine(text))
	s.last, s.lastTo = bytes.ReplaceAll(b.Bytes(), []byte("\n"), []byte("\r\n")), to
	return s.carry(sender)
}

func (s *stage) carry(sender string) error {
	addr := fmt.Sprintf("127.0.0.1:%d", s.post.smtpPort)
	return smtp.SendMail(addr, nil, sender, []string{s.lastTo}, s.last)
}

// again delivers the mail written last once more, byte for byte.
func (s *stage) again() error {
	s.line("✉ the network", "delivers the mail of before once more")
	return s.carry("sofia@gallo-vini.example")
}

// replyTo answers the latest letter of kind about a ticket that who has got, to
// its Reply-To and with its history quoted below.
func (s *stage) replyTo(who, kind string, id ticket.ID, text string) error {
	raw, err := s.latest(who, kind, id)
	if err != nil {
		return err
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	to, err := bare(m.Header.Get("Reply-To"))
	if err != nil {
		return err
	}
	quoted := "> " + strings.ReplaceAll(strings.TrimSpace(mailin.Parse(raw, mailin.Options{}).Text), "\n", "\n> ")
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return err
	}
	mid := m.Header.Get("Message-Id")
	return s.write(who, to, "Re: "+subject, text+"\n\nIl giorno "+s.clock.now().Format("02/01/2006 15:04")+" Assistenza ha scritto:\n"+quoted,
		"In-Reply-To: "+mid, "References: "+strings.Join(strings.Fields(m.Header.Get("References")+" "+mid), " "))
}

// latest is the latest letter of kind about a ticket that who has got.
func (s *stage) latest(who, kind string, id ticket.ID) ([]byte, error) {
	addr, err := bare(who)
	if err != nil {
		return nil, err
	}
	list, raws, _ := s.post.letters(addr)
	for i := len(list) - 1; i >= 0; i-- {
		h := list[i].Header
		if h.Get("X-Sportello-Notice") == kind && strings.Contains(h.Get("Subject"), fmt.Sprintf("#%d]", id)) {
			return raws[i], nil
		}
	}
	return nil, fmt.Errorf("%s has no letter %q about #%d", who, kind, id)
}

// letter waits for a letter to who of a kind ("" is a technician's answer) that
// the story has not told yet, tells it, and returns it raw.
func (s *stage) letter(who, kind string) ([]byte, error) {
	addr, err := bare(who)
	if err != nil {
		return nil, err
	}
	deadline := time.After(patience)
	for {
		list, raws, bell := s.post.letters(addr)
		for i := s.read[addr]; i < len(list); i++ {
			h := list[i].Header
			if h.Get("X-Sportello-Notice") != kind {
				continue
			}
			s.read[addr] = i + 1
			subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
			if err != nil {
				return nil, err
			}
			name := kind
			if kind == "" {
				name = "answer"
			}
			s.line("→ "+firstName(who), fmt.Sprintf("%-13s “%s”", name, subject))
			return raws[i], nil
		}
		select {
		case <-bell:
		case <-deadline:
			return nil, fmt.Errorf("%s never got a letter of kind %q", addr, kind)
		case err := <-s.ended:
			s.ended <- err
			return nil, errors.Join(errors.New("the daemon ended"), err)
		case <-s.ctx.Done():
			return nil, s.ctx.Err()
		}
	}
}

// until waits until ok answers true about what is stored.
func (s *stage) until(what string, ok func(ticket.Tx) (bool, error)) error {
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		done := false
		err := s.office.store.View(ctx, func(tx ticket.Tx) (err error) {
			done, err = ok(tx)
			return err
		})
		if errors.Is(err, ticket.ErrNotFound) {
			err = nil
		}
		if err != nil || done {
			return err
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("waited in vain for %s", what)
		}
	}
}

// settled waits until nothing that could go out now is still queued.
func (s *stage) settled() error {
	return s.until("the outbox to be empty", func(tx ticket.Tx) (bool, error) {
		st, err := tx.Stats()
		return st.Outbox[ticket.RowQueued]+st.Outbox[ticket.RowSending] == 0, err
	})
}

// decided waits for a ticket and tells the verdict, which must have this coverage.
func (s *stage) decided(id ticket.ID, coverage string) (*ticket.Ticket, error) {
	var t *ticket.Ticket
	err := s.until(fmt.Sprintf("ticket #%d", id), func(tx ticket.Tx) (found bool, err error) {
		t, err = tx.Ticket(id)
		return err == nil, err
	})
	if err != nil {
		return nil, err
	}
	d := t.Decision
	s.fact(fmt.Sprintf("ticket #%d", id), fmt.Sprintf("%s (confidence %.2f), %s, %s", d.Topic, d.Confidence, d.Coverage, t.State))
	s.fact("because", s.office.desk.Policy.ClauseText(d.Clause, "en"))
	if t.Quote != nil {
		s.fact("quote", fmt.Sprintf("%s, credits: %d, valid until %s", t.Quote.Code, t.Quote.Credits, s.office.moment(t.Quote.ValidUntil.Add(-time.Second))))
	}
	if got := d.Coverage.String(); got != coverage {
		return t, fmt.Errorf("ticket #%d is %s, and should be %s", id, got, coverage)
	}
	return t, nil
}

// becomes waits until a ticket is in a state, and tells it.
func (s *stage) becomes(id ticket.ID, state ticket.State) error {
	err := s.until(fmt.Sprintf("#%d to be %s", id, state), func(tx ticket.Tx) (bool, error) {
		t, err := tx.Ticket(id)
		return err == nil && t.State == state, err
	})
	if err == nil {
		s.fact(fmt.Sprintf("ticket #%d", id), "is now "+state.String())
	}
	return err
}

// message waits until the last message of a ticket that a mail became has this kind.
func (s *stage) message(id ticket.ID, kind ticket.MessageKind) error {
	return s.until(fmt.Sprintf("a message of kind %s on #%d", kind, id), func(tx ticket.Tx) (bool, error) {
		list, err := tx.Messages(id)
		return len(list) > 0 && list[len(list)-1].Kind == kind, err
	})
}

func (s *stage) stats() (st ticket.Stats, err error) {
	err = s.office.store.View(s.ctx, func(tx ticket.Tx) error {
		st, err = tx.Stats()
		return err
	})
	return st, err
}

// whole prints a letter as its reader sees it.
func (s *stage) whole(raw []byte) error {
	m := mailin.Parse(raw, mailin.Options{})
	s.say("\n      ┌─ From: %s <%s>\n      │  To: %s\n      │  Subject: %s\n      │\n", m.From[0].Name, m.From[0].Address, m.To[0].Address, m.Subject)
	for _, l := range strings.Split(strings.TrimSpace(m.Text), "\n") {
		s.say("      │ %s\n", strings.TrimRight(" "+l, " "))
	}
	s.say("      └─\n")
	return nil
}

// bare is the address alone of a header value.
func bare(s string) (string, error) {
	a, err := mail.ParseAddress(s)
	if err != nil {
		return "", fmt.Errorf("address %q: %w", s, err)
	}
	return a.Address, nil
}

func firstName(who string) string { return strings.Fields(who)[0] }

// oneLine is the beginning of a text, for a line of the story.
func oneLine(text string) string {
	words := strings.Join(strings.Fields(text), " ")
	if r := []rune(words); len(r) > 70 {
		return string(r[:69]) + "…"
	}
	return words
}
