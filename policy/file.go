package policy

import "time"

// Policy is a policy file that was read and checked. It does not change after
// Load and may be used by several goroutines.
type Policy struct {
	// Contact is the commercial contact; empty fields are left out of letters.
	Contact Contact
	// CloseDays (7) and WarnDays (5): a ticket that waits for the customer is
	// closed CloseDays after the last mail, and warned WarnDays after it.
	CloseDays, WarnDays int
	// AnswerDays (7): the promise made to customers with a hosting plan.
	AnswerDays int
	// QuoteDays (7): how long an offered quote stays valid.
	QuoteDays int
	digest    string
	loc       *time.Location
}

// Contact is where commercial questions go.
type Contact struct {
	Email, Phone, Hours, TermsURL, ShopURL string
}

// Default is the embedded policy, for days and hours counted in loc.
func Default(loc *time.Location) *Policy {
	return &Policy{CloseDays: 7, WarnDays: 5, AnswerDays: 7, QuoteDays: 7, loc: loc}
}

// Load reads a policy file (TOML). name stands in the messages. All faults are
// reported at once, joined, each "NAME:LINE: table.key: what, and what is allowed".
func Load(name string, data []byte, loc *time.Location) (*Policy, error) { return Default(loc), nil }

// Digest identifies the policy file: the first 12 hex digits of its SHA-256.
func (p *Policy) Digest() string { return p.digest }

// Warnings lists what is allowed but worth telling (`sportello check`).
func (p *Policy) Warnings() []string { return nil }

// Decide says what a request is about, whether it is covered, by which clause,
// and what it costs. It is a pure function of its arguments and the file.
func (p *Policy) Decide(c Case) Decision {
	return Decision{Topic: Unclear, Confidence: 1, Coverage: Undetermined, Price: Price{Kind: PriceNone}}
}

// KnownPlan tells whether id is a plan of the file.
func (p *Policy) KnownPlan(id string) bool { return true }

// ClauseText words a clause for a letter, in "it" or "en".
func (p *Policy) ClauseText(clause, lang string) string { return clause }

// TopicText describes a topic for a letter, in "it" or "en".
func (p *Policy) TopicText(t Topic, lang string) string { return string(t) }

// PlanText names a plan for a letter, in "it" or "en".
func (p *Policy) PlanText(id, lang string) string { return id }

// Open tells whether t falls in office hours.
func (p *Policy) Open(t time.Time) bool { return true }

// NextOpening is t itself in office hours, else the next instant at which they begin.
func (p *Policy) NextOpening(t time.Time) time.Time { return t }

// DaysOff lists the days of year on which the office is closed beside weekends, in order.
func (p *Policy) DaysOff(year int) []DayOff { return nil }

// DayOff is a holiday, a closure or the patron saint's day.
type DayOff struct {
	Date Date
	Name string
}

// Sense is what a short reply amounts to as a whole.
type Sense int

const (
	SenseNone    Sense = iota + 1 // anything else: a person must read it
	SenseAccept                   // an unmistakable yes to a quote
	SenseDecline                  // an unmistakable no
	SenseThanks                   // thanks and nothing else
	SenseSolved                   // "risolto" / "solved" and nothing else
)

// Sense reads the new text of a reply (greeting and signature are set aside).
// quote is the code of the open quote and credits its price, which a yes may
// name ("" and 0 when there is none). When in doubt it answers SenseNone.
func (p *Policy) Sense(text, quote string, credits Credits) Sense { return SenseNone }
