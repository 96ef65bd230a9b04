package policy

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// weighed are guesses and the verdict that they come to together: coverage by
// the sum, the clause and the topic only as far as they are sure.
var weighed = []struct {
	name     string
	guesses  []Guess
	plans    []string
	coverage Coverage
	plan     string
	clause   string
	price    string
	doubtful bool
}{
	{"two extras of one price", []Guess{{MailboxAdmin, 0.6}, {ServiceHowto, 0.35}}, nil, Extra, "", "extra-anyhow", "after-analysis", true},
	{"a sure extra beside others", []Guess{{MailboxAdmin, 0.91}, {ServiceHowto, 0.06}}, nil, Extra, "", "extra-mailboxes", "fixed 1", false},
	{"five extras", []Guess{{ScriptBug, 0.3}, {ThirdPartyBug, 0.28}, {DeviceSpecific, 0.2}, {FeatureRequest, 0.1}, {TemplateChange, 0.1}}, nil, Extra, "", "extra-anyhow", "after-analysis", true},
	{"two outages of one clause, no plan", []Guess{{PlatformDown, 0.5}, {DatabaseDown, 0.45}}, nil, Extra, "", "outage-hosting", "after-analysis", true},
	{"two outages under hosting", []Guess{{PlatformDown, 0.5}, {DatabaseDown, 0.4}, {Misconfiguration, 0.1}}, []string{"hosting"}, Covered, "hosting", "covered-anyhow", "none", true},
	{"one outage under hosting", []Guess{{PlatformDown, 0.88}, {Misconfiguration, 0.1}}, []string{"hosting"}, Covered, "hosting", "hosting-platform", "none", false},
	{"extraordinary either way", []Guess{{ScriptBug, 0.5}, {ThirdPartyBug, 0.4}, {FeatureRequest, 0.1}}, []string{"hyper"}, Covered, "hyper", "hyper-extraordinary", "none", true},
	{"an extra beside what may be covered", []Guess{{Misconfiguration, 0.92}, {PlatformDown, 0.06}}, []string{"hosting"}, Undetermined, "", "coverage-first", "none", false},
	{"extras beside what may be covered twice", []Guess{{Misconfiguration, 0.6}, {ThirdPartyBug, 0.33}, {PlatformDown, 0.03}, {DatabaseDown, 0.03}}, []string{"hosting"}, Undetermined, "", "coverage-first", "none", false},
	{"half and half", []Guess{{PlatformDown, 0.5}, {ThirdPartyBug, 0.45}}, []string{"hosting"}, Undetermined, "", "coverage-first", "none", false},
	{"a break-in is nobody's extra", []Guess{{SecurityIncident, 0.5}, {ThirdPartyBug, 0.45}}, nil, Undetermined, "", "security-first", "none", false},
	{"money beside extras", []Guess{{Commercial, 0.7}, {FeatureRequest, 0.29}}, nil, Undetermined, "", "coverage-first", "none", false},
	{"money", []Guess{{Commercial, 0.86}, {FeatureRequest, 0.1}}, nil, None, "", "commercial-contact", "none", false},
	{"two extras, a third thing first", []Guess{{Unclear, 0.05}, {MailboxAdmin, 0.5}, {ServiceHowto, 0.45}}, nil, Extra, "", "extra-anyhow", "after-analysis", true},
}

func TestCoverageIsDecidedByTheSum(t *testing.T) {
	p := Default(rome(t))
	for _, w := range weighed {
		c := Case{At: asked}
		for _, id := range w.plans {
			c.Account.Plans = append(c.Account.Plans, Plan{id, "a.it", bought})
		}
		d := p.decide(c, func(string, string) ([]Guess, []string) { return w.guesses, nil })
		if d.Coverage != w.coverage || d.Plan != w.plan || d.Clause != w.clause || d.Price != prices[w.price] || d.Doubtful != w.doubtful {
			t.Errorf("%s: %s by %q, clause %s, price %v, doubtful %v\n%s", w.name, d.Coverage, d.Plan, d.Clause, d.Price, d.Doubtful, strings.Join(d.Evidence, "\n"))
		}
		if d.Topic != w.guesses[0].Topic {
			t.Errorf("%s: topic %s", w.name, d.Topic)
		}
	}
}

