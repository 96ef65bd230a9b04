package ticket

import (
	"path"
	"strings"
)

// Active tells whether a file is one that a program runs or lays out as a page
// rather than shows: HTML, pictures written in XML, scripts. The name counts as
// well as the type, since programs believe either. Such a file never stands in a text.
func Active(media, name string) bool {
	kind, sub, _ := strings.Cut(strings.ToLower(media), "/")
	ext := strings.TrimRight(strings.ToLower(path.Ext(strings.TrimRight(name, ". "))), "z")
	for _, s := range []string{sub, ext} {
		for _, active := range []string{"svg", "htm", "script", "xsl", "xht"} {
			if strings.Contains(s, active) {
				return true
			}
		}
	}
	return kind == "image" && strings.Contains(sub, "xml") || ext == ".js" || ext == ".mjs" || ext == ".hta"
}
