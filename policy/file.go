package policy

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pelletier/go-toml/v2"

	"sportello/policy/internal/topic"
)

//go:embed default.toml
var defaultFile string

// Policy is a policy file that was read and checked. It does not change after
// Load and may be used by several goroutines.
type Policy struct {
	// Contact is the commercial contact; empty fields are left out of letters.
	Contact Contact
	// CloseDays (7) and WarnDays (5): a ticket that waits for the customer is
	// closed CloseDays after the last mail, and warned WarnDays after it.
	CloseDays, WarnDays int
	// AnswerDays (7): the promise made to customers with a hosting plan.
	AnswerDays int
	// QuoteDays (7): how long an offered quote stays valid.
	QuoteDays int
	// LapsedDays (30): a plan that expired within them is named to the customer.
	LapsedDays int
	// RemindDays (2): technicians are reminded this many business days before
	// a due date.
	RemindDays int

	digest     string
	values     map[string]any // the file as it is written
	loc        *time.Location
	thresholds thresholds
	fallback   fallback
	plans      map[string]planRules
	topics     map[Topic]topicRules
	off        []Topic         // topics of the manager's own that are switched off
	examples   []topic.Example // of the file
	lesson     *topic.Lesson   // what they teach; nil: nothing
	clauses    map[string]wording
	exceptions []exception
	calendar   calendar
	grammar    grammar
}

// Contact is where commercial questions go.
type Contact struct {
	Email, Phone, Hours, TermsURL, ShopURL string
}

// thresholds say how likely a verdict must be before the customer is told it:
// the sum over the topics that come to it. doubt is how likely it may be at most
// that a plan covers what is told to be extra.
type thresholds struct{ covered, extra, doubt, commercial float64 }

// fallback holds the clauses of verdicts that neither topic nor plan decides.
// covered and extra serve where several topics with clauses of their own come to
// the same verdict; "": that of the likeliest.
type fallback struct{ undetermined, stranger, covered, extra string }

// wording is one text in the languages that letters are written in.
type wording struct{ it, en string }

// in gives the English words for "en", the Italian ones for all else.
func (w wording) in(lang string) string {
	if lang == "en" {
		return w.en
	}
	return w.it
}

// planRules is what the file says of a plan.
type planRules struct {
	name      wording
	promises  bool   // an answer within AnswerDays
	allowance int    // interventions per plan as bought; 0: it has no allowance
	usedUp    string // clause of a spent allowance
	rules     map[Topic]planRule
}

// planRule is what a plan gives for one topic: Covered or Undetermined.
type planRule struct {
	coverage Coverage
	clause   string
	within   bool // covered out of the allowance
}

// topicRules is what the file says of a topic: the verdict without a plan.
type topicRules struct {
	description wording
	clause      string
	coverage    Coverage // Extra, Undetermined or None
	price       Price
}

// exception overrides what the named plans give for a topic.
type exception struct {
	topic    Topic
	words    []string // folded; the request has one of them
	unless   []string // folded; and none of these
	plans    []string
	coverage Coverage
	clause   string
}

// Default is the embedded policy, for days and hours counted in loc.
func Default(loc *time.Location) *Policy {
	p, err := Load("default.toml", DefaultFile(), loc)
	if err != nil {
		panic(fmt.Sprintf("policy: the embedded file has faults:\n%v", err))
	}
	return p
}

// DefaultFile is the text of the embedded policy, comments included.
func DefaultFile() []byte { return []byte(defaultFile) }

// Load reads a policy file (TOML). name stands in the messages. All faults are
// reported at once, joined, each "NAME:LINE: table.key: what, and what is allowed".
func Load(name string, data []byte, loc *time.Location) (*Policy, error) {
	if loc == nil {
		loc = time.UTC
	}
	values := map[string]any{}
	if err := toml.Unmarshal(data, &values); err != nil {
		return nil, syntax(name, err)
	}
	sum := sha256.Sum256(data)
	p := &Policy{digest: hex.EncodeToString(sum[:])[:12], loc: loc, values: values}
	f := &faults{name: name, lines: linesOf(data)}
	p.load(newTable("", values, f))
	if err := f.err(); err != nil {
		return nil, err
	}
	p.lesson = learn(p.examples)
	return p, nil
}

// syntax words an error of the TOML decoder, which stops at the first.
func syntax(name string, err error) error {
	var bad *toml.DecodeError
	if !errors.As(err, &bad) {
		return fmt.Errorf("%s:1: %w", name, err)
	}
	line, column := bad.Position()
	return fmt.Errorf("%s:%d: column %d: %w, must be TOML 1.0", name, line, column, bad)
}

// Digest identifies the policy file: the first 12 hex digits of its SHA-256.
func (p *Policy) Digest() string { return p.digest }

// Warnings lists what is allowed but worth telling (`sportello check`).
func (p *Policy) Warnings() []string {
	var out []string
	for _, field := range []struct{ key, value string }{
		{"commercial_email", p.Contact.Email}, {"commercial_phone", p.Contact.Phone},
		{"hours", p.Contact.Hours}, {"terms_url", p.Contact.TermsURL}, {"shop_url", p.Contact.ShopURL},
	} {
		if field.value == "" {
			out = append(out, "contact."+field.key+": empty, letters leave it out")
		}
	}
	return out
}

// KnownPlan tells whether id is a plan of the file.
func (p *Policy) KnownPlan(id string) bool {
	_, ok := p.plans[id]
	return ok
}

// KnownTopic tells whether t is a topic of the file.
func (p *Policy) KnownTopic(t Topic) bool {
	_, ok := p.topics[t]
	return ok
}

// Topics lists the topics of the file: those of the terms in the order of
// POLICY.md, then the manager's own, sorted.
func (p *Policy) Topics() []Topic { return slices.Concat(Topics, p.OwnTopics()) }

// OwnTopics lists the manager's own topics that are in use, sorted.
func (p *Policy) OwnTopics() (own []Topic) {
	for t := range p.topics {
		if !knownTopic(t) {
			own = append(own, t)
		}
	}
	slices.Sort(own)
	return own
}

// Plans lists the ids of the plans of the file, sorted.
func (p *Policy) Plans() []string {
	var ids []string
	for id := range p.plans {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// ClauseText words a clause for a letter, in "it" or "en": a sentence without
// capital and full stop. A clause that the file does not have (any more) is
// given back as its id.
func (p *Policy) ClauseText(clause, lang string) string {
	if w, ok := p.clauses[clause]; ok {
		return w.in(lang)
	}
	return clause
}

// TopicText describes a topic for a letter, in "it" or "en".
func (p *Policy) TopicText(t Topic, lang string) string {
	if rules, ok := p.topics[t]; ok {
		return rules.description.in(lang)
	}
	return string(t)
}

// PlanText names a plan for a letter, in "it" or "en".
func (p *Policy) PlanText(id, lang string) string {
	if rules, ok := p.plans[id]; ok {
		return rules.name.in(lang)
	}
	return id
}
