package boltstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

type contactPageRecord struct {
	Email    string `json:"email,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Hours    string `json:"hours,omitempty"`
	TermsURL string `json:"terms_url,omitempty"`
	ShopURL  string `json:"shop_url,omitempty"`
}

func newContactPageRecord(c policy.Contact) contactPageRecord { return contactPageRecord(c) }
func (r contactPageRecord) value() policy.Contact             { return policy.Contact(r) }

type balanceRecord struct {
	Available  ticket.Credits `json:"available"`
	Held       ticket.Credits `json:"held,omitempty"`
	NextExpiry ticket.Date    `json:"next_expiry,omitzero"`
}

func newBalanceRecord(b ticket.Balance) balanceRecord { return balanceRecord(b) }
func (r balanceRecord) value() ticket.Balance         { return ticket.Balance(r) }

type attachmentRefRecord struct {
	Raw   ticket.RawRef `json:"raw"`
	Index int           `json:"index"`
}

func newAttachmentRefRecord(a ticket.AttachmentRef) attachmentRefRecord {
	return attachmentRefRecord(a)
}
func (r attachmentRefRecord) value() ticket.AttachmentRef { return ticket.AttachmentRef(r) }

type relayRecord struct {
	Attachment attachmentRecord    `json:"attachment"`
	Ref        attachmentRefRecord `json:"ref"`
	Left       bool                `json:"left,omitempty"`
}

func newRelayRecord(r ticket.Relay) relayRecord {
	return relayRecord{newAttachmentRecord(r.Attachment), attachmentRefRecord(r.Ref), r.Left}
}

func (r relayRecord) value() ticket.Relay {
	return ticket.Relay{Attachment: r.Attachment.value(), Ref: r.Ref.value(), Left: r.Left}
}

type lotLineRecord struct {
	Credits ticket.Credits `json:"credits"`
	Expires ticket.Date    `json:"expires"`
}

func newLotLineRecord(l ticket.LotLine) lotLineRecord { return lotLineRecord(l) }
func (r lotLineRecord) value() ticket.LotLine         { return ticket.LotLine(r) }

type entryLineRecord struct {
	Day       ticket.Date     `json:"day"`
	Kind      policy.MoveKind `json:"kind"`
	Credits   ticket.Credits  `json:"credits"`
	Ticket    ticket.ID       `json:"ticket,omitempty"`
	Available ticket.Credits  `json:"available"`
}

func newEntryLineRecord(e ticket.EntryLine) entryLineRecord { return entryLineRecord(e) }
func (r entryLineRecord) value() ticket.EntryLine           { return ticket.EntryLine(r) }

type listedRecord struct {
	ID       ticket.ID       `json:"id"`
	Subject  string          `json:"subject,omitempty"`
	Who      string          `json:"who,omitempty"`
	State    ticket.State    `json:"state,omitempty"`
	Coverage policy.Coverage `json:"coverage,omitempty"`
	Due      ticket.Date     `json:"due,omitzero"`
	Sleeps   ticket.Date     `json:"sleeps,omitzero"`
	Closes   ticket.Date     `json:"closes,omitzero"`
	Assignee string          `json:"assignee,omitempty"`
}

func newListedRecord(l ticket.Listed) listedRecord { return listedRecord(l) }
func (r listedRecord) value() ticket.Listed        { return ticket.Listed(r) }

type manualRecord struct {
	Usage string `json:"usage"`
	Text  string `json:"text"`
}

func newManualRecord(m ticket.Manual) manualRecord { return manualRecord(m) }
func (r manualRecord) value() ticket.Manual        { return ticket.Manual(r) }

type sectionRecord struct {
	Title   string         `json:"title"`
	Tickets []listedRecord `json:"tickets,omitempty"`
	Manual  []manualRecord `json:"manual,omitempty"`
	More    int            `json:"more,omitempty"`
}

func newSectionRecord(s ticket.Section) sectionRecord {
	return sectionRecord{s.Title, each(s.Tickets, newListedRecord), each(s.Manual, newManualRecord), s.More}
}

func (r sectionRecord) value() ticket.Section {
	return ticket.Section{Title: r.Title, Tickets: each(r.Tickets, listedRecord.value), Manual: each(r.Manual, manualRecord.value), More: r.More}
}

type barRecord struct {
	Label string `json:"label"`
	Count int    `json:"count"`
}

func newBarRecord(b ticket.Bar) barRecord { return barRecord(b) }
func (r barRecord) value() ticket.Bar     { return ticket.Bar(r) }

type chartRecord struct {
	Title string      `json:"title"`
	Since ticket.Date `json:"since,omitzero"`
	Bars  []barRecord `json:"bars"`
}

func newChartRecord(c ticket.Chart) chartRecord {
	return chartRecord{c.Title, c.Since, each(c.Bars, newBarRecord)}
}

func (r chartRecord) value() ticket.Chart {
	return ticket.Chart{Title: r.Title, Since: r.Since, Bars: each(r.Bars, barRecord.value)}
}

type saidRecord struct {
	Kind     ticket.MessageKind `json:"kind,omitempty"`
	Notice   ticket.NoticeKind  `json:"notice,omitempty"`
	Who      mailboxRecord      `json:"who,omitzero"`
	At       ticket.Date        `json:"at,omitzero"`
	Clock    string             `json:"clock,omitempty"`
	Verified bool               `json:"verified,omitempty"`
	Text     string             `json:"text,omitempty"`
	Files    []string           `json:"files,omitempty"`
}

func newSaidRecord(s ticket.Said) saidRecord {
	return saidRecord{s.Kind, s.Notice, mailboxRecord(s.Who), s.At, s.Clock, s.Verified, s.Text, s.Files}
}

func (r saidRecord) value() ticket.Said {
	return ticket.Said{Kind: r.Kind, Notice: r.Notice, Who: r.Who.value(), At: r.At, Clock: r.Clock, Verified: r.Verified, Text: r.Text, Files: r.Files}
}

type noticeRecord struct {
	ID            ticket.NoticeID    `json:"id"`
	Kind          ticket.NoticeKind  `json:"kind,omitempty"`
	Ticket        ticket.ID          `json:"ticket,omitempty"`
	At            time.Time          `json:"at,omitzero"`
	Language      string             `json:"language,omitempty"`
	To            mailboxRecord      `json:"to,omitzero"`
	FromName      string             `json:"from_name,omitempty"`
	ReplyTo       string             `json:"reply_to,omitempty"`
	Token         string             `json:"token,omitempty"`
	NoteAddress   string             `json:"note_address,omitempty"`
	Envelope      string             `json:"envelope,omitempty"`
	MessageID     string             `json:"message_id,omitempty"`
	InReplyTo     string             `json:"in_reply_to,omitempty"`
	References    []string           `json:"references,omitempty"`
	Subject       string             `json:"subject,omitempty"`
	AutoSubmitted string             `json:"auto_submitted,omitempty"`
	State         ticket.State       `json:"state,omitempty"`
	ClosedReason  ticket.Reason      `json:"closed_reason,omitempty"`
	Topic         policy.Topic       `json:"topic,omitempty"`
	TopicText     string             `json:"topic_text,omitempty"`
	Coverage      policy.Coverage    `json:"coverage,omitempty"`
	Confidence    float64            `json:"confidence,omitempty"`
	Plan          string             `json:"plan,omitempty"`
	PlanText      string             `json:"plan_text,omitempty"`
	Site          string             `json:"site,omitempty"`
	ClauseText    string             `json:"clause_text,omitempty"`
	Price         priceRecord        `json:"price,omitzero"`
	Allowance     *allowanceRecord   `json:"allowance,omitempty"`
	LapsedText    string             `json:"lapsed_text,omitempty"`
	LapsedOn      ticket.Date        `json:"lapsed_on,omitzero"`
	AnswerDue     ticket.Date        `json:"answer_due,omitzero"`
	ClosesOn      ticket.Date        `json:"closes_on,omitzero"`
	ClosesAfter   int                `json:"closes_after,omitempty"`
	ReopenDays    int                `json:"reopen_days,omitempty"`
	ZoneName      string             `json:"zone_name,omitempty"`
	Stranger      bool               `json:"stranger,omitempty"`
	Customer      string             `json:"customer,omitempty"`
	CustomerName  string             `json:"customer_name,omitempty"`
	Assignee      string             `json:"assignee,omitempty"`
	OfficeOpensAt time.Time          `json:"office_opens_at,omitzero"`
	ClosedFrom    ticket.Date        `json:"closed_from,omitzero"`
	ClosedTo      ticket.Date        `json:"closed_to,omitzero"`
	Commercial    *contactPageRecord `json:"commercial,omitempty"`
	Quote         *quoteRecord       `json:"quote,omitempty"`
	QuoteUntil    ticket.Date        `json:"quote_until,omitzero"`
	QuoteOthers   bool               `json:"quote_others,omitempty"`
	Answered      string             `json:"answered,omitempty"`
	Again         bool               `json:"again,omitempty"`
	Freed         ticket.Credits     `json:"freed,omitempty"`
	Refusal       bool               `json:"refusal,omitempty"`
	TooLarge      bool               `json:"too_large,omitempty"`
	Balance       *balanceRecord     `json:"balance,omitempty"`
	Linked        []ticket.ID        `json:"linked,omitempty"`
	Aside         bool               `json:"aside,omitempty"`
	Text          string             `json:"text,omitempty"`
	Author        mailboxRecord      `json:"author,omitzero"`
	Requester     mailboxRecord      `json:"requester,omitzero"`
	About         ticket.MessageKind `json:"about,omitempty"`
	Credits       ticket.Credits     `json:"credits,omitempty"`
	Charged       ticket.Credits     `json:"charged,omitempty"`
	Released      ticket.Credits     `json:"released,omitempty"`
	Reserved      ticket.Credits     `json:"reserved,omitempty"`
	Lapsed        ticket.Credits     `json:"lapsed,omitempty"`
	Lots          []lotLineRecord    `json:"lots,omitempty"`
	Entries       []entryLineRecord  `json:"entries,omitempty"`
	Verified      bool               `json:"verified,omitempty"`
	OtherPeople   []mailboxRecord    `json:"other_people,omitempty"`
	Attachments   []relayRecord      `json:"attachments,omitempty"`
	Lines         []string           `json:"lines,omitempty"`
	Sections      []sectionRecord    `json:"sections,omitempty"`
	Charts        []chartRecord      `json:"charts,omitempty"`
	Story         []saidRecord       `json:"story,omitempty"`
	StoryLeft     int                `json:"story_left,omitempty"`
	Bounce        *bounceRecord      `json:"bounce,omitempty"`
	Resent        bool               `json:"resent,omitempty"`
}

func newNoticeRecord(n ticket.Notice) noticeRecord {
	return noticeRecord{ID: n.ID, Kind: n.Kind, Ticket: n.Ticket, At: n.At.UTC(), Language: n.Language,
		To: mailboxRecord(n.To), FromName: n.FromName, ReplyTo: n.ReplyTo, Token: n.Token, NoteAddress: n.NoteAddress, Envelope: n.Envelope,
		MessageID: n.MessageID, InReplyTo: n.InReplyTo, References: n.References, Subject: n.Subject, AutoSubmitted: n.AutoSubmitted,
		State: n.State, ClosedReason: n.ClosedReason, Topic: n.Topic, TopicText: n.TopicText, Coverage: n.Coverage,
		Confidence: n.Confidence, Plan: n.Plan, PlanText: n.PlanText, Site: n.Site, ClauseText: n.ClauseText,
		Price: priceRecord(n.Price), Allowance: maybe(n.Allowance, newAllowanceRecord), LapsedText: n.LapsedText, LapsedOn: n.LapsedOn,
		AnswerDue: n.AnswerDue, ClosesOn: n.ClosesOn, ClosesAfter: n.ClosesAfter, ReopenDays: n.ReopenDays, ZoneName: n.ZoneName, Stranger: n.Stranger,
		Customer: n.Customer, CustomerName: n.CustomerName, Assignee: n.Assignee, OfficeOpensAt: n.OfficeOpensAt.UTC(),
		ClosedFrom: n.ClosedFrom, ClosedTo: n.ClosedTo, Commercial: maybe(n.Commercial, newContactPageRecord), Quote: maybe(n.Quote, newQuoteRecord), QuoteUntil: n.QuoteUntil,
		QuoteOthers: n.QuoteOthers, Answered: n.Answered, Again: n.Again, Freed: n.Freed, Refusal: n.Refusal, TooLarge: n.TooLarge, Requester: mailboxRecord(n.Requester), About: n.About, Credits: n.Credits,
		Balance: maybe(n.Balance, newBalanceRecord), Linked: n.Linked, Aside: n.Aside, Text: n.Text, Author: mailboxRecord(n.Author),
		Charged: n.Charged, Released: n.Released, Lapsed: n.Lapsed, Reserved: n.Reserved, Lots: each(n.Lots, newLotLineRecord), Entries: each(n.Entries, newEntryLineRecord),
		Verified: n.Verified, OtherPeople: each(n.OtherPeople, newMailboxRecord), Attachments: each(n.Attachments, newRelayRecord),
		Lines: n.Lines, Sections: each(n.Sections, newSectionRecord), Charts: each(n.Charts, newChartRecord), Story: each(n.Story, newSaidRecord), StoryLeft: n.StoryLeft,
		Bounce: maybe(n.Bounce, newBounceRecord), Resent: n.Resent}
}

func (r noticeRecord) value() ticket.Notice {
	return ticket.Notice{ID: r.ID, Kind: r.Kind, Ticket: r.Ticket, At: r.At, Language: r.Language,
		To: r.To.value(), FromName: r.FromName, ReplyTo: r.ReplyTo, Token: r.Token, NoteAddress: r.NoteAddress, Envelope: r.Envelope,
		MessageID: r.MessageID, InReplyTo: r.InReplyTo, References: r.References, Subject: r.Subject, AutoSubmitted: r.AutoSubmitted,
		State: r.State, ClosedReason: r.ClosedReason, Topic: r.Topic, TopicText: r.TopicText, Coverage: r.Coverage,
		Confidence: r.Confidence, Plan: r.Plan, PlanText: r.PlanText, Site: r.Site, ClauseText: r.ClauseText,
		Price: policy.Price(r.Price), Allowance: maybe(r.Allowance, allowanceRecord.value), LapsedText: r.LapsedText, LapsedOn: r.LapsedOn,
		AnswerDue: r.AnswerDue, ClosesOn: r.ClosesOn, ClosesAfter: r.ClosesAfter, ReopenDays: r.ReopenDays, ZoneName: r.ZoneName, Stranger: r.Stranger,
		Customer: r.Customer, CustomerName: r.CustomerName, Assignee: r.Assignee, OfficeOpensAt: r.OfficeOpensAt,
		ClosedFrom: r.ClosedFrom, ClosedTo: r.ClosedTo, Commercial: maybe(r.Commercial, contactPageRecord.value), Quote: maybe(r.Quote, quoteRecord.value), QuoteUntil: r.QuoteUntil,
		QuoteOthers: r.QuoteOthers, Answered: r.Answered, Again: r.Again, Freed: r.Freed, Refusal: r.Refusal, TooLarge: r.TooLarge, Requester: r.Requester.value(), About: r.About, Credits: r.Credits,
		Balance: maybe(r.Balance, balanceRecord.value), Linked: r.Linked, Aside: r.Aside, Text: r.Text, Author: r.Author.value(),
		Charged: r.Charged, Released: r.Released, Lapsed: r.Lapsed, Reserved: r.Reserved, Lots: each(r.Lots, lotLineRecord.value), Entries: each(r.Entries, entryLineRecord.value),
		Verified: r.Verified, OtherPeople: each(r.OtherPeople, mailboxRecord.value), Attachments: each(r.Attachments, relayRecord.value),
		Lines: r.Lines, Sections: each(r.Sections, sectionRecord.value), Charts: each(r.Charts, chartRecord.value), Story: each(r.Story, saidRecord.value), StoryLeft: r.StoryLeft,
		Bounce: maybe(r.Bounce, bounceRecord.value), Resent: r.Resent}
}

// rowRecord is a row without its notice, of which it keeps the class, and where
// what was sent of it was put away: the last of Kept counts.
type rowRecord struct {
	State     ticket.RowState `json:"state,omitempty"`
	Class     byte            `json:"class"`
	Tries     int             `json:"tries,omitempty"`
	Next      time.Time       `json:"next,omitzero"`
	LastError string          `json:"last_error,omitempty"`
	Response  string          `json:"response,omitempty"`
	Resent    bool            `json:"resent,omitempty"`
	Settled   time.Time       `json:"settled,omitzero"`
	Fixed     bool            `json:"fixed,omitempty"`
	Weight    ticket.Weight   `json:"weight,omitempty"`
	Kept      []ticket.RawRef `json:"kept,omitempty"`

	Erased ticket.ErasureID `json:"erased,omitempty"`
}

func newRowRecord(r *ticket.Row) *rowRecord {
	return &rowRecord{r.State, byte(r.Notice.Kind.Class()), r.Tries, r.Next.UTC(), r.LastError, r.Response, r.Resent, r.Settled.UTC(), r.Fixed, r.Weight, nil, r.Erased}
}

func (r *rowRecord) value(n noticeRecord) *ticket.Row {
	return &ticket.Row{Notice: n.value(), State: r.State, Tries: r.Tries, Next: r.Next, LastError: r.LastError,
		Response: r.Response, Resent: r.Resent, Settled: r.Settled, Fixed: r.Fixed, Weight: r.Weight, Erased: r.Erased}
}

// letterRecord is the head of a stored letter. The bytes of its chunks follow
// it as they are, one after another.
type letterRecord struct {
	Chunks []chunkRecord `json:"chunks"`
	Sum    sum           `json:"sum,omitzero"`
	Size   int64         `json:"size"`
	Text   string        `json:"text,omitempty"`

	Erased ticket.ErasureID `json:"erased,omitempty"`
}

// chunkRecord is either an attachment or that many bytes.
type chunkRecord struct {
	Bytes      int                  `json:"bytes,omitempty"`
	Attachment *attachmentRefRecord `json:"attachment,omitempty"`
}

// encodeLetter writes the length of the head (4 bytes), the head, the bytes.
func encodeLetter(l *ticket.Letter) ([]byte, error) {
	r := letterRecord{Sum: l.Sum, Size: l.Size, Text: l.Text, Erased: l.Erased}
	n := 0
	for _, c := range l.Chunks {
		r.Chunks = append(r.Chunks, chunkRecord{len(c.Bytes), maybe(c.Attachment, newAttachmentRefRecord)})
		n += len(c.Bytes)
	}
	head, err := encode(r)
	if err != nil {
		return nil, err
	}
	b := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(head)+n), uint32(len(head)))
	b = append(b, head...)
	for _, c := range l.Chunks {
		b = append(b, c.Bytes...)
	}
	return b, nil
}

// decodeLetter copies what encodeLetter wrote.
func decodeLetter(b []byte) (*ticket.Letter, error) {
	cut := errors.New("decode: letter is cut short")
	b, err := unpack(b)
	if err != nil {
		return nil, fmt.Errorf("letter: %w", err)
	}
	if len(b) < 4 || uint64(len(b)-4) < uint64(binary.BigEndian.Uint32(b)) {
		return nil, cut
	}
	head, rest := b[4:4+binary.BigEndian.Uint32(b)], b[4+binary.BigEndian.Uint32(b):]
	var r letterRecord
	if err := decode(head, &r); err != nil {
		return nil, err
	}
	l := &ticket.Letter{Sum: r.Sum, Size: r.Size, Text: r.Text, Erased: r.Erased}
	for _, c := range r.Chunks {
		if c.Bytes < 0 || c.Bytes > len(rest) {
			return nil, cut
		}
		chunk := ticket.Chunk{Attachment: maybe(c.Attachment, attachmentRefRecord.value)}
		if c.Bytes > 0 {
			chunk.Bytes = append([]byte(nil), rest[:c.Bytes]...)
		}
		l.Chunks, rest = append(l.Chunks, chunk), rest[c.Bytes:]
	}
	return l, nil
}
