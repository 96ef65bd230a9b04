package mailin

import (
	"strings"

	"sportello/ticket"
)

func (o Options) own(addr string) bool    { return addr != "" && o.Own != nil && o.Own(addr) }
func (o Options) listed(name string) bool { return name != "" && o.Listed != nil && o.Listed(name) }

// ownMail returns why m is our own mail that came back, or "": it bears a mark
// of ours, or its From is one of our addresses and it names nobody else. A site
// whose form writes in the desk's name names its visitor in Reply-To; a group
// that does is a list.
func ownMail(m *mail, in *ticket.Inbound, o Options) string {
	signed := o.OwnID
	if signed == nil {
		signed = ticket.OwnShape
	}
	if in.MessageID != "" && signed(in.MessageID) {
		return "Message-ID is ours"
	}
	for _, f := range m.root.header {
		if len(f.name) > len(ownField) && strings.EqualFold(f.name[:len(ownField)], ownField) {
			return f.name
		}
	}
	if from, ok := in.Sole(); ok && o.own(from.Address) && in.List == "" && !in.WebForm {
		return "From is ours"
	}
	return ""
}

// ownField begins the header fields that only the desk writes.
const ownField = "X-Sportello-"

// rewritten names the writer of a mail whose From a group has rewritten to one
// of our addresses (DESIGN.md section 2). What is proved about From is not
// proved of him.
func (m *mail) rewritten(in *ticket.Inbound, o Options) {
	from, ok := in.Sole()
	if !ok || !o.own(from.Address) || in.List == "" || in.Kind == ticket.KindOwn {
		return
	}
	writers := parseAddresses(m.root.header.get("X-Original-From"))
	if len(writers) == 0 {
		writers = o.others(in.ReplyTo)
	}
	if len(writers) == 1 && writers[0].Address != "" && !o.own(writers[0].Address) {
		in.From = writers
	}
}

// others are the people among list who are neither the desk nor a group or form.
func (o Options) others(list []ticket.Mailbox) []ticket.Mailbox {
	var others []ticket.Mailbox
	for _, p := range list {
		if p.Address != "" && !o.own(p.Address) && !o.listed(p.Address) {
			others = append(others, p)
		}
	}
	return others
}
