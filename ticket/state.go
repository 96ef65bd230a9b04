package ticket

import "fmt"

// Trigger is something that may move a ticket from one state to another.
type Trigger int

const (
	TriggerMessage   Trigger = iota + 1 // the customer's side wrote something to act on
	TriggerUnproven                     // somebody wrote who proves nothing: shown, no more
	TriggerThanks                       // thanks and nothing else
	TriggerSolved                       // "risolto" / "solved" and nothing else
	TriggerAnswer                       // a technician answered the customer
	TriggerOffer                        // a quote was offered
	TriggerWait                         // #wait
	TriggerNote                         // internal note, assignment, correction
	TriggerAutoReply                    // a robot, a receipt, our own mail, a delay notice
	TriggerBounce                       // a letter to the customer came back for good
	TriggerCloseDue                     // the closing date has come
	TriggerClose                        // #close, ticket close
	TriggerReopen                       // #reopen, ticket reopen
	TriggerAccept                       // the quote was accepted
	TriggerDecline                      // the quote was declined
	TriggerSpam                         // #spam
	TriggerMerge                        // joined to another ticket
	TriggerWake                         // the day to which #wait let it sleep has come
)

var triggerNames = []string{"", "message", "unproven", "thanks", "solved", "answer", "offer", "wait", "note", "auto-reply", "bounce",
	"close-due", "close", "reopen", "accept", "decline", "spam", "merge", "wake"}

func (t Trigger) String() string { return nameOf(triggerNames, int(t)) }

// clock is what a step does to the closing clock or to the due date.
type clock int

const (
	keep clock = iota
	stop       // cleared
	arm        // starts anew: the due date from the arrival, the closing date when the letter was sent
)

// step is the outcome of a trigger.
type step struct {
	to      State
	reason  Reason // when to is closed
	due     clock  // the answer that is due
	closing clock  // the closing date
}

// next is the only transition table: every state × trigger pair stands in it
// (DESIGN.md section 3, "State"). A missing pair is refused with ErrState.
// answered tells whether a technician has answered before.
func next(s State, tr Trigger, answered bool) (step, error) {
	if tr == TriggerDecline && s != StateClosed && answered {
		return step{to: StateOpen, due: arm, closing: stop}, nil
	}
	if st, ok := table[s][tr]; ok {
		return st, nil
	}
	return step{}, fmt.Errorf("%s on a ticket that is %s: %w", tr, s, ErrState)
}

var table = map[State]map[Trigger]step{
	StateOpen: {
		TriggerMessage:   {to: StateOpen},
		TriggerUnproven:  {to: StateOpen},
		TriggerThanks:    {to: StateOpen},
		TriggerSolved:    {to: StateOpen},
		TriggerAnswer:    {to: StateWaiting, due: stop, closing: arm},
		TriggerOffer:     {to: StateWaiting, due: stop, closing: arm},
		TriggerWait:      {to: StateWaiting, due: stop, closing: arm},
		TriggerNote:      {to: StateOpen},
		TriggerAutoReply: {to: StateOpen},
		TriggerBounce:    {to: StateOpen},
		TriggerCloseDue:  {to: StateOpen, closing: stop},
		TriggerClose:     {to: StateClosed, reason: ReasonSolved, due: stop, closing: stop},
		TriggerAccept:    {to: StateOpen, due: arm, closing: stop},
		TriggerDecline:   {to: StateClosed, reason: ReasonDeclined, due: stop, closing: stop},
		TriggerSpam:      {to: StateClosed, reason: ReasonSpam, due: stop, closing: stop},
		TriggerMerge:     {to: StateClosed, reason: ReasonDuplicate, due: stop, closing: stop},
		TriggerWake:      {to: StateOpen},
	},
	StateWaiting: {
		TriggerMessage:   {to: StateOpen, due: arm, closing: stop},
		TriggerUnproven:  {to: StateWaiting},
		TriggerThanks:    {to: StateWaiting},
		TriggerSolved:    {to: StateClosed, reason: ReasonSolved, due: stop, closing: stop},
		TriggerAnswer:    {to: StateWaiting, due: stop, closing: arm},
		TriggerOffer:     {to: StateWaiting, due: stop, closing: arm},
		TriggerWait:      {to: StateWaiting, due: stop},
		TriggerNote:      {to: StateWaiting},
		TriggerAutoReply: {to: StateWaiting},
		TriggerBounce:    {to: StateWaiting, closing: stop},
		TriggerCloseDue:  {to: StateClosed, reason: ReasonNoAnswer, due: stop, closing: stop},
		TriggerClose:     {to: StateClosed, reason: ReasonSolved, due: stop, closing: stop},
		TriggerReopen:    {to: StateOpen, due: arm, closing: stop},
		TriggerAccept:    {to: StateOpen, due: arm, closing: stop},
		TriggerDecline:   {to: StateClosed, reason: ReasonDeclined, due: stop, closing: stop},
		TriggerSpam:      {to: StateClosed, reason: ReasonSpam, due: stop, closing: stop},
		TriggerMerge:     {to: StateClosed, reason: ReasonDuplicate, due: stop, closing: stop},
		TriggerWake:      {to: StateOpen, due: arm, closing: stop},
	},
	StateClosed: {
		TriggerMessage:   {to: StateOpen, due: arm, closing: stop},
		TriggerUnproven:  {to: StateClosed},
		TriggerThanks:    {to: StateClosed},
		TriggerSolved:    {to: StateClosed},
		TriggerAnswer:    {to: StateWaiting, due: stop, closing: arm},
		TriggerOffer:     {to: StateWaiting, due: stop, closing: arm},
		TriggerWait:      {to: StateWaiting, due: stop, closing: arm},
		TriggerNote:      {to: StateClosed},
		TriggerAutoReply: {to: StateClosed},
		TriggerBounce:    {to: StateClosed},
		TriggerCloseDue:  {to: StateClosed},
		TriggerReopen:    {to: StateOpen, due: arm, closing: stop},
		TriggerAccept:    {to: StateOpen, due: arm, closing: stop},
		TriggerDecline:   {to: StateClosed},
		TriggerSpam:      {to: StateClosed, reason: ReasonSpam, due: stop, closing: stop},
		TriggerMerge:     {to: StateClosed, reason: ReasonDuplicate, due: stop, closing: stop},
		TriggerWake:      {to: StateClosed},
	},
}

// impossible lists the pairs that the table refuses, so that a test can tell a
// decision from an omission.
var impossible = map[State][]Trigger{
	StateOpen:   {TriggerReopen},
	StateClosed: {TriggerClose},
}
