package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// grant is what one plan, as bought, gives for one request.
type grant struct {
	plan      Plan
	coverage  Coverage // Covered, Undetermined or Extra
	clause    string
	allowance *Allowance // out of which it is covered, or which is used up
	here      bool       // the request names the plan's site, or no site, or the plan has none
}

// request is a Case with what coverage needs to know of it worked out once.
type request struct {
	topic    Topic
	words    func() string // spaced; worked out when an exception asks
	day      Date
	stranger bool
	account  Account
	sites    map[string]bool // sites of the account's plans that the mail names
}

// request is c without its topic.
func (p *Policy) request(c Case) request {
	text := c.Subject + "\n" + c.Text
	words := sync.OnceValue(func() string { return spaced(text) })
	return request{
		words: words, day: DateOf(c.At, p.loc), stranger: c.Stranger, account: c.Account, sites: sitesNamed(c.Account.Plans, text),
	}
}

// concerns tells whether a plan is for a site that the mail names. It is for
// every request when it has no site, and when the mail names none.
func (r request) concerns(plan Plan) bool {
	return len(r.sites) == 0 || plan.Site == "" || r.sites[strings.ToLower(plan.Site)]
}

// grants lists what the plans give that are active on the day of the request,
// the best first: the site that the mail names, then coverage that takes
// nothing from an allowance, then the allowance with most left, then the plan
// that lasts longest; the rest only makes the order certain.
func (p *Policy) grants(r request) []grant {
	var out []grant
	for _, plan := range r.account.Plans {
		if plan.Active(r.day) {
			g := p.grant(plan, r, r.account.Used[plan])
			g.here = r.concerns(plan)
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b grant) int {
		return cmp.Or(
			-cmp.Compare(truth(a.here), truth(b.here)),
			cmp.Compare(rank(a.coverage), rank(b.coverage)),
			-cmp.Compare(a.left(), b.left()),
			-a.plan.Expires().Compare(b.plan.Expires()),
			cmp.Compare(a.plan.ID, b.plan.ID),
			cmp.Compare(a.plan.Site, b.plan.Site),
		)
	})
	return out
}

// best is the best that the plans for the named site give, or the topic without
// a plan. elsewhere tells that a plan for another site would give more: the mail
// may name a site only in passing, so that this is never told to be extra.
func (p *Policy) best(r request, grants []grant) (best grant, elsewhere bool) {
	rules := p.topics[r.topic]
	best = grant{coverage: rules.coverage, clause: rules.clause, here: true}
	for _, g := range grants {
		// Of two extras the one with a reason of its own (a spent allowance) is told.
		better := rank(g.coverage) < rank(best.coverage) ||
			g.coverage == best.coverage && best.clause == rules.clause
		if g.here && better {
			best = g
		}
	}
	for _, g := range grants {
		elsewhere = elsewhere || !g.here && rank(g.coverage) < rank(best.coverage)
	}
	return best, elsewhere
}

// grant looks one plan up: exceptions first, then its own tables.
func (p *Policy) grant(plan Plan, r request, used int) grant {
	g := grant{plan: plan, coverage: Extra, clause: p.topics[r.topic].clause}
	for _, e := range p.exceptions {
		if e.concerns(plan.ID, r) {
			g.coverage, g.clause = e.coverage, e.clause
			return g
		}
	}
	plans := p.plans[plan.ID]
	rule, ok := plans.rules[r.topic]
	if !ok {
		return g
	}
	g.coverage, g.clause = rule.coverage, rule.clause
	if rule.within {
		g.allowance = &Allowance{Used: used, Of: plans.allowance}
		if used >= plans.allowance {
			g.coverage, g.clause = Extra, plans.usedUp
		}
	}
	return g
}

// concerns tells whether the exception applies to a request under a plan.
func (e exception) concerns(plan string, r request) bool {
	has := func(phrase string) bool { return strings.Contains(r.words(), phrase) }
	return e.topic == r.topic && slices.Contains(e.plans, plan) &&
		slices.ContainsFunc(e.words, has) && !slices.ContainsFunc(e.unless, has)
}

// left is how many interventions remain; without an allowance there is no end.
func (g grant) left() int {
	if g.allowance == nil {
		return int(^uint(0) >> 1)
	}
	return g.allowance.Of - g.allowance.Used
}

// String words a grant for a technician.
func (g grant) String() string {
	text := fmt.Sprintf("plan %s, %s to %s: %s", g.plan.ID, g.plan.Purchased, g.plan.Expires(), g.coverage)
	if g.plan.Site != "" {
		text = fmt.Sprintf("plan %s for %s, %s to %s: %s", g.plan.ID, g.plan.Site, g.plan.Purchased, g.plan.Expires(), g.coverage)
	}
	if g.allowance != nil {
		text += fmt.Sprintf(", %d of %d interventions used", g.allowance.Used, g.allowance.Of)
	}
	if !g.here {
		text += ", but the mail names another site"
	}
	return text
}

// rank orders coverages, the best for the customer first.
func rank(c Coverage) int { return slices.Index([]Coverage{Covered, Undetermined, Extra}, c) }

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// lapsed is a plan that would cover the request but expired no longer than
// LapsedDays ago, the last to expire first; nil when there is none.
func (p *Policy) lapsed(r request) *Plan {
	var last *Plan
	for _, plan := range r.account.Plans {
		end := plan.Expires()
		if !r.concerns(plan) || !end.Before(r.day) || end.AddDays(p.LapsedDays).Before(r.day) {
			continue
		}
		if p.grant(plan, r, 0).coverage == Covered && (last == nil || last.Expires().Before(end)) {
			last = &plan
		}
	}
	return last
}

// promised tells whether a plan that is active on the day promises an answer.
func (p *Policy) promised(r request) bool {
	return slices.ContainsFunc(r.account.Plans, func(plan Plan) bool {
		return plan.Active(r.day) && p.plans[plan.ID].promises
	})
}
