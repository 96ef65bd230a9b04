package policy

import (
	"fmt"
	"slices"
	"time"
)

// Case is one request as the policy sees it.
type Case struct {
	Subject string
	Text    string // what was written this time, without history and signature
	Below   string // what a mail that answers nothing shows below it: read where Text decides nothing
	At      time.Time
	// Stranger is true when no customer has the sender's address: the verdict
	// is Undetermined or, for a commercial topic, None.
	Stranger bool
	Account  Account // of the customer; the zero value is a customer without plan
	// Topic, when it is one of Topics, was set by a technician and is not guessed.
	Topic Topic
	// Opinion, when not nil, is what Classify said to Subject and Text before.
	Opinion *Opinion
}

// Opinion is what the classifier thinks of a text. It hangs on nothing else, so
// that it can be had ahead of time, on any core.
type Opinion struct {
	guesses  []Guess // best first, never none
	evidence []string
}

// Classify guesses the topic of a text, for Case.Opinion.
func (p *Policy) Classify(subject, text string) *Opinion {
	guesses, evidence := classify(subject, text)
	return &Opinion{guesses, evidence}
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
	Purchased    Date   // of that plan; zero where none covers
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

// Decide says what a request is about, whether it is covered, by which clause,
// and what it costs. It is a pure function of its arguments and the file.
func (p *Policy) Decide(c Case) Decision {
	d := p.decide(c, classify)
	if c.Below == "" || d.Coverage != Undetermined {
		return d
	}
	c.Text, c.Below, c.Opinion = c.Text+"\n\n"+c.Below, "", nil
	whole := p.decide(c, classify)
	if whole.Confidence <= d.Confidence {
		return d
	}
	whole.explain("the words on top decide nothing: what they show was read with them")
	return whole
}

// decide is Decide with the classifier to ask.
func (p *Policy) decide(c Case, classify classifier) Decision {
	d := Decision{Policy: p.digest, Price: Price{Kind: PriceNone}}
	d.guess(c, classify)
	r := p.request(c, d.Topic)
	switch {
	case p.topics[d.Topic].coverage == None:
		d.sure(None, p.topics[d.Topic].clause, p.thresholds.commercial, p.fallback.undetermined)
		d.Promised = d.Coverage != None && !c.Stranger && p.promised(r)
	case c.Stranger:
		d.Coverage, d.Clause = Undetermined, p.fallback.stranger
		d.explain("no customer has the sender's address: coverage is not decided")
	default:
		p.cover(&d, r)
		d.Promised = p.promised(r)
	}
	if c.Stranger && d.Coverage == Undetermined {
		d.Clause = p.fallback.stranger
	}
	d.explain("clause %s: %s", d.Clause, p.ClauseText(d.Clause, "en"))
	return d
}

// classifier guesses topics, best first and never none, and says why.
type classifier func(subject, text string) ([]Guess, []string)

// guess fills in the topic: a technician's word is certain.
func (d *Decision) guess(c Case, classify classifier) {
	if knownTopic(c.Topic) {
		d.Topic, d.Confidence = c.Topic, 1
		d.explain("topic %s: set by a technician", c.Topic)
		return
	}
	var guesses []Guess
	var evidence []string
	if c.Opinion != nil {
		guesses, evidence = slices.Clone(c.Opinion.guesses), c.Opinion.evidence
	} else {
		guesses, evidence = classify(c.Subject, c.Text)
	}
	d.Topic, d.Confidence, d.Alternatives = guesses[0].Topic, guesses[0].Confidence, guesses[1:]
	d.Evidence = append(d.Evidence, evidence...)
	d.explain("topic %s: confidence %.2f", d.Topic, d.Confidence)
}

// cover decides who pays for a known customer's technical request.
func (p *Policy) cover(d *Decision, r request) {
	grants := p.grants(r)
	for _, g := range grants {
		d.explain("%s", g)
	}
	if len(grants) == 0 {
		d.explain("no plan is active on %s", r.day)
	}
	best, elsewhere := p.best(r, grants)
	switch {
	case best.coverage == Covered:
		d.sure(Covered, best.clause, p.thresholds.covered, p.fallback.undetermined)
		if d.Coverage == Covered {
			d.Plan, d.Site, d.Purchased, d.Allowance = best.plan.ID, best.plan.Site, best.plan.Purchased, best.allowance
		}
	case best.coverage == Undetermined:
		d.Coverage, d.Clause = Undetermined, best.clause
	case elsewhere:
		d.Coverage, d.Clause = Undetermined, p.fallback.undetermined
		d.explain("undetermined: a plan for another site than the named one would decide better")
	default:
		d.sure(Extra, best.clause, p.thresholds.extra, p.fallback.undetermined)
		if d.Coverage == Extra {
			d.mind(p.doubt(d.Alternatives, r), p.thresholds.doubt, p.fallback.undetermined)
		}
	}
	if d.Coverage == Extra {
		d.Price = p.price(r.topic)
	}
	if d.Coverage != Covered && d.Confidence >= p.thresholds.covered {
		d.lapse(p.lapsed(r))
	}
}

// doubt sums how likely the other topics are that a plan would cover: to tell a
// covered request to be extra is the worst fault.
func (p *Policy) doubt(others []Guess, r request) (sum float64) {
	for _, other := range others {
		r.topic = other.Topic
		if best, _ := p.best(r, p.grants(r)); best.coverage == Covered {
			sum += other.Confidence
		}
	}
	return sum
}

// mind takes an Extra back that a plan covers with a probability beyond what is
// allowed.
func (d *Decision) mind(doubt, allowed float64, otherwise string) {
	if doubt > allowed {
		d.Coverage, d.Clause = Undetermined, otherwise
	}
	d.explain("%s: covered with probability %.2f, allowed %.2f", d.Coverage, doubt, allowed)
}

// price is what a topic costs; where the file has none, a technician looks first.
func (p *Policy) price(t Topic) Price {
	if price := p.topics[t].price; price.Kind != PriceNone {
		return price
	}
	return Price{Kind: PriceAfterAnalysis}
}

// sure takes a verdict if the topic is as certain as it needs; otherwise the
// verdict is Undetermined, by the clause that says so.
func (d *Decision) sure(c Coverage, clause string, threshold float64, otherwise string) {
	if d.Confidence >= threshold {
		d.Coverage, d.Clause = c, clause
		d.explain("%s: confidence %.2f, needed %.2f", c, d.Confidence, threshold)
		return
	}
	d.Coverage, d.Clause = Undetermined, otherwise
	d.explain("undetermined: confidence %.2f is below the %.2f that %s needs", d.Confidence, threshold, c)
}

// lapse names a plan that expired lately and would cover the request.
func (d *Decision) lapse(plan *Plan) {
	if plan == nil {
		return
	}
	d.Lapsed = plan
	d.explain("plan %s expired on %s; renewed, it covers this", plan.ID, plan.Expires())
}

// explain adds a line of evidence.
func (d *Decision) explain(format string, args ...any) {
	d.Evidence = append(d.Evidence, fmt.Sprintf(format, args...))
}
