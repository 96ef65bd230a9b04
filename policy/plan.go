package policy

// ValidDays is how long plans and credits last from the day of purchase
// (policy document: "365 giorni dalla data di acquisto").
const ValidDays = 365

// Plan is one support plan that a customer bought.
type Plan struct {
	ID        string // as in the policy file: "hosting", "hyper", …
	Site      string // domain it was bought for, lower case; may be empty
	Purchased Date
}

// Expires is the last day that counts: day D+365 for a purchase on day D.
func (p Plan) Expires() Date { return p.Purchased.AddDays(ValidDays) }

// Active tells whether p covers requests that arrive on day d.
func (p Plan) Active(d Date) bool { return !d.Before(p.Purchased) && !p.Expires().Before(d) }

// Account is what a customer bought, as far as a verdict depends on it.
type Account struct {
	Plans []Plan
	Lots  []Lot
	Holds []Hold
	// Used counts the extraordinary interventions that were already taken from
	// a plan's allowance; the key is the plan as bought. Nil means none.
	Used map[Plan]int
}
