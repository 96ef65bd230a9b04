package ticket

import (
	"time"

	"sportello/policy"
)

// Mailbox is a display name and an address (RFC 5322, section 3.4). Name is
// decoded and free of controls; it never identifies anybody. Address is bare and
// in the form of address.Canonical: two are one when their bytes are the same.
type Mailbox struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// Source says where on the server an arrival lies.
type Source struct {
	UIDValidity uint32
	UID         uint32
}

// Inbound is one arrival as mailin.Parse read it. Nothing in it is trusted:
// it says what the mail claims, and Evidence says what stands behind it.
type Inbound struct {
	Source  Source
	Arrived time.Time // INTERNALDATE, clamped to at most now + 5 minutes
	Size    int64     // RFC822.SIZE; larger than len(Raw) when Partial
	Partial bool      // only the head was fetched: the mail is above max_message_size
	Raw     []byte    // the bytes as fetched; nil in tests and for Unfit stubs
	RawSum  [32]byte  // SHA-256 of Raw
	// Content is the fingerprint over Message-ID, From, Date, text without white
	// space and attachment hashes; zero when there is no Message-ID.
	Content [32]byte
	// Unfit, when not empty, says why this mail cannot be filed: it is
	// quarantined with this reason (no From, header too large, unfetchable).
	Unfit string

	MessageID string // without angle brackets; "" when missing or unusable
	Date      time.Time
	From      []Mailbox // as many as the header holds: one, in a proper mail
	// Unclear tells that the From field is not exactly one well-formed mailbox:
	// nobody in particular wrote the mail, and the first name in From is the field
	// as it came.
	Unclear    bool
	Odd        []Oddity // what about From may be meant to look like another
	Sender     Mailbox
	To         []Mailbox
	Cc         []Mailbox
	ReplyTo    []Mailbox
	Recipients []string // addresses in To, Cc, Delivered-To, X-Original-To, Envelope-To, Resent-To
	Subject    string   // decoded, one line, controls stripped
	InReplyTo  []string // Message-IDs without angle brackets
	References []string

	Kind       Kind
	KindReason string // the header or words that told
	NullPath   bool   // Return-Path: <>
	Doubled    string // a header field that stands twice and may not: the mail has no authority; "" none
	Robot      bool   // From is a no-reply, postmaster, root, bounce address: never acknowledged
	Doubtful   bool   // a robot may have written it: never acknowledged, never an acceptance
	Prompt     bool   // it was written within a minute of the letter of ours that it answers
	List       string // List-Id, or the list's address; "" when it is no list mail
	WebForm    bool   // From a no-reply of a site, Reply-To one other person
	Certified  bool   // PEC: the inner postacert.eml was read; authority never above link
	SpamMarked bool   // by the receiving server

	Reaction  Reaction // a thumb or the like and nothing else; 0: it is none
	Language  string   // it, en, de, fr, es of what was written this time; "" unknown
	Text      string   // the whole text
	Reply     string   // what was written this time; may be empty
	Signature string
	Aside     []Aside // the lines of Text that are not in Reply
	// Titled is what Subject says beyond the subject of the letter of ours that
	// this mail answers: the sender's own words. "" also where no letter is known.
	Titled string
	// Forked tells that a reply to a letter of ours says one thing in its plain
	// text and another in its HTML, of which its sender saw one.
	Forked      bool
	Attachments []Attachment
	Enclosed    []Enclosed // attached mails, each before those attached to it
	Writers     []Mailbox  // who wrote what this mail quotes, forwards or encloses, as it says: the latest first
	Bounce      *Bounce    // of Kind KindBounce: what the report says
	Evidence    Evidence
	// Unanswered tells that DNS gave no answer: Evidence is absent for now.
	Unanswered bool
	// Opinion is what the policy's classifier thinks of Subject and Shown, when
	// it was asked ahead of time; nil: it is asked when a verdict is needed.
	Opinion *policy.Opinion
	Defects []string
}

// Oddity is something about a From that may be meant to look like another.
type Oddity int

const (
	OddName Oddity = iota + 1
	OddScripts
	OddDomain
	OddLocal
)

var oddityNames = []string{"", "the name is another address", "the name mixes scripts", "an international domain", "an address outside ASCII"}

func (o Oddity) String() string { return nameOf(oddityNames, int(o)) }

// Aside is a line of a text that was set aside while it was read, with the
// reason. Sure tells that nothing the sender wants to say can stand in it.
type Aside struct {
	Line int    `json:"line"` // from 1
	Why  string `json:"why"`
	Sure bool   `json:"-"`
}

// The reasons of lines that are the sender's, though not in Reply.
const AsideSignature, AsideFooter = "signature", "footer"

// hers tells whether a is the sender's, below her own words.
func (a Aside) hers() bool { return a.Why == AsideSignature || a.Why == AsideFooter }

