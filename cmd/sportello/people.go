package main

import (
	"fmt"
	"slices"
	"strings"

	"sportello/policy"
	"sportello/ticket"
)

// technicians reads [[technician]]: names and addresses may stand once.
func (r *configReader) technicians(tables []*section) []ticket.Technician {
	var all []ticket.Technician
	seen := map[string]string{}
	names := map[string]bool{}
	numbers := map[int]string{}
	for _, s := range tables {
		t := ticket.Technician{Name: s.need("name", "Anna Ferretti")}
		if strings.EqualFold(t.Name, "none") || strings.ContainsAny(t.Name, "<>\"@") || strings.ContainsFunc(t.Name, isControl) {
			s.fault("name", "%q cannot be a technician's name; it must be a name without < > @ and quotes, and not \"none\"", t.Name)
		} else if t.Name != "" && names[strings.ToLower(t.Name)] {
			s.fault("name", "%q stands twice; each technician needs a name of their own", t.Name)
		}
		names[strings.ToLower(t.Name)] = true
		for _, a := range s.texts("addresses") {
			a = r.address(s, "addresses", a)
			if owner, ok := seen[a]; ok {
				s.fault("addresses", "%q belongs to %s already; an address may stand once, with one technician", a, owner)
				continue
			}
			seen[a] = t.Name
			t.Addresses = append(t.Addresses, a)
		}
		if list, ok := s.values["addresses"].([]any); s.values["addresses"] == nil || ok && len(list) == 0 {
			s.fault("addresses", "is missing; at least one is required, for example addresses = [\"anna@example.it\"]")
		}
		if len(t.Addresses) > 0 {
			if other, ok := numbers[t.Number()]; ok {
				s.fault("addresses", "%q and %q cannot be told apart in tokens; put another address first", t.Addresses[0], other)
			}
			numbers[t.Number()] = t.Addresses[0]
		}
		for _, text := range s.texts("absent") {
			span, err := readSpan(text)
			if err != nil {
				s.fault("absent", "%q is not allowed; it must be days like \"2026-12-24..2027-01-06\" or one like \"2026-12-24\"", text)
				continue
			}
			t.Absent = append(t.Absent, span)
		}
		s.unknown()
		all = append(all, t)
	}
	if len(tables) == 0 {
		r.doc.faults = append(r.doc.faults, fault{r.doc.file, r.doc.line("technician"), "technician",
			"is missing; at least one is required: [[technician]] with name and addresses"})
	}
	return all
}

// readSpan reads FIRST..LAST or one day.
func readSpan(text string) (span ticket.Span, err error) {
	first, last, ranged := strings.Cut(text, "..")
	if !ranged {
		last = first
	}
	if span.First, err = policy.ParseDate(strings.TrimSpace(first)); err != nil {
		return span, err
	}
	if span.Last, err = policy.ParseDate(strings.TrimSpace(last)); err == nil && span.Last.Before(span.First) {
		err = fmt.Errorf("%s ends before it begins", text)
	}
	return span, err
}

// ownAddresses refuses a technician who would be the desk itself: its letters
// would come back to it for ever.
func (r *configReader) ownAddresses(c *Config) {
	for i, t := range c.Technicians {
		for _, a := range t.Addresses {
			if a == c.Desk.Address || slices.Contains(c.Desk.Aliases, a) {
				path := fmt.Sprintf("technician[%d].addresses", i)
				r.doc.faults = append(r.doc.faults, fault{r.doc.file, r.doc.line(path), "technician.addresses",
					fmt.Sprintf("%q is an address of the desk; a technician needs a mailbox of their own", a)})
			}
		}
	}
}
