package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"sportello/ticket"
)

// statsJSON is the object of `stats --json`.
type statsJSON struct {
	Tickets struct {
		Open    int `json:"open"`
		Waiting int `json:"waiting"`
		Closed  int `json:"closed"`
	} `json:"tickets"`
	Mails      int `json:"mails"`
	Messages   int `json:"messages"`
	Duplicates int `json:"duplicates"`
	Ignored    int `json:"ignored"`
	Outbox     struct {
		Queued  int `json:"queued"`
		Sending int `json:"sending"`
		Sent    int `json:"sent"`
		Unknown int `json:"unknown"`
		Failed  int `json:"failed"`
		Held    int `json:"held"`
	} `json:"outbox"`
	Quarantine  int    `json:"quarantine"`
	Dropped     int    `json:"dropped"`
	Suppressed  int    `json:"suppressed"`
	Customers   int    `json:"customers"`
	UIDValidity uint32 `json:"uidvalidity"`
	LastUID     uint32 `json:"last_uid"`
	LastPoll    string `json:"last_poll"`
	Build       string `json:"build"`
}

func (a *app) statsVerb() *cobra.Command {
	return &cobra.Command{
		Use: "stats", Short: "Show counts of tickets, mail and letters", Args: cobra.NoArgs,
		RunE: a.onDesk(func(ctx context.Context, o *office, _ []string) error {
			s, err := o.stats(ctx)
			if err != nil {
				return err
			}
			if a.json {
				return writeJSON(a.stdout, s)
			}
			return s.write(&page{w: a.stdout})
		}),
	}
}

func (o *office) stats(ctx context.Context) (statsJSON, error) {
	var n ticket.Stats
	var c ticket.Cursor
	err := o.store.View(ctx, func(tx ticket.Tx) (err error) {
		if n, err = tx.Stats(); err != nil {
			return err
		}
		c, err = tx.Cursor()
		return err
	})
	if err != nil {
		return statsJSON{}, fmt.Errorf("counting: %w", err)
	}
	s := statsJSON{
		Mails: n.Mails, Messages: n.Messages, Duplicates: n.Duplicates, Ignored: n.Ignored, Quarantine: n.Quarantine, Dropped: n.Dropped,
		Suppressed: n.Suppressed, Customers: n.Customers, UIDValidity: c.UIDValidity, LastUID: c.Last,
		LastPoll: o.instant(o.lastPoll()), Build: buildVersion(),
	}
	s.Tickets.Open, s.Tickets.Waiting, s.Tickets.Closed = n.Open, n.Waiting, n.Closed
	s.Outbox.Queued, s.Outbox.Sending = n.Outbox[ticket.RowQueued], n.Outbox[ticket.RowSending]
	s.Outbox.Sent, s.Outbox.Unknown = n.Outbox[ticket.RowSent], n.Outbox[ticket.RowUnknown]
	s.Outbox.Failed, s.Outbox.Held = n.Outbox[ticket.RowFailed], n.Outbox[ticket.RowHeld]
	return s, nil
}

// write prints s for a person.
func (s statsJSON) write(p *page) error {
	p.row("Tickets", fmt.Sprintf("%d open, %d waiting, %d closed", s.Tickets.Open, s.Tickets.Waiting, s.Tickets.Closed))
	p.row("Mail", fmt.Sprintf("%d: %d messages, %d duplicates, %d ignored, %d in quarantine, %d dropped", s.Mails, s.Messages, s.Duplicates, s.Ignored, s.Quarantine, s.Dropped))
	p.row("Letters", fmt.Sprintf("%d queued, %d sending, %d sent, %d unknown, %d failed, %d held; %d suppressed",
		s.Outbox.Queued, s.Outbox.Sending, s.Outbox.Sent, s.Outbox.Unknown, s.Outbox.Failed, s.Outbox.Held, s.Suppressed))
	p.row("Customers", fmt.Sprint(s.Customers))
	p.row("Mailbox", fmt.Sprintf("UIDVALIDITY %d, read to UID %d%s", s.UIDValidity, s.LastUID, prefixIf(", last looked at ", shownTime(s.LastPoll))))
	p.row("Build", s.Build)
	return p.err
}
