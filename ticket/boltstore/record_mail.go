package boltstore

import (
	"time"

	"sportello/ticket"
)

type attachmentRecord struct {
	Name      string `json:"name,omitempty"`
	Type      string `json:"type,omitempty"`
	Size      int64  `json:"size"`
	Inline    bool   `json:"inline,omitempty"`
	ContentID string `json:"content_id,omitempty"`
	Label     string `json:"label,omitempty"`
	Sum       sum    `json:"sum,omitzero"`
	Index     int    `json:"index"`
}

func newAttachmentRecord(a ticket.Attachment) attachmentRecord {
	return attachmentRecord{a.Name, a.Type, a.Size, a.Inline, a.ContentID, a.Label, sum(a.Sum), a.Index}
}

func (r attachmentRecord) value() ticket.Attachment {
	return ticket.Attachment{Name: r.Name, Type: r.Type, Size: r.Size, Inline: r.Inline, ContentID: r.ContentID, Label: r.Label, Sum: r.Sum, Index: r.Index}
}

type bounceRecord struct {
	Recipient  string `json:"recipient,omitempty"`
	Status     string `json:"status,omitempty"`
	Action     string `json:"action,omitempty"`
	Diagnostic string `json:"diagnostic,omitempty"`
	MessageID  string `json:"message_id,omitempty"`
}

func newBounceRecord(b ticket.Bounce) bounceRecord { return bounceRecord(b) }
func (r bounceRecord) value() ticket.Bounce        { return ticket.Bounce(r) }

type messageRecord struct {
	Seq         int                `json:"seq"`
	Kind        ticket.MessageKind `json:"kind,omitempty"`
	Notice      ticket.NoticeKind  `json:"notice,omitempty"`
	NoticeID    ticket.NoticeID    `json:"notice_id,omitempty"`
	From        mailboxRecord      `json:"from,omitzero"`
	At          time.Time          `json:"at,omitzero"`
	Authority   ticket.Authority   `json:"authority,omitempty"`
	Verified    bool               `json:"verified,omitempty"`
	MessageID   string             `json:"message_id,omitempty"`
	Subject     string             `json:"subject,omitempty"`
	Text        string             `json:"text,omitempty"`
	Attachments []attachmentRecord `json:"attachments,omitempty"`
	Raw         ticket.RawRef      `json:"raw,omitempty"`
	Arrival     ticket.ArrivalID   `json:"arrival,omitempty"`
	Bounce      *bounceRecord      `json:"bounce,omitempty"`
	Answers     string             `json:"answers,omitempty"`
	Erased      ticket.ErasureID   `json:"erased,omitempty"`
}

func newMessageRecord(m *ticket.Message) *messageRecord {
	return &messageRecord{Seq: m.Seq, Kind: m.Kind, Notice: m.Notice, NoticeID: m.NoticeID, From: mailboxRecord(m.From),
		At: m.At.UTC(), Authority: m.Authority, Verified: m.Verified, MessageID: m.MessageID, Subject: m.Subject, Text: m.Text,
		Attachments: each(m.Attachments, newAttachmentRecord), Raw: m.Raw, Arrival: m.Arrival, Bounce: maybe(m.Bounce, newBounceRecord), Answers: m.Answers, Erased: m.Erased}
}

func (r *messageRecord) value() *ticket.Message {
	return &ticket.Message{Seq: r.Seq, Kind: r.Kind, Notice: r.Notice, NoticeID: r.NoticeID, From: r.From.value(),
		At: r.At, Authority: r.Authority, Verified: r.Verified, MessageID: r.MessageID, Subject: r.Subject, Text: r.Text,
		Attachments: each(r.Attachments, attachmentRecord.value), Raw: r.Raw, Arrival: r.Arrival, Bounce: maybe(r.Bounce, bounceRecord.value), Answers: r.Answers, Erased: r.Erased}
}

type changeRecord struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

func newChangeRecord(c ticket.Change) changeRecord { return changeRecord(c) }
func (r changeRecord) value() ticket.Change        { return ticket.Change(r) }

type rulingRecord struct {
	Decision string   `json:"decision"`
	Value    string   `json:"value,omitempty"`
	Rule     string   `json:"rule,omitempty"`
	Evidence []string `json:"evidence,omitempty"`
}

