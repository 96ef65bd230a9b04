package main

import (
	"bytes"

	"sportello/cmd/sportello/internal/monthly"
	"sportello/policy"
	"sportello/ticket"
)

// reportPage draws figures in the desk's language.
func (o *office) reportPage(all []*ticket.Figures) ([]byte, error) {
	var out bytes.Buffer
	language := o.config.Desk.Language
	err := monthly.Page{
		Desk: o.config.Desk.Name, Language: language, Now: o.now().In(o.config.Desk.Zone), Months: all,
		Topic: func(t policy.Topic) string { return o.config.Policy.Policy.TopicText(t, language) },
	}.Write(&out)
	return out.Bytes(), err
}
