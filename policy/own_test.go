package policy

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// switchedOn is the default file with its three own topics in use.
func switchedOn(t testing.TB) []byte {
	t.Helper()
	return bytes.ReplaceAll(DefaultFile(), []byte("\non = false\n"), []byte("\non = true\n"))
}

// ownRequests are about the topics that the default file shows, and about their
// neighbours: none is one of its examples.
var ownRequests = map[string]Topic{
	"vi chiedo cortesemente di inserire il record DKIM che ci ha passato Brevo per le newsletter":               "dns",
	"Potete aggiungere un CNAME alla zona del nostro dominio? Serve per la pagina di stato, va verso statuspal": "dns",
	"please replace the MX records of our domain, the new mail provider wants two of them":                      "dns",
	"Il certificato del sito è scaduto e i clienti vedono l'avviso di connessione non privata":                  "certificate",
	"https non funziona sul nuovo sottodominio, il certificato è emesso per un altro nome":                      "certificate",
	"our certificate expired this morning and the browsers warn everybody, please renew it":                     "certificate",
	"Per passare a un altro registrar ci serve il codice di autorizzazione del dominio":                         "domain",
	"cambiate i name server del dominio con questi due del nuovo fornitore":                                     "domain",
	"we want to transfer the domain away, please unlock it and send the EPP code":                               "domain",

	"Ieri ho cambiato i record DNS dal pannello e adesso il sito non si apre per nessuno: rimettete quelli di prima": Misconfiguration,
	"Potete creare la casella ordini e mandarmi la password?":                                                        MailboxAdmin,
	"Il sito dà errore 503 a tutti da stamattina":                                                                    PlatformDown,
	"Quanto costa il rinnovo del piano hosting, e potete mandarmi la fattura dell'anno scorso?":                      Commercial,
}

func TestTopicsOfTheManagersOwn(t *testing.T) {
	p := loaded(t, switchedOn(t))
	if own := p.OwnTopics(); !slices.Equal(own, []Topic{"certificate", "dns", "domain"}) || len(p.Topics()) != len(Topics)+3 {
		t.Fatalf("own topics %v of %v", own, p.Topics())
	}
	twice := loaded(t, switchedOn(t))
	for text, want := range ownRequests {
		d := p.Decide(Case{Text: text, At: asked})
		if d.Topic != want {
			t.Errorf("%s: %s %.2f, %v", text, d.Topic, d.Confidence, d.Alternatives)
		}
		if again := twice.Decide(Case{Text: text, At: asked}); cmp.Diff(d, again) != "" {
			t.Errorf("%s: learned otherwise a second time:\n%s", text, cmp.Diff(d, again))
		}
	}
	d := p.Decide(Case{At: asked, Topic: "dns"})
	if d.Coverage != Extra || d.Clause != "extra-dns" || d.Price != (Price{PriceFixed, 1, 1}) || p.TopicText("dns", "en") != "DNS records to be added, changed or removed" {
		t.Errorf("dns: %+v", d)
	}
}

func TestAPlanCoversATopicOfTheManagersOwn(t *testing.T) {
	file := strings.Replace(string(switchedOn(t)), "[plan.hosting.covers]\n", "[plan.hosting.covers]\ndns = \"hosting-platform\"\n", 1)
	c := Case{At: asked, Topic: "dns", Account: Account{Plans: []Plan{{"hosting", "a.it", bought}}}}
	if d := loaded(t, []byte(file)).Decide(c); d.Coverage != Covered || d.Plan != "hosting" {
		t.Errorf("%+v", d)
	}
	// switched off it may stay in the plan, and is no topic
	off := loaded(t, []byte(strings.ReplaceAll(file, "\non = true\n", "\non = false\n")))
	if off.KnownTopic("dns") || len(off.OwnTopics()) != 0 || off.lesson != nil {
		t.Errorf("switched off: own topics %v", off.OwnTopics())
	}
	c.Text = "Il sito dà errore 503 a tutti"
	if d := off.Decide(c); d.Topic != PlatformDown {
		t.Errorf("a topic that is not in use decides: %+v", d)
	}
}

// A topic that left the file is guessed anew, also where it was guessed before.
func TestAnOpinionOfATopicThatIsGone(t *testing.T) {
	on := loaded(t, switchedOn(t))
	c := Case{Text: "Potete aggiungere un record TXT per la verifica di Google?", At: asked}
	was := on.Decide(c)
	c.Opinion = was.Opinion()
	if again := on.Decide(c); again.Topic != "dns" || again.Topic != was.Topic {
		t.Errorf("with its file: %s, before %s", again.Topic, was.Topic)
	}
	if d := Default(rome(t)).Decide(c); !knownTopic(d.Topic) || slices.ContainsFunc(d.Alternatives, func(g Guess) bool { return !knownTopic(g.Topic) }) {
		t.Errorf("without: %s, %v", d.Topic, d.Alternatives)
	}
}

