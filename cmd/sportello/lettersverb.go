package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"sportello/mailout"
)

// lettersVerb prints every letter that the desk can write, so that people can
// read and approve them.
func (a *app) lettersVerb() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "letters --html DIR",
		Short: "Show every letter that the desk can write, with made-up facts",
		Long: `Writes letters-it.html and letters-en.html into DIR: every letter with made-up
facts, as HTML and as plain text. DIR/it and DIR/en hold the HTML of each letter
as it is sent, for checkers of mail. With --config the desk's own name, tag, tone
and templates are used.`,
		Args: cobra.NoArgs,
		RunE: a.verb(func(_ context.Context, _ []string) error {
			if dir == "" {
				return usagef("letters needs --html DIR: the folder to write the pages into")
			}
			composer, err := a.sampleComposer()
			if err != nil {
				return err
			}
			for _, language := range []string{"it", "en"} {
				if err := a.writeLetters(composer, language, dir); err != nil {
					return err
				}
			}
			return nil
		}),
	}
	cmd.Flags().StringVar(&dir, "html", "", "write the pages into `DIR`")
	return cmd
}

// writeLetters puts the letters of a language into dir: the page of them all,
// which it names, and each by itself.
func (a *app) writeLetters(c *mailout.Composer, language, dir string) error {
	letters, err := c.Specimens(language)
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := c.Book(&page, language, letters); err != nil {
		return err
	}
	file := filepath.Join(dir, "letters-"+language+".html")
	files := map[string][]byte{file: page.Bytes()}
	for _, l := range letters {
		files[filepath.Join(dir, language, l.Name+".html")] = []byte(l.HTML)
	}
	if err := os.MkdirAll(filepath.Join(dir, language), 0o755); err != nil {
		return fmt.Errorf("making the folder for the letters: %w", err)
	}
	for name, content := range files {
		if err := os.WriteFile(name, content, 0o644); err != nil {
			return fmt.Errorf("writing the letters: %w", err)
		}
	}
	return a.printFile(file)
}

// printFile tells that a file was written.
func (a *app) printFile(file string) error {
	if a.json {
		return writeJSON(a.stdout, map[string]string{"file": file})
	}
	_, err := fmt.Fprintln(a.stdout, file)
	return err
}

// sampleComposer is the desk's where --config names one, else one of its own.
func (a *app) sampleComposer() (*mailout.Composer, error) {
	if !a.configSet {
		rome, err := time.LoadLocation("Europe/Rome")
		if err != nil {
			return nil, err
		}
		return &mailout.Composer{Name: "Assistenza Example", Address: "assistenza@example.it", Zone: rome}, nil
	}
	c, err := a.config(false)
	if err != nil {
		return nil, err
	}
	return c.Desk.composer(), nil
}
