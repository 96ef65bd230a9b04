// Command train makes the model of the topic classifier from the examples:
// "go generate ./policy" runs it. The same examples give the same bytes.
//
// With -cv N it makes no model but shows how well N models do, each on the
// examples that it was not trained on.
package main

import (
	"flag"
	"fmt"
	"os"

	"sportello/policy/internal/topic"
)

// unfamiliar makes the model less sure than cross-validation allows: all the
// examples were written in one house, and other people use other words.
const unfamiliar = 1.15

func main() {
	examples := flag.String("examples", "examples", "directory of the examples")
	out := flag.String("out", "internal/topic/model.bin", "the model to write")
	kept := flag.String("kept", "", "write the examples there that policy files' own topics are held against")
	folds := flag.Int("cv", 0, "cross-validate with this many folds instead")
	probe := flag.String("probe", "", "measure on this file of labelled mails (JSON lines: id, subject, body, topic, also)")
	flag.Parse()
	if err := run(*examples, *out, *kept, *folds, *probe); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(dir, out, kept string, folds int, probe string) error {
	examples, err := topic.ReadExamples(os.DirFS(dir))
	if err != nil {
		return err
	}
	set := newSet(examples)
	if folds > 0 {
		report(os.Stdout, crossValidate(set, folds))
		return nil
	}
	m := fit(set, set.all())
	m.Temperature = unfamiliar * temperature(crossValidate(set, 5))
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
	fmt.Printf("%d examples, %d features, temperature %.2f, %d KB\n", len(examples), len(m.Rows), m.Temperature, len(data)/1024)
	if probe != "" {
		return measure(os.Stdout, m, probe)
	}
	return nil
}