func newRulingRecord(r ticket.Ruling) rulingRecord { return rulingRecord(r) }
func (r rulingRecord) value() ticket.Ruling        { return ticket.Ruling(r) }

type eventRecord struct {
	Seq     int            `json:"seq"`
	At      time.Time      `json:"at,omitzero"`
	Kind    string         `json:"kind,omitempty"`
	Actor   string         `json:"actor,omitempty"`
	Cause   string         `json:"cause,omitempty"`
	Text    string         `json:"text,omitempty"`
	Changes []changeRecord `json:"changes,omitempty"`
	Rulings []rulingRecord `json:"rulings,omitempty"`
}

func newEventRecord(e *ticket.Event) *eventRecord {
	return &eventRecord{e.Seq, e.At.UTC(), e.Kind, e.Actor, e.Cause, e.Text, each(e.Changes, newChangeRecord), each(e.Rulings, newRulingRecord)}
}

func (r *eventRecord) value() *ticket.Event {
	return &ticket.Event{Seq: r.Seq, At: r.At, Kind: r.Kind, Actor: r.Actor, Cause: r.Cause, Text: r.Text,
		Changes: each(r.Changes, changeRecord.value), Rulings: each(r.Rulings, rulingRecord.value)}
}

type sourceRecord struct {
	UIDValidity uint32 `json:"uidvalidity"`
	UID         uint32 `json:"uid"`
}

type arrivalRecord struct {
	ID        ticket.ArrivalID `json:"id"`
	Source    sourceRecord     `json:"source,omitzero"`
	Arrived   time.Time        `json:"arrived,omitzero"`
	Size      int64            `json:"size,omitempty"`
	Raw       ticket.RawRef    `json:"raw,omitempty"`
	RawSum    sum              `json:"raw_sum,omitzero"`
	Content   sum              `json:"content,omitzero"`
	MessageID string           `json:"message_id,omitempty"`
	From      string           `json:"from,omitempty"`
	Subject   string           `json:"subject,omitempty"`
	Kind      ticket.Kind      `json:"kind,omitempty"`
	Fate      ticket.Fate      `json:"fate,omitempty"`
	Reason    string           `json:"reason,omitempty"`
	Ticket    ticket.ID        `json:"ticket,omitempty"`
	Seq       int              `json:"seq,omitempty"`
	Of        ticket.ArrivalID `json:"of,omitempty"`
	Proven    bool             `json:"proven,omitempty"`
	Again     ticket.ArrivalID `json:"again,omitempty"`
	Release   string           `json:"release,omitempty"`
	Asked     int              `json:"asked,omitempty"`
	AskAgain  time.Time        `json:"ask_again,omitzero"`
	Confirm   time.Time        `json:"confirm,omitzero"`
	Erased    ticket.ErasureID `json:"erased,omitempty"`
}

func newArrivalRecord(a *ticket.Arrival) *arrivalRecord {
	return &arrivalRecord{ID: a.ID, Source: sourceRecord(a.Source), Arrived: a.Arrived.UTC(), Size: a.Size, Raw: a.Raw,
		RawSum: sum(a.RawSum), Content: sum(a.Content), MessageID: a.MessageID, From: a.From, Subject: a.Subject,
		Kind: a.Kind, Fate: a.Fate, Reason: a.Reason, Ticket: a.Ticket, Seq: a.Seq, Of: a.Of, Proven: a.Proven, Again: a.Again, Release: a.Release,
		Asked: a.Asked, AskAgain: a.AskAgain.UTC(), Confirm: a.Confirm.UTC(), Erased: a.Erased}
}

func (r *arrivalRecord) value() *ticket.Arrival {
	return &ticket.Arrival{ID: r.ID, Source: ticket.Source(r.Source), Arrived: r.Arrived, Size: r.Size, Raw: r.Raw,
		RawSum: r.RawSum, Content: r.Content, MessageID: r.MessageID, From: r.From, Subject: r.Subject,
		Kind: r.Kind, Fate: r.Fate, Reason: r.Reason, Ticket: r.Ticket, Seq: r.Seq, Of: r.Of, Proven: r.Proven, Again: r.Again, Release: r.Release,
		Asked: r.Asked, AskAgain: r.AskAgain, Confirm: r.Confirm, Erased: r.Erased}
}
