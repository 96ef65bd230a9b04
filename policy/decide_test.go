package policy

import (
	"strings"
	"testing"
	"time"
)

func TestDecideExplainsItself(t *testing.T) {
	p := Default(rome(t))
	plan := Plan{"hyper", "a.it", bought}
	d := p.decide(Case{
		At: asked, Text: "su b.it",
		Account: Account{Plans: []Plan{plan, {"hosting", "b.it", bought}, {"hosting", "b.it", Date{2025, time.May, 20}}}, Used: map[Plan]int{plan: 3}},
	}, func(string, string) ([]Guess, []string) {
		return []Guess{{LogAnalysis, 0.81}, {StatusCheck, 0.1}}, []string{"word log"}
	})
	want := []string{
		"word log",
		"topic log-analysis: confidence 0.81",
		"plan hosting for b.it, 2026-03-10 to 2027-03-10: extra",
		"plan hyper for a.it, 2026-03-10 to 2027-03-10: covered, 3 of 12 interventions used, but the mail names another site",
		"undetermined: a plan for another site than the named one would decide better",
		"clause coverage-first: before any work a technician establishes whether the request is covered by the service or counts as an extra",
	}
	if got := strings.Join(d.Evidence, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("evidence:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}

func TestATopicThatDoesNotExistIsGuessed(t *testing.T) {
	d := Default(rome(t)).decide(Case{At: asked, Topic: "gossip"}, func(string, string) ([]Guess, []string) {
		return []Guess{{StatusCheck, 1}}, nil
	})
	if d.Topic != StatusCheck || d.Coverage != Extra {
		t.Errorf("%+v", d)
	}
}

// BenchmarkDecide decides one mail: subject and 2 KB of text.
func BenchmarkDecide(b *testing.B) {
	p := Default(rome(b))
	c := Case{
		Subject: "Problema con la posta dopo il cambio di DNS",
		Text: strings.Repeat("Buongiorno, da ieri la casella info@a.it non riceve più i messaggi dei clienti e "+
			"il pannello mostra un errore che non capisco; potete verificare cosa succede? ", 13),
		At:      asked,
		Account: Account{Plans: []Plan{{"hosting", "a.it", bought}, {"hyper", "b.it", bought}}},
	}
	b.SetBytes(int64(len(c.Subject) + len(c.Text)))
	for b.Loop() {
		p.Decide(c)
	}
}
