package monthly

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

// year is twelve made-up months, the last one still under way.
func year() (all []*ticket.Figures) {
	for i := range 12 {
		f := &ticket.Figures{Month: policy.Month{Year: 2025, Month: 12}.Add(i), Requests: map[policy.Topic]*ticket.Coverages{}}
		for j, topic := range policy.Topics[:3+i%6] {
			f.Requests[topic] = &ticket.Coverages{policy.Covered: 40 - 3*j + i, policy.Extra: (7 * j * i) % 23, policy.Undetermined: i % 4, policy.None: j % 2 * 5}
		}
		f.Answers = ticket.Answers{InTime: 120 + 5*i, Late: 9 - i/2, Pending: i / 11 * 14}
		f.FirstAnswer = ticket.Durations{time.Duration(9-i/3) * time.Hour}
		f.Closing = ticket.Durations{time.Duration(90-4*i) * time.Hour}
		f.Quotes = [...]int{ticket.QuoteOffered: i / 11 * 6, ticket.QuoteAccepted: 12 + i, ticket.QuoteDeclined: 3, ticket.QuoteExpired: 2 + i%3, ticket.QuoteSuperseded: 1, ticket.QuoteWithdrawn: i % 2}
		f.Moved = [...]ticket.Credits{policy.MovePurchase: ticket.Credits(60 + 10*(i%4)), policy.MoveHold: 50, policy.MoveCapture: ticket.Credits(38 + 2*i), policy.MoveRelease: 4, policy.MoveExpire: ticket.Credits(i), policy.MoveCorrect: -2}
		all = append(all, f)
	}
	all[11].Expiring = &ticket.Expiring{Credits: 34, Lots: 5}
	return all
}

func written(t *testing.T, p Page) string {
	t.Helper()
	var out bytes.Buffer
	if err := p.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// The page needs nothing else and runs nothing: no script, no address, and no
// colour that does not follow the reader's light or dark.
func TestAPageStandsAlone(t *testing.T) {
	for _, language := range []string{"it", "en"} {
		for name, months := range map[string][]*ticket.Figures{
			"a year": year(), "one month": year()[11:], "nothing": {{Month: policy.Month{Year: 2026, Month: 11}}},
			"much": {{Month: policy.Month{Year: 2026, Month: 11}, Moved: [policy.MoveCorrect + 1]ticket.Credits{policy.MovePurchase: 1_234_567}}},
		} {
			page := written(t, Page{Desk: `Rossi & "Figli" <script>`, Language: language, Now: time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC), Months: months,
				Topic: func(topic policy.Topic) string { return "what <b>" + string(topic) + "</b> is" }})
			body := page[strings.Index(page, "<body>"):]
			for _, unwanted := range []string{"<script", "<b>platform", "http:", "https:", "url(", "@import", "rgb(", "rgba(", "Roboto Medium", "%!", "<no value>"} {
				if strings.Contains(body, unwanted) {
					t.Errorf("%s, %s: the page holds %q", language, name, unwanted)
				}
			}
			if n := strings.Count(body, "<svg role=\"img\" aria-label="); n != 6 {
				t.Errorf("%s, %s: %d drawings", language, name, n)
			}
			for _, variable := range regexp.MustCompile(`var\((--\w+)\)`).FindAllStringSubmatch(body, -1) {
				if strings.Count(page, variable[1]+": #") != 2 {
					t.Errorf("%s is not defined for light and dark", variable[1])
				}
			}
		}
	}
}

// What the page says agrees with the figures, in its language.
func TestAPageTellsTheFigures(t *testing.T) {
	months := year()
	now := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	total := months[11].Total()
	for language, want := range map[string][]string{
		"it": {`<html lang="it">`, "<h1>novembre 2026</h1>", "al 29 novembre 2026", fmt.Sprintf("<b>%d</b><span>Richieste</span>", total.Sum()),
			"<b>97 %</b><span>Risposte entro il termine: 175 / 193 promesse", "<b>6 ore</b>", "<b>46 ore</b>", "<b>23 / 38</b>", "<b>34</b><span>Crediti: in scadenza entro 60 giorni"},
		"en": {`<html lang="en">`, "<h1>November 2026</h1>", "as of 29 November 2026", "<b>97 %</b><span>Answers in time: 175 / 193 promised", "<b>6 hours</b>", "<b>23 / 38</b>"},
	} {
		page := written(t, Page{Desk: "Assistenza", Language: language, Now: now, Months: months})
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s: the page does not say %q", language, w)
			}
		}
	}
	for d, want := range map[time.Duration]string{
		0: "0 min", 89 * time.Second: "1 min", 99 * time.Minute: "99 min", 100 * time.Minute: "2 ore", 47 * time.Hour: "47 ore", 24 * time.Hour * 9: "9 giorni",
	} {
		if got := newSpeaker("it").median(ticket.Durations{d}); got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
}

// An axis ends at a round number that is high enough, in few round steps.
func TestScales(t *testing.T) {
	for n, want := range map[float64]string{0: "1 1", 0.4: "1 1", 3: "3 3", 4.1: "6 3", 8: "8 4", 9: "10 2", 39: "40 4", 41: "60 3", 431: "600 3", 1_234_567: "1.5e+06 3"} {
		top, steps := scale(n)
		if got := fmt.Sprint(top, steps); got != want || top < n {
			t.Errorf("up to %g: %s, want %s", n, got, want)
		}
	}
}
