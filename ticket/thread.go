package ticket

import (
	"errors"
	"fmt"
	"strings"
)

// thread is what match found out about where a mail belongs.
type thread struct {
	ticket   *Ticket // nil: it opens a new one
	via      string  // reply token, Message-ID of ours, known Message-ID, subject tag
	token    *Token  // the genuine token it counts as; nil
	mid      bool    // the token comes from a Message-ID of ours, not from an address
	expired  bool
	several  bool // two different genuine tokens
	revoked  bool // a token of ours that was taken back, and none in force
	copied   bool // the ticket on which an earlier copy of the mail stands that proved less
	unsigned bool // a token in the address, but no other sign of that ticket
	claim    ID   // a ticket that it names without proof
	gone     ID   // the ticket of a genuine token that is there no more
	erased   ID   // the ticket of a genuine token that was erased
	conflict ID   // another ticket that a weaker sign names
	evidence []string
}

// match finds the ticket that m continues (RFC 5322, section 3.6.4): reply
// token in a recipient address, then our signed Message-ID, then a Message-ID
// that we filed, then the subject tag. The last two join only when the sender
// is already on that ticket. The last reference wins, being the message that
// was answered.
func (w *work) match(m *Inbound, s sender) (thread, error) {
	signs, err := w.signs(m)
	if err != nil {
		return thread{}, err
	}
	th := w.byToken(m)
	revoked := th.revoked || signs.revoked
	if th.token == nil {
		th = signs.byOwn()
	}
	var before []string
	switch {
	case th.token != nil:
		th.revoked = false
		if th, err = w.matchToken(m, s, th, signs); err != nil || th.token != nil {
			return th, err
		}
		before = th.evidence // of a ticket that is gone: weaker signs may name another
	case revoked:
		before = []string{"a token that was revoked"}
		th = thread{revoked: true, evidence: before}
	}
	if m.Robot {
		return thread{claim: signs.claim()}, nil
	}
	for _, c := range signs.weak {
		t, err := w.ticket(c.id)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return thread{}, err
		}
		if s.sole && w.on(t, s.Address, s.customers) {
			return thread{ticket: t, via: c.via, revoked: th.revoked, evidence: append(before, c.text, s.Address+" is on the ticket")}, nil
		}
		if th.claim == 0 {
			th.claim = t.ID
			th.evidence = append(before, c.text, s.Address+" is not on the ticket")
		}
	}
	return th, nil
}

// matchToken finds the ticket of a genuine token and asks for a second sign of
// it: mail clients remember token addresses and offer them for new mail.
func (w *work) matchToken(m *Inbound, s sender, th thread, signs signs) (thread, error) {
	if th.token.Purpose == PurposeHeld {
		return th, nil
	}
	id := th.token.Ticket()
	if th.token.Purpose == PurposeConfirm {
		held, err := w.tx.Arrival(ArrivalID(th.token.Number))
		if err != nil && !errors.Is(err, ErrNotFound) {
			return th, err
		}
		if err != nil || held.Ticket == 0 {
			return th, nil
		}
		id = held.Ticket
	}
	t, err := w.ticket(id)
	if _, erased := errors.AsType[*ErasedError](err); erased {
		return thread{erased: id, evidence: []string{fmt.Sprintf("a genuine token of #%d, which was erased", id)}}, nil
	}
	if errors.Is(err, ErrNotFound) {
		th.evidence = []string{fmt.Sprintf("a genuine token of #%d, which is gone", id)}
		if t, err = w.refound(m, s, th.token, id); t == nil && err == nil {
			return thread{gone: id, evidence: th.evidence}, nil
		}
	}
	if err != nil {
		return th, err
	}
	th.ticket, th.expired = t, th.token.Expired(m.Arrived)
	th.evidence = append(th.evidence, th.via+" of #"+fmt.Sprint(id))
	if th.expired {
		th.evidence = append(th.evidence, "the token has expired: it links, it does not act")
	}
	purpose := th.token.Purpose
	sign := th.mid || purpose == PurposeBounce || purpose == PurposeConfirm || strings.Contains(m.Text, fmt.Sprintf("P-%d-", id))
	for _, named := range signs.all() {
		if named == id || named == t.ID {
			sign = true
		} else if th.conflict == 0 {
			th.conflict = named
		}
	}
	th.unsigned = !sign
	return th, nil
}

