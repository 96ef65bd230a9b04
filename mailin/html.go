package mailin

import "regexp"

var htmlTag = regexp.MustCompile(`(?s)<(style|script).*?</(style|script)>|<[^>]*>`)

// htmlText renders HTML to readable text.
func htmlText(src string) string { return htmlTag.ReplaceAllString(src, " ") }
