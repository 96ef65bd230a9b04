package ticket

// Lane is one of the two ways out of the outbox. The lanes take turns, so that
// no number of letters in one makes a letter of the other wait for more than
// its turn (DESIGN.md section 5).
type Lane int

const (
	LaneCustomers   Lane = iota + 1 // answers, quotes, acknowledgements, timed notices
	LaneTechnicians                 // what technicians get
)

var laneNames = []string{"", "customers", "technicians"}

func (l Lane) String() string               { return nameOf(laneNames, int(l)) }
func (l Lane) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Other is the lane whose turn it is after l; customers begin.
func (l Lane) Other() Lane {
	if l == LaneCustomers {
		return LaneTechnicians
	}
	return LaneCustomers
}

// Classes are those of a lane, in the order in which they go. Within a class
// new goes before old: after an outage, or behind a flood, who writes now is
// answered now.
func (l Lane) Classes() []int {
	switch l {
	case LaneCustomers:
		return []int{classAnswer, classQuote, classAck, classTimed}
	case LaneTechnicians:
		return []int{classUrgent, classTicket, classDigest}
	}
	return nil
}

// Lane tells in which lane a letter goes.
func (k NoticeKind) Lane() Lane {
	if k.Technical() {
		return LaneTechnicians
	}
	return LaneCustomers
}

// The classes. Stores keep the number with each letter: it says what is in the
// class and never changes, and Classes alone says which goes first.
const (
	classAnswer = 1 // what a technician wrote
	classQuote  = 2 // money
	classTicket = 3 // what customers wrote, to technicians
	classTimed  = 4 // what the clock makes, and statements
	classAck    = 5
	classUrgent = 6 // what came of a technician's own mail, what needs one, what is due
	classDigest = 7
)

// Class is the place of a letter in its lane.
func (k NoticeKind) Class() int {
	switch k {
	case NoticeAnswer:
		return classAnswer
	case NoticeQuote, NoticeQuoteAccepted, NoticeQuoteDeclined, NoticeConfirm, NoticeCreditShort, NoticeCharged:
		return classQuote
	case NoticeTicketNew, NoticeTicketReply, NoticeHeld:
		return classTicket
	case NoticeTranscript, NoticeAlert, NoticeDueSoon:
		return classUrgent
	case NoticeAck:
		return classAck
	case NoticeDigest:
		return classDigest
	}
	return classTimed
}

// inTurn lists at most n letters that are due, the lanes taking turns from
// first: what one leaves of its share the other may have. due lists those of
// one lane.
func inTurn(first Lane, n int, due func(Lane, int) ([]*Row, error)) ([]*Row, error) {
	one, err := due(first, n)
	if err != nil {
		return nil, err
	}
	half := min(len(one), (n+1)/2)
	if half == n {
		return one, nil
	}
	other, err := due(first.Other(), n-half)
	if err != nil {
		return nil, err
	}
	var rows []*Row
	for i := 0; len(rows) < n && (i < len(one) || i < len(other)); i++ {
		rows = append(rows, one[min(i, len(one)):min(i+1, len(one))]...)
		rows = append(rows, other[min(i, len(other)):min(i+1, len(other))]...)
	}
	return rows[:min(n, len(rows))], nil
}
