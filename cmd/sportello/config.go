package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sportello/mailout"
	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/address"
)

// Config is a configuration file that was read and found right (DESIGN.md,
// section 8). Paths are absolute or relative to the working directory, limits
// of 0 mean no limit.
type Config struct {
	File     string
	Desk     DeskConfig
	IMAP     ServerConfig
	SMTP     ServerConfig
	Security SecurityConfig
	Limits   LimitsConfig
	Policy   PolicyConfig
	// Technicians are in the order of the file: their numbers stand in tokens.
	Technicians []ticket.Technician
}

// DeskConfig is the table [desk].
type DeskConfig struct {
	Name       string
	Tag        string // the short name in subjects; "": Name
	Tone       mailout.Tone
	Templates  string // folder whose templates replace the embedded ones; "" none
	Address    string // here and below in the form of address.Canonical
	Aliases    []string
	Lists      []string
	Monitors   []string
	Language   string // it or en
	Zone       *time.Location
	StateDir   string
	ReopenDays int
	Retention  int // months; 0: for ever
}

// ServerConfig is the table [imap] or [smtp].
type ServerConfig struct {
	Endpoint
	Auth         string // password or xoauth2
	PasswordFile string // "" none
	TokenCommand []string
	CAFile       string // "" the system's alone

	PollInterval time.Duration // [imap]
	MoveTo       string        // [imap]; "": \Seen only
	Backlog      time.Duration // [imap]; negative: "all"

	Connections  int  // [smtp]
	EnvelopeDesk bool // [smtp] envelope = "desk"
}

// SecurityConfig is the table [security].
type SecurityConfig struct {
	AuthservID      string
	VerifyDKIM      bool
	Resolver        string
	TechnicianToken bool
	CustomerToken   bool
	Subaddress      string // pattern with {token}; "" without subaddressing
}

// LimitsConfig is the table [limits]; sizes in bytes.
type LimitsConfig struct {
	AcksPerAddressHour     int
	AcksPerHour            int
	TicketsPerStrangerHour int
	TicketsPerContactHour  int
	LettersPerMinute       int
	MaxMessageSize         int64
	Relay                  int64
	ChargePerTechnicianDay int
	ChargeAlert            int
}

// PolicyConfig is the table [policy]: the file that was named ("" the embedded
// one), what it holds, and its policy.
type PolicyConfig struct {
	File   string
	Policy *policy.Policy
}

// tables are the names that may stand at the top of a configuration.
var tables = []string{"desk", "imap", "smtp", "security", "limits", "policy", "technician"}

// loadConfig reads and checks a configuration file. A configuration that is
// wrong is a faults error: every fault, in the order of the lines. With secrets
// the files that only `serve` needs are tried too; an admin who looks at the
// desk may not be allowed to read them.
func loadConfig(file string, env environment, secrets bool) (*Config, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w; --config names another file", err)
	}
	doc, root := readDocument(file, data)
	if root == nil {
		return nil, doc.sorted()
	}
	for _, name := range slices.Sorted(maps.Keys(root)) {
		if !slices.Contains(tables, name) {
			doc.faults = append(doc.faults, fault{file, doc.line(name), name, "unknown table" + hint(name, tables)})
		}
	}
	r := configReader{doc: doc, dir: filepath.Dir(file), env: env, secrets: secrets}
	c := &Config{
		File:        file,
		Desk:        r.desk(doc.section(root, "desk")),
		IMAP:        r.imap(doc.section(root, "imap")),
		SMTP:        r.smtp(doc.section(root, "smtp")),
		Limits:      r.limits(doc.section(root, "limits")),
		Technicians: r.technicians(doc.sections(root, "technician")),
	}
	c.Security = r.security(doc.section(root, "security"), c.Desk.Address)
	r.ownAddresses(c)
	policyFaults := r.policy(doc.section(root, "policy"), c)
	found := append(doc.sorted(), policyFaults...)
	if len(found) > 0 {
		return nil, found
	}
	return c, nil
}

// addresses are the desk's own, as the parts know them.
func (c *Config) addresses() ticket.Addresses {
	return ticket.Addresses{Desk: c.Desk.Address, Aliases: c.Desk.Aliases, Lists: c.Desk.Lists, Pattern: c.Security.Subaddress}
}

// configReader turns tables into a Config and records what is wrong in doc.
type configReader struct {
	doc *document
	dir string // relative paths start here
	env environment
	// secrets tells to try the files of passwords and certificates.
	secrets bool
}

// path makes p relative to the configuration file; "" stays "".
func (r *configReader) path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(r.dir, p)
}

