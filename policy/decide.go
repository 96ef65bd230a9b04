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

// under is the opinion for a file that may have other topics: one whose first
// guess is no topic any more is none.
func (o *Opinion) under(p *Policy) ([]Guess, []string) {
	if o == nil || !p.KnownTopic(o.guesses[0].Topic) {
		return nil, nil
	}
	unknown := func(g Guess) bool { return !p.KnownTopic(g.Topic) }
	return slices.DeleteFunc(slices.Clone(o.guesses), unknown), o.evidence
}

// Classify guesses the topic of a text, for Case.Opinion.
func (p *Policy) Classify(subject, text string) *Opinion {
	guesses, evidence := p.classify(subject, text)
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
	Alternatives []Guess // best first, without Topic
	// Doubtful is set where who pays is sure although the topic is not: all the
	// topics that it may well be are judged alike. Letters do not name Topic then,
	// and a technician looks before there is a price.
	Doubtful  bool
	Evidence  []string // the words and rules that counted, readable by a technician
	Coverage  Coverage
	Plan      string // id of the plan that covers; "" where none does
	Site      string // site of that plan
	Purchased Date   // of that plan; zero where none covers
	Clause    string // stable id of the clause that decided; Policy.ClauseText words it
	Price     Price
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
	d := p.decide(c, p.classify)
	if c.Below == "" || d.Coverage != Undetermined {
		return d
	}
	c.Text, c.Below, c.Opinion = c.Text+"\n\n"+c.Below, "", nil
	whole := p.decide(c, p.classify)
	if whole.Confidence <= d.Confidence {
		return d
	}
	whole.explain("the words on top decide nothing: what they show was read with them")
	return whole
}

// decide is Decide with the classifier to ask.
func (p *Policy) decide(c Case, classify classifier) Decision {
	d := Decision{Policy: p.digest, Price: Price{Kind: PriceNone}}
	d.guess(p, c, classify)
	r := p.request(c)
	p.tell(&d, r)
	v := p.weigh(r, append([]Guess{{d.Topic, d.Confidence}}, d.Alternatives...))
	p.judge(&d, v)
	if d.Coverage == Undetermined && c.Stranger {
		d.Clause = p.fallback.stranger
	}
	if d.Coverage == Undetermined || d.Coverage == Extra {
		d.lapse(v.lapsed(p.thresholds.covered))
	}
	d.Promised = !c.Stranger && d.Coverage != None && p.promised(r)
	d.explain("clause %s: %s", d.Clause, p.ClauseText(d.Clause, "en"))
	return d
}

// classifier guesses topics, best first and never none, and says why.
type classifier func(subject, text string) ([]Guess, []string)

// guess fills in the topic: a technician's word is certain.
func (d *Decision) guess(p *Policy, c Case, classify classifier) {
	if p.KnownTopic(c.Topic) {
		d.Topic, d.Confidence = c.Topic, 1
		d.explain("topic %s: set by a technician", c.Topic)
		return
	}
	guesses, evidence := c.Opinion.under(p)
	if len(guesses) == 0 {
		guesses, evidence = classify(c.Subject, c.Text)
	}
	d.Topic, d.Confidence, d.Alternatives = guesses[0].Topic, guesses[0].Confidence, guesses[1:]
	d.Evidence = append(d.Evidence, evidence...)
	d.explain("topic %s: confidence %.2f", d.Topic, d.Confidence)
}

// tell puts down what the plans give for the likeliest topic.
func (p *Policy) tell(d *Decision, r request) {
	r.topic = d.Topic
	switch {
	case p.topics[d.Topic].coverage == None:
		return
	case r.stranger:
		d.explain("no customer has the sender's address: coverage is not decided")
		return
	}
	grants := p.grants(r)
	for _, g := range grants {
		d.explain("%s", g)
	}
	if len(grants) == 0 {
		d.explain("no plan is active on %s", r.day)
	}
}

// price is what a topic costs; where the file has none, a technician looks first.
func (p *Policy) price(t Topic) Price {
	if price := p.topics[t].price; price.Kind != PriceNone {
		return price
	}
	return Price{Kind: PriceAfterAnalysis}
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
