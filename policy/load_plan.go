package policy

import (
	"maps"
	"slices"
	"strings"
)

func (p *Policy) loadPlans(t table) map[string]planRules {
	plans := map[string]planRules{}
	for _, id := range t.keys() {
		if !stableID.MatchString(id) || id == "none" {
			t.fault(id, "is no id of a plan, must be lower-case letters, digits and single hyphens, and not none")
		}
		plans[id] = p.loadPlan(t.table(id))
	}
	if len(plans) == 0 && !t.absent {
		t.faults.add(t.path, "empty, must have a table for at least one plan")
	}
	return plans
}

func (p *Policy) loadPlan(t table) planRules {
	plan := planRules{
		name:     loadWording(t.table("name"), "the name of the plan"),
		promises: t.flag("promises_answer"),
		rules:    map[Topic]planRule{},
	}
	p.loadRules(t.mayTable("covers"), planRule{coverage: Covered}, plan.rules)
	p.loadRules(t.mayTable("within"), planRule{coverage: Covered, within: true}, plan.rules)
	if covered := len(plan.rules); covered == 0 {
		t.fault("covers", "covers nothing, must name at least one topic here or in %s", t.at("within"))
	}
	p.loadRules(t.mayTable("undetermined"), planRule{coverage: Undetermined}, plan.rules)
	within := slices.ContainsFunc(slices.Collect(maps.Values(plan.rules)), func(r planRule) bool { return r.within })
	if within {
		plan.allowance = t.number("allowance", 1, 10000)
		plan.usedUp = p.clause(t, "used_up")
	}
	for _, key := range []string{"allowance", "used_up"} {
		if _, there := t.values[key]; there && !within {
			t.fault(key, "not allowed here, must be left out: %s names no topic", t.at("within"))
			t.read[key] = true
		}
	}
	t.end()
	return plan
}

// loadRules adds one table of a plan, topic = clause.
func (p *Policy) loadRules(t table, kind planRule, rules map[Topic]planRule) {
	for _, key := range t.keys() {
		topic := Topic(key)
		_, twice := rules[topic]
		switch {
		case !p.named(topic):
			t.fault(key, "unknown topic, allowed are %s", p.topicList())
			continue
		case twice:
			t.fault(key, "stands in two tables of the plan, must stand in one")
		case topic == Commercial || topic == Unclear:
			t.fault(key, "no plan decides it, must be another topic")
		}
		kind.clause = p.clause(t, key)
		rules[topic] = kind
	}
}

func (p *Policy) loadException(t table) exception {
	e := exception{topic: p.topicAt(t, "topic"), clause: p.clause(t, "clause")}
	e.words = foldPhrases(t, "words", "words or phrases")
	if _, there := t.values["unless"]; there {
		e.unless = foldPhrases(t, "unless", "words or phrases")
	}
	t.read["unless"] = true
	for _, id := range t.list("plans", "plans of this file") {
		if !p.KnownPlan(id) {
			t.fault("plans", "unknown plan %q, allowed are %s", id, strings.Join(p.Plans(), ", "))
		}
		e.plans = append(e.plans, id)
	}
	const allowed = `"covered", "undetermined" or "extra"`
	switch s, ok := value[string](t, "coverage", allowed); s {
	case "covered":
		e.coverage = Covered
	case "undetermined":
		e.coverage = Undetermined
	case "extra":
		e.coverage = Extra
	default:
		if ok {
			t.fault("coverage", "is %q, must be %s", s, allowed)
		}
	}
	t.end()
	return e
}

// foldPhrases reads phrases that are looked for in requests.
func foldPhrases(t table, key, allowed string) []string {
	var out []string
	for _, s := range t.list(key, allowed) {
		out = append(out, spaced(s))
	}
	return out
}
