package policy

// Overrule is d as a technician corrects who pays: Covered, by the plan that d
// names or the only one of the account that is active when the request came, else by
// none in particular; or Extra, at the price of the topic. No clause decides it and no
// allowance pays for it.
func (p *Policy) Overrule(d Decision, c Case, to Coverage) Decision {
	d.Evidence = append(d.Evidence[:len(d.Evidence):len(d.Evidence)], to.String()+": set by a technician")
	d.Coverage, d.Clause, d.Price, d.Allowance, d.Lapsed = to, "", Price{Kind: PriceNone}, nil, nil
	switch to {
	case Extra:
		d.Plan, d.Site, d.Purchased, d.Price = "", "", Date{}, p.price(d.Topic)
	case Covered:
		if plan, one := onlyActive(c.Account.Plans, DateOf(c.At, p.loc)); d.Plan == "" && one {
			d.Plan, d.Site, d.Purchased = plan.ID, plan.Site, plan.Purchased
		}
	}
	return d
}

// onlyActive finds the one plan that is active on a day; false for none or several.
func onlyActive(plans []Plan, day Date) (only Plan, one bool) {
	for _, plan := range plans {
		if !plan.Active(day) {
			continue
		}
		if one {
			return Plan{}, false
		}
		only, one = plan, true
	}
	return only, one
}
