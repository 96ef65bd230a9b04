package ticket

import "sportello/policy"

// Customer is somebody who bought something, with the people who write for him.
type Customer struct {
	ID       string
	Name     string
	Language string // it or en; "" unknown
	Contacts []Contact
	Plans    []policy.Plan
	Uses     []PlanUse // what was taken from the allowances of plans, in order
}

// Contact is one address of a customer. Address is whole (with any +detail),
// in the form of address.Canonical.
type Contact struct {
	Address  string
	Language string // "" as the customer's
	MaySpend bool
}

// Span is days, first and last among them.
type Span struct{ First, Last Date }

// holds tells whether d is one of them.
func (s Span) holds(d Date) bool { return !d.Before(s.First) && !s.Last.Before(d) }

// Technician is somebody who works at the desk. The first address receives;
// mail from any of them is hers.
type Technician struct {
	Name      string
	Addresses []string // in the form of address.Canonical, at least one
	Absent    []Span   // when mail about her tickets goes to all
}