// Shown is the text to show and to judge: what was written this time, or the
// whole text when nothing else was written (a bare forward).
func (in *Inbound) Shown() string {
	if in.Reply != "" {
		return in.Reply
	}
	return in.Text
}

// Sole returns the single From of in, and false when there is none, more than
// one, or one that cannot be told: then nobody in particular wrote it.
func (in *Inbound) Sole() (Mailbox, bool) {
	if in.Unclear || len(in.From) != 1 || in.From[0].Address == "" {
		return Mailbox{}, false
	}
	return in.From[0], true
}

// Carried says what stands between the sender and the desk, so that From does
// not tell who wrote for certain: such a mail is never a technician's and never
// more than a reply address makes it. "" when it came straight.
func (in *Inbound) Carried() string {
	switch {
	case in.Certified:
		return "certified mail"
	case in.WebForm:
		return "a web form"
	case in.Kind == KindList || in.List != "":
		return "a list"
	}
	return ""
}

// Bounce is what a delivery status notification says (RFC 3464 and the old formats).
type Bounce struct {
	Recipient  string `json:"recipient"`
	Status     string `json:"status"` // "5.1.1"
	Action     string `json:"action"` // failed or delayed
	Diagnostic string `json:"diagnostic"`
	MessageID  string `json:"message_id"` // of the mail that bounced, without brackets
}

// Evidence is what proves who sent a mail (DESIGN.md section 2). The zero
// value is "absent".
type Evidence struct {
	Aligned  bool   `json:"aligned"`
	Contrary bool   `json:"contrary"`
	Method   string `json:"method"` // dkim, dmarc, spf or ""
	Domain   string `json:"domain"`
	// Address is whose mail it proves this to be, or not to be: the single From
	// as the header holds it. For nobody else anything is proved.
	Address string `json:"-"`
}

// Proves tells whether the evidence stands behind addr.
func (e Evidence) Proves(addr string) bool { return e.Aligned && addr != "" && e.Address == addr }

// Attachment describes one attached file; the bytes stay in the raw mail.
type Attachment struct {
	Name      string // for display: sanitized, at most 120 characters
	Type      string // media type, lower case
	Size      int64  // decoded bytes
	Inline    bool
	ContentID string   // without angle brackets
	Label     string   // what its Mention calls it; "": the text does not tell where it stands
	Sum       [32]byte // SHA-256 of the decoded bytes
	Index     int      // position among the attachments of its mail, from 0
}

// Enclosed is a mail that is a file of another. Nothing in it is proved.
type Enclosed struct {
	File        int // the Index of that file
	From        Mailbox
	To          []Mailbox
	Date        time.Time
	MessageID   string
	References  []string
	Subject     string
	Text        string
	Language    string
	Attachments []Attachment // but those that are in Enclosed; Index goes on behind those of the mail around it
}

// AttachmentRef finds the bytes of an attachment again: the raw mail and the
// position among its attachments.
type AttachmentRef struct {
	Raw   RawRef
	Index int
}

// RawRef names a raw mail in the archive. Only the store knows what it means.
type RawRef string

// Message is one entry of a ticket's thread, in order of Seq from 1.
type Message struct {
	Seq         int
	Kind        MessageKind
	Notice      NoticeKind // of MessageNotice; else 0
	NoticeID    NoticeID   // of MessageNotice and MessageAnswer: the letter to the requester; else 0
	From        Mailbox
	At          time.Time // arrival, or when it was queued
	Authority   Authority
	Verified    bool // aligned evidence, or token mode
	MessageID   string
	Subject     string
	Text        string // at most MaxText bytes; of notices "": the letter holds it
	Attachments []Attachment
	Raw         RawRef    // "" for what the desk wrote itself
	Arrival     ArrivalID // 0 for what the desk wrote itself
	Bounce      *Bounce   // of MessageBounce
	// Answers is the quote on which its sender could decide with it, had the
	// wording been unmistakable: a technician may read it as a yes. "" none.
	Answers string
	Erased  ErasureID // nothing of what it said is kept
}

// MaxText bounds the text kept with a message; the raw mail holds the rest.
const MaxText = 64 << 10

// Event is one recorded fact in the life of a ticket, in order of Seq from 1.
// Text never holds mail text.
type Event struct {
	Seq     int
	At      time.Time
	Kind    string // opened, message, state, verdict, assigned, quote, … (DESIGN.md section 7, small print)
	Actor   string // address, technician's name, "admin", "clock" or "desk"
	Cause   string // "arrival 17", "notice 4", "verb close", "sweep"
	Text    string
	Changes []Change
	Rulings []Ruling
}

// Ruling is one decision with what led to it (`sportello why`).
type Ruling struct {
	Decision string // kind, thread, authority, topic, coverage or quote
	Value    string
	Rule     string
	Evidence []string
}

// Change is one field of a ticket before and after an event.
type Change struct{ Field, Before, After string }
