package policy

import (
	"slices"
	"strconv"
	"strings"
)

func (p *Policy) loadTopics(t table) map[Topic]topicRules {
	topics := map[Topic]topicRules{}
	for _, key := range t.keys() {
		if !knownTopic(Topic(key)) {
			t.fault(key, "unknown topic, allowed are %s", topicList())
			t.read[key] = true
			continue
		}
		topics[Topic(key)] = p.loadTopic(t.table(key))
	}
	for _, topic := range Topics {
		if _, ok := topics[topic]; !ok && !t.absent {
			t.fault(string(topic), "missing, must be a table: every topic has one")
		}
	}
	return topics
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
func topicAt(t table, key string) Topic {
	s, ok := value[string](t, key, "a topic")
	if ok && !knownTopic(Topic(s)) {
		t.fault(key, "unknown topic %q, allowed are %s", s, topicList())
	}
	return Topic(s)
}

func knownTopic(t Topic) bool { return slices.Contains(Topics, t) }

func topicList() string {
	var names []string
	for _, t := range Topics {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}
