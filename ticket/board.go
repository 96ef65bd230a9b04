package ticket

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"sportello/policy"
)

// What #list, #show and #help answer with. They change nothing.

// Section is one list of a letter to technicians, with its title.
type Section struct {
	Title   string
	Tickets []Listed
	Manual  []Manual
	More    int // how many are left out
}

// Listed is a ticket as a list has it.
type Listed struct {
	ID       ID
	Subject  string
	Who      string // its customer, else its requester
	State    State
	Coverage policy.Coverage
	Due      Date // last day of the promise; zero: none
	Sleeps   Date // the day until which it waits; zero: none
	Closes   Date // last day on which an answer keeps it open; zero: none
	Assignee string
}

// Manual is one command with what it does.
type Manual struct{ Usage, Text string }

// Said is one entry of a ticket's thread as #show has it.
type Said struct {
	Kind     MessageKind
	Notice   NoticeKind // of MessageNotice
	Who      Mailbox
	At       Date
	Clock    string // hour and minute in the desk's zone
	Verified bool
	Text     string
	Files    []string
}

// maxListed bounds the tickets of one list.
const maxListed = 50

// list answers #list with the tickets that its word names; without one, with all
// that are not closed.
func (w *work) list(j *job) error {
	sections, err := w.lists(chosen("mine|open|waiting|extra|due", j.arg(0)), j.tech)
	if err != nil {
		return err
	}
	return w.tellPlainly(NoticeTranscript, j.tech, func(n *Notice) { n.Sections, n.Subject = sections, w.say("subject-list") })
}

// lists are the sections that a word of #list asks for.
func (w *work) lists(word string, tech *Technician) ([]Section, error) {
	ours, theirs := Filter{State: StateOpen}, Filter{State: StateWaiting}
	keep := func(*Ticket) bool { return true }
	switch word {
	case "mine":
		ours.Assignee, theirs.Assignee = tech.Name, tech.Name
	case "extra":
		ours.Coverage, theirs.Coverage = policy.Extra, policy.Extra
	case "due":
		keep = func(t *Ticket) bool { return !t.AnswerDue.IsZero() }
	}
	var sections []Section
	if word != "waiting" {
		s, err := w.section("list-open", ours, keep)
		if err != nil {
			return nil, err
		}
		sections = append(sections, s)
	}
	if word == "waiting" || word != "open" && word != "due" {
		s, err := w.section("list-waiting", theirs, keep)
		if err != nil {
			return nil, err
		}
		sections = append(sections, s)
	}
	return sections, nil
}

// section lists tickets: what is due first on top, else the oldest.
func (w *work) section(title string, f Filter, keep func(*Ticket) bool) (Section, error) {
	var found []*Ticket
	for t, err := range w.tx.Tickets(f) {
		if err != nil {
			return Section{}, err
		}
		if keep(t) {
			found = append(found, t)
		}
	}
	slices.SortStableFunc(found, func(a, b *Ticket) int {
		due := a.AnswerDue.Compare(b.AnswerDue)
		if a.AnswerDue.IsZero() || b.AnswerDue.IsZero() {
			due = -due // what is due comes before what is not
		}
		return cmp.Or(due, cmp.Compare(a.ID, b.ID))
	})
	s := Section{Title: w.say(title, len(found)), More: max(0, len(found)-maxListed)}
	for _, t := range found[:len(found)-s.More] {
		l, err := w.glance(t)
		if err != nil {
			return Section{}, err
		}
		s.Tickets = append(s.Tickets, l)
	}
	return s, nil
}

// glance is t as a list has it.
func (w *work) glance(t *Ticket) (Listed, error) {
	l := Listed{ID: t.ID, Subject: t.Subject + t.listedTimes(), Who: cmp.Or(t.Requester.Name, t.Requester.Address), State: t.State,
		Coverage: t.Decision.Coverage, Assignee: t.Assignee}
	if t.Customer != "" {
		c, err := w.tx.Customer(t.Customer)
		if err != nil {
			return l, err
		}
		l.Who = c.Name
	}
	if !t.AnswerDue.IsZero() {
		l.Due = w.lastDay(t.AnswerDue)
	}
	if !t.SleepsUntil.IsZero() {
		l.Sleeps = w.d.day(t.SleepsUntil)
	}
	if !t.ClosesAt.IsZero() {
		l.Closes = w.lastDay(t.ClosesAt)
	}
	return l, nil
}

func (w *work) refuseShow(j *job) (string, error) {
	if _, err := w.tx.Ticket(ID(j.number(0))); errors.Is(err, ErrNotFound) {
		return w.say("no-ticket", j.number(0)), nil
	} else if err != nil {
		return "", err
	}
	return "", nil
}

// show answers #show with the whole of a ticket, from where she can answer it. A merged
// one is shown as itself, in the thread of where it went.
func (w *work) show(j *job) error {
	t, err := w.tx.Ticket(ID(j.number(0)))
	if err != nil {
		return err
	}
	story, more, err := w.story(t)
	if err != nil {
		return err
	}
	if t.ID == j.t.ID {
		t = j.t // the caller saves it
	}
	if err := w.tellTechnician(NoticeTranscript, t, j.tech, func(n *Notice) {
		n.Story, n.StoryLeft, n.Attachments = story, more, nil
		n.under(j.mail)
	}); err != nil {
		return err
	}
	return w.tx.PutTicket(t)
}

