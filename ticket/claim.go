package ticket

import "sportello/policy"

// claim is all that a mail shows as an answer to a quote: who wrote it, what
// proves that, and what the words come to. Whether credits move is decided from
// it alone (DESIGN.md section 3, "Authority": spend).
type claim struct {
	Contrary bool // the evidence says that From did not send it
	Person   bool // a person wrote it, and it came whole and straight from the single From
	Token    bool // it holds the token of exactly this quote, no other, in force
	Bound    bool // the letter with that token went to From
	MaySpend bool // From is a contact of the ticket's customer that may spend
	Proof    proof
	Sense    policy.Sense
}

// proof is what stands behind the From of an answer.
type proof int

const (
	proofAbsent  proof = iota // the confirmation round trip stands in for it
	proofAwaited              // DNS has given no answer yet
	proofRefused              // absent, and nobody confirmed it or may be asked
	proofGiven                // aligned evidence, a confirmation, or none is asked for
)

// response is what the desk does with an answer to a quote.
type response int

const (
	responseRead    response = iota // a person reads it
	responseWait                    // it is held until DNS has answered
	responseConfirm                 // it is held until the registered address confirms it
	responseAccept
	responseDecline
)

// respond decides on a claim. Where a person has to read the mail, why says what
// stood in the way, the lowest step of the ladder first.
func (c claim) respond() (r response, why Words) {
	if why = c.lacks(); why.key != "" {
		return responseRead, why
	}
	switch {
	case c.Sense != policy.SenseAccept && c.Sense != policy.SenseDecline:
		return responseRead, Say("claim-wording")
	case c.Proof == proofAwaited:
		return responseWait, Words{}
	case c.Proof == proofAbsent:
		return responseConfirm, Words{}
	case c.Proof != proofGiven:
		return responseRead, Say("claim-proof")
	case c.Sense == policy.SenseAccept:
		return responseAccept, Words{}
	}
	return responseDecline, Words{}
}

// lacks says which line of the ladder is missing, whatever the words and the
// proof; no words when none is.
func (c claim) lacks() Words {
	switch {
	case c.Contrary:
		return Say("claim-contrary")
	case !c.Person:
		return Say("claim-person")
	case !c.Token:
		return Say("claim-token")
	case !c.Bound:
		return Say("claim-bound")
	case !c.MaySpend:
		return Say("claim-contact")
	}
	return Words{}
}

// spends tells whether c has everything of spend but the wording: a technician's
// `#accepted` may read it as a yes.
func (c claim) spends() bool { return c.lacks().key == "" && c.Proof == proofGiven }
