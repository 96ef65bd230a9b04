// Command train makes the model of the topic classifier from the examples:
// "go generate ./policy" runs it. The same examples give the same bytes.
//
// With -writers it makes no model but leaves each writer out in turn and shows how
// well the others teach his mails: the score to be made better.
package main

import (
	"flag"
	"fmt"
	"os"

	"sportello/policy/internal/topic"
)

func main() {
	examples := flag.String("examples", "examples", "directory of the examples")
	out := flag.String("out", "internal/topic/model.bin", "the model to write")
	kept := flag.String("kept", "", "write the examples there that policy files' own topics are held against")
	writers := flag.Bool("writers", false, "leave each writer out instead")
	probe := flag.String("probe", "", "measure the embedded model on this file of labelled mails instead (JSON lines: id, subject, body, topic, also)")
	flag.Parse()
	if err := run(*examples, *out, *kept, *writers, *probe); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(dir, out, kept string, writers bool, probe string) error {
	if probe != "" {
		return measure(os.Stdout, topic.Default(), probe)
	}
	examples, err := topic.ReadExamples(os.DirFS(dir))
	if err != nil {
		return err
	}
	set := newSet(examples)
	if writers {
		all := crossValidate(set, set.writers(), writer)
		report(os.Stdout, all)
		byWriter(os.Stdout, all)
		return verdicts(os.Stdout, all)
	}
	m := fit(set, set.all())
	m.Digest = topic.Digest(examples)
	data, err := m.Encode()
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, data, 0o644); err != nil {
		return fmt.Errorf("write the model: %w", err)
	}
	if kept != "" {
		some, err := topic.EncodeExamples(examples)
		if err != nil {
			return err
		}
		if err := os.WriteFile(kept, some, 0o644); err != nil {
			return fmt.Errorf("write examples: %w", err)
		}
	}
	fmt.Printf("%d examples, %d features, %d signs, %d KB\n", len(examples), m.Rows.Len(), m.Net.Rows.Len(), len(data)/1024)
	return nil
}
