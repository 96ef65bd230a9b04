package mailin

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"sportello/mailin/internal/wire"
)

// hearing remembers what servers said by themselves, so that each is told once.
type hearing struct {
	mu   sync.Mutex
	told map[string]time.Time
	byes int // since a session last worked for a while
}

const (
	tellAgain  = 24 * time.Hour // the same is told once in this time
	toldAtOnce = 8              // different things at most, in this time
	byesTold   = 3              // so many sessions in a row that the server ended are told
)

// bye counts one.
func (h *hearing) bye() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.byes++
	return h.byes
}

// well forgets the BYEs.
func (h *hearing) well() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.byes = 0
}

var errStale = errors.New("the server says that something is wrong, and goes on")

// bye is a server that ended the session.
type bye struct{ text string }

func (b bye) Error() string { return "the server ended the session: " + b.text }

// hear is told whatever the server says in words, struck of secrets, in the
// client's goroutine. What it says without being asked is for people: a NO, an
// ALERT (RFC 9051, section 7.1: it must be shown), a BYE that comes again. Before
// the login a NO or BYE is a server that is out of reach, and told as that is:
// when it lasts.
func (s *session) hear(w wire.Word) {
	switch {
	case w.Status == "BYE":
		s.conn.fail(bye{cutRunes(w.Text, 200)})
		s.tell(w, s.inside.Load() && s.heard.bye() == byesTold)
	case w.Code == "ALERT":
		s.tell(w, true)
	case !w.Tagged && (w.Status == "NO" || w.Status == "BAD"):
		s.uneasy.Store(true)
		s.tell(w, s.inside.Load())
	}
}

// tell logs what the server said, and alerts people, once a day. Numbers in it
// make no difference: many servers add a time or a session.
func (s *session) tell(w wire.Word, alert bool) {
	text := cutRunes(oneLine(w.Text), 300)
	key := fmt.Sprint(w.Status, alert, strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, text))
	now := s.now()
	s.heard.mu.Lock()
	for k, at := range s.heard.told {
		if now.Sub(at) >= tellAgain {
			delete(s.heard.told, k)
		}
	}
	_, known := s.heard.told[key]
	full := len(s.heard.told) >= toldAtOnce
	if s.heard.told == nil {
		s.heard.told = map[string]time.Time{}
	}
	if !known && !full {
		s.heard.told[key] = now
	}
	s.heard.mu.Unlock()
	if known || full {
		return
	}
	s.Log.Warn().Str("mailbox", s.mailbox()).Str("status", w.Status).Str("code", w.Code).Str("said", text).Msg("the mail server says")
	if alert {
		s.alert(Complaining, text)
	}
}

// stale gives up a session in which the server complained though nothing failed:
// Dovecot says "* NO Internal error" and OK to every command, for hours, and
// shows no new mail. Where a new connection hears the same, it is only opened
// again, and the mailbox is looked at as if nothing had been said.
func (s *session) stale() error {
	if !s.uneasy.Swap(false) {
		return nil
	}
	if now := s.now(); s.left.IsZero() || now.Sub(s.left) >= openedFor {
		s.left = now
		return errStale
	}
	s.doubt.Store(true)
	return nil
}
