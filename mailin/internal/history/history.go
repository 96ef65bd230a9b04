// Package history tells what was written in a mail from what stood there
// before: the mail that it answers, in whatever way a program quotes it, and
// the signature below. It reads text and nothing else, and knows no mail.
package history

import (
	"strings"
	"time"
)

// Known is what is known about a mail beside its text. The zero value is a
// text of which nothing is known.
type Known struct {
	Name, Address string                 // who wrote it
	To            []string               // names and addresses of those whom it answers
	Subject       string                 // without Re:
	Letters       []Letter               // of ours that it may answer, the likeliest first
	Form          string                 // the text of the mail's HTML where the text itself is another form: it shows more of the structure
	Asked         bool                   // letters were looked for: none in Letters is none known
	Saying        func(word string) bool // a word that is part of no name and says something in a signature too; nil: none
}

func (k *Known) saying(word string) bool { return k.Saying != nil && k.Saying(word) }

// Letter is a mail that a text may quote.
type Letter struct {
	From, Address string
	Subject       string
	Date          time.Time
	Text          string
	Form          string   // its HTML as text, "" where it has none
	Bare          string   // Form without where its links lead, for not every program writes that; "" where it has none
	Desk          bool     // the desk's own words in it are no part of a reply, wherever that quotes them
	Told          []string // of such a letter: the messages in Text that are somebody else's words
}

// Reading is a text taken apart. Reply and Signature are made of its lines, in
// their order; all else stands in Aside.
type Reading struct {
	Reply, Signature string
	Aside            []Aside
}

// Aside is one line that is not in Reply. Sure tells that nothing of the
// sender's can stand in it: whoever takes a word of his for a decision must
// look at all the others.
type Aside struct {
	Line int // from 1
	Why  Why
	Sure bool
}

// Why is the reason for which a line was set aside.
type Why int

const (
	WhyOurs        Why = iota + 1 // stands in a letter of ours
	WhyQuoted                     // quoted, of a letter that is not known
	WhyAttribution                // says who wrote what follows
	WhyHeader                     // of the old mail
	WhyHistory                    // of the old mail, without quote marks
	WhySignature
	WhyFooter // a mail program or a gateway added it
	WhyBanner // a server put it above the text
)

var whyNames = []string{"", "quoted from our letter", "quoted", "attribution", "old header", "history", "signature", "footer", "banner"}

func (w Why) String() string { return whyNames[w] }

// Read takes text apart. Answers written between quoted lines stay whole, with
// the quoted lines between them; a forwarded mail is history; when nothing else
// was written Reply is empty. When in doubt a line stays in Reply.
func Read(text string, k Known) Reading {
	if strings.Count(text, "\n") > maxLines {
		return Reading{Reply: text}
	}
	t := trimming{lines: splitLines(text), known: k}
	t.shape()
	t.compare()
	t.announce()
	t.classify()
	t.segment()
	if !t.decide() {
		return Reading{Reply: joinLines(t.lines)}
	}
	t.undesk()
	return t.collect()
}

// maxLines is how long a mail is looked at: nobody writes more, and every line
// costs memory.
const maxLines = 50_000
