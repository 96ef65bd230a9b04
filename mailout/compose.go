package mailout

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	texttemplate "text/template"
	"time"

	"sportello/ticket"
)

//go:embed templates
var embedded embed.FS

// Composer turns notices into letters. The same notice gives the same bytes.
// Its fields do not change after the first use; it must not be copied.
type Composer struct {
	Name    string         // of the desk: sender, and subject tag where Mark is empty
	Mark    string         // the subject tag's short name ("AE" of [AE #19]); "": Name
	Tone    Tone           // how Italian letters address the customer; "": ToneLei
	Address string         // of the desk: From
	Zone    *time.Location // of dates and hours; nil: UTC
	// Override holds templates that replace embedded ones of the same path
	// ("it/ack.txt", "en/foot.txt", "page.html"); nil: none.
	Override fs.FS
	// Attachment returns the bytes of what is relayed; nil: nothing is.
	Attachment Open
	// Strike takes out of text what no customer may see: technicians' addresses
	// and tokens. It is applied to attached mail; nil: nothing is taken out.
	Strike func(text string) string

	once    sync.Once
	letters map[string]*texttemplate.Template // by language
	frame   *template.Template
	ownTag  *regexp.Regexp
	err     error
}

// Check reads all templates, writes every sample letter with them, and reports
// what cannot be read or used: each fault once, with its file and line.
func (c *Composer) Check() error {
	c.once.Do(func() {
		if c.err = c.load(); c.err == nil {
			c.err = c.trySamples()
		}
	})
	return c.err
}

// trySamples writes every sample letter. A fault that several have is one.
func (c *Composer) trySamples() error {
	faults := map[string]error{}
	for _, language := range []string{"it", "en"} {
		for _, n := range Samples(language) {
			if _, _, err := c.forms(c.view(n)); err != nil {
				faults[err.Error()] = err
			}
		}
	}
	var all []error
	for _, text := range slices.Sorted(maps.Keys(faults)) {
		all = append(all, faults[text])
	}
	return errors.Join(all...)
}

// forms writes what v says as text and as HTML.
func (c *Composer) forms(v *view) (text, html string, err error) {
	page, err := c.page(v)
	if err != nil {
		return "", "", err
	}
	if html, err = webPage(c.frame, v.Language, page); err != nil {
		return "", "", templateFault("", err)
	}
	return picturesText(plainText(page), v.Language), picturesHTML(html, v.Language), nil
}

// Compose makes the letter of n. An error means that this letter can never be
// written, or that an attachment could not be read.
func (c *Composer) Compose(ctx context.Context, n *ticket.Notice) (*ticket.Letter, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	v := c.view(n)
	text, html, err := c.forms(v)
	if err != nil {
		return nil, err
	}
	h := c.header(n, v.subject())
	if h.err != nil {
		return nil, h.err
	}
	var d draft
	d.Write(h.Bytes())
	files := v.carries(html)
	if err := c.strike(ctx, n, files); err != nil {
		return nil, fmt.Errorf("letter %s: %w", n.Kind, err)
	}
	if err := d.body(n.MessageID, text, html, files); err != nil {
		return nil, err
	}
	d.cut()
	l := &ticket.Letter{Chunks: d.chunks, Text: text}
	if l.Sum, l.Size, err = measure(ctx, l, c.Attachment); err != nil {
		return nil, err
	}
	return l, nil
}

// header writes the head of the letter, up to what describes the body.
func (c *Composer) header(n *ticket.Notice, subject string) *header {
	h := new(header)
	from := n.FromName
	if from == "" {
		from = c.Name
	}
	h.mailbox("From", from, c.Address)
	h.mailbox("To", n.To.Name, n.To.Address)
	if n.ReplyTo != "" {
		h.mailbox("Reply-To", tag(c.Name, n.Ticket), n.ReplyTo)
	}
	if controls(n.Subject) {
		h.fail("Subject", errors.New("control characters"))
	}
	h.text("Subject", "["+tag(c.mark(), n.Ticket)+"] "+subject)
	h.words("Date", n.At.In(c.zone()).Format(time.RFC1123Z))
	if n.MessageID == "" || !strings.Contains(n.MessageID, "@") {
		h.fail("Message-ID", errors.New("missing"))
	}
	h.ids("Message-ID", n.MessageID)
	h.ids("In-Reply-To", n.InReplyTo)
	h.ids("References", n.References...)
	if n.Kind != ticket.NoticeAnswer {
		c.marks(h, n)
	}
	h.words("MIME-Version", "1.0")
	return h
}

