package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"sportello/policy"
	"sportello/ticket/address"
)

// batch is what the rows of some CSV files say, in the order of the files. It
// was checked as far as that can be done without the desk.
type batch struct {
	contacts []contactRow
	plans    []planRow
	credits  []creditRow
}

// place says where a row stands, for faults.
type place struct {
	file string
	line int
}

func (p place) fault(column, format string, args ...any) fault {
	return fault{p.file, p.line, column, fmt.Sprintf(format, args...)}
}

// contactRow is a row of customers: one contact. Without email it names the
// customer only.
type contactRow struct {
	place
	id, name, language, email string
	maySpend                  *bool // nil: the cell is empty
}

// planRow is a row of plans.
type planRow struct {
	place
	customer string
	plan     policy.Plan
}

// creditRow is a row of credits: one lot.
type creditRow struct {
	place
	customer string
	lot      policy.Lot
}

// The three kinds of files, by the columns of their header line.
var (
	customerColumns = []string{"id", "name", "language", "email", "may_spend"}
	planColumns     = []string{"customer", "plan", "site", "purchased"}
	creditColumns   = []string{"ref", "customer", "credits", "purchased"}
)

// add reads one CSV file into b and returns what is wrong in it. known are the
// plans of the policy file.
func (b *batch) add(file string, data []byte, known []string) faults {
	s, found := newSheet(file, data)
	if found != nil {
		return faults{*found}
	}
	kind := s.kind()
	if kind == nil {
		return faults{place{file, s.line}.fault("", "the header line %q is none of these: %s; %s; %s", strings.Join(s.header, ","),
			strings.Join(customerColumns, ","), strings.Join(planColumns, ","), strings.Join(creditColumns, ","))}
	}
	for s.next() {
		switch s.header = kind; kind[0] {
		case "id":
			b.contacts = append(b.contacts, s.contact())
		case "customer":
			b.plans = append(b.plans, s.plan(known))
		case "ref":
			b.credits = append(b.credits, s.credit())
		}
	}
	return s.faults
}

// sheet reads a CSV file row by row and records its faults.
type sheet struct {
	place
	reader *csv.Reader
	header []string // the columns in the order of the kind
	order  []int    // header[i] stands in field order[i]
	width  int
	row    []string
	faults faults
}

// newSheet finds charset and separator and reads the header line.
func newSheet(file string, data []byte) (*sheet, *fault) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) {
		data, _ = charmap.Windows1252.NewDecoder().Bytes(data)
	}
	s := &sheet{place: place{file, 1}, reader: csv.NewReader(bytes.NewReader(data))}
	first, _, _ := bytes.Cut(data, []byte("\n"))
	if bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		s.reader.Comma = ';'
	}
	s.reader.FieldsPerRecord = -1
	header, err := s.reader.Read()
	if errors.Is(err, io.EOF) {
		f := s.fault("", "the file is empty; it needs a header line, like %s", strings.Join(customerColumns, ","))
		return nil, &f
	}
	if err != nil {
		f := s.broken(err)
		return nil, &f
	}
	s.line, _ = s.reader.FieldPos(0)
	for _, h := range header {
		s.header = append(s.header, strings.ToLower(strings.TrimSpace(h)))
	}
	s.width = len(header)
	return s, nil
}

// kind is the columns of the kind that the header line names, in any order;
// nil when it is none.
func (s *sheet) kind() []string {
	for _, kind := range [][]string{customerColumns, planColumns, creditColumns} {
		s.order = nil
		for _, column := range kind {
			if i := slices.Index(s.header, column); i >= 0 {
				s.order = append(s.order, i)
			}
		}
		if len(s.order) == len(kind) && len(s.header) == len(kind) {
			return kind
		}
	}
	return nil
}

// next reads the next row that holds anything.
func (s *sheet) next() bool {
	for {
		row, err := s.reader.Read()
		if errors.Is(err, io.EOF) {
			return false
		}
		if err != nil {
			s.faults = append(s.faults, s.broken(err))
			return false
		}
		s.line, _ = s.reader.FieldPos(0)
		if strings.TrimSpace(strings.Join(row, "")) == "" {
			continue
		}
		if len(row) != s.width {
			s.faults = append(s.faults, s.fault("", "has %d cells; each line needs %d", len(row), s.width))
			continue
		}
		s.row = row
		return true
	}
}

