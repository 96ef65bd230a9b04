package ticket

import (
	"regexp"
	"strings"
)

// A technician forwards a customer's mail to the desk. Who wrote it is read out of
// the head that mail programs put above what they forward; a technician's word
// decides, since anybody can write such a head.

// headLine is one line of such a head: a short label, in any language and perhaps
// bold, a colon, a value.
var headLine = regexp.MustCompile(`^[>\s*_]*\pL[\pL .'’-]{0,24}\pL?[*_]*\s?:[*_]*\s+(\S.*)$`)

// mailAddress finds what may be an address in a value.
var mailAddress = regexp.MustCompile(`[^\s<>()\[\]:;,"*]+@[^\s<>()\[\]:;,"*]+[^\s<>()\[\]:;,"*.]`)

// forwardedFrom is who wrote the mail that m forwards: the first address in the first
// head of at least three lines below what was written this time, the sender standing
// before the recipients in all of them. "" where none can be read, or it is ours.
func (w *work) forwardedFrom(m *Inbound) string {
	lines := strings.Split(strings.ReplaceAll(m.Text, "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); {
		var head []string
		for ; i < len(lines); i++ {
			value := headLine.FindStringSubmatch(lines[i])
			if value == nil {
				break
			}
			head = append(head, value[1])
		}
		if len(head) >= 3 {
			for _, value := range head {
				if found := bareAddress(mailAddress.FindString(value)); found != "" {
					if w.d.Addresses.Own(found) || w.d.technician(found) != nil {
						return ""
					}
					return found
				}
			}
		}
		i++
	}
	return ""
}

// forwardedFor is the person for whom a technician's mail opens a ticket by its
// only command, `#from ADDRESS`; "" when it does not.
func (w *work) forwardedFor(m *Inbound) string {
	o := w.orders(m)
	if !o.Right() || len(o.Commands) != 1 || o.Commands[0].Name != "from" || len(o.Commands[0].Args) == 0 {
		return ""
	}
	return bareAddress(o.Commands[0].Args[0])
}

// proposal says whose mail a technician seems to forward, and how to take it; no
// line where that cannot be read.
func (w *work) proposal(m *Inbound) []string {
	found := w.forwardedFrom(m)
	if found == "" {
		return nil
	}
	return []string{w.say("from-proposed", found, Order("from"))}
}

// withoutOrders is m as its customer's mail: without the commands on top, and
// whole where nothing else was written above what is forwarded.
func (w *work) withoutOrders(m *Inbound) *Inbound {
	c := *m
	c.Reply, c.Opinion = w.orders(m).Bare, nil
	if rest := strings.SplitAfterN(strings.TrimSpace(m.Text), "\n", 2); c.Reply == "" && len(rest) == 2 {
		c.Reply = strings.TrimSpace(rest[1])
	}
	return &c
}
