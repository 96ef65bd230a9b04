package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"sportello/mailin"
	"sportello/policy"
	"sportello/ticket"
)

// explained is how a mail is read: one object of `explain --json`.
type explained struct {
	File        string                `json:"file"`
	MessageID   string                `json:"message_id"`
	Date        string                `json:"date"`
	From        ticket.Mailbox        `json:"from"`
	To          []ticket.Mailbox      `json:"to"`
	Cc          []ticket.Mailbox      `json:"cc"`
	ReplyTo     []ticket.Mailbox      `json:"reply_to"`
	Subject     string                `json:"subject"`
	Kind        ticket.Kind           `json:"kind"`
	KindReason  string                `json:"kind_reason"`
	Language    string                `json:"language"`
	Text        string                `json:"text"`
	Reply       string                `json:"reply"`
	Signature   string                `json:"signature"`
	Attachments []explainedAttachment `json:"attachments"`
	InReplyTo   []string              `json:"in_reply_to"`
	References  []string              `json:"references"`
	Bounce      *ticket.Bounce        `json:"bounce"`
	Evidence    ticket.Evidence       `json:"evidence"`
	Decision    string                `json:"decision"`
	Commands    []ticket.Command      `json:"commands"`
	CommandErr  string                `json:"command_error"`
	PublicText  string                `json:"public_text"`
	SetAside    []ticket.Aside        `json:"set_aside"`
	Defects     []string              `json:"defects"`
}

type explainedAttachment struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	Inline bool   `json:"inline"`
}

// reader is what `explain` and `assess` know about the desk while they read.
type reader struct {
	options mailin.Options
	policy  *policy.Policy
	auth    *mailin.Authenticator
	zone    *time.Location // nil: dates stay in the zone they were written in
}

func (a *app) explainVerb() *cobra.Command {
	var dns, why bool
	var sent []string
	cmd := &cobra.Command{
		Use:   "explain FILE...",
		Short: "Show how mail is read; offline, \"-\" is standard input",
		Args:  cobra.MinimumNArgs(1),
	}
	cmd.Flags().BoolVar(&dns, "dns", false, "ask DNS for keys, to verify signatures")
	cmd.Flags().BoolVar(&why, "why", false, "show every line that was set aside, with the reason")
	cmd.Flags().StringArrayVar(&sent, "sent", nil, "letters that the desk sent, a mail or a folder of mails: what a reply quotes of them is told by their words")
	cmd.RunE = a.verb(func(ctx context.Context, files []string) error {
		r, err := a.reader(dns)
		if err != nil {
			return err
		}
		if r.options.Sent, err = sentLetters(sent); err != nil {
			return err
		}
		return a.eachMail(ctx, files, func(w io.Writer, file string, raw []byte) error {
			e := r.explain(ctx, file, raw)
			if a.json {
				return writeJSON(w, e)
			}
			return e.write(w, why)
		})
	})
	return cmd
}

// reader knows nobody and believes nobody, unless a configuration was asked
// for. Only with dns is anybody asked.
func (a *app) reader(dns bool) (*reader, error) {
	if !a.configSet {
		rome, err := time.LoadLocation("Europe/Rome")
		if err != nil {
			return nil, fmt.Errorf("time zone: %w", err)
		}
		return &reader{policy: policy.Default(rome), auth: &mailin.Authenticator{VerifyDKIM: dns}}, nil
	}
	c, err := a.config(false)
	if err != nil {
		return nil, err
	}
	keys, err := readKeys(c.Desk.StateDir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	r := c.reader(dns)
	if err == nil {
		r.options.OwnID = ownLetters(keys)
	}
	return r, nil
}

// reader reads mail as the desk of c would, with Message-IDs told by their shape.
func (c *Config) reader(dns bool) *reader {
	return &reader{policy: c.Policy.Policy, zone: c.Desk.Zone, auth: c.authenticator(dns), options: c.options()}
}

func (r *reader) explain(ctx context.Context, file string, raw []byte) *explained {
	in := mailin.Parse(raw, r.options)
	in.Evidence, _ = r.auth.Evidence(ctx, raw, in, false)
	e := &explained{
		File: file, MessageID: in.MessageID, Date: r.date(in.Date), Subject: in.Subject,
		To: list(in.To), Cc: list(in.Cc), ReplyTo: list(in.ReplyTo),
		Kind: in.Kind, KindReason: in.KindReason, Language: in.Language,
		Text: in.WithoutMentions(in.Text), Reply: in.WithoutMentions(in.Reply), Signature: in.WithoutMentions(in.Signature),
		InReplyTo: list(in.InReplyTo), References: list(in.References),
		Bounce: in.Bounce, Evidence: in.Evidence, Decision: r.decision(in),
		Attachments: []explainedAttachment{}, Commands: []ticket.Command{}, SetAside: list(in.Aside), Defects: list(in.Defects),
	}
	if len(in.From) > 0 {
		e.From = in.From[0]
	}
	if in.Kind == ticket.KindRequest {
		e.orders(ticket.ParseOrders(e.Reply, e.Signature, r.policy.OwnTopics()...))
	}
	for _, at := range in.Attachments {
		e.Attachments = append(e.Attachments, explainedAttachment{at.Name, at.Type, at.Size, at.Inline})
	}
	return e
}

// orders fills in what the new text would mean from a technician; of what is
// refused or held only the reason stays.
func (e *explained) orders(o ticket.Orders) {
	if e.CommandErr = o.Wrong.String(); !o.Right() {
		return
	}
	e.Commands, e.PublicText = list(o.Commands), o.Public
}

func (r *reader) date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if r.zone != nil {
		t = t.In(r.zone)
	}
	return t.Format(time.RFC3339)
}
