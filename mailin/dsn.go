package mailin

import "sportello/ticket"

// readBounce reads what a bounce says, or nil when it says nothing.
func readBounce(m *mail, in *ticket.Inbound) *ticket.Bounce { return nil }
