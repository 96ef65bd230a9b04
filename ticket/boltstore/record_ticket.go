package boltstore

import (
	"time"

	"sportello/policy"
	"sportello/ticket"
)

type mailboxRecord struct {
	Name    string `json:"name,omitempty"`
	Address string `json:"address,omitempty"`
}

func newMailboxRecord(m ticket.Mailbox) mailboxRecord { return mailboxRecord(m) }
func (r mailboxRecord) value() ticket.Mailbox         { return ticket.Mailbox(r) }

type priceRecord struct {
	Kind policy.PriceKind `json:"kind,omitempty"`
	Min  policy.Credits   `json:"min,omitempty"`
	Max  policy.Credits   `json:"max,omitempty"`
}

type guessRecord struct {
	Topic      policy.Topic `json:"topic"`
	Confidence float64      `json:"confidence"`
}

func newGuessRecord(g policy.Guess) guessRecord { return guessRecord(g) }
func (r guessRecord) value() policy.Guess       { return policy.Guess(r) }

type allowanceRecord struct {
	Used int `json:"used"`
	Of   int `json:"of"`
}

func newAllowanceRecord(a policy.Allowance) allowanceRecord { return allowanceRecord(a) }
func (r allowanceRecord) value() policy.Allowance           { return policy.Allowance(r) }

type planRecord struct {
	ID        string      `json:"id"`
	Site      string      `json:"site,omitempty"`
	Purchased policy.Date `json:"purchased"`
}

func newPlanRecord(p policy.Plan) planRecord { return planRecord(p) }
func (r planRecord) value() policy.Plan      { return policy.Plan(r) }

type decisionRecord struct {
	Topic        policy.Topic     `json:"topic,omitempty"`
	Confidence   float64          `json:"confidence,omitempty"`
	Alternatives []guessRecord    `json:"alternatives,omitempty"`
	Evidence     []string         `json:"evidence,omitempty"`
	Coverage     policy.Coverage  `json:"coverage,omitempty"`
	Plan         string           `json:"plan,omitempty"`
	Site         string           `json:"site,omitempty"`
	Purchased    policy.Date      `json:"purchased,omitzero"`
	Clause       string           `json:"clause,omitempty"`
	Price        priceRecord      `json:"price,omitzero"`
	Allowance    *allowanceRecord `json:"allowance,omitempty"`
	Lapsed       *planRecord      `json:"lapsed,omitempty"`
	Promised     bool             `json:"promised,omitempty"`
	Doubtful     bool             `json:"doubtful,omitempty"`
	Policy       string           `json:"policy,omitempty"`
}

func newDecisionRecord(d policy.Decision) decisionRecord {
	return decisionRecord{Topic: d.Topic, Confidence: d.Confidence, Alternatives: each(d.Alternatives, newGuessRecord),
		Evidence: d.Evidence, Coverage: d.Coverage, Plan: d.Plan, Site: d.Site, Purchased: d.Purchased, Clause: d.Clause, Price: priceRecord(d.Price),
		Allowance: maybe(d.Allowance, newAllowanceRecord), Lapsed: maybe(d.Lapsed, newPlanRecord), Promised: d.Promised, Doubtful: d.Doubtful, Policy: d.Policy}
}

func (r decisionRecord) value() policy.Decision {
	return policy.Decision{Topic: r.Topic, Confidence: r.Confidence, Alternatives: each(r.Alternatives, guessRecord.value),
		Evidence: r.Evidence, Coverage: r.Coverage, Plan: r.Plan, Site: r.Site, Purchased: r.Purchased, Clause: r.Clause, Price: policy.Price(r.Price),
		Allowance: maybe(r.Allowance, allowanceRecord.value), Lapsed: maybe(r.Lapsed, planRecord.value), Promised: r.Promised, Doubtful: r.Doubtful, Policy: r.Policy}
}

type quoteRecord struct {
	Code        string            `json:"code"`
	Version     int               `json:"version"`
	Credits     policy.Credits    `json:"credits"`
	Description string            `json:"description,omitempty"`
	State       ticket.QuoteState `json:"state,omitempty"`
	Offered     time.Time         `json:"offered,omitzero"`
	ValidUntil  time.Time         `json:"valid_until,omitzero"`
	Short       bool              `json:"short,omitempty"`
	Asked       ticket.ArrivalID  `json:"asked,omitempty"`
}