// A file without the two clauses for whichever topic it is tells that of the
// likeliest.
func TestTheClausesForWhicheverTopicMayBeLeftOut(t *testing.T) {
	p := loaded(t, edited(t, `extra = "extra-anyhow"`, `#`))
	d := p.decide(Case{At: asked}, func(string, string) ([]Guess, []string) {
		return []Guess{{MailboxAdmin, 0.6}, {ServiceHowto, 0.35}}, nil
	})
	if d.Coverage != Extra || d.Clause != "extra-mailboxes" || !d.Doubtful || d.Price.Kind != PriceAfterAnalysis {
		t.Errorf("%+v", d)
	}
}

func TestALapsedPlanIsNamedWhereItCoversByTheSum(t *testing.T) {
	p := Default(rome(t))
	ended := Plan{"hosting", "a.it", DateOf(asked, p.loc).AddDays(-ValidDays - 10)}
	for sure, named := range map[float64]bool{0.5: true, 0.3: false} {
		d := p.decide(Case{At: asked, Account: Account{Plans: []Plan{ended}}}, func(string, string) ([]Guess, []string) {
			return []Guess{{PlatformDown, sure}, {MailDown, 0.4}}, nil
		})
		if (d.Lapsed != nil) != named {
			t.Errorf("outages of %.2f together: lapsed %v", sure+0.4, d.Lapsed)
		}
	}
}

// someGuesses shares a certainty of at most 1 among up to five topics.
func someGuesses(t *rapid.T) (guesses []Guess) {
	left := 1.0
	for _, topic := range rapid.SliceOfNDistinct(rapid.SampledFrom(Topics), 1, 5, rapid.ID[Topic]).Draw(t, "topics") {
		p := left * rapid.Float64Range(0, 1).Draw(t, "share")
		guesses, left = append(guesses, Guess{topic, p}), left-p
	}
	slices.SortStableFunc(guesses, func(a, b Guess) int { return -int(1e9 * (a.Confidence - b.Confidence)) })
	return guesses
}

// Whatever the guesses are, a verdict is as likely as it needs, and a price is
// fixed only for a topic that is.
func TestNoVerdictIsLessLikelyThanItNeeds(t *testing.T) {
	p := Default(rome(t))
	rapid.Check(t, func(t *rapid.T) {
		c, _ := someCase(t)
		guesses := someGuesses(t)
		d := p.decide(c, func(string, string) ([]Guess, []string) { return guesses, nil })
		sum := map[Coverage]float64{}
		for _, g := range guesses {
			alone := c
			alone.Topic = g.Topic
			sum[p.Decide(alone).Coverage] += g.Confidence
		}
		th := p.thresholds
		const near = 1e-9
		switch {
		case d.Coverage == Covered && sum[Covered] < th.covered-near, d.Coverage == None && sum[None] < th.commercial-near,
			d.Coverage == Extra && (sum[Extra] < th.extra-near || sum[Covered] > th.doubt+near):
			t.Fatalf("%s of %v", d.Coverage, sum)
		case d.Price.Kind != PriceAfterAnalysis && d.Price.Kind != PriceNone && guesses[0].Confidence < th.extra:
			t.Fatalf("%v for %v", d.Price, guesses)
		case d.Coverage == Undetermined && sum[Covered] > th.covered+near:
			t.Fatalf("undetermined although covered with %v\n%s", sum, strings.Join(d.Evidence, "\n"))
		}
	})
}

// A certain topic is never in doubt, whoever set it.
func TestACertainTopicIsNamed(t *testing.T) {
	p := Default(rome(t))
	for _, topic := range Topics {
		if d := p.Decide(Case{At: asked, Topic: topic}); d.Doubtful {
			t.Errorf("%s is in doubt", topic)
		}
	}
}
