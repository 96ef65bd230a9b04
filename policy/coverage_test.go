package policy

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// matrix is POLICY.md, "Plans" and "Topics": without plan, hosting, hosting-dev,
// maintenance, hyper; c covered, a covered out of the allowance, e extra,
// u undetermined, n none. Then the price without a plan.
const matrix = `
platform-down      e c c e e  after-analysis
database-down      e c c e e  after-analysis
mail-down          e c c e e  after-analysis
script-update      e e c c c  range 1-3
script-howto       e e c e e  fixed 1
script-bug         e e e e a  after-analysis
third-party-bug    e e e e a  after-analysis
feature-request    e e e e e  after-analysis
template-change    e e e e e  after-analysis
content-edit       e e e e e  range 1-4
log-analysis       e e e e a  fixed 2
device-specific    e e e e a  after-analysis
mailbox-admin      e e e e e  fixed 1
misconfiguration   e e e e e  range 1-4
backup-restore     e e e e a  fixed 3
service-howto      e e e e e  fixed 1
status-check       e e e e e  fixed 1
security-incident  u u u u a  none
commercial         n n n n n  none
unclear            u u u u u  none`

var matrixPlans = []string{"", "hosting", "hosting-dev", "maintenance", "hyper"}

var prices = map[string]Price{
	"none": {Kind: PriceNone}, "after-analysis": {Kind: PriceAfterAnalysis},
	"fixed 1": {PriceFixed, 1, 1}, "fixed 2": {PriceFixed, 2, 2}, "fixed 3": {PriceFixed, 3, 3},
	"range 1-3": {PriceRange, 1, 3}, "range 1-4": {PriceRange, 1, 4},
}

// a day in the year of every plan bought on bought.
var (
	bought = Date{2026, time.March, 10}
	asked  = time.Date(2026, time.June, 1, 8, 0, 0, 0, time.UTC)
)

func TestEveryRowOfThePolicy(t *testing.T) {
	p := Default(rome(t))
	seen := 0
	for row := range strings.Lines(strings.TrimSpace(matrix)) {
		cells := strings.Fields(row)
		topic, price := Topic(cells[0]), prices[strings.Join(cells[6:], " ")]
		for i, plan := range matrixPlans {
			seen++
			c := Case{At: asked, Topic: topic}
			if plan != "" {
				c.Account.Plans = []Plan{{plan, "example.it", bought}}
			}
			checkRow(t, p, p.Decide(c), cells[1+i], plan, price)
		}
	}
	if seen != len(Topics)*len(matrixPlans) {
		t.Errorf("%d cells, want every topic × plan", seen)
	}
}

func checkRow(t *testing.T, p *Policy, d Decision, cell, plan string, price Price) {
	t.Helper()
	where := string(d.Topic) + " with plan " + plan
	want := map[string]Coverage{"c": Covered, "a": Covered, "e": Extra, "u": Undetermined, "n": None}[cell]
	if d.Coverage != want {
		t.Errorf("%s: %s, want %s", where, d.Coverage, want)
	}
	if want == Covered && (d.Plan != plan || d.Site != "example.it") || want != Covered && d.Plan+d.Site != "" {
		t.Errorf("%s: named plan %q for %q", where, d.Plan, d.Site)
	}
	if (cell == "a") != (d.Allowance != nil) || cell == "a" && *d.Allowance != (Allowance{0, 12}) {
		t.Errorf("%s: allowance %v", where, d.Allowance)
	}
	if want != Extra {
		price = Price{Kind: PriceNone}
	}
	if d.Price != price {
		t.Errorf("%s: price %v, want %v", where, d.Price, price)
	}
	if promised := strings.HasPrefix(plan, "hosting") && want != None; d.Promised != promised {
		t.Errorf("%s: promised %v, want %v", where, d.Promised, promised)
	}
	if d.Confidence != 1 || d.Policy != p.Digest() || d.Lapsed != nil {
		t.Errorf("%s: confidence %v, policy %q, lapsed %v", where, d.Confidence, d.Policy, d.Lapsed)
	}
	if p.ClauseText(d.Clause, "it") == d.Clause || p.ClauseText(d.Clause, "it") == p.ClauseText(d.Clause, "en") {
		t.Errorf("%s: clause %q has no words in two languages", where, d.Clause)
	}
	if last := d.Evidence[len(d.Evidence)-1]; !strings.HasPrefix(last, "clause "+d.Clause+": ") {
		t.Errorf("%s: last evidence %q does not name the clause %s", where, last, d.Clause)
	}
}

