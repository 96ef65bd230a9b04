package ticket

import "testing"

func TestActive(t *testing.T) {
	for _, f := range [][2]string{
		{"image/svg+xml", ""}, {"image/svg", "a.png"}, {"IMAGE/SVG+XML", ""}, {"image/vnd.example.svg", ""}, {"text/html", "a.png"}, {"application/xhtml+xml", ""},
		{"image/xml", ""}, {"application/javascript", ""}, {"text/xsl", ""}, {"text/ecmascript", ""},
		{"image/png", "logo.SVG"}, {"image/png", "logo.svgz"}, {"image/png", "logo.svg. "}, {"image/jpeg", "page.HTM"}, {"application/octet-stream", "a.js"}, {"image/gif", "a.xhtml"},
	} {
		if !Active(f[0], f[1]) {
			t.Errorf("%s %s is taken for passive", f[0], f[1])
		}
	}
	for _, f := range [][2]string{
		{"image/png", "logo.png"}, {"image/jpeg", "svg.jpg"}, {"image/gif", ""}, {"image/webp", "html"}, {"application/pdf", "a.pdf"},
		{"text/plain", "a.txt"}, {"application/xml", "daticert.xml"}, {"image/heic", "IMG.HEIC"}, {"", ""},
	} {
		if Active(f[0], f[1]) {
			t.Errorf("%s %s is taken for active", f[0], f[1])
		}
	}
}
