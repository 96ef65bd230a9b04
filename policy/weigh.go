package policy

import (
	"fmt"
	"strings"
)

// ruling is what the file says of a request, were it about one topic.
type ruling struct {
	Guess
	coverage Coverage
	clause   string
	grant    grant // that covers; the zero value where none does
	lapsed   *Plan // would cover, had it not expired
	// elsewhere tells that it is Undetermined because a plan for another site
	// than the named one would decide better.
	elsewhere bool
}

// rulings are those on every topic that a request may be about, the likeliest
// first (POLICY.md, "Deciding when the topic is not sure").
type rulings []ruling

// weigh says of each guess what would follow from it.
func (p *Policy) weigh(r request, guesses []Guess) rulings {
	var all rulings
	for _, g := range guesses {
		r.topic = g.Topic
		one := p.rule(r)
		one.Guess = g
		all = append(all, one)
	}
	return all
}

func (p *Policy) rule(r request) ruling {
	rules := p.topics[r.topic]
	switch {
	case rules.coverage == None:
		return ruling{coverage: None, clause: rules.clause}
	case r.stranger:
		return ruling{coverage: Undetermined, clause: p.fallback.stranger}
	}
	best, elsewhere := p.best(r, p.grants(r))
	switch {
	case best.coverage == Covered:
		return ruling{coverage: Covered, clause: best.clause, grant: best}
	case best.coverage == Extra && elsewhere:
		return ruling{coverage: Undetermined, clause: p.fallback.undetermined, lapsed: p.lapsed(r), elsewhere: true}
	}
	return ruling{coverage: best.coverage, clause: best.clause, lapsed: p.lapsed(r)}
}

// where keeps the rulings that are so.
func (v rulings) where(so func(ruling) bool) (some rulings) {
	for _, r := range v {
		if so(r) {
			some = append(some, r)
		}
	}
	return some
}

func (v rulings) of(c Coverage) rulings {
	return v.where(func(r ruling) bool { return r.coverage == c })
}

// sum is how likely it is that one of the rulings is right.
func (v rulings) sum() (sum float64) {
	for _, r := range v {
		sum += r.Confidence
	}
	return sum
}

// lapsed is the plan that would cover the request with the probability needed;
// nil when there is none.
func (v rulings) lapsed(needed float64) *Plan {
	for _, r := range v {
		if r.lapsed == nil {
			continue
		}
		same := func(other ruling) bool { return other.lapsed != nil && *other.lapsed == *r.lapsed }
		if v.where(same).sum() >= needed {
			return r.lapsed
		}
	}
	return nil
}

// judge gives d the verdict that is as likely as it needs to be; where none is, a
// technician decides. To tell a covered request to be extra is the worst fault:
// beside an extra what a plan covers must be unlikely too.
func (p *Policy) judge(d *Decision, v rulings) {
	th, doubt := p.thresholds, v.of(Covered).sum()
	covered, extra, none := v.of(Covered), v.of(Extra), v.of(None)
	switch {
	case covered.reach(th.covered):
		p.settle(d, covered, th.covered, p.fallback.covered)
		plan := covered[0].grant.plan
		d.Plan, d.Site, d.Purchased, d.Allowance = plan.ID, plan.Site, plan.Purchased, covered[0].grant.allowance
	case extra.reach(th.extra) && doubt <= th.doubt:
		p.settle(d, extra, th.extra, p.fallback.extra)
		d.explain("extra: covered with probability %.3f, allowed %.3f", doubt, th.doubt)
		d.Price = p.price(extra[0].Topic)
		if d.Doubtful {
			d.Price = Price{Kind: PriceAfterAnalysis}
			d.explain("the topic is not sure: a technician looks before there is a price")
		}
	case none.reach(th.commercial):
		p.settle(d, none, th.commercial, "")
	default:
		p.leave(d, v, doubt)
	}
}

// reach tells whether there are any and they are as likely as needed.
func (v rulings) reach(needed float64) bool { return len(v) > 0 && v.sum() >= needed }

// settle gives d the verdict of rulings that reach what it needs. The clause of
// the likeliest topic stands where it is as sure as that itself; else the one for
// whichever topic it is, if there is one.
func (p *Policy) settle(d *Decision, v rulings, needed float64, whichever string) {
	first := v[0]
	d.Coverage, d.Clause, d.Doubtful = first.coverage, first.clause, first.Confidence < needed
	same := func(r ruling) bool { return r.clause == first.clause }
	if whichever != "" && v.where(same).sum() < needed {
		d.Clause = whichever
	}
	d.explain("%s: %s, needed %.2f", d.Coverage, v, needed)
}

// leave is the verdict Undetermined, by the clause of the likeliest topic where
// that topic is undetermined itself.
func (p *Policy) leave(d *Decision, v rulings, doubt float64) {
	d.Coverage, d.Clause = Undetermined, p.fallback.undetermined
	switch first := v[0]; {
	case first.elsewhere:
		d.explain("undetermined: a plan for another site than the named one would decide better")
	case first.coverage == Undetermined:
		d.Clause = first.clause
	case first.coverage == Extra && v.of(Extra).reach(p.thresholds.extra):
		d.explain("undetermined: covered with probability %.3f, allowed %.3f beside an extra", doubt, p.thresholds.doubt)
	default:
		d.explain("undetermined: %s is below the %.2f that %s needs", v.of(first.coverage), p.thresholds.of(first.coverage), first.coverage)
	}
}

// of is what a verdict needs.
func (t thresholds) of(c Coverage) float64 {
	return map[Coverage]float64{Covered: t.covered, Extra: t.extra, None: t.commercial}[c]
}

// String words how likely rulings are, and of which topics that is made up.
func (v rulings) String() string {
	if len(v) == 1 {
		return fmt.Sprintf("confidence %.2f", v[0].Confidence)
	}
	var parts []string
	for _, r := range v {
		parts = append(parts, fmt.Sprintf("%s %.2f", r.Topic, r.Confidence))
	}
	return fmt.Sprintf("probability %.2f (%s)", v.sum(), strings.Join(parts, " + "))
}
