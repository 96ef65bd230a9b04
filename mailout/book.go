package mailout

import (
	"html/template"
	"io"
	"maps"
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

type specimen struct{ Name, Subject, Text, HTML string }

// Book writes one HTML page with every sample letter in language, as HTML and
// as plain text, made with the templates that c uses.
func (c *Composer) Book(w io.Writer, language string) error {
	if err := c.Check(); err != nil {
		return err
	}
	samples := Samples(language)
	var list []specimen
	for _, name := range slices.Sorted(maps.Keys(samples)) {
		v := c.view(samples[name])
		text, html, err := c.forms(v)
		if err != nil {
			return err
		}
		list = append(list, specimen{name, "[" + tag(c.mark(), v.Ticket) + "] " + v.subject(), text, html})
	}
	return book.Execute(w, struct {
		Language, Desk string
		Letters        []specimen
	}{language, c.Name, list})
}
