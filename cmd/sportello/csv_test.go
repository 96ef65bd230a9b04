package main

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"sportello/policy"
	"sportello/ticket/address"
)

var anyPlan = policy.Default(nil).Plans()

func yes(v bool) *bool { return &v }

// TestCSVDialects: the same rows in every allowed spelling.
func TestCSVDialects(t *testing.T) {
	latin, err := charmap.Windows1252.NewEncoder().String("id;name;language;email;may_spend\nC1;Città d'Arte;it;A@Example.com;Sì\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"comma":           "id,name,language,email,may_spend\nC1,Città d'Arte,it,a@example.com,true\n",
		"semicolon":       "id;name;language;email;may_spend\nC1;Città d'Arte;it;a@example.com;1\n",
		"UTF-8 with BOM":  "\xef\xbb\xbfid,name,language,email,may_spend\nC1,Città d'Arte,it,a@example.com,yes\n",
		"windows-1252":    latin,
		"CRLF, no end":    "id,name,language,email,may_spend\r\nC1,Città d'Arte,it,a@example.com,SI",
		"other order":     "EMAIL, may_spend ,id,language,name\na@example.com,sì,C1,IT,Città d'Arte\n",
		"quoted, spaces":  "\"id\",\"name\",language,email,may_spend\n \n C1 ,\"Città d'Arte\",it, a@example.com ,true\n,,,,\n",
		"from an export":  "id,name,language,email,may_spend\nC1,Città d'Arte,it,a@example.com,true\n",
		"comma in a cell": "id;name;language;email;may_spend\nC1;\"Città d'Arte\";it;a@example.com;si\n",
	} {
		b := &batch{}
		if found := b.add("x.csv", []byte(text), anyPlan); found != nil {
			t.Errorf("%s: %v", name, found)
			continue
		}
		if len(b.contacts) != 1 {
			t.Errorf("%s: %d rows", name, len(b.contacts))
			continue
		}
		got := b.contacts[0]
		if got.id != "C1" || got.name != "Città d'Arte" || got.language != "it" || got.email != "a@example.com" || !equalYes(got.maySpend, yes(true)) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestReadDate(t *testing.T) {
	want := policy.Date{Year: 2024, Month: 2, Day: 29}
	for _, v := range []string{"2024-02-29", "29/02/2024", "29/2/2024"} {
		if got, err := readDate(v); err != nil || got != want {
			t.Errorf("readDate(%q) = %v, %v", v, got, err)
		}
	}
	for _, v := range []string{"", "2023-02-29", "29/02/2023", "02/29/2024", "2024-2-29", "29/02/24", "29-02-2024", "2024-02-29T00:00:00Z"} {
		if got, err := readDate(v); err == nil {
			t.Errorf("readDate(%q) = %v, want an error", v, got)
		}
	}
}

// TestCSVApostrophe: what an export protected from spreadsheets comes back as it was.
func TestCSVApostrophe(t *testing.T) {
	b := &batch{}
	found := b.add("x.csv", []byte("id,name,language,email,may_spend\n'=1+1,'@home,it,,\nC2,'ndrangheta,it,,no\n"), anyPlan)
	if found != nil {
		t.Fatal(found)
	}
	got := []string{b.contacts[0].id, b.contacts[0].name, b.contacts[1].name}
	if diff := cmp.Diff([]string{"=1+1", "@home", "'ndrangheta"}, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzCSV: any bytes give rows or faults that name the file and a line of it.
func FuzzCSV(f *testing.F) {
	for _, kind := range [][]string{customerColumns, planColumns, creditColumns} {
		header := strings.Join(kind, ",")
		f.Add([]byte(header + "\nC1,hosting,,2026-01-01\n"))
		f.Add([]byte(header + "\nC1,Rossi,it,UGO@Società.example.,si\n'=x,\"a\"\"b\",,ſara@tech.example,\n"))
		f.Add([]byte("\xef\xbb\xbf" + strings.ReplaceAll(header, ",", ";") + "\r\n\"C1\";\"x"))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b := &batch{}
		found := b.add("x.csv", data, anyPlan)
		lines := strings.Count(string(data), "\n") + strings.Count(string(data), "\r") + 1
		for _, fault := range found {
			if fault.file != "x.csv" || fault.line < 1 || fault.line > lines || fault.text == "" {
				t.Errorf("fault %+v of a file with %d lines", fault, lines)
			}
		}
		if found != nil {
			return
		}
		for _, r := range b.credits {
			if r.lot.Quantity < 1 || r.lot.Ref == "" || r.customer == "" || r.lot.Purchased.IsZero() {
				t.Errorf("row %+v without a fault", r)
			}
		}
		for _, r := range b.contacts {
			if r.id == "" || r.name == "" || r.email != "" && (!validAddress(r.email) || r.email != address.Canonical(r.email)) {
				t.Errorf("row %+v without a fault", r)
			}
		}
		wantSameContacts(t, b.contacts)
	})
}

// wantSameContacts: rows that are written as CSV are read as they were.
func wantSameContacts(t *testing.T, rows []contactRow) {
	t.Helper()
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.Write(customerColumns))
	protect := func(s string) string {
		if computed(s) {
			return "'" + s
		}
		return s
	}
	for _, r := range rows {
		yes := map[bool]string{true: "si", false: "no"}
		spend := ""
		if r.maySpend != nil {
			spend = yes[*r.maySpend]
		}
		must(w.Write([]string{protect(r.id), protect(r.name), r.language, protect(r.email), spend}))
	}
	w.Flush()
	again := &batch{}
	if found := again.add("y.csv", out.Bytes(), anyPlan); found != nil {
		t.Fatalf("%q: %v", out.String(), found)
	}
	for i, r := range again.contacts {
		if was := rows[i]; r.id != was.id || r.name != was.name || r.email != was.email || r.language != was.language || !equalYes(r.maySpend, was.maySpend) {
			t.Errorf("%+v is read again as %+v", was, r)
		}
	}
}

// FuzzConfig: any bytes give a configuration or faults, each with its line.
func FuzzConfig(f *testing.F) {
	f.Add([]byte("[desk]\nname = 1\n[[technician]]\naddresses = [\"a\"]\n"))
	f.Add([]byte("desk = {address = \"a@b.it\", x = [1, {y = 2}]}\ntechnician = [{}, 1]\n"))
	f.Add([]byte("imap.url = 'imap://u:p@h?tls=none'\n[imap]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, root := readDocument("x.toml", data)
		if root != nil {
			r := configReader{doc: doc, dir: ".", env: noEnv}
			r.desk(doc.section(root, "desk"))
			r.imap(doc.section(root, "imap"))
			r.smtp(doc.section(root, "smtp"))
			r.limits(doc.section(root, "limits"))
			r.technicians(doc.sections(root, "technician"))
			r.security(doc.section(root, "security"), "desk@example.it")
		}
		lines := strings.Count(string(data), "\n") + 1
		for _, fault := range doc.sorted() {
			if fault.line < 1 || fault.line > lines || fault.text == "" {
				t.Errorf("fault %+v of a file with %d lines", fault, lines)
			}
		}
	})
}
