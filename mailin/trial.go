package mailin

import (
	"fmt"

	"github.com/emersion/go-imap/v2"

	"sportello/ticket"
)

// Trial says which mails were on their way when the process was last heard of,
// so that none of them can end it again and again (PROMISES.md H24). The zero
// value: none.
type Trial struct {
	UIDValidity uint32
	Last        uint32 // mails behind the cursor up to this UID were on their way
	Early       uint32 // and those from here to EarlyLast, before their turn; 0: none
	EarlyLast   uint32
	Alone       uint32 // the one of them that is tried alone; 0: they go together
	Reading     bool   // its bytes are being read: what ends the process now is this mail
	Deaths      int    // what the deaths so far weigh, this one's not yet
}

// Witness keeps a Trial where the death of the process does not reach it. It
// need not outlive the machine: no mail ends that.
type Witness interface {
	Trial() (Trial, error)
	// Keep is called on the way of every mail: it must cost next to nothing. An
	// error that is ticket.ErrCommit ends the reading; others are the Witness's own.
	Keep(Trial) error
}

// What the deaths of a process weigh for the mail that was alone on its way. A
// process may be killed for another reason, at any moment and again and again; on
// a busy machine it is then found reading or filing the same mail more often than
// not. Six deaths in a row while it was read blame a mail, or eight around it: a
// few minutes by the unit's pause, and a fraction of the starts that it allows.
const (
	deathAround   = 3
	deathReading  = 4
	tooManyDeaths = 24 // it is quarantined as it is, its bytes kept
	farTooMany    = 30 // not even that is survived: it is not fetched any more
)

// suspects are the mails that a death has made suspect, and where they are kept.
type suspects struct {
	witness Witness
	Trial
	kept Trial // what the witness knows
}

// recall asks the witness what was on its way when the process last ended.
func (p *Poller) recall() suspects {
	s := suspects{witness: p.Witness}
	if s.witness == nil {
		return s
	}
	t, err := s.witness.Trial()
	if err != nil {
		p.Log.Error().Err(err).Msg("what was being filed when the desk last ended is not known")
		t = Trial{}
	}
	if t.Last == 0 && t.Early == 0 {
		return s
	}
	s.Trial, s.kept = t, t
	if t.Alone == 0 {
		s.Deaths = 0
	} else if s.Deaths += deathAround; t.Reading {
		s.Deaths += deathReading - deathAround
	}
	p.Log.Warn().Uint32("up_to_uid", t.Last).Uint32("uid", t.Alone).Msg("the desk ended while mail was being filed: these mails are taken one by one")
	return s
}

// at forgets suspects of another mailbox, and those that the cursor has passed.
func (s *suspects) at(c ticket.Cursor) error {
	last := max(s.Last, s.EarlyLast)
	if last == 0 || s.UIDValidity == c.UIDValidity && last > c.Last {
		return nil
	}
	return s.clear()
}

// has tells whether uid must be taken alone.
func (s *suspects) has(uid imap.UID) bool {
	return uint32(uid) <= s.Last || s.Early > 0 && s.Early <= uint32(uid) && uint32(uid) <= s.EarlyLast
}

// any tells whether there are suspects.
func (s *suspects) any() bool { return s.Last > 0 || s.Early > 0 }

// alone notes that uid is tried, and answers what the deaths weigh for it.
func (s *suspects) alone(uid imap.UID) (deaths int, err error) {
	if s.Alone != uint32(uid) {
		s.Alone, s.Deaths = uint32(uid), 0
	}
	s.Reading = false
	return s.Deaths, s.keep(s.Trial)
}

// reading notes whether the mail that is tried is being read now.
func (s *suspects) reading(now bool) error {
	s.Reading = now
	return s.keep(s.Trial)
}

// together notes that mails up to last are on their way.
func (s *suspects) together(validity uint32, last imap.UID) error {
	if uint32(last) <= s.kept.Last {
		return nil
	}
	t := Trial{UIDValidity: validity, Last: uint32(last)}
	if s.kept.UIDValidity == validity {
		t.Early, t.EarlyLast = s.kept.Early, s.kept.EarlyLast
	}
	return s.keep(t)
}

// early notes that mails from first to last are on their way before their turn.
func (s *suspects) early(first, last imap.UID) error {
	t := s.kept
	if t.Early == 0 {
		t.Early = uint32(first)
	}
	t.EarlyLast = uint32(last)
	return s.keep(t)
}

// rest notes that nothing is on its way; suspects that are left stay suspect.
func (s *suspects) rest() error {
	return s.keep(Trial{UIDValidity: s.UIDValidity, Last: s.Last, Early: s.Early, EarlyLast: s.EarlyLast})
}

// clear forgets all suspects.
func (s *suspects) clear() error {
	s.Trial = Trial{}
	return s.keep(s.Trial)
}

func (s *suspects) keep(t Trial) error {
	if s.witness == nil || t == s.kept {
		return nil
	}
	if err := s.witness.Keep(t); err != nil {
		return fmt.Errorf("note what is being filed: %w", err)
	}
	s.kept = t
	return nil
}

// deadly is why a mail is not read any more.
const deadly = "the desk ended each time this mail was read: not read again"