// scene is one case told by name.
type scene struct {
	name  string
	topic Topic
	text  string
	plans []Plan
	used  map[Plan]int
	// what is expected
	coverage   Coverage
	plan, site string
	clause     string
	lapsed     string // id of the lapsed plan
}

var scenes = []scene{
	{
		name: "the best of several plans", topic: ScriptUpdate,
		plans:    []Plan{{"hosting", "a.it", bought}, {"maintenance", "a.it", bought}},
		coverage: Covered, plan: "maintenance", site: "a.it", clause: "maintenance-ordinary",
	},
	{
		name: "what costs no intervention comes first", topic: ScriptUpdate,
		plans:    []Plan{{"hyper", "a.it", bought}, {"hosting-dev", "a.it", bought.AddDays(1)}},
		coverage: Covered, plan: "hosting-dev", site: "a.it", clause: "hosting-dev-updates",
	},
	{
		name: "the named site decides between two plans", topic: MailDown, text: "<Info@Shop.B.it>. non riceve",
		plans:    []Plan{{"hosting", "a.it", bought.AddDays(9)}, {"hosting-dev", "b.it", bought}},
		coverage: Covered, plan: "hosting-dev", site: "b.it", clause: "hosting-mail",
	},
	{
		name: "the longest site that a name is below", topic: MailDown, text: "www.shop.a.it",
		plans:    []Plan{{"hosting", "a.it", bought.AddDays(9)}, {"hosting", "shop.a.it", bought}},
		coverage: Covered, plan: "hosting", site: "shop.a.it", clause: "hosting-mail",
	},
	{
		name: "a site is no part of another name", topic: MailDown, text: "vedi alfa.it, a.italia.com e èa.it",
		plans:    []Plan{{"hosting", "a.it", bought}, {"hosting-dev", "b.it", bought.AddDays(9)}},
		coverage: Covered, plan: "hosting-dev", site: "b.it", clause: "hosting-mail",
	},
	{
		name: "a plan for another site than the named one does not cover, nor is it extra", topic: ScriptHowto, text: "su a.it",
		plans:    []Plan{{"hosting", "a.it", bought}, {"hosting-dev", "b.it", bought}},
		coverage: Undetermined, clause: "coverage-first",
	},
	{
		name: "the named site's plan and the others' give nothing", topic: MailboxAdmin, text: "su a.it",
		plans:    []Plan{{"hosting", "a.it", bought}, {"hyper", "b.it", bought}},
		coverage: Extra, clause: "extra-mailboxes",
	},
	{
		name: "a plan without site is for every site", topic: ScriptHowto, text: "su a.it",
		plans:    []Plan{{"hosting", "a.it", bought}, {"hosting-dev", "", bought}},
		coverage: Covered, plan: "hosting-dev", clause: "hosting-dev-howto",
	},
	{
		name: "allowance used up", topic: ScriptBug, plans: []Plan{{"hyper", "a.it", bought}, {"hosting", "a.it", bought}},
		used:     map[Plan]int{{"hyper", "a.it", bought}: 12},
		coverage: Extra, clause: "hyper-used-up",
	},
	{
		name: "a used-up allowance leaves ordinary upkeep covered", topic: ScriptUpdate, plans: []Plan{{"hyper", "a.it", bought}},
		used:     map[Plan]int{{"hyper", "a.it", bought}: 12},
		coverage: Covered, plan: "hyper", site: "a.it", clause: "maintenance-ordinary",
	},
	{
		name: "a used-up allowance and another plan that has some left", topic: ScriptBug,
		plans:    []Plan{{"hyper", "a.it", bought}, {"hyper", "b.it", bought}},
		used:     map[Plan]int{{"hyper", "a.it", bought}: 12},
		coverage: Covered, plan: "hyper", site: "b.it", clause: "hyper-extraordinary",
	},
	{
		name: "the used-up allowance of an earlier year is not this one's", topic: ScriptBug,
		plans:    []Plan{{"hyper", "a.it", bought.AddDays(-360)}, {"hyper", "a.it", bought}},
		used:     map[Plan]int{{"hyper", "a.it", bought.AddDays(-360)}: 12},
		coverage: Covered, plan: "hyper", site: "a.it", clause: "hyper-extraordinary",
	},
	{
		name: "a break-in under maintenance", topic: SecurityIncident, plans: []Plan{{"maintenance", "a.it", bought}},
		coverage: Undetermined, clause: "maintenance-security",
	},
	{
		name: "a break-in past the allowance is as without plan", topic: SecurityIncident, plans: []Plan{{"hyper", "a.it", bought}},
		used:     map[Plan]int{{"hyper", "a.it", bought}: 12},
		coverage: Undetermined, clause: "security-first",
	},
	{
		name: "a theme alone", topic: ScriptUpdate, text: "Aggiornate il tema Avada del sito WordPress", plans: []Plan{{"hosting-dev", "a.it", bought}},
		coverage: Undetermined, clause: "theme-alone",
	},
	{
		name: "a theme with its plugins", topic: ScriptUpdate, text: "Aggiornate il tema e i plugin", plans: []Plan{{"hosting-dev", "a.it", bought}},
		coverage: Covered, plan: "hosting-dev", site: "a.it", clause: "hosting-dev-updates",
	},
	{
		name: "a theme alone under maintenance too", topic: ScriptUpdate, text: "Update the theme please",
		plans:    []Plan{{"hosting-dev", "a.it", bought}, {"maintenance", "a.it", bought}},
		coverage: Covered, plan: "maintenance", site: "a.it", clause: "maintenance-ordinary",
	},
	{
		name: "expired yesterday", topic: MailDown, plans: []Plan{{"hosting", "a.it", Date{2025, time.May, 31}}},
		coverage: Extra, clause: "outage-hosting", lapsed: "hosting",
	},
	{
		name: "last day", topic: MailDown, plans: []Plan{{"hosting", "a.it", Date{2025, time.June, 1}}},
		coverage: Covered, plan: "hosting", site: "a.it", clause: "hosting-mail",
	},
	{
		name: "expired 30 days ago", topic: MailDown, plans: []Plan{{"hosting", "a.it", Date{2025, time.May, 2}}},
		coverage: Extra, clause: "outage-hosting", lapsed: "hosting",
	},
	{
		name: "expired 31 days ago", topic: MailDown, plans: []Plan{{"hosting", "a.it", Date{2025, time.May, 1}}},
		coverage: Extra, clause: "outage-hosting",
	},
	{
		name: "expired yesterday, but would not cover", topic: MailboxAdmin, plans: []Plan{{"hosting", "a.it", Date{2025, time.May, 31}}},
		coverage: Extra, clause: "extra-mailboxes",
	},
	{
		name: "bought tomorrow", topic: MailDown, plans: []Plan{{"hosting", "a.it", Date{2026, time.June, 2}}},
		coverage: Extra, clause: "outage-hosting",
	},
	{
		name: "bought today", topic: MailDown, plans: []Plan{{"hosting", "a.it", Date{2026, time.June, 1}}},
		coverage: Covered, plan: "hosting", site: "a.it", clause: "hosting-mail",
	},
	{
		name: "renewed: the old one is not named", topic: MailDown,
		plans:    []Plan{{"hosting", "a.it", Date{2025, time.May, 31}}, {"hosting", "a.it", Date{2026, time.May, 31}}},
		coverage: Covered, plan: "hosting", site: "a.it", clause: "hosting-mail",
	},
	{
		name: "a plan that the file does not know", topic: MailDown, plans: []Plan{{"gold", "a.it", bought}},
		coverage: Extra, clause: "outage-hosting",
	},
}

