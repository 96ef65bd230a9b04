package mailout

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sportello/ticket"
)

// view is what a template sees: the notice, cleaned of control characters, and
// words made of it.
type view struct {
	ticket.Notice
	Desk     string   // the desk's name
	Address  string   // the desk's address
	pictures []string // Content-IDs of the attachments that stand in Text, by their place; "": behind it
	mark     string   // the name in the subject's tag
	ownTag   *regexp.Regexp
}

// view copies n without anything that could be taken for markup of a page.
func (c *Composer) view(n *ticket.Notice) *view {
	v := &view{Notice: *n, Desk: c.Name, Address: c.Address, mark: c.mark(), ownTag: c.ownTag}
	if v.Language != "en" {
		v.Language = "it"
	}
	for _, s := range []*string{&v.Subject, &v.TopicText, &v.PlanText, &v.Site, &v.ClauseText, &v.LapsedText, &v.Customer,
		&v.CustomerName, &v.Assignee, &v.To.Name, &v.Author.Name, &v.Requester.Name} {
		*s = oneLine(*s)
	}
	v.Text = manyLines(v.Text)
	v.placePictures()
	v.Lines = make([]string, len(n.Lines))
	for i, l := range n.Lines {
		v.Lines[i] = oneLine(l)
	}
	v.cleanLists()
	v.OtherPeople = append([]ticket.Mailbox(nil), n.OtherPeople...)
	for i := range v.OtherPeople {
		v.OtherPeople[i] = ticket.Mailbox{Name: oneLine(v.OtherPeople[i].Name), Address: oneLine(v.OtherPeople[i].Address)}
	}
	if n.Quote != nil {
		q := *n.Quote
		q.Description = manyLines(q.Description)
		v.Quote = &q
	}
	if n.Bounce != nil {
		v.Bounce = &ticket.Bounce{Recipient: oneLine(n.Bounce.Recipient), Status: oneLine(n.Bounce.Status),
			Action: n.Bounce.Action, Diagnostic: oneLine(n.Bounce.Diagnostic)}
	}
	v.OfficeOpensAt = v.OfficeOpensAt.In(c.zone())
	if n.OfficeOpensAt.IsZero() {
		v.OfficeOpensAt = time.Time{}
	}
	return v
}

// cleanLists copies what lists and threads hold.
func (v *view) cleanLists() {
	v.Sections, v.Story = slices.Clone(v.Sections), slices.Clone(v.Story)
	for i := range v.Sections {
		s := &v.Sections[i]
		s.Title, s.Tickets = oneLine(s.Title), slices.Clone(s.Tickets)
		for j := range s.Tickets {
			t := &s.Tickets[j]
			t.Subject, t.Who, t.Assignee = oneLine(t.Subject), oneLine(t.Who), oneLine(t.Assignee)
		}
	}
	for i := range v.Story {
		s := &v.Story[i]
		s.Who, s.Text, s.Files = ticket.Mailbox{Name: oneLine(s.Who.Name), Address: oneLine(s.Who.Address)}, manyLines(s.Text), slices.Clone(s.Files)
		for j := range s.Files {
			s.Files[j] = oneLine(s.Files[j])
		}
	}
}

// ShowLink orders the whole of a ticket from the desk.
func (v *view) ShowLink(id ticket.ID) string {
	order := fmt.Sprintf("%s %d", ticket.Order("show").In(v.Language), id)
	return mailto(v.Address, order, order)
}

// Cover chooses the word for a coverage.
func (v *view) Cover(c fmt.Stringer, covered, extra, undetermined, none string) string {
	return map[string]string{"covered": covered, "extra": extra, "undetermined": undetermined, "none": none}[c.String()]
}

// subject is the subject after the tag. A letter about a mail that nobody is
// proven to have written has none of that mail.
func (v *view) subject() string {
	s := foldSubject(v.Subject, v.ownTag)
	if s != "" {
		return s
	}
	words := subjects[v.Kind]
	if words == [2]string{} {
		words = [2]string{"Richiesta di assistenza", "Support request"}
	}
	if v.Language == "en" {
		return words[1]
	}
	return words[0]
}

// subjects are those of letters that have no subject of a ticket, in Italian
// and English.
var subjects = map[ticket.NoticeKind][2]string{
	ticket.NoticeLotExpiring: {"Crediti in scadenza", "Credits about to expire"},
	ticket.NoticeStatement:   {"Estratto conto dei crediti", "Credit statement"},
	ticket.NoticeHeld:        {"Una Sua e-mail attende una decisione", "One of your emails is waiting for a decision"},
	ticket.NoticeTranscript:  {"Esito della Sua e-mail", "Outcome of your email"},
	ticket.NoticeDigest:      {"Riepilogo dello sportello", "Summary of the desk"},
	ticket.NoticeAlert:       {"Avviso dello sportello", "The desk needs attention"},
}

// Tag is the number of the ticket as people write it.
func (v *view) Tag() string { return fmt.Sprintf("#%d", v.Ticket) }

// Person is the name to greet, when there is one that looks like a name.
func (v *view) Person() string {
	name := v.To.Name
	if utf8.RuneCountInString(name) > 60 || strings.ContainsAny(name, "@<>\"/:;0123456789") {
		return ""
	}
	return name
}

// Is tells whether the coverage, the state, the reason of closing or what a
// ticket-reply tells of has this name; no two of them share one.
func (v *view) Is(name string) bool {
	return v.Coverage.String() == name || v.State.String() == name || v.ClosedReason.String() == name ||
		v.Kind == ticket.NoticeTicketReply && v.AboutKind() == name
}

