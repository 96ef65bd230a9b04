package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sportello/policy/internal/topic"
)

// loadTopics reads the topics of the terms, each of which must be there, and the
// manager's own, and what their examples teach.
func (p *Policy) loadTopics(t table) map[Topic]topicRules {
	topics := map[Topic]topicRules{}
	for _, key := range t.keys() {
		sub := t.table(key)
		own := !knownTopic(Topic(key))
		if own && !stableID.MatchString(key) {
			t.fault(key, "is no name of a topic, must be lower-case letters, digits and single hyphens")
		}
		on := !own || sub.mayFlag("on", true)
		p.examples = append(p.examples, loadExamples(sub, key, own, on)...)
		rules := p.loadTopic(sub)
		if on {
			topics[Topic(key)] = rules
		} else {
			p.off = append(p.off, Topic(key))
		}
	}
	for _, one := range Topics {
		if _, ok := topics[one]; !ok && !t.absent {
			t.fault(string(one), "missing, must be a table: every topic of the terms has one")
		}
	}
	return topics
}

// fewestExamples is what a topic of the manager's own needs to be learned at all;
// mostExamples bounds the time that learning takes.
const fewestExamples, mostExamples = 8, 200

// loadExamples reads requests about a topic: "subject | text" or the text alone.
// A topic of its own must have some. What is switched off teaches nothing.
func loadExamples(t table, label string, own, on bool) (all []topic.Example) {
	const allowed = "requests as customers write them, \"subject | text\" or the text alone"
	if _, there := t.values["examples"]; !there && !own {
		t.read["examples"] = true
		return nil
	}
	seen := map[string]bool{}
	list := t.list("examples", allowed)
	for i, one := range list {
		subject, text, found := strings.Cut(one, "|")
		if !found {
			subject, text = "", one
		}
		e := topic.Example{Label: label, Subject: strings.TrimSpace(subject), Text: strings.TrimSpace(text)}
		key := fmt.Sprintf("examples[%d]", i)
		switch {
		case topic.Read(e.Subject, e.Text).Empty():
			t.fault(key, "has no word, must be one of %s", allowed)
		case seen[spaced(one)]:
			t.fault(key, "stands there twice, must be requests of different words")
		}
		seen[spaced(one)] = true
		all = append(all, e)
	}
	switch n := len(list); {
	case own && n > 0 && n < fewestExamples:
		t.fault("examples", "has %d, must be at least %d %s", n, fewestExamples, allowed)
	case n > mostExamples:
		t.fault("examples", "has %d, must be at most %d %s", n, mostExamples, allowed)
	}
	if !on {
		return nil
	}
	return all
}

func (p *Policy) loadTopic(t table) topicRules {
	rules := topicRules{
		description: loadWording(t.table("description"), "what the customer asks"),
		clause:      p.clause(t, "clause"),
		price:       Price{Kind: PriceNone},
	}
	switch without, ok := value[string](t, "without_plan", `"extra", "undetermined" or "none"`); without {
	case "extra":
		rules.coverage = Extra
		rules.price = loadPrice(t)
	case "undetermined":
		rules.coverage = Undetermined
	case "none":
		rules.coverage = None
	default:
		if t.read["price"] = true; ok {
			t.fault("without_plan", `is %q, must be "extra", "undetermined" or "none"`, without)
		}
	}
	if _, priced := t.values["price"]; priced && !t.read["price"] {
		t.fault("price", "not allowed here, must be left out: only a topic that is extra without a plan has a price")
		t.read["price"] = true
	}
	t.end()
	return rules
}

const priceAllowed = `"N" credits, "N-M" credits (1 to 1000, the lower first) or "after-analysis"`

// loadPrice reads credits: a number, a range or that a technician looks first.
func loadPrice(t table) Price {
	if n, whole := t.values["price"].(int64); whole {
		t.values["price"] = strconv.FormatInt(n, 10)
	}
	s, ok := value[string](t, "price", priceAllowed)
	if !ok {
		return Price{}
	}
	if s == "after-analysis" {
		return Price{Kind: PriceAfterAnalysis}
	}
	low, high, isRange := strings.Cut(s, "-")
	if !isRange {
		high = low
	}
	least, err := strconv.Atoi(strings.TrimSpace(low))
	most, err2 := strconv.Atoi(strings.TrimSpace(high))
	switch {
	case err != nil || err2 != nil || least < 1 || most > 1000:
		t.fault("price", "is %q, must be %s", s, priceAllowed)
	case least > most:
		t.fault("price", "range %q is upside down, must be %s", s, priceAllowed)
	case least < most:
		return Price{PriceRange, Credits(least), Credits(most)}
	}
	return Price{PriceFixed, Credits(least), Credits(most)}
}

// topicAt reads a topic as a value.
func (p *Policy) topicAt(t table, key string) Topic {
	s, ok := value[string](t, key, "a topic")
	if ok && !p.named(Topic(s)) {
		t.fault(key, "unknown topic %q, allowed are %s", s, p.topicList())
	}
	return Topic(s)
}

// named tells whether the file has a topic, switched off or not.
func (p *Policy) named(t Topic) bool {
	return knownTopic(t) || p.KnownTopic(t) || slices.Contains(p.off, t)
}

// knownTopic tells the topics of the terms.
func knownTopic(t Topic) bool { return slices.Contains(Topics, t) }

func (p *Policy) topicList() string {
	var names []string
	for _, t := range p.Topics() {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}
