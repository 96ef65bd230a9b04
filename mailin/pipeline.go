package mailin

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"golang.org/x/sync/semaphore"

	"sportello/ticket"
)

const (
	inFlight  = 32 << 20 // bytes that mails fetched and not yet filed take, and become when they are read
	batchMail = 256      // mails in one commit
	batchSize = 16 << 20 // bytes in one commit
	// linger is how long a mail waits for the next ones of the same fetch, so
	// that they share a commit. The last one known of never waits.
	linger = 20 * time.Millisecond
)

// slot is one mail on its way through the pipeline. The fetcher lines slots up
// in order of UID before their bytes come.
type slot struct {
	item
	weight int64 // of what is in flight: until it is read what reading may make of it, then what it made
	raw    []byte
	head   bool            // only the head is in raw
	in     *ticket.Inbound // nil when ready: the mail is gone, nothing is to be filed
	stub   bool            // in stands for a mail that never came: on the server it stays as it is
	lost   bool            // the fetch ended before this mail: it and all after it stay on the server
	ready  chan struct{}   // closed when in or lost is final
	done   chan struct{}   // closed when it was filed, or never will be
	early  bool            // it is read before its turn, and filed if it may be
	alone  bool            // nothing else is in flight: it is suspected of ending the process
	deadly bool            // and known to: its bytes are kept and not read
}

// pipeline parses on several cores and files in order while the session
// fetches on. The first failure to file ends it.
type pipeline struct {
	*reader
	validity uint32
	budget   *semaphore.Weighted
	order    chan *slot // to the committer
	work     chan *slot // to the parsers
	proving  context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup

	mu     sync.Mutex
	cursor ticket.Cursor
	early  ticket.UIDs // of cursor
	filed  []imap.UID  // not yet taken
	err    error
}

// startPipeline begins after cursor. The context it returns ends when filing
// fails. finish must be called.
func (r *reader) startPipeline(ctx context.Context, cursor ticket.Cursor) (context.Context, *pipeline) {
	inner, cancel := context.WithCancel(ctx)
	pl := &pipeline{reader: r, validity: cursor.UIDValidity, budget: semaphore.NewWeighted(inFlight),
		order: make(chan *slot, 1024), work: make(chan *slot, 4096), proving: ctx, cancel: cancel, cursor: cursor, early: cursor.Early}
	for range r.workers() {
		pl.running.Go(pl.parse)
	}
	pl.running.Go(func() { pl.commit(ctx) })
	return inner, pl
}

// finish waits until all that was lined up is filed, and answers the cursor.
func (pl *pipeline) finish() (ticket.Cursor, error) {
	close(pl.order)
	close(pl.work)
	pl.running.Wait()
	pl.cancel()
	return pl.cursor, pl.err
}

// taken answers the mails filed since it was last asked.
func (pl *pipeline) taken() []imap.UID {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	uids := pl.filed
	pl.filed = nil
	return uids
}

// before tells whether uid was filed before its turn.
func (pl *pipeline) before(uid imap.UID) bool {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	return pl.early.Has(uint32(uid))
}

// newSlot makes room for a mail of which n bytes are to be fetched, and for what
// reading may make of them.
func newSlot(it item, n int64) *slot {
	return &slot{item: it, weight: min(n+grownTo(n), inFlight), ready: make(chan struct{}), done: make(chan struct{})}
}

// line puts slots, together no heavier than inFlight, in the order of filing
// and waits until their bytes may come.
func (pl *pipeline) line(ctx context.Context, slots []*slot) error {
	var sum int64
	for _, s := range slots {
		sum += s.weight
	}
	if err := pl.budget.Acquire(ctx, sum); err != nil {
		return err
	}
	for _, s := range slots {
		pl.order <- s
	}
	return nil
}

// got hands a fetched mail to the parsers.
func (pl *pipeline) got(s *slot, raw []byte, head bool) {
	s.raw, s.head = raw, head
	pl.work <- s
}

// unfit files s as a mail that the server does not give.
func (pl *pipeline) unfit(s *slot, why string) {
	s.stub = true
	s.in = pl.finished(s, &ticket.Inbound{Unfit: why, RawSum: Unfetchable(pl.validity, uint32(s.uid))})
	close(s.ready)
}

// Unfetchable is the RawSum of the stub that stands for a mail that the server
// does not give. It names the mail's place, so that no two of them are the same
// mail and one of them is always itself.
func Unfetchable(validity, uid uint32) [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "unfetchable %d/%d", validity, uid))
}

// gone passes over a mail that is no longer on the server.
func (pl *pipeline) gone(s *slot) { close(s.ready) }

// lose ends the pipeline at s: it stays on the server, with all after it.
func (pl *pipeline) lose(s *slot) {
	s.lost = true
	close(s.ready)
}

// parse reads mails. What stands behind their senders is found beside it: that
// may have to wait for an answer, and no mail waits for another's.
func (pl *pipeline) parse() {
	for s := range pl.work {
		in := pl.read(s)
		pl.lighten(s, in)
		if pl.Prove == nil || in.Unfit != "" {
			pl.made(s, in)
			continue
		}
		pl.running.Go(func() {
			pl.proveSafely(s, in)
			if pl.proving.Err() != nil { // nobody waited for the answer: the mail is read again
				pl.lose(s)
				return
			}
			pl.made(s, in)
		})
	}
}

// read parses the mail of s, unless that has ended the process before.
func (pl *pipeline) read(s *slot) *ticket.Inbound {
	if s.deadly {
		return &ticket.Inbound{Unfit: deadly, Raw: s.raw, RawSum: sha256.Sum256(s.raw)}
	}
	if s.alone {
		if err := pl.suspects.reading(true); err == nil {
			defer pl.suspects.reading(false)
		}
	}
	return pl.parseSafely(s)
}

