package policy

import "strings"

// sitesNamed tells which sites of the plans a text names, in addresses of pages
// and mailboxes too: a name in the text means the longest site that it equals
// or is below ("www.shop.example.it" is shop.example.it before example.it).
func sitesNamed(plans []Plan, text string) map[string]bool {
	named := map[string]bool{}
	for name := range strings.FieldsFuncSeq(strings.ToLower(text), outsideName) {
		name = strings.Trim(name, ".-")
		best := ""
		for _, plan := range plans {
			site := strings.ToLower(plan.Site)
			if len(site) > len(best) && (name == site || strings.HasSuffix(name, "."+site)) {
				best = site
			}
		}
		if best != "" {
			named[best] = true
		}
	}
	return named
}

// outsideName tells whether a sign has no place in a domain name. What is
// beyond ASCII belongs to the name, so that a part of it is not taken for one.
func outsideName(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '.', r >= 0xC0:
		return false
	}
	return true
}