// broken words an error of the CSV reader.
func (s *sheet) broken(err error) fault {
	if pe, ok := errors.AsType[*csv.ParseError](err); ok {
		return place{s.file, pe.Line}.fault("", "%v at character %d; a cell with quotes must be quoted whole and its quotes doubled", pe.Err, pe.Column)
	}
	return s.fault("", "%v", err)
}

func (s *sheet) wrong(column, format string, args ...any) {
	s.faults = append(s.faults, s.fault(column, format, args...))
}

// cell is the text of a column, without the apostrophe that keeps spreadsheets
// from computing it.
func (s *sheet) cell(column string) string {
	v := strings.TrimSpace(s.row[s.order[slices.Index(s.header, column)]])
	if rest, ok := strings.CutPrefix(v, "'"); ok && computed(rest) {
		return rest
	}
	return v
}

// computed tells whether a spreadsheet would compute s, or read it as more than
// one cell, were it not protected by an apostrophe.
func computed(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", r)
}

// id reads the id of a customer or a ref.
func (s *sheet) id(column string) string {
	v := s.cell(column)
	switch {
	case v == "":
		s.wrong(column, "is empty; it is required")
	case len(v) > 100 || strings.ContainsFunc(v, isControl):
		s.wrong(column, "%q cannot be used; it must be at most 100 characters on one line", shorten(v, 40))
	}
	return v
}

func (s *sheet) contact() contactRow {
	r := contactRow{place: s.place, id: s.id("id"), name: s.cell("name"), language: strings.ToLower(s.cell("language")), email: address.Canonical(s.cell("email"))}
	if r.name == "" || strings.ContainsFunc(r.name, isControl) {
		s.wrong("name", "%q cannot be used; it must be a name on one line", shorten(r.name, 40))
	}
	if r.language != "" && r.language != "it" && r.language != "en" {
		s.wrong("language", "%q is not allowed; it must be it, en or empty", r.language)
	}
	if r.email != "" && !validAddress(r.email) {
		s.wrong("email", "%q is no mail address; write it bare, like nome@example.it", r.email)
	}
	spend, ok := readYes(s.cell("may_spend"))
	if !ok {
		s.wrong("may_spend", "%q is not allowed; it must be true, false, si, sì, yes, no, 1, 0 or empty", s.cell("may_spend"))
	}
	r.maySpend = spend
	return r
}

func (s *sheet) plan(known []string) planRow {
	r := planRow{place: s.place, customer: s.id("customer")}
	r.plan = policy.Plan{ID: s.cell("plan"), Site: strings.ToLower(s.cell("site"))}
	if !slices.Contains(known, r.plan.ID) {
		s.wrong("plan", "%q is no plan of the policy file, which has %s%s", r.plan.ID, strings.Join(known, ", "), hint(r.plan.ID, known))
	}
	if r.plan.Site != "" && !validAddress("x@"+r.plan.Site) {
		s.wrong("site", "%q is no domain; write it like example.it, or leave it empty", r.plan.Site)
	}
	r.plan.Purchased = s.date("purchased")
	return r
}

func (s *sheet) credit() creditRow {
	r := creditRow{place: s.place, lot: policy.Lot{Ref: s.id("ref")}, customer: s.id("customer")}
	n, err := strconv.Atoi(s.cell("credits"))
	if err != nil || n < 1 || n > int(policy.MaxLot) {
		s.wrong("credits", "%q is not allowed; it must be a whole number from 1 to %d", s.cell("credits"), policy.MaxLot)
	}
	r.lot.Quantity, r.lot.Purchased = policy.Credits(n), s.date("purchased")
	return r
}

func (s *sheet) date(column string) policy.Date {
	d, err := readDate(s.cell(column))
	if err != nil {
		s.wrong(column, "%q is no day; it must be written 2026-03-31 or 31/03/2026", s.cell(column))
	}
	return d
}

// readDate reads YYYY-MM-DD or DD/MM/YYYY.
func readDate(v string) (policy.Date, error) {
	if t, err := time.Parse("2/1/2006", v); err == nil {
		return policy.DateOf(t, time.UTC), nil
	}
	return policy.ParseDate(v)
}

// readYes reads the words for yes and no; nil is the empty cell.
func readYes(v string) (*bool, bool) {
	yes := false
	switch strings.ToLower(v) {
	case "":
		return nil, true
	case "true", "si", "sì", "yes", "1":
		yes = true
	case "false", "no", "0":
	default:
		return nil, false
	}
	return &yes, true
}