func TestScenes(t *testing.T) {
	p := Default(rome(t))
	for _, s := range scenes {
		t.Run(s.name, func(t *testing.T) {
			for range 2 { // the order of the plans does not matter
				d := p.Decide(Case{Text: s.text, At: asked, Topic: s.topic, Account: Account{Plans: s.plans, Used: s.used}})
				if d.Coverage != s.coverage || d.Plan != s.plan || d.Site != s.site || d.Clause != s.clause {
					t.Errorf("%s plan %q site %q clause %s, want %s %q %q %s\n%s", d.Coverage, d.Plan, d.Site, d.Clause,
						s.coverage, s.plan, s.site, s.clause, strings.Join(d.Evidence, "\n"))
				}
				lapsed := ""
				if d.Lapsed != nil {
					lapsed = d.Lapsed.ID
				}
				if lapsed != s.lapsed {
					t.Errorf("lapsed plan %q, want %q", lapsed, s.lapsed)
				}
				slices.Reverse(s.plans)
			}
		})
	}
}

func TestAllowanceSaysWhichInterventionItIs(t *testing.T) {
	plan := Plan{"hyper", "a.it", bought}
	d := Default(rome(t)).Decide(Case{At: asked, Topic: BackupRestore, Account: Account{Plans: []Plan{plan}, Used: map[Plan]int{plan: 3}}})
	if d.Allowance == nil || *d.Allowance != (Allowance{Used: 3, Of: 12}) {
		t.Errorf("allowance %v, want 3 of 12", d.Allowance)
	}
}

