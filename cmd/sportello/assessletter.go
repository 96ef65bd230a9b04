package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"sportello/mailin"
	"sportello/ticket"
	"sportello/ticket/boltstore"
)

// letterJSON is the letter that a mail would get at once: one object of `assess
// --letter --json`. Why says why it would get none.
type letterJSON struct {
	File    string `json:"file"`
	Notice  string `json:"notice"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
	Why     string `json:"why"`
}

// letter files raw at a desk of its own that knows nobody but the imagined
// customer, proven to be the sender, and reads the letter that it writes.
func (as *assessor) letter(ctx context.Context, file string, raw []byte) (l letterJSON, err error) {
	l.File = file
	in := mailin.Parse(raw, as.reader.options)
	switch {
	case in.Kind != ticket.KindRequest:
		l.Why = fmt.Sprintf("it is no request but %s: %s", in.Kind, in.KindReason)
		return l, nil
	case len(in.From) != 1:
		l.Why = "nobody can be told: From is not exactly one address"
		return l, nil
	}
	dir, err := os.MkdirTemp("", "sportello-assess-")
	if err != nil {
		return l, fmt.Errorf("a place for the imagined desk: %w", err)
	}
	defer os.RemoveAll(dir)
	desk, store, err := as.imagine(dir)
	if err != nil {
		return l, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	from := in.From[0].Address
	if !as.stranger {
		customer := &ticket.Customer{ID: "C1", Name: in.From[0].Name, Plans: as.account().Plans, Contacts: []ticket.Contact{{Address: from, MaySpend: true}}}
		if err := store.Update(ctx, func(tx ticket.Tx) error { return tx.PutCustomer(customer) }); err != nil {
			return l, fmt.Errorf("the imagined customer: %w", err)
		}
	}
	in.Arrived, in.Source = as.now, ticket.Source{UIDValidity: 1, UID: 1}
	in.Evidence = ticket.Evidence{Aligned: true, Method: "dkim", Address: from}
	if err := desk.Receive(ctx, []*ticket.Inbound{in}, ticket.Cursor{UIDValidity: 1, First: 1, Last: 1}); err != nil {
		return l, fmt.Errorf("filing %s: %w", file, err)
	}
	return as.written(ctx, store, l)
}

// imagine makes the desk that the assessor's configuration describes, in dir.
func (as *assessor) imagine(dir string) (*ticket.Desk, *boltstore.Store, error) {
	dir += "/desk"
	if err := makeDesk(dir); err != nil {
		return nil, nil, err
	}
	keys, err := readKeys(dir)
	if err != nil {
		return nil, nil, err
	}
	store, err := boltstore.Open(dir, boltstore.Options{})
	if err != nil {
		return nil, nil, fmt.Errorf("opening the imagined desk: %w", err)
	}
	c := as.composer
	return &ticket.Desk{
		Store: store, Policy: as.reader.policy, Keys: keys, Name: c.Name, Tag: c.Mark, Language: as.language, Zone: c.Zone,
		Addresses: as.addresses, Technicians: []ticket.Technician{{Name: "Tecnico", Addresses: []string{"tecnico@example.invalid"}}},
		Now: func() time.Time { return as.now },
	}, store, nil
}

// written fills in the letter to the customer's side that the desk has queued.
func (as *assessor) written(ctx context.Context, store *boltstore.Store, l letterJSON) (letterJSON, error) {
	var notice *ticket.Notice
	err := store.View(ctx, func(tx ticket.Tx) error {
		for row, err := range tx.Rows(0, 0) {
			if err != nil {
				return err
			}
			if !row.Notice.Kind.Technical() {
				n := row.Notice
				notice = &n
			}
		}
		return nil
	})
	if err != nil || notice == nil {
		l.Why = "nothing is sent to who wrote it"
		return l, err
	}
	letter, err := as.composer.Compose(ctx, notice)
	if err != nil {
		return l, fmt.Errorf("writing the letter: %w", err)
	}
	var raw bytes.Buffer
	for _, c := range letter.Chunks {
		raw.Write(c.Bytes)
	}
	l.Notice, l.Subject, l.Text = notice.Kind.String(), mailin.Parse(raw.Bytes(), mailin.Options{}).Subject, letter.Text
	return l, nil
}

// write prints l for a person.
func (l letterJSON) write(w io.Writer) error {
	p := &page{w: w}
	p.title(l.File)
	if l.Why != "" {
		p.line("no letter: %s", l.Why)
		return p.err
	}
	p.row("Subject", l.Subject)
	p.line("")
	p.line("%s", l.Text)
	return p.err
}

func (a *app) showLetter(ctx context.Context, w io.Writer, as *assessor, file string, raw []byte) error {
	l, err := as.letter(ctx, file, raw)
	if err != nil {
		return err
	}
	if a.json {
		return writeJSON(w, l)
	}
	return l.write(w)
}

// writesLetters fills in what the assessor needs to write letters.
func (a *app) writesLetters(as *assessor) (err error) {
	if as.composer, err = a.sampleComposer(); err != nil {
		return err
	}
	as.language, as.addresses = "it", ticket.Addresses{Desk: as.composer.Address, Pattern: ticket.PlusPattern(as.composer.Address)}
	if a.configSet {
		c, err := a.config(false)
		if err != nil {
			return err
		}
		as.language, as.addresses = c.Desk.Language, c.addresses()
	}
	return nil
}
