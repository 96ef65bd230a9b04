package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

// ticketHead is one object of `ticket list --json`.
type ticketHead struct {
	ID           ticket.ID       `json:"id"`
	Subject      string          `json:"subject"`
	State        ticket.State    `json:"state"`
	ClosedReason string          `json:"closed_reason"`
	Topic        policy.Topic    `json:"topic"`
	Coverage     policy.Coverage `json:"coverage"`
	Plan         string          `json:"plan"`
	Clause       string          `json:"clause"`
	Requester    string          `json:"requester"`
	Customer     string          `json:"customer"`
	Assignee     string          `json:"assignee"`
	Language     string          `json:"language"`
	Opened       string          `json:"opened"`
	AnswerDue    string          `json:"answer_due"`
	ClosesAt     string          `json:"closes_at"`
	MergedInto   ticket.ID       `json:"merged_into"`
	Linked       []ticket.ID     `json:"linked"`
	Quote        *quoteJSON      `json:"quote"`
	Held         ticket.Credits  `json:"held"`
	Charged      ticket.Credits  `json:"charged"`
}

type quoteJSON struct {
	Code       string            `json:"code"`
	Credits    ticket.Credits    `json:"credits"`
	State      ticket.QuoteState `json:"state"`
	ValidUntil string            `json:"valid_until"`
}

// ticketWhole is the object of `ticket show --json`.
type ticketWhole struct {
	ticketHead
	Messages []messageJSON `json:"messages"`
	Events   []eventJSON   `json:"events"`

	erased string // when and why all of it was, for people; "" it was not
}

type messageJSON struct {
	Seq         int                `json:"seq"`
	Kind        ticket.MessageKind `json:"kind"`
	Notice      string             `json:"notice"`
	From        string             `json:"from"`
	At          string             `json:"at"`
	Authority   ticket.Authority   `json:"authority"`
	MessageID   string             `json:"message_id"`
	Text        string             `json:"text"`
	Attachments []attachmentJSON   `json:"attachments"`

	verified bool
	erased   bool
	name     string
	unsent   *ticket.Notice // a letter that is not written yet; else nil
	way      string         // how it came in, or how far its letter is: for people; "" when neither
}