func (r *configReader) desk(s *section) DeskConfig {
	defer s.unknown()
	d := DeskConfig{
		Name:       s.text("name", "Assistenza Example"),
		Tag:        s.text("tag", ""),
		Tone:       mailout.Tone(s.word("tone", "lei", "tu", "voi")),
		Templates:  r.path(s.text("templates", "")),
		Address:    r.address(s, "address", s.need("address", "assistenza@example.it")),
		Language:   s.word("language", "it", "en"),
		StateDir:   r.path(s.need("state_dir", "/var/lib/sportello")),
		ReopenDays: s.whole("reopen_days", 30, 0), Retention: s.months("retention"),
	}
	for _, a := range s.texts("aliases") {
		d.Aliases = append(d.Aliases, r.address(s, "aliases", a))
	}
	for _, a := range s.texts("monitors") {
		d.Monitors = append(d.Monitors, r.address(s, "monitors", a))
	}
	for _, l := range s.texts("lists") {
		if l == "" || strings.ContainsAny(l, " \t<>") {
			s.fault("lists", "%q is neither a List-Id nor an address; write it bare, like \"soci.example.it\" or \"soci@example.it\"", l)
			continue
		}
		d.Lists = append(d.Lists, address.OfList(l))
	}
	if d.Name == "" {
		s.fault("name", "is empty; it stands in subjects and as the sender, for example name = \"Assistenza Example\"")
	}
	for key, name := range map[string]string{"name": d.Name, "tag": d.Tag} {
		if len(name) > 60 || strings.ContainsAny(name, "[]#<>\"@") || strings.ContainsFunc(name, isControl) {
			s.fault(key, "%q cannot stand in subjects; it must be 1 to 60 characters without [ ] # < > @ and quotes", name)
		}
	}
	if d.Templates != "" {
		if err := (&mailout.Composer{Name: d.Name, Override: os.DirFS(d.Templates)}).Check(); err != nil {
			for fault := range strings.SplitSeq(err.Error(), "\n") {
				s.fault("templates", "%s; `sportello letters --html DIR` shows how the letters look", fault)
			}
		}
	}
	zone := s.text("timezone", "Europe/Rome")
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		s.fault("timezone", "%q is no time zone; write a name of the IANA database, like \"Europe/Rome\"", zone)
		loc = time.UTC
	}
	d.Zone = loc
	return d
}

// address checks a and brings it to the form in which addresses are compared; ""
// is left to whoever needs one.
func (r *configReader) address(s *section, key, a string) string {
	if a == "" && key == "address" {
		return ""
	}
	if !validAddress(a) {
		s.fault(key, "%q is no mail address; write it bare, like \"nome@example.it\"", a)
	}
	return address.Canonical(a)
}

func (r *configReader) limits(s *section) LimitsConfig {
	defer s.unknown()
	return LimitsConfig{
		AcksPerAddressHour:     s.whole("acks_per_address_hour", 1, 0),
		AcksPerHour:            s.whole("acks_per_hour", 200, 0),
		TicketsPerStrangerHour: s.whole("tickets_per_stranger_hour", 5, 0),
		TicketsPerContactHour:  s.whole("tickets_per_contact_hour", 30, 0),
		LettersPerMinute:       s.whole("letters_per_minute", 30, 0),
		MaxMessageSize:         r.size(s, "max_message_size", 50_000_000),
		Relay:                  r.size(s, "relay", 15_000_000),
		ChargePerTechnicianDay: s.whole("charge_per_technician_day", 50, 0),
		ChargeAlert:            s.whole("charge_alert", 10, 0),
	}
}

// size reads a number of bytes: a whole number, or a string with a unit.
func (r *configReader) size(s *section, key string, missing int64) int64 {
	if n, ok := s.values[key].(int64); ok && n >= 0 {
		s.value(key)
		return n
	}
	t := s.text(key, "")
	if _, ok := s.values[key].(string); !ok {
		return missing
	}
	n, err := parseSize(t)
	if err != nil {
		s.fault(key, "%q is no size; write a whole number and a unit, like \"500KB\", \"50MB\", \"1GB\"; 0 means no limit", t)
		return missing
	}
	return n
}

// policy reads the policy file and returns what is wrong in it.
func (r *configReader) policy(s *section, c *Config) faults {
	file := r.path(s.text("file", ""))
	s.unknown()
	c.Policy.File = file
	if file == "" {
		c.Policy.Policy = policy.Default(c.Desk.Zone)
		return nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		s.fault("file", "%v; it must be a readable policy file, or \"\" for the embedded one", err)
		return nil
	}
	p, err := policy.Load(file, data, c.Desk.Zone)
	if err != nil {
		return policyFaults(err)
	}
	c.Policy.Policy = p
	return nil
}

// policyFaults keeps the lines of a policy's faults as they are worded there.
func policyFaults(err error) faults {
	var all faults
	for _, line := range strings.Split(err.Error(), "\n") {
		all = append(all, fault{text: line})
	}
	return all
}