func TestHowWellOwnTopicsAreTold(t *testing.T) {
	told := loaded(t, switchedOn(t)).Told()
	if len(told) != 3 || Default(nil).Told() != nil {
		t.Fatalf("told %v", told)
	}
	for _, one := range told {
		if one.Of != 13 || one.Found < 9 {
			t.Errorf("%s", one)
		}
	}
	for want, one := range map[string]Told{
		"dns: 7 of 8 found, confused with misconfiguration": {"dns", 7, 8, []Topic{Misconfiguration}},
		"dns: 8 of 8 found": {"dns", 8, 8, nil},
		"dns: 5 of 8 found, confused with misconfiguration, commercial": {"dns", 5, 8, []Topic{Misconfiguration, Commercial}},
	} {
		if one.String() != want {
			t.Errorf("%q, want %q", one, want)
		}
	}
}

// Examples for a topic of the terms teach too.
func TestExamplesOfATopicOfTheTerms(t *testing.T) {
	const text = "La tapparella virtuale sfarfalla in vetrina, la rimettete voi come stava a Pasqua?"
	was := Default(nil).Decide(Case{Text: text, At: asked})
	file := edited(t, "[topic.backup-restore]\n", `[topic.backup-restore]
examples = ["La tapparella virtuale sfarfalla, rimettetela come stava a Natale", "la tapparella in vetrina va rimessa come stava a Carnevale"]
`)
	is := loaded(t, file).Decide(Case{Text: text, At: asked})
	if p := func(d Decision) float64 { return likely(d, BackupRestore) }; p(is) <= p(was) || is.Topic != BackupRestore {
		t.Errorf("before %s %.2f, after %s %.2f", was.Topic, p(was), is.Topic, p(is))
	}
	p := loaded(t, file)
	for text, want := range ownRequests {
		if d := p.Decide(Case{Text: text, At: asked}); knownTopic(want) && d.Topic != want {
			t.Errorf("%s: %s", text, d.Topic)
		}
	}
}

func likely(d Decision, topic Topic) float64 {
	for _, g := range append([]Guess{{d.Topic, d.Confidence}}, d.Alternatives...) {
		if g.Topic == topic {
			return g.Confidence
		}
	}
	return 0
}

func TestFaultyExamples(t *testing.T) {
	const allowed = `requests as customers write them, "subject | text" or the text alone`
	head := "[topic.gdpr]\nwithout_plan = \"extra\"\nprice = 1\nclause = \"extra-status\"\ndescription = {it = \"a\", en = \"b\"}\nexamples = "
	many := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf("%q", fmt.Sprintf("cancellate i dati di %c%c", 'a'+i%26, 'a'+i/26)))
		}
		return "[" + strings.Join(all, ", ") + "]"
	}
	for examples, want := range map[string]string{
		many(7):   "topic.gdpr.examples: has 7, must be at least 8 " + allowed,
		many(201): "topic.gdpr.examples: has 201, must be at most 200 " + allowed,
		"[]":      "topic.gdpr.examples: empty, must be a list of " + allowed,
		strings.Replace(many(8), "[", `["cancellate i dati di AA!", `, 1): "topic.gdpr.examples[1]: stands there twice, must be requests of different words",
		strings.Replace(many(8), "[", `["subject | …", `, 1):              "",
		strings.Replace(many(8), "[", `["| …", `, 1):                      "topic.gdpr.examples[0]: has no word, must be one of " + allowed,
		strings.Replace(many(8), "[", `[7, `, 1):                          "topic.gdpr.examples[0]: is 7, must be one of " + allowed,
	} {
		_, err := Load("policy.toml", append(DefaultFile(), head+examples...), nil)
		if got := fmt.Sprint(err); want == "" && err != nil || want != "" && (err == nil || !strings.HasSuffix(got, want) || strings.Count(got, "\n") != 0) {
			t.Errorf("%.60s: %v, want %q", examples, err, want)
		}
	}
}

// BenchmarkLoadOwnTopics reads a file with three topics of its own.
func BenchmarkLoadOwnTopics(b *testing.B) {
	file := switchedOn(b)
	for b.Loop() {
		if _, err := Load("policy.toml", file, nil); err != nil {
			b.Fatal(err)
		}
	}
}