// Missing is how many credits the customer lacks for the quote; 0 when enough or unknown.
func (v *view) Missing() ticket.Credits {
	if v.Quote == nil || v.Balance == nil {
		return 0
	}
	return max(0, v.Quote.Credits-v.Balance.Available-v.Freed)
}

// Agreed tells whether the quote is the one that the customer accepted.
func (v *view) Agreed() bool {
	return v.Quote != nil && v.Quote.State == ticket.QuoteAccepted
}

// QuoteIs tells whether the quote that the letter is about is in this state.
func (v *view) QuoteIs(state string) bool { return v.Quote != nil && v.Quote.State.String() == state }

// AnsweredOlder tells whether an earlier quote than that of the letter was answered.
func (v *view) AnsweredOlder() bool { return v.Answered != "" && v.Answered != v.Quote.Code }

// Affordable tells whether the customer is known to have enough for the quote.
func (v *view) Affordable() bool { return v.Quote != nil && v.Balance != nil && v.Missing() == 0 }

// After is how many credits are left when the quote is accepted.
func (v *view) After() ticket.Credits { return v.Balance.Available + v.Freed - v.Quote.Credits }

// ByOther tells whether somebody else than the recipient decided on the quote.
func (v *view) ByOther() bool { return v.Author.Address != "" && v.Author.Address != v.To.Address }

// Left lists the attachments that are only named.
func (v *view) Left() (out []ticket.Relay) {
	for _, r := range v.Attachments {
		if r.Left {
			r.Name = fileName(r.Name)
			out = append(out, r)
		}
	}
	return out
}

// AboutKind names the kind of message that a ticket-reply tells of.
func (v *view) AboutKind() string {
	if v.About == 0 && v.Bounce != nil {
		return ticket.MessageBounce.String()
	}
	if v.About == 0 {
		return ticket.MessageRequest.String()
	}
	return v.About.String()
}

// Who is the person whom a technician's letter is about.
func (v *view) Who() ticket.Mailbox { return customer(&v.Notice) }

// In writes the site of the plan between before and after, or nothing.
func (v *view) In(before, after string) string {
	if v.Site == "" {
		return ""
	}
	return before + v.Site + after
}

// HasContact tells whether there is a commercial contact to write to or call.
func (v *view) HasContact() bool {
	return v.Commercial != nil && (v.Commercial.Email != "" || v.Commercial.Phone != "")
}

// Spent is what was charged for the ticket, in all.
func (v *view) Spent() ticket.Credits { return max(v.Charged, v.Credits) }

// Returned is what was given back and can be used again.
func (v *view) Returned() ticket.Credits { return v.Released - v.Lapsed }

// Taken tells whether the quote was accepted, so that it says what the work could cost.
func (v *view) Taken() bool { return v.Quote != nil && v.Quote.State == ticket.QuoteAccepted }

// Short is how many credits were missing when the quote was accepted.
func (v *view) Short() ticket.Credits {
	if v.Credits > 0 {
		return v.Credits
	}
	return v.Missing()
}

// Cost writes a price that is known after before, or says that it is not.
func (v *view) Cost(before, unknown string) string {
	switch {
	case v.Price.Max == 0:
		return unknown
	case v.Price.Min == v.Price.Max:
		return before + credits(v.Price.Max, v.Language)
	}
	return fmt.Sprintf("%s%d-%s", before, v.Price.Min, credits(v.Price.Max, v.Language))
}

// StateWord chooses the words for whose turn it is.
func (v *view) StateWord(open, waiting, closed string) string {
	switch v.State {
	case ticket.StateOpen:
		return open
	case ticket.StateWaiting:
		return waiting
	}
	return closed
}

// Another tells whether somebody else of the customer's side wrote.
func (v *view) Another() bool {
	return v.Author.Address != "" && v.Author.Address != v.Who().Address && (v.Kind == ticket.NoticeTicketNew || v.Is("request"))
}

// Doubtful tells whether a person wrote and nothing proves who.
func (v *view) Doubtful() bool {
	return !v.Verified && (v.Kind == ticket.NoticeTicketNew || v.Kind == ticket.NoticeTicketReply && !v.Is("bounce"))
}

// NoteLink writes an internal note. The tag in its subject is the sign of the
// ticket without which a token address does nothing.
func (v *view) NoteLink() string {
	words := "Nota"
	if v.Language == "en" {
		words = "Note"
	}
	return mailto(v.NoteAddress, "["+tag(v.mark, v.Ticket)+"] "+words, "")
}

// Files lists the attachments that go along behind the text.
func (v *view) Files() (out []ticket.Relay) {
	for i, r := range v.Attachments {
		if !r.Left && v.pictures[i] == "" {
			r.Name = fileName(r.Name)
			out = append(out, r)
		}
	}
	return out
}

// Percent is the confidence in the topic.
func (v *view) Percent() int { return int(v.Confidence*100 + 0.5) }

// Mailto is a link that writes to the reply address with a body. Where that
// address carries no token, the subject does.
func (v *view) Mailto(body string) string {
	subject := "[" + tag(v.mark, v.Ticket) + "]"
	if v.Ticket == 0 {
		subject = v.Subject
	}
	if v.Token != "" {
		subject += " [" + v.Token + "]"
	}
	return mailto(v.ReplyTo, subject, body)
}
