package ticket

import (
	"errors"
	"testing"

	"sportello/policy"
)

// TestNextDecidesEveryPair: a pair is either in the table or refused on purpose.
func TestNextDecidesEveryPair(t *testing.T) {
	for s := StateOpen; s <= StateClosed; s++ {
		for tr := TriggerMessage; tr <= TriggerMerge; tr++ {
			_, err := next(s, tr, false)
			refused := contains(impossible[s], tr)
			if refused != errors.Is(err, ErrState) {
				t.Errorf("%s on %s: error %v, refused on purpose: %v", tr, s, err, refused)
			}
		}
	}
}

func TestNext(t *testing.T) {
	for _, c := range []struct {
		name     string
		from     State
		trigger  Trigger
		answered bool
		want     step
	}{
		{"a customer's message makes a waiting ticket our turn", StateWaiting, TriggerMessage, true, step{to: StateOpen, due: arm, closing: stop}},
		{"a further message does not move the due date", StateOpen, TriggerMessage, false, step{to: StateOpen}},
		{"a reply reopens", StateClosed, TriggerMessage, true, step{to: StateOpen, due: arm, closing: stop}},
		{"who proves nothing stops no clock", StateWaiting, TriggerUnproven, true, step{to: StateWaiting}},
		{"who proves nothing does not reopen", StateClosed, TriggerUnproven, true, step{to: StateClosed}},
		{"who proves nothing sets no due date", StateOpen, TriggerUnproven, true, step{to: StateOpen}},
		{"thanks change nothing", StateWaiting, TriggerThanks, true, step{to: StateWaiting}},
		{"thanks do not reopen", StateClosed, TriggerThanks, true, step{to: StateClosed}},
		{"solved closes a waiting ticket", StateWaiting, TriggerSolved, true, step{to: StateClosed, reason: ReasonSolved, due: stop, closing: stop}},
		{"solved on our turn is for us to judge", StateOpen, TriggerSolved, true, step{to: StateOpen}},
		{"an answer waits for the customer", StateOpen, TriggerAnswer, false, step{to: StateWaiting, due: stop, closing: arm}},
		{"a robot stops no clock", StateWaiting, TriggerAutoReply, true, step{to: StateWaiting}},
		{"a robot never reopens", StateClosed, TriggerAutoReply, true, step{to: StateClosed}},
		{"a bounce stops the closing", StateWaiting, TriggerBounce, true, step{to: StateWaiting, closing: stop}},
		{"a bounce never reopens", StateClosed, TriggerBounce, true, step{to: StateClosed}},
		{"the closing date closes what waits", StateWaiting, TriggerCloseDue, true, step{to: StateClosed, reason: ReasonNoAnswer, due: stop, closing: stop}},
		{"the closing date never closes what is our turn", StateOpen, TriggerCloseDue, true, step{to: StateOpen, closing: stop}},
		{"a decline closes", StateWaiting, TriggerDecline, false, step{to: StateClosed, reason: ReasonDeclined, due: stop, closing: stop}},
		{"a decline after an answer is our turn", StateWaiting, TriggerDecline, true, step{to: StateOpen, due: arm, closing: stop}},
		{"a note changes nothing", StateOpen, TriggerNote, false, step{to: StateOpen}},
		{"a merge closes as duplicate", StateOpen, TriggerMerge, false, step{to: StateClosed, reason: ReasonDuplicate, due: stop, closing: stop}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := next(c.from, c.trigger, c.answered)
			if err != nil || got != c.want {
				t.Errorf("got %+v, %v; want %+v", got, err, c.want)
			}
		})
	}
}

// TestTriggerOf: what a follow-up may do hangs on its authority alone.
func TestTriggerOf(t *testing.T) {
	for auth := AuthorityNone; auth <= AuthorityTechnician; auth++ {
		for sense, want := range map[policy.Sense]Trigger{
			policy.SenseThanks: TriggerThanks, policy.SenseSolved: TriggerSolved, policy.SenseNone: TriggerMessage,
		} {
			switch {
			case auth < AuthorityLink:
				want = TriggerUnproven
			case auth < AuthoritySender && want == TriggerSolved:
				want = TriggerMessage
			}
			if got := triggerOf(auth, sense); got != want {
				t.Errorf("%s, sense %v: %s, want %s", auth, sense, got, want)
			}
		}
	}
}