type attachmentJSON struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`
}

type eventJSON struct {
	Seq   int    `json:"seq"`
	At    string `json:"at"`
	Kind  string `json:"kind"`
	Actor string `json:"actor"`
	Cause string `json:"cause"`
	Text  string `json:"text"`
}

func (o *office) ticketHead(t *ticket.Ticket) ticketHead {
	h := ticketHead{
		ID: t.ID, Subject: t.Subject, State: t.State, Topic: t.Decision.Topic, Coverage: t.Decision.Coverage,
		Plan: t.Decision.Plan, Clause: t.Decision.Clause, Requester: t.Requester.Address, Customer: t.Customer,
		Assignee: t.Assignee, Language: t.Language, Opened: o.instant(t.Opened), AnswerDue: o.instant(t.AnswerDue),
		ClosesAt: o.instant(t.ClosesAt), MergedInto: t.MergedInto, Linked: list(t.Linked), Held: t.Held, Charged: t.Charged,
	}
	if t.ClosedReason != 0 {
		h.ClosedReason = t.ClosedReason.String()
	}
	if q := t.Quote; q != nil {
		h.Quote = &quoteJSON{q.Code, q.Credits, q.State, o.instant(q.ValidUntil)}
	}
	return h
}

// eventText is what e says and what it changed, before and now. The subject is
// left out, being a customer's words, and so are what a new ticket starts with and
// what e says in better words.
func (o *office) eventText(e *ticket.Event) string {
	said := []string{e.Text}
	for _, c := range e.Changes {
		if e.Kind == "opened" || slices.Contains([]string{"subject", "guessed", "terms"}, c.Field) {
			continue
		}
		said = append(said, fmt.Sprintf("%s: %s → %s", c.Field, o.changed(c.Before), o.changed(c.After)))
	}
	return strings.TrimPrefix(strings.Join(said, "; "), "; ")
}

// changed is a value of a change as other verbs print it: an instant in the
// desk's zone, "none" for what was or is not there.
func (o *office) changed(value string) string {
	if at, err := time.Parse(time.RFC3339, value); err == nil {
		return o.instant(at)
	}
	if value == "" {
		return "none"
	}
	return value
}

// ticketWhole reads a ticket with its messages and events.
func (o *office) ticketWhole(ctx context.Context, id ticket.ID) (*ticketWhole, error) {
	var w *ticketWhole
	err := o.store.View(ctx, func(tx ticket.Tx) error {
		t, err := tx.Ticket(id)
		if err != nil {
			return err
		}
		w = &ticketWhole{ticketHead: o.ticketHead(t), Messages: []messageJSON{}, Events: []eventJSON{}}
		if w.erased, err = erasedText(tx, t.Erased); err != nil {
			return err
		}
		messages, err := tx.Messages(id)
		if err != nil {
			return err
		}
		for _, m := range messages {
			shown, err := o.message(tx, m)
			if err != nil {
				return err
			}
			w.Messages = append(w.Messages, shown)
		}
		events, err := tx.Events(id)
		for _, e := range events {
			w.Events = append(w.Events, eventJSON{e.Seq, o.instant(e.At), e.Kind, e.Actor, e.Cause, o.eventText(e)})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ticket %d: %w", id, err)
	}
	o.foretell(ctx, w.Messages)
	return w, nil
}

// erasedText says when and why something was erased; "" where it was not.
func erasedText(tx ticket.Tx, id ticket.ErasureID) (string, error) {
	if id == 0 {
		return "", nil
	}
	e, err := tx.Erasure(id)
	if err != nil {
		return "", err
	}
	return (&ticket.ErasedError{At: e.At, Reason: e.Reason}).Error(), nil
}

// message is m as it is shown; the text of a letter is taken from the letter,
// and is empty while that is not written yet.
func (o *office) message(tx ticket.Tx, m *ticket.Message) (messageJSON, error) {
	j := messageJSON{
		Seq: m.Seq, Kind: m.Kind, From: m.From.Address, At: o.instant(m.At), Authority: m.Authority,
		MessageID: m.MessageID, Text: m.Text, Attachments: []attachmentJSON{}, verified: m.Verified, erased: m.Erased != 0, name: m.From.Name,
	}
	if m.Notice != 0 {
		j.Notice = m.Notice.String()
	}
	for _, at := range m.Attachments {
		j.Attachments = append(j.Attachments, attachmentJSON{at.Name, at.Type, at.Size})
	}
	var err error
	if j.way, err = o.way(tx, m); err != nil {
		return j, err
	}
	if m.Text != "" || m.NoticeID == 0 || m.Erased != 0 {
		return j, nil
	}
	l, err := tx.Letter(m.NoticeID)
	if err == nil {
		j.Text = l.Text
		return j, nil
	}
	if !errors.Is(err, ticket.ErrNotFound) {
		return j, fmt.Errorf("letter %d: %w", m.NoticeID, err)
	}
	row, err := tx.Row(m.NoticeID)
	if errors.Is(err, ticket.ErrNotFound) {
		return j, nil
	}
	if err != nil {
		return j, fmt.Errorf("letter %d: %w", m.NoticeID, err)
	}
	if row.Erased == 0 {
		j.unsent = &row.Notice
	}
	return j, nil
}

// way tells a person how a message came in, or what became of its letter.
func (o *office) way(tx ticket.Tx, m *ticket.Message) (string, error) {
	if m.NoticeID != 0 {
		r, err := tx.Row(m.NoticeID)
		if err != nil {
			return "", ignoreMissing(err)
		}
		return o.letterWay(r), nil
	}
	if m.Arrival == 0 {
		return "", nil
	}
	a, err := tx.Arrival(m.Arrival)
	if err != nil {
		return "", ignoreMissing(err)
	}
	return fmt.Sprintf("arrival %d, uid %d, message-id %s", a.ID, a.Source.UID, cmp.Or(a.MessageID, "none")), nil
}

// letterWay is how far a letter is: "letter 12 to a@x: sent 2026-03-03 10:00, 250 ok".
func (o *office) letterWay(r *ticket.Row) string {
	j := o.row(r)
	s := fmt.Sprintf("letter %s to %s: %s", j.ID, j.To, j.State)
	switch {
	case j.Sent != "":
		s += " " + shownTime(j.Sent)
	case j.Next != "":
		s += ", due " + shownTime(j.Next)
	}
	if said := j.said(); said != "" {
		s += ", " + said
	}
	return s
}

// ignoreMissing lets pass that a record is not there any more.
func ignoreMissing(err error) error {
	if errors.Is(err, ticket.ErrNotFound) {
		return nil
	}
	return err
}

// foretell fills in the texts of letters that wait for their first try, as they
// would be written now. One that cannot be written has none.
func (o *office) foretell(ctx context.Context, messages []messageJSON) {
	composer := o.config.newComposer(o.store)
	for i := range messages {
		m := &messages[i]
		if m.unsent == nil {
			continue
		}
		if l, err := composer.Compose(ctx, m.unsent); err == nil {
			m.Text = l.Text
		}
	}
}
