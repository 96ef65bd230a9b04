package monthly

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

// speaker says things in one language.
type speaker struct {
	language int // index into words
}

func newSpeaker(language string) *speaker {
	if language == "en" {
		return &speaker{1}
	}
	return &speaker{0}
}

func (s *speaker) funcs() template.FuncMap {
	return template.FuncMap{
		"say": s.say, "month": s.month, "day": s.day, "share": share, "median": s.median, "total": total,
		"moved": moved, "quotes": quotes, "keys": strings.Fields,
	}
}

// words are what the page says: Italian, English.
var words = map[string][2]string{
	"title":        {"I numeri del mese", "The month in figures"},
	"requests":     {"Richieste", "Requests"},
	"answers":      {"Risposte", "Answers"},
	"in-time":      {"entro il termine", "in time"},
	"late":         {"in ritardo", "late"},
	"pending":      {"ancora da dare", "still to come"},
	"due":          {"promesse", "promised"},
	"first-answer": {"Prima risposta", "First answer"},
	"closing":      {"Chiusura", "Closing"},
	"median":       {"mediana", "median"},
	"hours":        {"ore, mediana", "hours, median"},
	"days":         {"giorni, mediana", "days, median"},
	"quotes":       {"Preventivi", "Quotes"},
	"offered":      {"offerti", "offered"},
	"accepted":     {"accettati", "accepted"},
	"declined":     {"rifiutati", "declined"},
	"expired":      {"scaduti", "expired"},
	"withdrawn":    {"ritirati", "withdrawn"},
	"superseded":   {"sostituiti", "superseded"},
	"open":         {"aperti", "open"},
	"other":        {"ritirati, sostituiti", "withdrawn, superseded"},
	"credits":      {"Crediti", "Credits"},
	"sold":         {"venduti", "sold"},
	"held":         {"riservati", "held"},
	"spent":        {"spesi", "spent"},
	"released":     {"liberati", "released"},
	"corrected":    {"corretti", "corrected"},
	"expiring":     {"in scadenza entro 60 giorni", "expire within 60 days"},
	"covered":      {"coperte", "covered"},
	"extra":        {"extra", "extra"},
	"undetermined": {"da valutare", "undetermined"},
	"none":         {"commerciali", "commercial"},
	"by-coverage":  {"Richieste per copertura", "Requests by coverage"},
	"by-topic":     {"Richieste per argomento", "Requests by topic"},
	"topic":        {"Argomento", "Topic"},
	"month":        {"Mese", "Month"},
	"total":        {"totale", "total"},
	"by-month":     {"Mese per mese", "Month by month"},
	"all":          {"Tutti i numeri", "All figures"},
	"no-requests":  {"Nessuna richiesta in questo mese.", "No requests in this month."},
	"made":         {"al", "as of"},
	"explained": {
		"Una richiesta conta nel mese in cui è arrivata e un preventivo nel mese in cui è stato offerto, anche se l’esito è venuto dopo; i crediti contano nel mese in cui si sono mossi.",
		"A request counts in the month in which it came in and a quote in the month in which it was offered, even where its outcome came later; credits count in the month in which they moved.",
	},
}

var months = [2][]string{
	{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"},
	{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

// say is what the page says for a key; a key that does not exist is a fault of the page.
func (s *speaker) say(key string) (string, error) {
	w, ok := words[key]
	if !ok {
		return "", fmt.Errorf("no words for %q", key)
	}
	return w[s.language], nil
}

// month is "novembre 2026".
func (s *speaker) month(m policy.Month) string {
	return months[s.language][m.Month-1] + " " + strconv.Itoa(m.Year)
}

// short is "nov", beneath a bar.
func (s *speaker) short(m policy.Month) string { return months[s.language][m.Month-1][:3] }

// day is "29 novembre 2026".
func (s *speaker) day(t time.Time) string {
	return strconv.Itoa(t.Day()) + " " + s.month(policy.MonthOf(t, t.Location()))
}

// median is the middle of lengths of time, in the unit that fits.
func (s *speaker) median(d ticket.Durations) string {
	m, ok := d.Median()
	if !ok {
		return "–"
	}
	units := [2][2]string{{"ore", "giorni"}, {"hours", "days"}}[s.language]
	one := [2][2]string{{"ora", "giorno"}, {"hour", "day"}}[s.language]
	name := func(n time.Duration, unit int) string {
		if n == 1 {
			return "1 " + one[unit]
		}
		return fmt.Sprintf("%d %s", n, units[unit])
	}
	switch {
	case m < 100*time.Minute:
		return fmt.Sprintf("%d min", m.Round(time.Minute)/time.Minute)
	case m < 48*time.Hour:
		return name(m.Round(time.Hour)/time.Hour, 0)
	}
	return name(m.Round(24*time.Hour)/(24*time.Hour), 1)
}

// share is how many of the answers that were given, or whose time is over, came in time.
func share(a ticket.Answers) string {
	if a.InTime+a.Late == 0 {
		return "–"
	}
	return fmt.Sprintf("%d %%", a.InTime*100/(a.InTime+a.Late))
}

func total(f *ticket.Figures) ticket.Coverages { return f.Total() }

func moved(f *ticket.Figures, kind string) (policy.Credits, error) {
	var k policy.MoveKind
	if err := k.UnmarshalText([]byte(kind)); err != nil {
		return 0, fmt.Errorf("moved: %w", err)
	}
	return f.Moved[k], nil
}

func quotes(f *ticket.Figures, state string) (int, error) {
	var s ticket.QuoteState
	if err := s.UnmarshalText([]byte(state)); err != nil {
		return 0, fmt.Errorf("quotes: %w", err)
	}
	return f.Quotes[s], nil
}
