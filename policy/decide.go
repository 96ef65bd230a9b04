package policy

import "time"

// Case is one request as the policy sees it.
type Case struct {
	Subject string
	Text    string // what was written this time, without history and signature
	At      time.Time
	// Stranger is true when no customer has the sender's address: the verdict
	// is Undetermined or, for a commercial topic, None.
	Stranger bool
	Account  Account // of the customer; the zero value is a customer without plan
	// Topic, when not empty, was set by a technician and is not guessed.
	Topic Topic
}

// Guess is a topic with the probability that it is the right one (0 to 1).
type Guess struct {
	Topic      Topic
	Confidence float64
}

// Decision is the policy's answer to a Case. It is a plain value: it is stored
// with the ticket and printed by `sportello why`.
type Decision struct {
	Topic        Topic
	Confidence   float64
	Alternatives []Guess  // best first, without Topic
	Evidence     []string // the words and rules that counted, readable by a technician
	Coverage     Coverage
	Plan         string // id of the plan that covers; "" where none does
	Site         string // site of that plan
	Clause       string // stable id of the clause that decided; Policy.ClauseText words it
	Price        Price
	// Allowance is set when Plan covers the request out of an allowance.
	Allowance *Allowance
	// Lapsed is a plan that would cover the request but expired within 30 days.
	Lapsed *Plan
	// Promised tells that a plan promises an answer in time (hosting plans).
	Promised bool
	// Policy is the digest of the policy file that decided.
	Policy string
}

// Allowance says "Used of Of interventions used, this would be the next".
type Allowance struct{ Used, Of int }

// Coverage is who pays: the plan, the customer's credits, or not known yet.
type Coverage int

const (
	Covered      Coverage = iota + 1 // a plan covers it
	Extra                            // no plan covers it, it costs credits
	Undetermined                     // a technician decides
	None                             // commercial: not a technical request
)

// PriceKind says how much is known about the price of an extra.
type PriceKind int

const (
	PriceNone          PriceKind = iota + 1 // covered, undetermined or commercial
	PriceFixed                              // Min == Max
	PriceRange                              // Min to Max
	PriceAfterAnalysis                      // a technician looks first
)

// Price is what an extra costs, in Credits.
type Price struct {
	Kind     PriceKind
	Min, Max Credits
}