// lighten gives back what reading s might have made of it and did not.
func (pl *pipeline) lighten(s *slot, in *ticket.Inbound) {
	if held := int64(len(s.raw)+len(in.Text)) + 4<<10; held < s.weight {
		pl.budget.Release(s.weight - held)
		s.weight = held
	}
}

// made hands a mail to the committer.
func (pl *pipeline) made(s *slot, in *ticket.Inbound) {
	s.in = pl.finished(s, in)
	close(s.ready)
}

// proveSafely looks for evidence about the sender of in. A panic proves nothing.
func (pl *pipeline) proveSafely(s *slot, in *ticket.Inbound) {
	defer func() {
		if recover() != nil {
			in.Evidence = ticket.Evidence{}
		}
	}()
	pl.Prove(pl.proving, s.raw, in)
}

// parseSafely makes a mail that Parse panics on unfit (PROMISES.md F17).
func (pl *pipeline) parseSafely(s *slot) (in *ticket.Inbound) {
	defer func() {
		if v := recover(); v != nil {
			in = &ticket.Inbound{Unfit: fmt.Sprintf("parse: panic: %.200v", v), Raw: s.raw, RawSum: sha256.Sum256(s.raw)}
		}
	}()
	at := pl.arrived(s.date)
	if pl.Parse == nil {
		return Parse(s.raw, Options{Arrived: at})
	}
	return pl.Parse(s.raw, at)
}

// finished fills in what only the mailbox knows.
func (pl *pipeline) finished(s *slot, in *ticket.Inbound) *ticket.Inbound {
	in.Source = ticket.Source{UIDValidity: pl.validity, UID: uint32(s.uid)}
	in.Arrived = pl.arrived(s.date)
	in.Size = max(s.size, int64(len(s.raw)))
	if in.Partial = s.head; in.Partial { // its last file is cut off (PROMISES.md E12)
		in.Attachments, in.Enclosed = nil, nil
		in.Defects = append(in.Defects, "too large: only the head and the first text were read")
	}
	in.Evidence = timely(in.Evidence, in.Date, s.date)
	s.raw = nil
	return in
}

// commit files slots in order until one is lost or filing fails; then it only
// lets go of the rest.
func (pl *pipeline) commit(ctx context.Context) {
	var held *slot
	for {
		batch, next, open := pl.gather(held)
		held = next
		if len(batch) > 0 && !pl.ended() {
			pl.file(ctx, batch)
		}
		for _, s := range batch {
			pl.budget.Release(s.weight)
			close(s.done)
		}
		if held == nil && !open {
			return
		}
	}
}

// ended tells whether nothing more may be filed.
func (pl *pipeline) ended() bool {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	return pl.err != nil
}

// gather takes the slots of one commit: the first one ready, and what follows
// within linger. next is a slot taken and not ready yet.
func (pl *pipeline) gather(held *slot) (batch []*slot, next *slot, open bool) {
	var size int64
	var late <-chan time.Time
	for len(batch) < batchMail && size < batchSize {
		s := held
		held = nil
		if s == nil {
			if s, open = pl.nextSlot(len(batch) == 0); s == nil {
				return batch, nil, open
			}
		}
		if len(batch) > 0 {
			select {
			case <-s.ready:
			default:
				if late == nil {
					t := time.NewTimer(linger)
					defer t.Stop()
					late = t.C
				}
				select {
				case <-s.ready:
				case <-late:
					return batch, s, true
				}
			}
		}
		<-s.ready
		batch = append(batch, s)
		size += s.weight
	}
	return batch, nil, true
}

// nextSlot takes the next slot, waiting for it only when asked to.
func (pl *pipeline) nextSlot(wait bool) (s *slot, open bool) {
	if wait {
		s, open = <-pl.order
		return s, open
	}
	select {
	case s, open = <-pl.order:
		return s, open
	default:
		return nil, true
	}
}

var errLost = errors.New("the fetch was cut short")

// file commits one batch and the cursor behind it.
func (pl *pipeline) file(ctx context.Context, batch []*slot) {
	c, end := pl.cursor, error(nil)
	var in []*ticket.Inbound
	var uids []imap.UID
	for _, s := range batch {
		if s.lost {
			end = errLost
			break
		}
		uid := uint32(s.uid)
		done := c.Early.Has(uid)
		if s.early {
			if s.in != nil && !s.stub && !done && pl.Early(s.in) { // otherwise its turn will come
				in, uids, c.Early = append(in, s.in), append(uids, s.uid), c.Early.With(uid)
			}
			continue
		}
		c.Last = max(c.Last, uid)
		c.Early = c.Early.Above(c.Last)
		if s.in == nil && !done {
			continue
		}
		if c.First == 0 {
			c.First = c.Last
		}
		if done { // it may not be marked yet
			uids = append(uids, s.uid)
			continue
		}
		in = append(in, s.in)
		if !s.stub {
			uids = append(uids, s.uid)
		}
	}
	if len(in) > 0 || c != pl.cursor {
		if err := pl.Receiver.Receive(ctx, in, c); err != nil {
			end = fmt.Errorf("%w %d mails up to UID %d: %w", errFiling, len(in), c.Last, err)
			uids = nil
			pl.cancel()
		} else {
			pl.cursor = c
		}
	}
	pl.mu.Lock()
	defer pl.mu.Unlock()
	pl.filed, pl.early = append(pl.filed, uids...), pl.cursor.Early
	pl.err = end
}
