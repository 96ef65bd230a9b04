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
facts, as HTML and as plain text. With --config the desk's own name, tag, tone
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
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return fmt.Errorf("making the folder for the letters: %w", err)
			}
			for _, language := range []string{"it", "en"} {
				var page bytes.Buffer
				if err := composer.Book(&page, language); err != nil {
					return err
				}
				file := filepath.Join(dir, "letters-"+language+".html")
				if err := os.WriteFile(file, page.Bytes(), 0o644); err != nil {
					return fmt.Errorf("writing the letters: %w", err)
				}
				if err := a.printFile(file); err != nil {
					return err
				}
			}
			return nil
		}),
	}
	cmd.Flags().StringVar(&dir, "html", "", "write the pages into `DIR`")
	return cmd
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
