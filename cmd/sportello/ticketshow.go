package main

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sportello/policy"
	"sportello/ticket"
)

func (a *app) ticketShow(ctx context.Context, o *office, args []string) error {
	id, err := number[ticket.ID]("ticket", args[0])
	if err != nil {
		return err
	}
	w, err := o.ticketWhole(ctx, id)
	if err != nil {
		return err
	}
	if a.json {
		return writeJSON(a.stdout, w)
	}
	p := &page{w: a.stdout}
	o.writeTicket(p, w)
	return p.err
}

// writeTicket prints a ticket for a person.
func (o *office) writeTicket(p *page, w *ticketWhole) {
	p.title(fmt.Sprintf("#%d  %s", w.ID, w.title()))
	p.row("State", stateText(w.ticketHead))
	p.row("Coverage", coverageText(w.ticketHead, o.config.Policy.Policy))
	p.row("Topic", string(w.Topic))
	p.row("Requester", w.Requester)
	p.row("Customer", w.Customer)
	p.row("Assignee", w.Assignee)
	p.row("Opened", shownTime(w.Opened))
	p.row("Answer due", lastDay(w.AnswerDue))
	p.row("Waits", lastDay(w.ClosesAt))
	if q := w.Quote; q != nil {
		p.row("Quote", fmt.Sprintf("%s, %s, %s, valid %s", q.Code, credits(q.Credits), q.State, lastDay(q.ValidUntil)))
	}
	if w.Held > 0 || w.Charged > 0 {
		p.row("Credits", fmt.Sprintf("%d held, %d charged", w.Held, w.Charged))
	}
	p.row("Linked", ticketNumbers(w.Linked))
	if w.MergedInto != 0 {
		p.row("Merged into", fmt.Sprintf("#%d", w.MergedInto))
	}
	for _, m := range w.Messages {
		p.line("")
		p.line("%s", plain(m.heading()))
		if m.way != "" {
			p.line("  %s", plain(m.way))
		}
		if m.erased {
			p.line("  | (erased)")
		}
		if m.Text != "" {
			for l := range strings.SplitSeq(strings.TrimRight(m.Text, "\n"), "\n") {
				p.line("  | %s", plain(l))
			}
		}
		for i, at := range m.Attachments {
			p.line("  attachment %d: %s, %s, %s", i+1, plain(at.Name), plain(at.Type), shownSize(at.Size))
		}
	}
	p.line("")
	p.line("History")
	for _, e := range w.Events {
		p.line("  %s  %-10s %s", shownTime(e.At), e.Kind, plain(strings.TrimSpace(fmt.Sprintf("%s (%s, %s)", e.Text, e.Actor, e.Cause))))
	}
}

// title is what a ticket is called; of one that was erased it says when and why.
func (w *ticketWhole) title() string { return cmp.Or(w.erased, w.Subject) }

func (m messageJSON) heading() string {
	h := fmt.Sprintf("%d  %s", m.Seq, m.Kind)
	if m.Notice != "" {
		h += " " + m.Notice
	}
	h += "  " + shownMailbox(ticket.Mailbox{Name: m.name, Address: m.From}) + "  " + shownTime(m.At)
	if m.Kind == ticket.MessageRequest {
		h += "  authority " + m.Authority.String()
		if !m.verified {
			h += ", sender not verified"
		}
	}
	return h
}

func stateText(h ticketHead) string {
	switch h.State {
	case ticket.StateOpen:
		return "open (our turn)"
	case ticket.StateWaiting:
		return "waiting (the customer's turn)"
	}
	return withReason(h.State.String(), h.ClosedReason)
}

func coverageText(h ticketHead, p *policy.Policy) string {
	text := h.Coverage.String()
	if h.Plan != "" {
		text += " by " + h.Plan
	}
	if h.Clause != "" {
		text += fmt.Sprintf(", clause %s: %s", h.Clause, p.ClauseText(h.Clause, "en"))
	}
	return text
}

func ticketNumbers(ids []ticket.ID) string {
	shown := make([]string, len(ids))
	for i, id := range ids {
		shown[i] = "#" + strconv.FormatUint(uint64(id), 10)
	}
	return strings.Join(shown, ", ")
}

// rulingJSON is one object of `why --json`.
type rulingJSON struct {
	Seq      int      `json:"seq"`
	At       string   `json:"at"`
	Decision string   `json:"decision"`
	Value    string   `json:"value"`
	Rule     string   `json:"rule"`
	Evidence []string `json:"evidence"`

	cause string // of the event
}

