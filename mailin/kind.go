package mailin

import "sportello/ticket"

// kindOf says what sort of mail m is, and the header or words that told.
func kindOf(m *mail, in *ticket.Inbound) (ticket.Kind, string) { return ticket.KindRequest, "" }
