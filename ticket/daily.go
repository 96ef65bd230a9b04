package ticket

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"sportello/policy"
)

// Chart is figures side by side, each a bar in a letter.
type Chart struct {
	Title string
	Since Date // stands behind Title; zero: nothing does
	Bars  []Bar
}

// Most is the largest figure of c.
func (c Chart) Most() (most int) {
	for _, b := range c.Bars {
		most = max(most, b.Count)
	}
	return most
}

// Bar is one figure of a chart.
type Bar struct {
	Label string
	Count int
}

const (
	maxDaily    = 12                  // tickets in one list of the digest
	oldHold     = 30 * 24 * time.Hour // after which a hold is named every day
	tallyWindow = 14 * 24 * time.Hour // longer than any pause between two working days but a closure
)

// Daily sends the technicians the digest of the working day: once, in office hours,
// as soon as the office opens or the daemon runs again. It goes out on a quiet day
// too, for a desk that says nothing may as well be dead; only a desk that never had a
// ticket or a mail in quarantine has nothing to tell. While the clock is not Steady
// it waits.
func (d *Desk) Daily(ctx context.Context) error {
	now := d.Now()
	if !d.steady() || !d.Policy.Open(now) {
		return nil
	}
	today := counted{"daily", d.day(now).String(), proven}
	told := 0
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		r, err := tx.Restored()
		if err != nil {
			return err
		}
		if day := d.day(now); d.day(r.At) == day && r.relived(d.Policy.NextOpening(day.Start(d.Zone))) {
			told = 1 // the life that was lost had the morning to send it in
			return nil
		}
		told, err = tx.Hits(today.key(), time.Time{})
		return err
	})
	if err != nil || told > 0 {
		return err
	}
	g := newDigest(d, now)
	if err := g.read(ctx, d.Store); err != nil {
		return fmt.Errorf("digest of %s: %w", d.day(now), err)
	}
	return d.do(ctx, func(w *work) error {
		if first, err := w.once(today); err != nil || !first || g.blank() {
			return err
		}
		sections, err := g.sections(w)
		if err != nil {
			return err
		}
		for i := range d.Technicians {
			if d.Technicians[i].away(w.today()) {
				continue
			}
			err := w.tellPlainly(NoticeDigest, &d.Technicians[i], func(n *Notice) { n.Charts, n.Sections = g.charts(w), sections })
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// digest is what the technicians are told of a day. Of the tickets it keeps no more
// than it names.
type digest struct {
	d          *Desk
	now        time.Time
	since      time.Time // the opening of the working day before
	last       Date      // the next working day: what closes by itself until then is named
	stats      Stats
	new, done  int
	tallies    map[string]int
	late, due  shelf
	closing    shelf
	quotes     shelf
	holds      shelf
	candidates []ID // hold credits, by a quote that is old enough
}

func newDigest(d *Desk, now time.Time) *digest {
	day, p := d.day(now), d.Policy
	g := &digest{d: d, now: now, since: p.NextOpening(p.BusinessDaysBefore(day, 1).Start(d.Zone)), tallies: map[string]int{}}
	g.last = day.AddDays(1)
	if opens := p.NextOpening(g.last.Start(d.Zone)); !opens.IsZero() {
		g.last = d.day(opens)
	}
	return g
}

// shelf counts tickets and keeps the maxDaily of them that come first.
type shelf struct {
	n     int
	first []*Ticket
}

func (s *shelf) add(t *Ticket, at func(*Ticket) time.Time) {
	s.n++
	i, _ := slices.BinarySearchFunc(s.first, t, func(a, b *Ticket) int { return cmp.Or(at(a).Compare(at(b)), cmp.Compare(a.ID, b.ID)) })
	if s.first = slices.Insert(s.first, i, t); len(s.first) > maxDaily {
		s.first = s.first[:maxDaily]
	}
}

// read adds up the desk: what is open and waiting by the index of states, what came
// and went since the last working day by that of months. It reads beside the desk's
// work and stops none of it.
func (g *digest) read(ctx context.Context, s Store) error {
	if err := s.View(ctx, func(tx Tx) (err error) {
		for _, name := range tallies {
			if g.tallies[name], err = tx.Hits(tally(name).key(), g.since); err != nil {
				return err
			}
		}
		g.stats, err = tx.Stats()
		return err
	}); err != nil {
		return err
	}
	for _, state := range []State{StateOpen, StateWaiting} {
		if err := g.readState(ctx, s, state); err != nil {
			return err
		}
	}
	if err := g.readHolds(ctx, s); err != nil {
		return err
	}
	from, to := policy.MonthOf(g.since, time.UTC), policy.MonthOf(g.now, time.UTC)
	for m := from; !to.Before(m); m = m.Add(1) {
		of := m
		list := func(tx Tx, after ID, n int) ([]ID, error) { return tx.TicketsIn(of, after, n) }
		if err := Each(ctx, s, walkKeys(list), func(tx Tx, id ID) error {
			_ = g.count(tx, id, of) // one that cannot be read is not counted
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// readState looks at the tickets of a state, some in a transaction: a long one keeps
// the store from using again what was written over meanwhile.
func (g *digest) readState(ctx context.Context, s Store, state State) error {
	for f := (Filter{State: state, Limit: sliceRows}); ; {
		n, read := 0, 0
		if err := s.View(ctx, func(tx Tx) error {
			for t, err := range tx.Tickets(f) {
				if n++; err == nil { // what cannot be read the check of the database tells of
					g.add(t)
					f.Below, read = t.ID, read+1
				}
			}
			return nil
		}); err != nil || n < f.Limit || read == 0 {
			return err
		}
	}
}

// add puts a ticket that is not closed where the digest names it.
func (g *digest) add(t *Ticket) {
	day := g.d.day(g.now)
	due := func(t *Ticket) time.Time { return t.AnswerDue }
	switch {
	case t.AnswerDue.IsZero():
	case !g.now.Before(t.AnswerDue):
		g.late.add(t, due)
	case !day.End(g.d.Zone).Before(t.AnswerDue):
		g.due.add(t, due)
	}
	if !t.ClosesAt.IsZero() && !t.ClosesAt.After(g.last.End(g.d.Zone)) {
		g.closing.add(t, func(t *Ticket) time.Time { return t.ClosesAt })
	}
	if t.Quote.open() {
		g.quotes.add(t, func(t *Ticket) time.Time { return t.Quote.ValidUntil })
	}
	if t.Held > 0 && t.Quote != nil && g.now.Sub(t.Quote.Offered) > oldHold {
		g.candidates = append(g.candidates, t.ID)
	}
}

// readHolds finds among the candidates those whose credits have been held too long:
// when they were accepted stands in their events.
func (g *digest) readHolds(ctx context.Context, s Store) error {
	for some := range slices.Chunk(g.candidates, sliceRows) {
		if err := s.View(ctx, func(tx Tx) error {
			for _, id := range some {
				t, err := tx.Ticket(id)
				if err != nil {
					continue
				}
				events, err := tx.Events(id)
				if err != nil {
					continue
				}
				var held time.Time
				for _, e := range events {
					if e.Kind == "hold" {
						held = e.At
					}
				}
				if t.Held > 0 && !held.IsZero() && g.now.Sub(held) > oldHold {
					g.holds.add(t, func(t *Ticket) time.Time { return t.Quote.Offered })
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// count adds a ticket of month m to what is new and what was closed since the last
// working day.
func (g *digest) count(tx Tx, id ID, m policy.Month) error {
	t, err := tx.Ticket(id)
	if err != nil {
		return err
	}
	if !t.Opened.Before(g.since) && m.Holds(t.Opened, time.UTC) {
		g.new++
	}
	if t.State == StateClosed && !t.Closed.Before(g.since) && m.Holds(t.Closed, time.UTC) {
		g.done++
	}
	return nil
}

// blank tells whether the desk has had nothing to do yet.
func (g *digest) blank() bool {
	return g.stats.Open+g.stats.Waiting+g.stats.Closed+g.stats.Quarantine == 0
}

// charts are the figures of the digest: how things stand, and what happened since.
func (g *digest) charts(w *work) []Chart {
	bar := func(key string, n int) Bar { return Bar{w.say("daily " + key), n} }
	now := Chart{Title: w.say("daily-now"), Bars: []Bar{bar("open", g.stats.Open), bar("due", g.late.n+g.due.n), bar("waiting", g.stats.Waiting), bar("quotes", g.quotes.n),
		bar("closing", g.closing.n), bar("quarantine", g.stats.Quarantine)}}
	since := Chart{Title: w.say("daily-since"), Since: g.d.day(g.since), Bars: []Bar{bar("new", g.new), bar("closed", g.done)}}
	for _, name := range tallies {
		since.Bars = append(since.Bars, bar(name, g.tallies[name]))
	}
	return []Chart{now, since}
}

// sections are the tickets that the digest names.
func (g *digest) sections(w *work) (all []Section, err error) {
	for _, of := range []struct {
		title string
		shelf *shelf
	}{{"daily-late", &g.late}, {"daily-due", &g.due}, {"daily-closing", &g.closing}, {"daily-quotes", &g.quotes}, {"daily-holds", &g.holds}} {
		if of.shelf.n == 0 {
			continue
		}
		s := Section{Title: w.say(of.title, of.shelf.n), More: of.shelf.n - len(of.shelf.first)}
		for _, t := range of.shelf.first {
			l, err := w.glance(t)
			if err != nil {
				return nil, err
			}
			s.Tickets = append(s.Tickets, l)
		}
		all = append(all, s)
	}
	return all, nil
}

// What the digest counts though no ticket shows it, by its name.
const (
	tallySuppressed = "suppressed" // acknowledgements and quotes that were not written
	tallyIgnored    = "ignored"    // mails that were kept and told to nobody
	tallyRefused    = "refused"    // mails in somebody's name that were set aside
)

var tallies = []string{tallySuppressed, tallyIgnored, tallyRefused}

func tally(name string) counted { return counted{"tally", name, proven} }

// tally counts one more of name for the digest, by the minute.
func (w *work) tally(name string) error {
	at := w.now.Truncate(time.Minute)
	return w.tx.Hit(tally(name).key(), at, at.Add(-tallyWindow))
}
