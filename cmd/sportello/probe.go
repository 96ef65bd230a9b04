package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"mime"
	"strings"
	"time"

	"sportello/mailin"
	"sportello/mailout"
	"sportello/ticket"
)

// probeTime is how long the probe's own mail may take to come back.
const probeTime = time.Minute

// probe sends the desk mail of its own and waits for it: one to its address and
// one to a token address, each with an Authentication-Results of its own making.
// The token is signed by a key of the moment and names ticket 0: to a running
// desk, as everything written by itself, the mail is `own`, and has no effect.
type probe struct {
	config   *Config
	poller   *mailin.Poller
	sender   *mailout.Sender
	patience time.Duration

	done        bool
	err         error // the mailbox could not be watched
	mark        string
	desk, token *probeMail // token: nil without subaddressing
}

// probeMail is one mail of the probe and what became of it.
type probeMail struct {
	id, to string
	sent   time.Time
	err    error         // the server did not take it, or sent it back
	took   time.Duration // until it came
	raw    []byte        // as it came; nil: it did not
}

// run does it all, once.
func (p *probe) run(ctx context.Context) error {
	if !p.done {
		p.done = true
		p.err = p.carry(ctx)
	}
	return p.err
}

func (p *probe) carry(ctx context.Context) error {
	if err := p.address(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, p.patience+onlineTime)
	defer cancel()
	l, err := p.poller.Lookout(ctx)
	if err != nil {
		return err
	}
	defer l.Close()
	for _, m := range p.mails() {
		m.sent = time.Now()
		if err := p.sender.Post(ctx, p.config.Desk.Address, m.to, p.letter(m)); err != nil {
			m.err = fmt.Errorf("the server does not take the mail: %w", err)
		}
	}
	return p.await(ctx, l)
}

// address makes up the mails and whom they go to.
func (p *probe) address() error {
	secret := make([]byte, keySize)
	if _, err := rand.Read(secret); err != nil {
		return fmt.Errorf("making a token: %w", err)
	}
	p.mark = fmt.Sprintf("sportello-check.%x", secret[:8])
	keys, err := ticket.NewKeys(map[byte][]byte{'a': secret})
	if err != nil {
		return err
	}
	own := p.config.addresses()
	p.desk = &probeMail{id: p.mark + ".desk@" + own.Domain(), to: own.Desk}
	if own.Pattern != "" {
		token := keys.Sign(ticket.Token{Purpose: ticket.PurposeReply, Day: int(time.Now().Unix()/86400) + 1})
		p.token = &probeMail{id: p.mark + ".token@" + own.Domain(), to: own.Token(token)}
	}
	return nil
}

func (p *probe) mails() []*probeMail {
	if p.token == nil {
		return []*probeMail{p.desk}
	}
	return []*probeMail{p.desk, p.token}
}

// letter is the probe's mail (RFC 5322). The forged field stands on top, where a
// genuine one would.
func (p *probe) letter(m *probeMail) []byte {
	c := p.config
	return []byte(strings.ReplaceAll(fmt.Sprintf(`Authentication-Results: %s
From: %s <%s>
To: <%s>
Subject: sportello check --online
Date: %s
Message-ID: <%s>
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: All
X-Sportello-Ticket: 0
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

The support desk has sent this mail to itself, to see whether mail for this
address reaches it. Nobody needs to do anything; the mail may be deleted.
`, p.forged(), mime.QEncoding.Encode("utf-8", c.Desk.Name), c.Desk.Address, m.to, m.sent.Format(time.RFC1123Z), m.id), "\n", "\r\n"))
}

// forged is an Authentication-Results as our server would write it (RFC 8601,
// section 2.2), with the mark in a comment.
func (p *probe) forged() string {
	result := fmt.Sprintf("dmarc=pass (%s) header.from=%s", p.mark, p.config.addresses().Domain())
	switch id := p.config.Security.AuthservID; id {
	case "-":
		return result
	case "":
		return "sportello-check.invalid; " + result
	default:
		return id + "; " + result
	}
}

