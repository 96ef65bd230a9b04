package mailin

import "strings"

// openCertified replaces the envelope of Italian certified mail (PEC, DPCM 2
// November 2005: a transport envelope has X-Trasporto and carries the sender's
// mail as postacert.eml) by the mail in it. Receipts (X-Ricevuta) stay as they are.
func (m *mail) openCertified() {
	kind := strings.ToLower(strings.TrimSpace(m.root.header.get("X-Trasporto")))
	if kind != "posta-certificata" && kind != "errore" {
		return
	}
	var inner *part
	certified := kind == "errore" // an anomaly envelope has no daticert.xml
	m.root.leaves(func(p *part) bool {
		switch {
		case inner == nil && (strings.EqualFold(p.name, "postacert.eml") || p.media == "message/rfc822" && p.name == ""):
			inner = p
		case strings.EqualFold(p.name, "daticert.xml"):
			certified = true
		}
		return true
	})
	if inner == nil || !certified {
		m.defects = append(m.defects, "certified mail without postacert.eml or daticert.xml")
		return
	}
	if !m.budget.draw(&m.budget.opened, len(inner.encoded)) {
		return
	}
	w := &walker{budget: m.budget}
	root := w.entity(inner.bytes(), 1, "text/plain")
	m.carrier, m.root = m.root, root
	m.defects = append(m.defects, w.defects...)
	m.cut = m.cut || w.cut || w.dropped > 0
	// Of the envelope only the legal evidence is of use; its text is boilerplate.
	m.carrier.leaves(func(p *part) bool {
		if p != inner && (p.media == "text/plain" || p.media == "text/html") && p.dispo != "attachment" {
			p.role = roleSpare
		}
		return true
	})
}
