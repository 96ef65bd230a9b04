package ticket

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Mail that nothing proves can be sent without end. Past a few letters an hour
// it is gathered, and the technicians get one summary an hour (PROMISES.md A28).
// What is proven, or came with a token, is told at once whatever else arrives.
const (
	claimsAnHour  = 3 // letters to a technician about mail in her name
	addressAnHour = 5 // letters about the mail of one address
	lettersAnHour = 8 // letters about the mail of all addresses, both of these together
	maxGathered   = 200
	summariesADay = 3 // summaries that name one address for its refused mail
)

// Gathered is what the technicians have still to be told of in one letter.
type Gathered struct {
	Since   time.Time // when the first of it came; zero: nothing is gathered
	Tickets []ID
	Mails   []GatheredMail
	More    int // mails beyond maxGathered entries
}

// GatheredMail is mail in somebody's name that is on no ticket.
type GatheredMail struct {
	Why     string // "held", "quarantine" (proven not to be of Address) or "flood" (past its limit of tickets)
	Address string
	Count   int
}

// crowded counts a letter about m, which became msg of t, and gathers t when
// there is no room for it. Only what nothing proves is counted: no evidence
// about who wrote it or whence it came, and no token.
func (w *work) crowded(t *Ticket, m *Inbound, msg *Message, s sender) (bool, error) {
	if w.backlog.old || w.backlog.again || msg.Kind != MessageRequest || s.aligned || s.released || msg.Authority > AuthorityNone || m.Evidence.Aligned && !s.contrary && m.Doubled == "" {
		return false, nil
	}
	if room, err := w.roomForLetter(counted{"letter", s.Address, unproven}, addressAnHour); room || err != nil {
		return false, err
	}
	if err := w.sayGathering(); err != nil {
		return false, err
	}
	return true, w.gather(func(g *Gathered) bool {
		if slices.Contains(g.Tickets, t.ID) {
			return true
		}
		if len(g.Tickets) >= maxGathered {
			return false
		}
		g.Tickets = append(g.Tickets, t.ID)
		return true
	})
}

// roomForLetter counts a letter as one of what and as one of all, and tells
// whether there is room for it in both.
func (w *work) roomForLetter(what counted, limit int) (bool, error) {
	total := counted{"letter", "", unproven}
	room, err := w.room(total, time.Hour, lettersAnHour)
	if err == nil && room {
		room, err = w.within(what, time.Hour, limit)
	}
	if err == nil && room {
		_, err = w.within(total, time.Hour, lettersAnHour)
	}
	return room, err
}

// crowdedClaim is crowded for a, mail in the name of tech or with her token.
func (w *work) crowdedClaim(tech *Technician, m *Inbound, a *Arrival) (bool, error) {
	from, sole := m.Sole()
	if sole && m.Doubled == "" && tech.has(from.Address) && m.Evidence.Proves(from.Address) {
		return false, nil
	}
	if err := w.tally(tallyRefused); err != nil {
		return false, err
	}
	if room, err := w.roomForLetter(counted{"claim", tech.Mailbox().Address, unproven}, claimsAnHour); room || err != nil {
		return false, err
	}
	if err := w.sayGathering(); err != nil {
		return false, err
	}
	return true, w.gatherMail(a.Fate.String(), from.Address)
}

// gatherMail gathers one mail in the name of addr. What goes on beyond a few
// summaries a day is silence: the digest counts it.
func (w *work) gatherMail(why, addr string) error {
	g, err := w.tx.Gathered()
	if err != nil {
		return err
	}
	same := func(m GatheredMail) bool { return m.Why == why && m.Address == addr }
	if !slices.ContainsFunc(g.Mails, same) {
		if ok, err := w.within(counted{"summary", addr, unproven}, 24*time.Hour, summariesADay); err != nil || !ok {
			return err
		}
	}
	return w.gather(func(g *Gathered) bool {
		if i := slices.IndexFunc(g.Mails, same); i >= 0 {
			g.Mails[i].Count++
			return true
		}
		if len(g.Mails) >= maxGathered {
			return false
		}
		g.Mails = append(g.Mails, GatheredMail{why, addr, 1})
		return true
	})
}

// gather adds something to the summary of this hour; add tells whether it found
// a place for it.
func (w *work) gather(add func(*Gathered) bool) error {
	g, err := w.tx.Gathered()
	if err != nil {
		return err
	}
	if g.Since.IsZero() {
		g.Since = w.now
	}
	if !add(&g) {
		g.More++
	}
	return w.tx.SetGathered(g)
}

// sayGathering says once an hour that letters are gathered.
func (w *work) sayGathering() error {
	return w.alertOnce("gathering", time.Hour, w.say("gathering"), w.say("gathering-rest"))
}

// summarize sends the summary of what was gathered, an hour after the first.
func (d *Desk) summarize(ctx context.Context) error {
	now, due := d.Now(), false
	err := d.Store.View(ctx, func(tx Tx) error {
		g, err := tx.Gathered()
		due = !g.Since.IsZero() && now.Sub(g.Since).Abs() >= time.Hour
		return err
	})
	if err != nil || !due {
		return err
	}
	return d.do(ctx, func(w *work) error {
		g, err := w.tx.Gathered()
		if err != nil {
			return err
		}
		for i := range w.d.Technicians {
			tech := &w.d.Technicians[i]
			lines, err := w.summary(g, tech)
			if err != nil {
				return err
			}
			if err := w.tellPlainly(NoticeDigest, tech, func(n *Notice) { n.Lines = lines }); err != nil {
				return err
			}
		}
		return w.tx.SetGathered(Gathered{})
	})
}

// summary words g for tech, with a link for each ticket by which she answers it.
func (w *work) summary(g Gathered, tech *Technician) ([]string, error) {
	lines := []string{w.say("gathered")}
	for _, id := range g.Tickets {
		t, err := w.tx.Ticket(id)
		if errors.Is(err, ErrNotFound) || err == nil && (t.MergedInto != 0 || t.State == StateClosed) {
			continue
		}
		if err != nil {
			return nil, err
		}
		lines = append(lines, w.say("gathered-ticket", id, t.Requester.Address, clip(t.Subject, 80), w.answerLink(t, tech)))
	}
	for _, m := range g.Mails {
		lines = append(lines, w.say("gathered-mail", m.Count, m.Address, w.say("gathered "+m.Why)))
	}
	if g.More > 0 {
		lines = append(lines, w.say("gathered-more", g.More))
	}
	return lines, nil
}

// answerLink is a link that writes tech's answer to t: the token, and the
// subject tag without which a token is taken for a remembered address.
func (w *work) answerLink(t *Ticket, tech *Technician) string {
	id := Token{Purpose: PurposeWork, Number: uint64(t.ID), Participant: tech.Number()}
	subject := Tag(w.d.mark(), t.ID)
	if w.d.Addresses.Pattern == "" {
		subject += " [" + w.d.Keys.Sign(id.issue(w.now)) + "]"
	}
	return MailLink(w.address(id), subject, "")
}
