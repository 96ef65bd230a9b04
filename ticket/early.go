package ticket

// Early tells whether m may be filed before mail that arrived before it: it is
// somebody's first word. It bears no sign of any ticket, so that no thread is put
// out of order, and no order of mails is read from it: a technician's orders, a
// monitor's alarm and all-clear, and what robots send wait for their turn.
func (d *Desk) Early(m *Inbound) bool {
	from, sole := m.Sole()
	switch {
	case m.Kind != KindRequest || m.Unfit != "" || m.Partial || m.WebForm || m.Robot || m.Doubtful || !sole:
		return false
	case len(m.InReplyTo) > 0 || len(m.References) > 0 || len(d.tagsIn(m.Subject)) > 0:
		return false
	case d.technician(from.Address) != nil || contains(d.Monitors, from.Address):
		return false
	}
	th := (&work{d: d, now: d.Now()}).byToken(m)
	return th.token == nil && !th.revoked
}