func (a *app) whyVerb() *cobra.Command {
	return &cobra.Command{
		Use: "why N", Short: "Show each decision about a ticket with what led to it", Args: cobra.ExactArgs(1),
		RunE: a.onDesk(func(ctx context.Context, o *office, args []string) error {
			id, err := number[ticket.ID]("ticket", args[0])
			if err != nil {
				return err
			}
			rulings, err := o.rulings(ctx, id)
			if err != nil {
				return err
			}
			ways, err := o.ways(ctx, id)
			if err != nil {
				return err
			}
			return a.showRulings(id, rulings, ways)
		}),
	}
}

// rulings are the decisions about a ticket in their order; seq is that of the
// event that took them.
func (o *office) rulings(ctx context.Context, id ticket.ID) ([]rulingJSON, error) {
	var all []rulingJSON
	err := o.store.View(ctx, func(tx ticket.Tx) error {
		if _, err := tx.Ticket(id); err != nil {
			return err
		}
		events, err := tx.Events(id)
		for _, e := range events {
			for _, r := range e.Rulings {
				all = append(all, rulingJSON{e.Seq, o.instant(e.At), r.Decision, r.Value, r.Rule, list(r.Evidence), e.Cause})
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ticket %d: %w", id, err)
	}
	return all, nil
}

// ways tells of each message of a ticket how it came in or went out.
func (o *office) ways(ctx context.Context, id ticket.ID) ([]string, error) {
	var ways []string
	err := o.store.View(ctx, func(tx ticket.Tx) error {
		messages, err := tx.Messages(id)
		for _, m := range messages {
			way, err := o.way(tx, m)
			if err != nil {
				return err
			}
			if way != "" {
				ways = append(ways, fmt.Sprintf("message %d, %s, %s", m.Seq, m.Kind, way))
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ticket %d: %w", id, err)
	}
	return ways, nil
}

func (a *app) showRulings(id ticket.ID, rulings []rulingJSON, ways []string) error {
	p := &page{w: a.stdout}
	last := 0
	for _, r := range rulings {
		if a.json {
			if err := writeJSON(a.stdout, r); err != nil {
				return err
			}
			continue
		}
		if r.Seq != last {
			p.line("#%d, event %d, %s, %s", id, r.Seq, shownTime(r.At), r.cause)
			last = r.Seq
		}
		p.line("  %-10s %s", r.Decision, plain(withReason(r.Value, r.Rule)))
		for _, e := range r.Evidence {
			p.line("             - %s", plain(e))
		}
	}
	for _, way := range ways {
		if !a.json {
			p.line("%s", plain(way))
		}
	}
	return p.err
}

func (a *app) searchVerb() *cobra.Command {
	var limit int
	cmd := &cobra.Command{Use: "search WORDS...", Short: "Find tickets in which every word occurs, the newest first", Args: cobra.MinimumNArgs(1)}
	cmd.Flags().IntVar(&limit, "limit", defaultLimit, "stop at `N`; 0 finds all")
	cmd.RunE = a.onDesk(func(ctx context.Context, o *office, args []string) error {
		words := strings.Fields(strings.ToLower(strings.Join(args, " ")))
		if limit < 0 || len(words) == 0 {
			return usagef("search needs a word, and a limit of 0 (all) or more")
		}
		return a.listTickets(ctx, o, ticket.Filter{Limit: limit}, func(tx ticket.Tx, t *ticket.Ticket) (bool, error) {
			return mentions(tx, t, words)
		})
	})
	return cmd
}

// mentions tells whether every word (lower case) occurs in t: its subject, its
// people or its messages.
func mentions(tx ticket.Tx, t *ticket.Ticket, words []string) (bool, error) {
	missing := without(words, t.Subject, shownMailbox(t.Requester), t.Customer, t.Assignee)
	if len(missing) == 0 {
		return true, nil
	}
	messages, err := tx.Messages(t.ID)
	if err != nil {
		return false, err
	}
	for _, m := range messages {
		if missing = without(missing, m.Text, shownMailbox(m.From)); len(missing) == 0 {
			return true, nil
		}
	}
	return false, nil
}

// without leaves out the words that occur in one of texts.
func without(words []string, texts ...string) []string {
	all := strings.ToLower(strings.Join(texts, "\n"))
	var left []string
	for _, w := range words {
		if !strings.Contains(all, w) {
			left = append(left, w)
		}
	}
	return left
}
