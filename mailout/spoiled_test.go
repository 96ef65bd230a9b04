package mailout

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
)

// TestSpoiled: what cannot be read or written of one letter is that letter's: it
// failed and is told, or stays as it is and is told, and the others go out. Nothing
// of it ends Run.
func TestSpoiled(t *testing.T) {
	attached := func(n *ticket.Notice) { n.Attachments = relays() }
	for _, c := range []struct {
		name  string
		spoil func(*rig)
		state ticket.RowState // of letter 1 in the end
		told  string
	}{
		{"its row", func(r *rig) { r.spool.spoiled[1] = "row" }, ticket.RowQueued, "number 1 cannot be read"},
		{"what it is about", func(r *rig) { r.spool.spoiled[1] = "begin" }, ticket.RowQueued, "number 1 cannot be read"},
		{"its stored bytes", func(r *rig) {
			r.spool.rows[1].Fixed, r.spool.spoiled[1] = true, "letter"
		}, ticket.RowFailed, ""},
		{"what becomes of it", func(r *rig) { r.spool.spoiled[1] = "settle" }, ticket.RowSending, "number 1 cannot be read"},
		{"an attachment", func(r *rig) {
			attached(&r.spool.rows[1].Notice)
			r.lose(func(context.Context, ticket.AttachmentRef) ([]byte, error) { return nil, errSpoiled })
		}, ticket.RowFailed, ""},
		{"an attachment that panics", func(r *rig) {
			attached(&r.spool.rows[1].Notice)
			r.lose(func(context.Context, ticket.AttachmentRef) ([]byte, error) { panic("no such page") })
		}, ticket.RowFailed, ""},
		{"its words", func(r *rig) {
			compose := r.Compose
			r.Compose = func(ctx context.Context, n *ticket.Notice) (*ticket.Letter, error) {
				if n.ID == 1 {
					return nil, errors.New("no template")
				}
				return compose(ctx, n)
			}
		}, ticket.RowFailed, ""},
		{"words that panic", func(r *rig) {
			compose := r.Compose
			r.Compose = func(ctx context.Context, n *ticket.Notice) (*ticket.Letter, error) {
				if n.ID == 1 {
					panic("no template")
				}
				return compose(ctx, n)
			}
		}, ticket.RowFailed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, func(r *rig) {
				r.queue(ticket.NoticeAnswer, 1, 3)
				r.spool.spoiled = map[ticket.NoticeID]string{}
				c.spoil(r)
			}, func(r *rig) {
				r.wait(time.Hour)
				r.Kick()
				r.wait(time.Hour)
				r.state(t, 1, c.state)
				r.state(t, 2, ticket.RowSent)
				r.state(t, 3, ticket.RowSent)
				told := slices.DeleteFunc(slices.Clone(r.alerts), func(s string) bool { return !strings.Contains(s, c.told) })
				if c.told != "" && len(told) != 1 || c.told == "" && len(r.alerts) != 0 {
					t.Errorf("told %q", r.alerts)
				}
				if n := r.server.count("DATA"); c.state != ticket.RowSending && n != 2 || c.state == ticket.RowSending && n != 3 {
					t.Errorf("DATA %d times", n)
				}
			})
		})
	}
}

// lose makes attachments be read by open.
func (r *rig) lose(open Open) {
	c := composer()
	c.Attachment = open
	r.Attachment, r.Compose = open, c.Compose
}

// blind is an outbox that cannot be read for a while.
type blind struct {
	*memSpool
	until time.Time
}

func (b *blind) Take(ctx context.Context, first ticket.Lane, n int, busy func(ticket.NoticeID) bool) ([]*ticket.Row, time.Time, error) {
	if b.now().Before(b.until) {
		return nil, time.Time{}, errSpoiled
	}
	return b.memSpool.Take(ctx, first, n, busy)
}

// TestQueueUnreadable: a queue that cannot be read is looked at again, and ends
// nothing.
func TestQueueUnreadable(t *testing.T) {
	run(t, func(r *rig) {
		r.queue(ticket.NoticeAck, 1, 1)
		r.Spool = &blind{r.spool, at.Add(2 * time.Hour)}
	}, func(r *rig) {
		r.wait(time.Hour)
		r.state(t, 1, ticket.RowQueued)
		r.wait(time.Hour + lookTime)
		r.state(t, 1, ticket.RowSent)
	})
}
