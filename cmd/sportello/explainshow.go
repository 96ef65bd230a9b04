package main

import (
	"fmt"
	"io"
	"strings"
)

// write prints e for a person; why asks for the reason of every line set aside.
func (e *explained) write(w io.Writer, why bool) error {
	p := &page{w: w}
	p.title(e.File)
	p.row("From", shownMailbox(e.From))
	p.row("To", shownMailboxes(e.To))
	p.row("Cc", shownMailboxes(e.Cc))
	p.row("Reply-To", shownMailboxes(e.ReplyTo))
	p.row("Subject", e.Subject)
	p.row("Date", e.Date)
	p.row("Message-ID", e.MessageID)
	p.row("In-Reply-To", strings.Join(e.InReplyTo, " "))
	p.row("Kind", withReason(e.Kind.String(), e.KindReason))
	p.row("Language", e.Language)
	p.row("Sender", e.proof())
	if b := e.Bounce; b != nil {
		p.row("Bounce", strings.TrimSpace(fmt.Sprintf("%s %s %s", b.Action, b.Status, b.Recipient)))
		p.row("", b.Diagnostic)
		p.row("Bounced", b.MessageID)
	}
	if e.Decision != "none" {
		p.row("To a quote", e.Decision)
	}
	for _, c := range e.Commands {
		p.row("Command", strings.Join(append([]string{c.Name}, c.Args...), " "))
	}
	p.row("Refused", e.CommandErr)
	for _, at := range e.Attachments {
		p.row("Attachment", shownAttachment(at))
	}
	for _, d := range e.Defects {
		p.row("Defect", d)
	}
	if e.Reply != "" {
		p.block("Written this time", e.Reply)
	}
	if e.Signature != "" {
		p.block("Signature", e.Signature)
	}
	if spaceless(e.Text) != spaceless(e.Reply+e.Signature) {
		p.block("Whole text", e.Text)
	}
	if why && len(e.SetAside) > 0 {
		p.block("Set aside", e.reasons())
	}
	p.line("")
	return p.err
}

// reasons lists the lines that were set aside, each with its reason; a question
// mark stands before those that may still be the sender's own word.
func (e *explained) reasons() string {
	lines := strings.Split(e.Text, "\n")
	var b strings.Builder
	for _, a := range e.SetAside {
		doubt := ' '
		if !a.Sure {
			doubt = '?'
		}
		fmt.Fprintf(&b, "%4d %c%-23s %s\n", a.Line, doubt, a.Why, lines[a.Line-1])
	}
	return b.String()
}

// spaceless leaves white space out.
func spaceless(s string) string { return strings.Join(strings.Fields(s), "") }

// proof words the evidence about the sender.
func (e *explained) proof() string {
	switch {
	case e.Evidence.Contrary:
		return withReason("contrary evidence", strings.TrimSpace(e.Evidence.Method+" "+e.Evidence.Domain))
	case e.Evidence.Aligned:
		return withReason("proved", strings.TrimSpace(e.Evidence.Method+" "+e.Evidence.Domain))
	}
	return "not proved"
}

func shownAttachment(at explainedAttachment) string {
	text := fmt.Sprintf("%s, %s, %s", at.Name, at.Type, shownSize(at.Size))
	if at.Inline {
		text += ", inline"
	}
	return text
}