// maxStory bounds the text of #show, in bytes: the newest messages are shown.
const maxStory = 64 << 10

// story is t's thread and those of the tickets that were joined to it, oldest first,
// and how many entries are left out.
func (w *work) story(t *Ticket) (story []Said, left int, err error) {
	msgs, err := w.joined(t, nil)
	if err != nil {
		return nil, 0, err
	}
	slices.SortStableFunc(msgs, func(a, b *Message) int { return a.At.Compare(b.At) })
	room := maxStory
	for i := len(msgs) - 1; i >= 0; i-- {
		m := msgs[i]
		if room -= len(m.Text); room < 0 && len(story) > 0 {
			left = i + 1
			break
		}
		s := Said{Kind: m.Kind, Notice: m.Notice, Who: m.From, At: w.d.day(m.At), Clock: m.At.In(w.d.Zone).Format("15:04"),
			Verified: m.Verified || m.Kind != MessageRequest, Text: clip(m.Text, maxStory)}
		for _, a := range m.Attachments {
			s.Files = append(s.Files, a.Name)
		}
		story = append(story, s)
	}
	slices.Reverse(story)
	return story, left, nil
}

// joined are the messages of t and of all that were merged into it, of each ticket in
// their order; seen are the tickets that were looked at.
func (w *work) joined(t *Ticket, seen map[ID]bool) ([]*Message, error) {
	if seen == nil {
		seen = map[ID]bool{}
	}
	seen[t.ID] = true
	msgs, err := w.tx.Messages(t.ID)
	for _, id := range t.Linked {
		if err != nil || seen[id] || len(seen) > maxMerges {
			continue
		}
		var other *Ticket
		if other, err = w.tx.Ticket(id); errors.Is(err, ErrNotFound) {
			err = nil
			continue
		}
		if err == nil && other.MergedInto == t.ID {
			var more []*Message
			more, err = w.joined(other, seen)
			msgs = append(msgs, more...)
		}
	}
	return msgs, err
}

// Help is the table of commands in a language, as #help answers with it; own are
// the policy file's own topics.
func Help(lang string, own ...policy.Topic) (sections []Section) {
	for _, o := range orders() {
		title, text := Say("help "+o.group).In(lang), o.en
		if lang == "it" {
			text = o.it
		}
		if o.usage == "TOPIC" {
			text += ": " + listed(slices.Concat(policy.Topics, own))
		}
		if n := len(sections); n == 0 || sections[n-1].Title != title {
			sections = append(sections, Section{Title: title})
		}
		s := &sections[len(sections)-1]
		s.Manual = append(s.Manual, Manual{usage{o.name, o.usage}.in(lang), text})
	}
	return sections
}

// help answers #help.
func (w *work) help(j *job) error {
	return w.tellPlainly(NoticeTranscript, j.tech, func(n *Notice) {
		n.Sections, n.Subject = Help(w.d.Language, w.d.Policy.OwnTopics()...), w.say("subject-help")
	})
}

// answerAway carries out what a mail to the desk's own address asks for. It
// becomes nobody's message; the answers go to the registered address.
func (w *work) answerAway(m *Inbound, a *Arrival, tech *Technician, o Orders) error {
	if crowded, err := w.crowdedClaim(tech, m, a); crowded || err != nil {
		return errors.Join(err, w.ignore(a, "a technician's request beyond the letters of an hour"))
	}
	lines, err := w.refused(m, deed{orders: o}, &Ticket{}, tech)
	if err != nil {
		return err
	}
	if len(lines) > 0 {
		return w.refuseAway(m, a, tech, lines)
	}
	if fresh, err := w.setAside(a, FateIgnored, "answered: "+w.commands(o.Commands)); !fresh || err != nil {
		return err
	}
	for _, c := range o.Commands {
		j := &job{Command: c, mail: m, a: a, tech: tech, t: &Ticket{}}
		if err := orderCalled(c.Name).do(w, j); err != nil {
			return err
		}
	}
	return nil
}

// refuseAway answers a mail to the desk's own address of which nothing was done.
func (w *work) refuseAway(m *Inbound, a *Arrival, tech *Technician, lines []string) error {
	if fresh, err := w.setAside(a, FateIgnored, "commands that were refused"); !fresh || err != nil {
		return err
	}
	return w.tellPlainly(NoticeTranscript, tech, func(n *Notice) {
		n.Lines, n.Subject, n.Text = append(lines, w.say("nothing-done")), w.d.bareSubject(m.Subject), clip(m.Reply, MaxText)
	})
}

// away tells whether o holds nothing but what a mail to the desk's own address may.
func (o Orders) away() bool {
	return o.Right() && len(o.Commands) > 0 && strings.TrimSpace(o.Below) == "" &&
		!slices.ContainsFunc(o.Commands, func(c Command) bool { return !orderCalled(c.Name).away })
}
