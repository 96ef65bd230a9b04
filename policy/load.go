package policy

import (
	"net/mail"
	"net/url"
	"regexp"
	"strings"
)

// load fills p from the whole file and notes every fault.
func (p *Policy) load(t table) {
	days := t.table("days")
	p.AnswerDays = days.number("answer", 1, 365)
	p.QuoteDays = days.number("quote", 1, 365)
	p.WarnDays = days.number("warn", 1, 364)
	p.CloseDays = days.number("close", 1, 365)
	p.LapsedDays = days.number("lapsed", 0, 365)
	if !days.absent && p.WarnDays >= p.CloseDays {
		days.fault("warn", "is %d, must be less than days.close (%d)", p.WarnDays, p.CloseDays)
	}
	days.end()
	remind := t.table("reminders")
	p.RemindDays = remind.number("due_soon", 0, 30)
	remind.end()
	p.Contact = loadContact(t.table("contact"))
	p.thresholds = loadThresholds(t.table("thresholds"))
	p.calendar = loadCalendar(t.table("hours"), t.table("calendar"))
	p.clauses = loadClauses(t.table("clause"))
	p.topics = p.loadTopics(t.table("topic"))
	p.plans = p.loadPlans(t.table("plan"))
	for _, one := range t.mayTables("exception") {
		p.exceptions = append(p.exceptions, p.loadException(one))
	}
	verdict := t.table("verdict")
	p.fallback = fallback{
		p.clause(verdict, "undetermined"), p.clause(verdict, "stranger"),
		p.mayClause(verdict, "covered"), p.mayClause(verdict, "extra"),
	}
	verdict.end()
	p.grammar = loadGrammar(t.table("words"))
	t.end()
}

func loadContact(t table) Contact {
	c := Contact{
		Email:    t.text("commercial_email", "a mail address or empty"),
		Phone:    t.text("commercial_phone", "a telephone number or empty"),
		Hours:    t.text("hours", "office hours in words or empty"),
		TermsURL: t.text("terms_url", "a web address or empty"),
		ShopURL:  t.text("shop_url", "a web address or empty"),
	}
	if c.Email != "" {
		if a, err := mail.ParseAddress(c.Email); err != nil || a.Address != c.Email {
			t.fault("commercial_email", "is %q, must be one bare mail address or empty", c.Email)
		}
	}
	for key, link := range map[string]string{"terms_url": c.TermsURL, "shop_url": c.ShopURL} {
		u, err := url.Parse(link)
		if link != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
			t.fault(key, "is %q, must be https://… or http://… or empty", link)
		}
	}
	for key, line := range map[string]string{"commercial_phone": c.Phone, "hours": c.Hours} {
		if strings.ContainsAny(line, "\r\n") {
			t.fault(key, "has several lines, must be one")
		}
	}
	t.end()
	return c
}

func loadThresholds(t table) thresholds {
	th := thresholds{
		covered: t.ratio("covered", 0.5, 1), extra: t.ratio("extra", 0.5, 1),
		doubt: t.ratio("doubt", 0, 0.5), commercial: t.ratio("commercial", 0.5, 1),
	}
	if th.extra < th.covered && th.extra >= 0.5 && th.covered <= 1 {
		t.fault("extra", "is %g, must not be below thresholds.covered (%g)", th.extra, th.covered)
	}
	t.end()
	return th
}

// loadWording reads the two languages of a text.
func loadWording(t table, allowed string) wording {
	w := wording{it: t.words("it", allowed+" in Italian"), en: t.words("en", allowed+" in English")}
	t.end()
	return w
}

// stableID is how ids of plans and clauses look: they stand in stored tickets.
var stableID = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func loadClauses(t table) map[string]wording {
	clauses := map[string]wording{}
	for _, id := range t.keys() {
		if !stableID.MatchString(id) {
			t.fault(id, "is no id, must be lower-case letters, digits and single hyphens")
		}
		clauses[id] = loadWording(t.table(id), "the words of the clause")
	}
	return clauses
}

// clause reads the id of a clause of the file.
func (p *Policy) clause(t table, key string) string {
	id, ok := value[string](t, key, "the id of a [clause.…] table")
	if _, known := p.clauses[id]; ok && !known {
		t.fault(key, "unknown clause %q, must be the id of a [clause.…] table", id)
	}
	return id
}

// mayClause reads a clause that may be left out.
func (p *Policy) mayClause(t table, key string) string {
	t.read[key] = true
	if _, there := t.values[key]; !there {
		return ""
	}
	return p.clause(t, key)
}