func TestTheDayIsThatOfTheDesk(t *testing.T) {
	p := Default(rome(t))
	account := Account{Plans: []Plan{{"hosting", "a.it", Date{2025, time.June, 1}}}} // through 1 June 2026
	late := time.Date(2026, time.June, 1, 23, 59, 59, 0, rome(t))
	for at, want := range map[time.Time]Coverage{late.UTC(): Covered, late.Add(time.Second).UTC(): Extra} {
		if d := p.Decide(Case{At: at, Topic: MailDown, Account: account}); d.Coverage != want {
			t.Errorf("at %s: %s, want %s", at, d.Coverage, want)
		}
	}
}

func TestDoubtAboutAnExtra(t *testing.T) {
	p := Default(rome(t))
	hosting := Account{Plans: []Plan{{"hosting", "a.it", bought}}}
	for _, c := range []struct {
		name    string
		account Account
		other   Guess
		want    Coverage
	}{
		{"a covered topic is likely enough", hosting, Guess{MailDown, 0.003}, Undetermined},
		{"a covered topic is not likely", hosting, Guess{MailDown, 0.002}, Extra},
		{"the other topic is extra too", hosting, Guess{ServiceHowto, 0.2}, Extra},
		{"without a plan nothing is covered", Account{}, Guess{MailDown, 0.2}, Extra},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := p.decide(Case{At: asked, Account: c.account}, func(string, string) ([]Guess, []string) {
				return []Guess{{MailboxAdmin, 0.92}, c.other}, nil
			})
			if d.Coverage != c.want || c.want == Undetermined && d.Clause != "coverage-first" {
				t.Errorf("%s by %s, want %s\n%s", d.Coverage, d.Clause, c.want, strings.Join(d.Evidence, "\n"))
			}
		})
	}
}

func TestThresholds(t *testing.T) {
	p := Default(rome(t))
	hosting := Account{Plans: []Plan{{"hosting", "a.it", bought}}}
	for _, c := range []struct {
		name     string
		topic    Topic
		sure     float64
		account  Account
		stranger bool
		want     Coverage
		clause   string
	}{
		{"sure enough covered", MailDown, 0.85, hosting, false, Covered, "hosting-mail"},
		{"not sure enough covered", MailDown, 0.84, hosting, false, Undetermined, "coverage-first"},
		{"sure enough extra", MailboxAdmin, 0.90, hosting, false, Extra, "extra-mailboxes"},
		{"not sure enough extra", MailboxAdmin, 0.89, hosting, false, Undetermined, "coverage-first"},
		{"sure enough commercial", Commercial, 0.85, hosting, false, None, "commercial-contact"},
		{"not sure enough commercial", Commercial, 0.84, hosting, false, Undetermined, "coverage-first"},
		{"unclear for sure", Unclear, 0.99, hosting, false, Undetermined, "coverage-first"},
		{"a stranger has no verdict", MailboxAdmin, 0.99, Account{}, true, Undetermined, "customer-first"},
		{"a stranger's break-in", SecurityIncident, 0.99, Account{}, true, Undetermined, "customer-first"},
		{"a stranger's commercial question", Commercial, 0.99, Account{}, true, None, "commercial-contact"},
		{"a stranger's perhaps commercial question", Commercial, 0.5, Account{}, true, Undetermined, "customer-first"},
	} {
		t.Run(c.name, func(t *testing.T) {
			other := Guess{Unclear, 1 - c.sure}
			d := p.decide(Case{At: asked, Account: c.account, Stranger: c.stranger}, func(string, string) ([]Guess, []string) {
				return []Guess{{c.topic, c.sure}, other}, []string{"a word"}
			})
			if d.Coverage != c.want || d.Clause != c.clause {
				t.Errorf("%s by %s, want %s by %s", d.Coverage, d.Clause, c.want, c.clause)
			}
			if d.Topic != c.topic || d.Confidence != c.sure || !slices.Equal(d.Alternatives, []Guess{other}) || d.Evidence[0] != "a word" {
				t.Errorf("decision %+v does not tell the guesses", d)
			}
			if d.Coverage != Extra && d.Price.Kind != PriceNone {
				t.Errorf("%s costs %v", d.Coverage, d.Price)
			}
			if want := !c.stranger && c.want != None; d.Promised != want {
				t.Errorf("promised %v, want %v", d.Promised, want)
			}
		})
	}
}
