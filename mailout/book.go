package mailout

import (
	"html/template"
	"io"
	"maps"
	"regexp"
	"slices"
)

// book shows letters one below the other, for whoever has to approve them.
var book = template.Must(template.New("book").Parse(`<!DOCTYPE html>
<html lang="{{.Language}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{.Desk}}</title>
<style>
:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
body { max-width: 1400px; margin: 0 auto; padding: 16px; }
section { margin: 0 0 48px; }
div { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }
iframe, pre { border: 1px solid #8d97a5; box-sizing: border-box; height: 640px; margin: 0; }
iframe { width: min(100%, 640px); }
pre { flex: 1; min-width: min(100%, 360px); overflow: auto; padding: 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1>{{.Desk}}</h1>
<ul>{{range .Letters}}<li><a href="#{{.Name}}">{{.Name}}</a>: {{.Subject}}</li>{{end}}</ul>
{{range .Letters}}
<section id="{{.Name}}">
<h2>{{.Name}}</h2>
<p>{{.Subject}}</p>
<div><iframe title="{{.Name}}" srcdoc="{{.HTML}}"></iframe><pre>{{.Text}}</pre></div>
</section>
{{end}}
</body>
</html>
`))

// Specimen is a sample letter: its name, its subject and its two forms.
type Specimen struct{ Name, Subject, Text, HTML string }

// Specimens are the sample letters in language, made with the templates that c
// uses, by name.
func (c *Composer) Specimens(language string) ([]Specimen, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	samples := Samples(language)
	var list []Specimen
	for _, name := range slices.Sorted(maps.Keys(samples)) {
		v := c.view(samples[name])
		text, html, err := c.forms(v)
		if err != nil {
			return nil, err
		}
		list = append(list, Specimen{name, "[" + tag(c.mark(), v.Ticket) + "] " + v.subject(), text, html})
	}
	return list, nil
}

// Book writes one HTML page with letters in language, as HTML and as plain text.
func (c *Composer) Book(w io.Writer, language string, letters []Specimen) error {
	letters = slices.Clone(letters)
	for i := range letters {
		letters[i].HTML = drawn(letters[i].HTML)
	}
	return book.Execute(w, struct {
		Language, Desk string
		Letters        []Specimen
	}{language, c.Name, letters})
}

var sentAlong = regexp.MustCompile(`src="cid:[^"]*"`)

// drawn is the HTML of a letter with a picture, wider than any window, in place
// of each that would go along with it.
func drawn(page string) string {
	return sentAlong.ReplaceAllLiteralString(page, `src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='1600' height='400'%3E%3Crect width='100%25' height='100%25' fill='%238d97a5'/%3E%3C/svg%3E"`)
}