// marks writes what tells robots and our own desk that no person wrote this
// letter (RFC 3834). A technician's answer has none of it.
func (c *Composer) marks(h *header, n *ticket.Notice) {
	submitted := n.AutoSubmitted
	if submitted == "" {
		submitted = "auto-generated"
	}
	h.words("Auto-Submitted", submitted)
	h.words("X-Auto-Response-Suppress", "All")
	if n.Ticket != 0 {
		h.words("X-Sportello-Ticket", fmt.Sprint(n.Ticket))
	}
	h.words("X-Sportello-Notice", n.Kind.String())
	if !n.Kind.Technical() {
		return
	}
	h.words("List-Id", append(phrase(c.Name), listID(c.Address))...)
	if n.NoteAddress != "" {
		h.words("X-Sportello-Note", n.NoteAddress)
	}
	if n.Ticket == 0 {
		return
	}
	h.words("X-Sportello-State", n.State.String())
	h.words("X-Sportello-Coverage", n.Coverage.String())
	h.words("X-Sportello-Topic", strings.Fields(string(n.Topic))...)
	if !n.AnswerDue.IsZero() {
		h.words("X-Sportello-Due", n.AnswerDue.String())
	}
	if customer := customer(n).Address; customer != "" {
		h.text("X-Sportello-Customer", customer)
	}
}

// customer is the person whom a technician's letter is about.
func customer(n *ticket.Notice) ticket.Mailbox {
	if n.Requester.Address != "" {
		return n.Requester
	}
	return n.Author
}

// mark is the name in the subject's tag.
func (c *Composer) mark() string {
	if c.Mark != "" {
		return c.Mark
	}
	return c.Name
}

func (c *Composer) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// load parses the templates of both languages and the frame of HTML.
func (c *Composer) load() error {
	c.letters, c.ownTag = make(map[string]*texttemplate.Template), tagPattern(c.Name, c.mark())
	faults := c.strays()
	for _, language := range []string{"it", "en"} {
		t := texttemplate.New(language).Option("missingkey=error").Funcs(letterFuncs(language, c.Tone))
		names, err := fs.Glob(embedded, "templates/"+language+"/*.txt")
		if err != nil || len(names) == 0 {
			return fmt.Errorf("templates of %s: %w", language, errors.Join(err, fs.ErrNotExist))
		}
		for _, name := range names {
			text, err := c.template(strings.TrimPrefix(name, "templates/"))
			if err == nil {
				_, err = t.New(strings.TrimSuffix(path.Base(name), ".txt")).Parse(text)
			}
			if err != nil {
				faults = append(faults, templateFault(language, err))
			}
		}
		c.letters[language] = t
	}
	text, err := c.template("page.html")
	if err == nil {
		c.frame, err = template.New("page.html").Funcs(frameFuncs).Parse(text)
	}
	if err != nil {
		faults = append(faults, templateFault("", err))
	}
	return errors.Join(faults...)
}

// strays are files of Override that look like templates and replace none.
func (c *Composer) strays() (faults []error) {
	if c.Override == nil {
		return nil
	}
	for _, pattern := range []string{"*.html", "*.txt", "it/*.txt", "en/*.txt"} {
		names, err := fs.Glob(c.Override, pattern)
		if err != nil {
			faults = append(faults, err)
		}
		for _, name := range names {
			if _, err := fs.Stat(embedded, "templates/"+name); err != nil {
				faults = append(faults, fmt.Errorf("%s: replaces no template", name))
			}
		}
	}
	return faults
}

// templateFault words an error of a template by the file and line that it is
// in: "it/ack.txt:3: …".
func templateFault(language string, err error) error {
	found := faultPlace.FindStringSubmatch(err.Error())
	if found == nil {
		return err
	}
	file := found[1]
	if !strings.HasSuffix(file, ".html") {
		file = language + "/" + file + ".txt"
	}
	return fmt.Errorf("%s:%s: %s", file, found[2], found[3])
}

var faultPlace = regexp.MustCompile(`^(?:html/)?template: ?([\w.-]+):(\d+)(?::\d+)?: (?:executing "[^"]*" at )?(.*)$`)

// template reads one, from Override when it has it.
func (c *Composer) template(path string) (string, error) {
	if c.Override != nil {
		b, err := fs.ReadFile(c.Override, path)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return string(b), err
		}
	}
	b, err := embedded.ReadFile("templates/" + path)
	return string(b), err
}

// page executes the template of a letter.
func (c *Composer) page(v *view) ([]block, error) {
	var out strings.Builder
	if err := c.letters[v.Language].ExecuteTemplate(&out, v.Kind.String(), v); err != nil {
		return nil, templateFault(v.Language, err)
	}
	return blocks(out.String()), nil
}
