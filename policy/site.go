package policy

import (
	"strings"
	"unicode/utf8"
)

// sitesNamed tells which sites of the plans a text names, in addresses of pages
// and mailboxes too: a name in the text means the longest site that it equals
// or is below ("www.shop.example.it" is shop.example.it before example.it).
func sitesNamed(plans []Plan, text string) map[string]bool {
	named := map[string]bool{}
	text = strings.ToLower(text)
	for _, plan := range plans {
		site := strings.ToLower(plan.Site)
		for at := 0; site != ""; at += len(site) {
			i := strings.Index(text[at:], site)
			if i < 0 {
				break
			}
			at += i
			if best := longestSite(plans, nameAround(text, at)); best != "" {
				named[best] = true
			}
		}
	}
	return named
}

// nameAround is the domain name of which text[at] is a part.
func nameAround(text string, at int) string {
	end := strings.IndexFunc(text[at:], outsideName)
	if end < 0 {
		end = len(text) - at
	}
	start := at
	for start > 0 {
		r, size := utf8.DecodeLastRuneInString(text[:start])
		if outsideName(r) {
			break
		}
		start -= size
	}
	return strings.Trim(text[start:at+end], ".-")
}

// longestSite is the longest site of plans that name equals or is below; "" none.
func longestSite(plans []Plan, name string) string {
	best := ""
	for _, plan := range plans {
		site := strings.ToLower(plan.Site)
		if len(site) > len(best) && (name == site || strings.HasSuffix(name, "."+site)) {
			best = site
		}
	}
	return best
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
