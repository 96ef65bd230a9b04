package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestJSONOnly: with --json every line on stdout of every verb is one JSON
// object, whether it succeeds or fails, finds something or nothing. A verb that
// is not in the table is tried without arguments.
func TestJSONOnly(t *testing.T) {
	file, _ := testConfig(t)
	dir := filepath.Dir(file)
	fresh := filepath.Join(dir, "fresh.toml")
	text, err := os.ReadFile(file)
	must(t, err)
	must(t, os.WriteFile(fresh, bytes.Replace(text, []byte(`"state"`), []byte(`"fresh"`), 1), 0o600))
	for name, text := range map[string]string{
		"customers.csv": "id,name,language,email,may_spend\nC1,Rossi,it,mario@rossi.example,true\n",
		"credits.csv":   "ref,customer,credits,purchased\nORD-1,C1,10,2026-03-01\n",
		"wrong.csv":     "id,name\nC1\n",
		"mail.eml":      "From: mario@rossi.example\nSubject: Sito\n\nIl sito è fermo.\n",
	} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	runs := map[string][][]string{ // by command path
		"init":               {{"--config", fresh}, {}},
		"serve":              {{"--config", in("nowhere.toml")}},
		"check":              {{}, {"--online"}, {"--config", in("nowhere.toml")}},
		"explain":            {{in("mail.eml")}, {in("mail.eml"), in("nowhere.eml")}},
		"assess":             {{in("mail.eml")}, {in("nowhere.eml")}},
		"import":             {{in("customers.csv"), "--dry-run"}, {in("customers.csv"), in("credits.csv")}, {in("wrong.csv")}},
		"ticket list":        {{}, {"--state", "nonsense"}},
		"ticket show":        {{"99"}},
		"ticket close":       {{"99"}},
		"ticket reopen":      {{"99"}},
		"ticket assign":      {{"99", "none"}},
		"ticket attachment":  {{"99", "1", "1"}},
		"search":             {{"sito"}},
		"why":                {{"99"}},
		"customer list":      {{}},
		"customer show":      {{"C1"}, {"C9"}},
		"credit add":         {{"C1", "3", "--ref", "ORD-2"}, {"C9", "3", "--ref", "ORD-3"}},
		"credit list":        {{}},
		"policy show":        {{}},
		"policy calendar":    {{"2026"}, {"x"}},
		"policy diff":        {{in("nowhere.toml")}},
		"policy corrections": {{}},
		"queue list":         {{}, {"--ticket", "99"}},
		"queue retry":        {{"all"}, {"99"}, {}},
		"queue drop":         {{"all"}, {"--notice", "ack"}},
		"queue hold":         {{"all"}, {"99"}},
		"queue release":      {{}, {"all"}},
		"quarantine list":    {{}, {"--ignored"}},
		"quarantine show":    {{"99"}},
		"quarantine retry":   {{"all"}, {"99"}},
		"quarantine drop":    {{"all"}, {"99"}},
		"stats":              {{}},
		"fsck":               {{}, {"--quick"}, {"--deep"}, {"--mailbox"}},
		"demo":               {{}},
		"backup":             {{in("backup.tar")}, {in("nowhere/backup.tar")}},
		"restore":            {{in("backup.tar"), "--dir", in("restored")}, {in("mail.eml"), "--dir", in("never")}},
		"export":             {{in("exported")}, {dir}},
		"key rotate":         {{}, {"--ticket", "99"}, {"--technician", "nobody"}},
	}
	for _, path := range leaves((&app{}).commands(), "") {
		calls := runs[path]
		if len(calls) == 0 {
			calls = [][]string{{}}
		}
		for _, args := range calls {
			args = append(append(strings.Fields(path), args...), "--json")
			if !strings.Contains(strings.Join(args, " "), "--config") {
				args = append(args, "--config", file)
			}
			var out, errs bytes.Buffer
			run(context.Background(), args, noEnv, strings.NewReader(""), &out, &errs)
			for line := range strings.Lines(out.String()) {
				var object map[string]any
				if err := json.Unmarshal([]byte(line), &object); err != nil {
					t.Errorf("sportello %s: a line on stdout is no JSON object: %.100q", strings.Join(args, " "), line)
					break
				}
			}
		}
	}
}

// leaves are the paths of all commands that do something.
func leaves(cmd *cobra.Command, path string) []string {
	var all []string
	for _, c := range cmd.Commands() {
		name := strings.TrimSpace(path + " " + c.Name())
		if c.HasSubCommands() {
			all = append(all, leaves(c, name)...)
			continue
		}
		all = append(all, name)
	}
	return all
}
