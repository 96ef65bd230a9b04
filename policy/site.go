package policy

import (
	"regexp"
	"strings"
)

// domainLike finds what may be a domain name in folded text: in addresses of
// pages and mailboxes too.
var domainLike = regexp.MustCompile(`[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+`)

// sitesNamed tells which sites of the plans a text names: a name in the text
// means the longest site that it equals or is below ("www.shop.example.it" is
// shop.example.it before example.it).
func sitesNamed(plans []Plan, text string) map[string]bool {
	named := map[string]bool{}
	for _, name := range domainLike.FindAllString(strings.ToLower(text), -1) {
		best := ""
		for _, plan := range plans {
			site := strings.ToLower(plan.Site)
			if site == "" || len(site) <= len(best) {
				continue
			}
			if name == site || strings.HasSuffix(name, "."+site) {
				best = site
			}
		}
		if best != "" {
			named[best] = true
		}
	}
	return named
}