// await looks every second until all that was sent came, or came back, or
// patience ends; then it clears away what it saw.
func (p *probe) await(ctx context.Context, l *mailin.Lookout) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	deadline := time.Now().Add(p.patience)
	var ours []mailin.Sighting
	for {
		seen, err := l.Look(ctx, p.mark)
		if err != nil {
			return err
		}
		for _, s := range seen {
			p.arrived(s.Raw)
		}
		ours = append(ours, seen...)
		if p.settled() || time.Now().After(deadline) {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	_, err := l.Remove(ctx, ours)
	return err
}

// settled tells whether nothing more is waited for.
func (p *probe) settled() bool {
	for _, m := range p.mails() {
		if m.raw == nil && m.err == nil {
			return false
		}
	}
	return true
}

// arrived takes in a mail with our mark: one of ours, or a server's report that
// one of ours could not be delivered.
func (p *probe) arrived(raw []byte) {
	in := mailin.Parse(raw, mailin.Options{})
	for _, m := range p.mails() {
		switch {
		case in.MessageID == m.id && m.raw == nil:
			m.raw, m.took = raw, time.Since(m.sent)
		case in.MessageID != m.id && bytes.Contains(raw, []byte(m.id)) && in.Bounce != nil && in.Bounce.Action != "delayed":
			m.err = fmt.Errorf("the server sent the mail back: %s", defaultTo(strings.TrimSpace(in.Bounce.Status+" "+in.Bounce.Diagnostic), "no reason given"))
		}
	}
}

// came tells how long m was under way, or why it did not come.
func (p *probe) came(m *probeMail) (string, error) {
	switch {
	case m.raw != nil:
		return fmt.Sprintf("it came in %s", m.took.Round(100*time.Millisecond)), nil
	case m.err != nil:
		return "", m.err
	}
	return "", fmt.Errorf("the server took the mail, but it did not come within %s", p.patience)
}

// judgeDesk: mail for the desk's address lies in the mailbox that is read.
func (p *probe) judgeDesk(context.Context) (string, error) {
	found, err := p.came(p.desk)
	if err != nil {
		return "", fmt.Errorf("%w; does mail for %s go to %s of %s?", err, p.desk.to, p.config.IMAP.Mailbox, p.config.IMAP.User)
	}
	return found, nil
}

// judgeToken: so does mail for an address with a token in it.
func (p *probe) judgeToken(context.Context) (string, error) {
	if p.token == nil {
		return "", notApplicable("[security] subaddress is false")
	}
	found, err := p.came(p.token)
	if err != nil {
		return "", fmt.Errorf(`%s: %w; let the server deliver these addresses to the mailbox (Postfix: recipient_delimiter = +), or set [security] subaddress to another pattern or to false`, p.token.to, err)
	}
	return found, nil
}

// judgeForged: the server does not pass off a sender's Authentication-Results as its own.
func (p *probe) judgeForged(context.Context) (string, error) {
	if raw := p.seen(); raw != nil {
		return judgeResults(p.config.Security.AuthservID, p.mark, raw)
	}
	return "", errNotSeen
}

const errNotSeen = notApplicable("no mail came that it could be seen from")

// seen is a mail of ours that came; nil: none.
func (p *probe) seen() []byte {
	for _, m := range p.mails() {
		if m.raw != nil {
			return m.raw
		}
	}
	return nil
}

// judgeSignature: what the desk's server signs is a proof, as it has to be for
// technicians who write from the same server.
func (p *probe) judgeSignature(ctx context.Context) (string, error) {
	raw := p.seen()
	switch {
	case !p.config.verifies():
		return "", errNotVerified
	case raw == nil:
		return "", errNotSeen
	}
	domain := p.config.addresses().Domain()
	out, signed := mailin.LeftOut(raw, domain)
	switch {
	case !signed:
		return "", notApplicable(fmt.Sprintf("your server does not sign for %s: unless its Authentication-Results are believed, technicians there confirm each mail by a reply", domain))
	case len(out) > 0:
		return "", notApplicable(fmt.Sprintf("your server's signature of %s leaves out %s and so proves nothing: let it sign all that says how a mail is read (opendkim: SignHeaders *,+content-type)", domain, strings.Join(out, ", ")))
	}
	auth := p.config.authenticator(true)
	auth.AuthservID = ""
	e, unanswered := auth.Evidence(ctx, raw, mailin.Parse(raw, mailin.Options{}), true)
	switch {
	case unanswered:
		return "", fmt.Errorf("DNS did not tell the key of %s", domain)
	case !e.Aligned:
		return "", fmt.Errorf("your server's signature of %s does not hold, or its key is not in DNS: mail from there would prove nothing, or count as forged", domain)
	}
	return "it holds, by the key of " + domain, nil
}

const fromOutside = "look at a mail from outside with `sportello explain`"

// judgeResults reads what became of the forged field, told by mark, in a mail
// that came back: only the topmost one is ever believed, and only that of authserv.
func judgeResults(authserv, mark string, raw []byte) (string, error) {
	id, field, written := mailin.TopmostResults(raw)
	forged := written && strings.Contains(field, mark)
	author := defaultTo(id, "-")
	switch {
	case authserv == "" && written && !forged:
		return "", notApplicable(fmt.Sprintf("[security] authserv_id is empty: nobody's are believed; your server writes them: to believe it, set authserv_id = %q and check again", author))
	case authserv == "":
		return "", notApplicable("[security] authserv_id is empty: nobody's are believed; your server wrote none on its own mail: " + fromOutside)
	case forged:
		return "", errors.New(`a field that the sender wrote himself came through on top: with this anybody could pose as anybody; ` +
			`let the server remove such fields from mail that comes in, or set [security] authserv_id = ""`)
	case !written:
		return "the forged field was removed; your server wrote none on its own mail: " + fromOutside, nil
	case author != strings.ToLower(authserv):
		return "", fmt.Errorf("the topmost field is of %q, [security] authserv_id is %q: nothing would be believed; set authserv_id = %q", author, authserv, author)
	case bytes.Contains(raw, []byte("("+mark+")")):
		return fmt.Sprintf("the server's own field (%s) stands above the forged one, which is not read", author), nil
	}
	return fmt.Sprintf("the forged field was removed, the server's own (%s) stands on top", author), nil
}
