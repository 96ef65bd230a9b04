package mailin

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata/mail")

// reading is what a golden file holds: what was read, without raw bytes.
type reading struct {
	Subject     string
	From        []ticket.Mailbox
	To          []ticket.Mailbox `json:",omitempty"`
	Cc          []ticket.Mailbox `json:",omitempty"`
	ReplyTo     []ticket.Mailbox `json:",omitempty"`
	Recipients  []string         `json:",omitempty"`
	MessageID   string           `json:",omitempty"`
	Date        string           `json:",omitempty"`
	InReplyTo   []string         `json:",omitempty"`
	References  []string         `json:",omitempty"`
	Kind        ticket.Kind
	Certified   bool `json:",omitempty"`
	Text        []string
	Attachments []goldenFile `json:",omitempty"`
	Unfit       string       `json:",omitempty"`
	Defects     []string     `json:",omitempty"`
}

type goldenFile struct {
	Name, Type string
	Size       int64
	Inline     bool   `json:",omitempty"`
	ContentID  string `json:",omitempty"`
	Label      string `json:",omitempty"`
	Begins     string // of the decoded bytes
}

// TestGolden reads the mails of testdata/mail, each of which shows one thing.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", "mail", "*.eml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no mails: %v", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".eml"), func(t *testing.T) {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			in := Parse(raw, Options{})
			sound(t, raw, in)
			var got bytes.Buffer
			e := json.NewEncoder(&got)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			if err := e.Encode(readingOf(t, raw, in)); err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(name, ".eml") + ".golden"
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != string(want) {
				t.Errorf("read:\n%s\nwant:\n%s", got.String(), want)
			}
		})
	}
}

func readingOf(t *testing.T, raw []byte, in *ticket.Inbound) reading {
	r := reading{
		Subject: in.Subject, From: in.From, To: in.To, Cc: in.Cc, ReplyTo: in.ReplyTo, Recipients: in.Recipients,
		MessageID: in.MessageID, InReplyTo: in.InReplyTo, References: in.References, Kind: in.Kind, Certified: in.Certified,
		Text: strings.Split(in.Text, "\n"), Unfit: in.Unfit, Defects: in.Defects,
	}
	if !in.Date.IsZero() {
		r.Date = in.Date.Format(time.RFC3339)
	}
	for _, a := range in.Attachments {
		_, data, err := Extract(raw, a.Index)
		if err != nil {
			t.Fatal(err)
		}
		r.Attachments = append(r.Attachments, goldenFile{a.Name, a.Type, a.Size, a.Inline, a.ContentID, a.Label, fmt.Sprintf("%.20q", data)})
	}
	return r
}
