package mailin

import "sportello/ticket"

// own recognises our own mail that came back, and names the writer of a mail
// whose From a group has rewritten to one of our addresses (DESIGN.md section 2).
func (m *mail) own(in *ticket.Inbound, o Options) {
	from, ok := in.Sole()
	mine := ok && o.Own != nil && o.Own(from.Address)
	if mine && in.List != "" {
		writers := parseAddresses(m.root.header.get("X-Original-From"))
		if len(writers) == 0 {
			writers = in.ReplyTo
		}
		if len(writers) == 1 && writers[0].Address != "" && !o.Own(writers[0].Address) {
			in.From = writers
			return
		}
	}
	if in.Kind == ticket.KindBounce || in.Kind == ticket.KindReport {
		return
	}
	signed := o.OwnID
	if signed == nil {
		signed = ticket.OwnShape
	}
	switch {
	case in.MessageID != "" && signed(in.MessageID):
		in.Kind, in.KindReason = ticket.KindOwn, "Message-ID is ours"
	case m.root.header.get("X-Sportello-Ticket") != "":
		in.Kind, in.KindReason = ticket.KindOwn, "X-Sportello-Ticket"
	case mine:
		in.Kind, in.KindReason = ticket.KindOwn, "From is ours"
	}
}