// byToken looks for genuine tokens in the addresses the mail came to, and,
// where the server knows no such addresses, in brackets in the subject.
func (w *work) byToken(m *Inbound) thread {
	var th thread
	consider := func(candidate string) {
		t, ok := w.d.Keys.Verify(candidate, w.now)
		switch {
		case !ok:
		case t.Revoked:
			th.revoked = true
		case th.token == nil:
			th.token, th.via = &t, "reply token"
		case t != *th.token:
			th.several = true
		}
	}
	for _, addr := range m.Recipients {
		if c := w.d.Addresses.Candidate(addr); c != "" {
			consider(c)
		}
	}
	if w.d.Addresses.Pattern == "" {
		for _, f := range strings.FieldsFunc(m.Subject, func(r rune) bool { return r == '[' || r == ']' }) {
			consider(f)
		}
	}
	return th
}

// signs are the tickets that a mail's references and subject name, strongest
// and latest first.
type signs struct {
	own     []Token // of our signed Message-IDs
	revoked bool    // one of them counts no more
	weak    []weakSign
}

type weakSign struct {
	id        ID
	via, text string
}

// signs reads In-Reply-To, References and the subject.
func (w *work) signs(m *Inbound) (signs, error) {
	var sg signs
	refs := append([]string(nil), m.References...)
	refs = append(refs, m.InReplyTo...)
	for i := len(refs) - 1; i >= 0; i-- {
		if _, t, ok := w.d.Keys.VerifyMessageID(refs[i], w.now); ok {
			if t.Revoked {
				sg.revoked = true
			} else {
				sg.own = append(sg.own, t)
			}
			continue
		}
		id, err := w.tx.ByMessageID(refs[i])
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return sg, err
		}
		sg.weak = append(sg.weak, weakSign{id, "known Message-ID", "a reference to a mail that was filed"})
	}
	for _, id := range w.d.tagsIn(m.Subject) {
		sg.weak = append(sg.weak, weakSign{id, "subject tag", "the subject tag " + Tag(w.d.mark(), id)})
	}
	return sg, nil
}

// byOwn makes the latest of our signed Message-IDs count as its token.
func (sg signs) byOwn() thread {
	for i := range sg.own {
		if sg.own[i].Ticket() != 0 || sg.own[i].asks() {
			return thread{token: &sg.own[i], via: "Message-ID of ours", mid: true}
		}
	}
	return thread{}
}

func (sg signs) claim() ID {
	if ids := sg.all(); len(ids) > 0 {
		return ids[0]
	}
	return 0
}

func (sg signs) all() []ID {
	var ids []ID
	for _, t := range sg.own {
		if t.Ticket() != 0 {
			ids = append(ids, t.Ticket())
		}
	}
	for _, c := range sg.weak {
		ids = append(ids, c.id)
	}
	return ids
}

// maxMerges bounds a chain of merged tickets.
const maxMerges = 100

// ticket reads a ticket, following merges. One that was erased is an *ErasedError:
// nothing happens on it any more.
func (w *work) ticket(id ID) (*Ticket, error) {
	t, err := follow(w.tx, id)
	if err == nil && t.Erased != 0 {
		err = w.erased(t.Erased)
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// follow reads the ticket that one was merged into, in the end.
func follow(tx Tx, id ID) (*Ticket, error) {
	for range maxMerges {
		t, err := tx.Ticket(id)
		if err != nil || t.MergedInto == 0 {
			return t, err
		}
		id = t.MergedInto
	}
	return nil, fmt.Errorf("ticket %d: merged more than %d times: %w", id, maxMerges, ErrNotFound)
}

// erased is an *ErasedError that tells when and why an erasure was.
func (w *work) erased(id ErasureID) error {
	e, err := w.tx.Erasure(id)
	if errors.Is(err, ErrNotFound) {
		return &ErasedError{}
	}
	if err != nil {
		return err
	}
	return &ErasedError{At: e.At, Reason: e.Reason}
}

// ruling tells `why` how the thread was found.
func (th thread) ruling(id ID) Ruling {
	r := Ruling{Decision: "thread", Value: fmt.Sprintf("#%d", id), Rule: "new ticket", Evidence: th.evidence}
	if th.via != "" && !th.unsigned {
		r.Rule = th.via
	}
	if th.claim != 0 {
		r.Evidence = append(r.Evidence, fmt.Sprintf("it claims #%d", th.claim))
	}
	if th.unsigned {
		r.Evidence = append(r.Evidence, "a token address without any other sign of that ticket")
	}
	if th.conflict != 0 && th.conflict != id {
		r.Evidence = append(r.Evidence, fmt.Sprintf("another sign names #%d; the address wins", th.conflict))
	}
	return r
}
