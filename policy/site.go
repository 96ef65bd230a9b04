package policy

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// sitesNamed tells which sites of the plans a text names, in addresses of pages
// and mailboxes too: a name in the text means the longest site that it equals
// or is below ("www.shop.example.it" is shop.example.it before example.it).
func sitesNamed(plans []Plan, text string) map[string]bool {
	named := map[string]bool{}
	if len(plans) == 0 {
		return named
	}
	shortest := len(slices.MinFunc(plans, func(a, b Plan) int { return cmp.Compare(len(a.Site), len(b.Site)) }).Site)
	for text != "" {
		var name string
		if name, text = nextName(text); len(name) < max(shortest, 1) {
			continue
		}
		if best := longestSite(plans, trimName(name)); best != "" {
			named[strings.ToLower(best)] = true
		}
	}
	return named
}

// nextName takes what may be the name of a site from the beginning of text, with the
// sign after it; "" where that stands there alone.
func nextName(text string) (name, rest string) {
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		if outsideName(r) {
			return text[:i], text[i+size:]
		}
		i += size
	}
	return text, ""
}

// trimName takes dots and dashes off both ends of a name.
func trimName(name string) string {
	for name != "" && (name[0] == '.' || name[0] == '-') {
		name = name[1:]
	}
	for last := len(name) - 1; last >= 0 && (name[last] == '.' || name[last] == '-'); last-- {
		name = name[:last]
	}
	return name
}

// longestSite is the longest site of plans that name equals or is below; "" none.
func longestSite(plans []Plan, name string) string {
	best := ""
	for _, plan := range plans {
		if len(plan.Site) > len(best) && below(name, plan.Site) {
			best = plan.Site
		}
	}
	return best
}

// below tells that name is the site or is below it.
func below(name, site string) bool {
	at := len(name) - len(site)
	return at >= 0 && (at == 0 || name[at-1] == '.') && strings.EqualFold(name[at:], site)
}

// outsideName tells whether a sign has no place in a domain name. What is
// beyond ASCII belongs to the name, so that a part of it is not taken for one.
func outsideName(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.', r >= 0xC0:
		return false
	}
	return true
}
