package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"sportello/mailin"
	"sportello/mailout"
	"sportello/ticket"
	"sportello/ticket/boltstore"
)

// summaryJSON is the last object of `fsck --json`, after one a finding.
type summaryJSON struct {
	Level  string `json:"level"` // summary
	Errors int    `json:"errors"`
	Notes  int    `json:"notes"`
}

func (a *app) fsckVerb() *cobra.Command {
	var quick, deep, mailbox bool
	cmd := &cobra.Command{
		Use: "fsck", Short: "Check the database: exit 0 clean, 1 notes only, 2 errors found", Args: cobra.NoArgs,
	}
	cmd.Flags().BoolVar(&quick, "quick", false, "only what is looked at before each start")
	cmd.Flags().BoolVar(&deep, "deep", false, "also read every raw mail again")
	cmd.Flags().BoolVar(&mailbox, "mailbox", false, "also look for mail on the IMAP server that was passed over")
	cmd.MarkFlagsMutuallyExclusive("quick", "deep")
	cmd.RunE = a.onDesk(func(ctx context.Context, o *office, _ []string) error {
		f := &findings{app: a, sum: summaryJSON{Level: "summary"}, did: map[string]int{}}
		if !quick { // the quick look was taken when the store was opened
			if err := f.brokenOff(ctx, "desk", a.checkDesk(ctx, o, f, deep)); err != nil {
				return err
			}
		}
		if mailbox {
			if err := f.brokenOff(ctx, "mailbox", a.checkMailbox(ctx, o, f.report)); err != nil {
				return err
			}
		}
		if f.err != nil {
			return f.err
		}
		return a.showSummary(f)
	})
	return cmd
}

// checkDesk looks at everything that is stored, and whether it keeps the promises.
func (a *app) checkDesk(ctx context.Context, o *office, f *findings, deep bool) error {
	if err := o.store.Check(ctx, deep, f.report); err != nil {
		return err
	}
	open := attachments(o.store)
	return o.desk.Audit(ctx, ticket.Auditing{Deep: deep, Did: f.looked, Reread: o.config.newReading(o.desk.Keys).alone, Report: func(level, promise, where, text string) {
		f.report(boltstore.Finding{Level: level, Promise: promise, Where: where, Text: text})
	}, Measure: func(ctx context.Context, l *ticket.Letter) ([32]byte, int64, error) {
		return mailout.Measure(ctx, l, open)
	}})
}

// findings prints and counts what is found.
type findings struct {
	app  *app
	sum  summaryJSON
	err  error // of printing: the first
	did  map[string]int
	what []string // the keys of did, in order
	told time.Time
}

// progressEvery is how often a long check says how far it came.
const progressEvery = 5 * time.Second

// looked counts what was looked at.
func (f *findings) looked(what string, n int) {
	if _, known := f.did[what]; !known {
		f.what = append(f.what, what)
	}
	f.did[what] += n
	now := time.Now()
	if f.told.IsZero() {
		f.told = now
	}
	if now.Sub(f.told) >= progressEvery {
		f.told = now
		fmt.Fprintf(f.app.stderr, "%s %s so far\n", grouped(f.did[what]), what)
	}
}

// checked words how many of what were looked at: "12,480 letters, 5,001 mails".
func (f *findings) checked() string {
	var words []string
	for _, what := range f.what {
		words = append(words, grouped(f.did[what])+" "+what)
	}
	return strings.Join(words, ", ")
}

// grouped writes a number with a comma before each three digits.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// brokenOff makes what kept us from looking on an error that was found: status 1
// is for notes alone. It returns what ended the verb itself.
func (f *findings) brokenOff(ctx context.Context, where string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("fsck: %w", ctx.Err())
	}
	if err != nil {
		f.report(boltstore.Finding{Level: "error", Promise: "P11", Where: where, Text: "it could not be looked at to the end: " + err.Error()})
	}
	return nil
}

func (f *findings) report(found boltstore.Finding) {
	if found.Level == "error" {
		f.sum.Errors++
	} else {
		f.sum.Notes++
	}
	if f.err != nil {
		return
	}
	if f.app.json {
		f.err = writeJSON(f.app.stdout, found)
		return
	}
	p := &page{w: f.app.stdout}
	p.line("%-5s %-4s %s: %s", found.Level, found.Promise, plain(found.Where), plain(found.Text))
	f.err = p.err
}

// checkMailbox looks for mail below the cursor that nothing became of. Mail that
// lay there at the first start and was left alone is none.
func (a *app) checkMailbox(ctx context.Context, o *office, report func(boltstore.Finding)) error {
	c, err := o.desk.Cursor(ctx)
	if err != nil {
		return err
	}
	poller, err := o.config.newPoller(o.desk, a.env, zerolog.Nop())
	if err != nil {
		return err
	}
	validity, uids, err := poller.Survey(ctx, c)
	if err != nil {
		return err
	}
	return passedOver(ctx, o.store, c, validity, uids, report)
}

// places tells what was filed from where; a *boltstore.Store.
type places interface {
	Place(ctx context.Context, at ticket.Source) (ticket.ArrivalID, error)
}

// became tells the poller what became of mail below the cursor.
func became(store *boltstore.Store) func(context.Context, uint32, []uint32) (filed, missed []uint32, err error) {
	return func(ctx context.Context, validity uint32, uids []uint32) (filed, missed []uint32, err error) {
		for _, uid := range uids {
			id, err := store.Place(ctx, ticket.Source{UIDValidity: validity, UID: uid})
			if errors.Is(err, ticket.ErrNotFound) {
				missed = append(missed, uid)
				continue
			}
			var a *ticket.Arrival
			if err == nil {
				err = store.View(ctx, func(tx ticket.Tx) (err error) { a, err = tx.Arrival(id); return err })
			}
			if err != nil {
				return nil, nil, err
			}
			if a.RawSum != mailin.Unfetchable(validity, uid) {
				filed = append(filed, uid)
			}
		}
		return filed, missed, nil
	}
}

// passedOver compares what lies in the mailbox, but for what c leaves alone, with
// what was filed up to c.
func passedOver(ctx context.Context, store places, c ticket.Cursor, validity uint32, uids []uint32, report func(boltstore.Finding)) error {
	if validity != c.UIDValidity {
		report(boltstore.Finding{Level: "note", Promise: "P1", Where: "mailbox",
			Text: fmt.Sprintf("its UIDVALIDITY is %d, what was read had %d: serve will read it again", validity, c.UIDValidity)})
		return nil
	}
	for _, uid := range uids {
		if uid > c.Last {
			continue
		}
		_, err := store.Place(ctx, ticket.Source{UIDValidity: validity, UID: uid})
		if errors.Is(err, ticket.ErrNotFound) {
			report(boltstore.Finding{Level: "error", Promise: "P1", Where: fmt.Sprintf("UID %d", uid),
				Text: "it lies in the mailbox below the cursor, and nothing became of it"})
		} else if err != nil {
			return err
		}
	}
	return nil
}

// showSummary ends the output; the exit status tells the worst that was found.
func (a *app) showSummary(f *findings) error {
	p, sum := &page{w: a.stdout}, f.sum
	if a.json {
		p.err = writeJSON(a.stdout, sum)
	} else {
		if len(f.what) > 0 {
			p.line("checked: %s", f.checked())
		}
		p.line("%d errors, %d notes", sum.Errors, sum.Notes)
	}
	switch {
	case p.err != nil:
		return p.err
	case sum.Errors > 0:
		return statusError{code: 2}
	case sum.Notes > 0:
		return statusError{code: 1}
	}
	return nil
}