func newQuoteRecord(q ticket.Quote) quoteRecord {
	q.Offered, q.ValidUntil = q.Offered.UTC(), q.ValidUntil.UTC()
	return quoteRecord(q)
}

func (r quoteRecord) value() ticket.Quote { return ticket.Quote(r) }

type participantRecord struct {
	Mailbox  mailboxRecord `json:"mailbox"`
	Approved bool          `json:"approved,omitempty"`
	Removed  bool          `json:"removed,omitempty"`
	Bounced  string        `json:"bounced,omitempty"`
}

func newParticipantRecord(p ticket.Participant) participantRecord {
	return participantRecord{mailboxRecord(p.Mailbox), p.Approved, p.Removed, p.Bounced}
}

func (r participantRecord) value() ticket.Participant {
	return ticket.Participant{Mailbox: r.Mailbox.value(), Approved: r.Approved, Removed: r.Removed, Bounced: r.Bounced}
}

type threadRecord struct {
	Technician int    `json:"technician"`
	Root       string `json:"root"`
	Last       string `json:"last"`
}

func newThreadRecord(t ticket.Thread) threadRecord {
	return threadRecord{t.Technician, t.Root, t.Last}
}

func (r threadRecord) value() ticket.Thread {
	return ticket.Thread{Technician: r.Technician, Root: r.Root, Last: r.Last}
}

type askedRecord struct {
	Mailbox mailboxRecord `json:"mailbox"`
	Last    string        `json:"last,omitempty"`
}

func newAskedRecord(a ticket.Asked) askedRecord { return askedRecord{mailboxRecord(a.Mailbox), a.Last} }
func (r askedRecord) value() ticket.Asked {
	return ticket.Asked{Mailbox: r.Mailbox.value(), Last: r.Last}
}

type ticketRecord struct {
	ID           ticket.ID           `json:"id"`
	Subject      string              `json:"subject,omitempty"`
	State        ticket.State        `json:"state,omitempty"`
	ClosedReason ticket.Reason       `json:"closed_reason,omitempty"`
	Decision     decisionRecord      `json:"decision,omitzero"`
	Guessed      policy.Topic        `json:"guessed,omitempty"`
	Requester    mailboxRecord       `json:"requester,omitzero"`
	Unproven     bool                `json:"unproven,omitempty"`
	Customer     string              `json:"customer,omitempty"`
	Candidates   []string            `json:"candidates,omitempty"`
	Assignee     string              `json:"assignee,omitempty"`
	Language     string              `json:"language,omitempty"`
	Opened       time.Time           `json:"opened,omitzero"`
	Changed      time.Time           `json:"changed,omitzero"`
	Closed       time.Time           `json:"closed,omitzero"`
	AnswerDue    time.Time           `json:"answer_due,omitzero"`
	RemindAt     time.Time           `json:"remind_at,omitzero"`
	ClosesAt     time.Time           `json:"closes_at,omitzero"`
	WarnAt       time.Time           `json:"warn_at,omitzero"`
	SleepsUntil  time.Time           `json:"sleeps_until,omitzero"`
	SpareAt      time.Time           `json:"spare_at,omitzero"`
	MergedInto   ticket.ID           `json:"merged_into,omitempty"`
	Linked       []ticket.ID         `json:"linked,omitempty"`
	Participants []participantRecord `json:"participants,omitempty"`
	Asked        []askedRecord       `json:"asked,omitempty"`
	Quote        *quoteRecord        `json:"quote,omitempty"`
	Held         ticket.Credits      `json:"held,omitempty"`
	Charged      ticket.Credits      `json:"charged,omitempty"`
	Alarms       int                 `json:"alarms,omitempty"`
	Answered     bool                `json:"answered,omitempty"`
	WaitsFor     ticket.NoticeID     `json:"waits_for,omitempty"`
	Elsewhere    bool                `json:"elsewhere,omitempty"`
	LastInbound  string              `json:"last_inbound,omitempty"`
	References   []string            `json:"references,omitempty"`
	Threads      []threadRecord      `json:"threads,omitempty"`
	Messages     int                 `json:"messages,omitempty"`
	Events       int                 `json:"events,omitempty"`
	Erased       ticket.ErasureID    `json:"erased,omitempty"`
}

