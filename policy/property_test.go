package policy

import (
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func somePlan(t *rapid.T, label string) Plan {
	return Plan{
		ID:        rapid.SampledFrom([]string{"hosting", "hosting-dev", "maintenance", "hyper", "gone"}).Draw(t, label),
		Site:      rapid.SampledFrom([]string{"", "a.it", "b.it", "shop.a.it"}).Draw(t, label+" site"),
		Purchased: bought.AddDays(rapid.IntRange(-800, 800).Draw(t, label+" bought")),
	}
}

// someCase is a request of a customer, with the classifier's answer to it.
func someCase(t *rapid.T) (Case, classifier) {
	c := Case{At: asked.Add(time.Duration(rapid.IntRange(-24*30, 24*30).Draw(t, "hours")) * time.Hour)}
	c.Text = strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
		"il sito a.it", "info@b.it", "www.shop.a.it", "tema", "plugin", "c.it", "aiuto",
	}), 0, 4).Draw(t, "text"), " ")
	c.Account.Used = map[Plan]int{}
	for range rapid.IntRange(0, 4).Draw(t, "plans") {
		plan := somePlan(t, "plan")
		c.Account.Plans = append(c.Account.Plans, plan)
		c.Account.Used[plan] = rapid.IntRange(0, 14).Draw(t, "used")
	}
	topic := rapid.SampledFrom(Topics).Draw(t, "topic")
	sure := rapid.Float64Range(0, 1).Draw(t, "sure")
	return c, func(string, string) ([]Guess, []string) { return []Guess{{topic, sure}}, nil }
}

func TestAPlanAddedNeverMakesACoveredRequestExtra(t *testing.T) {
	p := Default(rome(t))
	rapid.Check(t, func(t *rapid.T) {
		c, classify := someCase(t)
		before := p.decide(c, classify)
		c.Account.Plans = append(slices.Clone(c.Account.Plans), somePlan(t, "added"))
		after := p.decide(c, classify)
		if before.Coverage == Covered && after.Coverage == Extra {
			t.Fatalf("covered became extra\n%s", strings.Join(after.Evidence, "\n"))
		}
	})
}

func TestADateOutsideEveryPlanNeverCovers(t *testing.T) {
	p := Default(rome(t))
	rapid.Check(t, func(t *rapid.T) {
		c, classify := someCase(t)
		day := DateOf(c.At, p.loc)
		c.Account.Plans = slices.DeleteFunc(c.Account.Plans, func(plan Plan) bool { return plan.Active(day) })
		d := p.decide(c, classify)
		if d.Coverage == Covered || d.Plan != "" || d.Allowance != nil || d.Promised {
			t.Fatalf("%+v without an active plan", d)
		}
		if d.Lapsed != nil && (!d.Lapsed.Expires().Before(day) || d.Lapsed.Expires().AddDays(p.LapsedDays).Before(day)) {
			t.Fatalf("lapsed plan %+v on %s", *d.Lapsed, day)
		}
	})
}

func TestWhatADecisionAlwaysHolds(t *testing.T) {
	p := Default(rome(t))
	rapid.Check(t, func(t *rapid.T) {
		c, classify := someCase(t)
		c.Stranger = rapid.Bool().Draw(t, "stranger")
		d := p.decide(c, classify)
		switch {
		case d.Coverage == Extra && d.Confidence < p.thresholds.extra, d.Coverage == Covered && d.Confidence < p.thresholds.covered:
			t.Fatalf("%s at confidence %v", d.Coverage, d.Confidence)
		case (d.Coverage == Extra) != (d.Price.Kind != PriceNone):
			t.Fatalf("%s costs %v", d.Coverage, d.Price)
		case (d.Coverage == Covered) != (d.Plan != ""):
			t.Fatalf("%s by plan %q", d.Coverage, d.Plan)
		case d.Allowance != nil && d.Allowance.Used >= d.Allowance.Of:
			t.Fatalf("covered by the spent allowance %v", *d.Allowance)
		case c.Stranger && d.Coverage != Undetermined && d.Coverage != None, c.Stranger && (d.Promised || d.Lapsed != nil):
			t.Fatalf("a stranger is told %+v", d)
		}
		if _, ok := p.clauses[d.Clause]; !ok {
			t.Fatalf("clause %q", d.Clause)
		}
		plans := slices.Clone(c.Account.Plans)
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "order"))).Shuffle(len(plans), func(i, j int) { plans[i], plans[j] = plans[j], plans[i] })
		c.Account.Plans = plans
		if again := p.decide(c, classify); again.Coverage != d.Coverage || again.Plan != d.Plan || again.Site != d.Site || again.Clause != d.Clause {
			t.Fatalf("another order of plans: %+v, before %+v", again, d)
		}
	})
}

// Nothing can be put between the words of a yes that leaves it one, unless it
// is a phrase of the file: what is read is read whole.
func TestOneMoreWordIsNeverAYes(t *testing.T) {
	p := Default(rome(t))
	strange := rapid.StringMatching(`[b-df-hj-np-tv-z]{3,9}`) // no vowel: a word of no list, no name
	rapid.Check(t, func(t *rapid.T) {
		words := strings.Fields(rapid.SampledFrom(accepts).Draw(t, "yes"))
		at := rapid.IntRange(0, len(words)).Draw(t, "at")
		text := strings.Join(slices.Insert(words, at, strange.Draw(t, "word")), " ")
		if got := p.Sense(text, "P-1042-2", 3); got != SenseNone {
			t.Fatalf("Sense(%q) = %d", text, got)
		}
	})
}

func FuzzSense(f *testing.F) {
	for _, text := range slices.Concat(accepts, declines, thanked, solvedReplies, nothing) {
		f.Add(text)
	}
	p := Default(rome(f))
	f.Fuzz(func(t *testing.T, text string) {
		got := p.Sense(text, "P-1042-2", 3)
		if got != SenseAccept && got != SenseDecline {
			return
		}
		if strings.ContainsAny(text, "?¿…%/\"<>") {
			t.Errorf("Sense(%q) = %d although it asks or quotes", text, got)
		}
		if again := p.Sense(text+"\nma", "P-1042-2", 3); again != SenseNone {
			t.Errorf("Sense(%q and a but) = %d", text, again)
		}
	})
}