func newTicketRecord(t *ticket.Ticket) *ticketRecord {
	return &ticketRecord{ID: t.ID, Subject: t.Subject, State: t.State, ClosedReason: t.ClosedReason,
		Decision: newDecisionRecord(t.Decision), Guessed: t.Guessed, Requester: mailboxRecord(t.Requester), Unproven: t.Unproven, Customer: t.Customer,
		Candidates: t.Candidates, Assignee: t.Assignee, Language: t.Language, Opened: t.Opened.UTC(), Changed: t.Changed.UTC(), Closed: t.Closed.UTC(),
		AnswerDue: t.AnswerDue.UTC(), RemindAt: t.RemindAt.UTC(), ClosesAt: t.ClosesAt.UTC(), WarnAt: t.WarnAt.UTC(), SpareAt: t.SpareAt.UTC(), SleepsUntil: t.SleepsUntil.UTC(), MergedInto: t.MergedInto, Linked: t.Linked,
		Participants: each(t.Participants, newParticipantRecord), Asked: each(t.Asked, newAskedRecord), Quote: maybe(t.Quote, newQuoteRecord), Held: t.Held,
		Charged: t.Charged, Alarms: t.Alarms, Answered: t.Answered, WaitsFor: t.WaitsFor, Elsewhere: t.Elsewhere, LastInbound: t.LastInbound, References: t.References,
		Threads:  each(t.Threads, newThreadRecord),
		Messages: t.Messages, Events: t.Events, Erased: t.Erased}
}

func (r *ticketRecord) value() *ticket.Ticket {
	return &ticket.Ticket{ID: r.ID, Subject: r.Subject, State: r.State, ClosedReason: r.ClosedReason,
		Decision: r.Decision.value(), Guessed: r.Guessed, Requester: r.Requester.value(), Unproven: r.Unproven, Customer: r.Customer,
		Candidates: r.Candidates, Assignee: r.Assignee, Language: r.Language, Opened: r.Opened, Changed: r.Changed, Closed: r.Closed,
		AnswerDue: r.AnswerDue, RemindAt: r.RemindAt, ClosesAt: r.ClosesAt, WarnAt: r.WarnAt, SpareAt: r.SpareAt, SleepsUntil: r.SleepsUntil, MergedInto: r.MergedInto, Linked: r.Linked,
		Participants: each(r.Participants, participantRecord.value), Asked: each(r.Asked, askedRecord.value), Quote: maybe(r.Quote, quoteRecord.value), Held: r.Held,
		Charged: r.Charged, Alarms: r.Alarms, Answered: r.Answered, WaitsFor: r.WaitsFor, Elsewhere: r.Elsewhere, LastInbound: r.LastInbound, References: r.References,
		Threads:  each(r.Threads, threadRecord.value),
		Messages: r.Messages, Events: r.Events, Erased: r.Erased}
}

type contactRecord struct {
	Address  string `json:"address"`
	Language string `json:"language,omitempty"`
	MaySpend bool   `json:"may_spend,omitempty"`
}

func newContactRecord(c ticket.Contact) contactRecord { return contactRecord(c) }
func (r contactRecord) value() ticket.Contact         { return ticket.Contact(r) }

type useRecord struct {
	Plan   planRecord `json:"plan"`
	Ticket ticket.ID  `json:"ticket"`
}

func newUseRecord(u ticket.PlanUse) useRecord {
	return useRecord{newPlanRecord(u.Plan), u.Ticket}
}

func (r useRecord) value() ticket.PlanUse {
	return ticket.PlanUse{Plan: r.Plan.value(), Ticket: r.Ticket}
}

type customerRecord struct {
	ID       string          `json:"id"`
	Name     string          `json:"name,omitempty"`
	Language string          `json:"language,omitempty"`
	Contacts []contactRecord `json:"contacts,omitempty"`
	Plans    []planRecord    `json:"plans,omitempty"`
	Uses     []useRecord     `json:"uses,omitempty"`
}

func newCustomerRecord(c *ticket.Customer) *customerRecord {
	return &customerRecord{c.ID, c.Name, c.Language, each(c.Contacts, newContactRecord), each(c.Plans, newPlanRecord), each(c.Uses, newUseRecord)}
}

func (r *customerRecord) value() *ticket.Customer {
	return &ticket.Customer{ID: r.ID, Name: r.Name, Language: r.Language,
		Contacts: each(r.Contacts, contactRecord.value), Plans: each(r.Plans, planRecord.value),
		Uses: each(r.Uses, useRecord.value)}
}
