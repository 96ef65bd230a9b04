package policy

import "testing"

// Above this probability a guess counts as decided in the tests: what the
// default policy file asks before it calls a request extra.
const decided = 0.90

// TestClassifyRequests measures on the corpus of labelled requests: the
// targets of the classifier.
func TestClassifyRequests(t *testing.T) {
	mails := requests(t)
	var one, two, sure, sureRight, worst int
	bins := make([]struct{ mails, said, right float64 }, 5)
	for _, m := range mails {
		guesses, _ := classified(m.Subject, m.Body)
		g := guesses[0]
		right := m.right(g.Topic)
		b := &bins[min(int((g.Confidence)*5), 4)]
		b.mails++
		b.said += g.Confidence
		if right {
			one++
			b.right++
		} else {
			t.Logf("%s: %s taken for %s, %.2f", m.ID, m.Topic, g.Topic, g.Confidence)
		}
		if right || m.right(guesses[1].Topic) {
			two++
		}
		if g.Confidence >= decided {
			sure++
			if right {
				sureRight++
			}
			if outage(m.Topic) && !outage(g.Topic) && g.Topic != Unclear && g.Topic != Commercial && g.Topic != SecurityIncident {
				worst++
			}
		}
	}
	for i, b := range bins {
		if b.mails > 0 {
			t.Logf("confidence %.1f to %.1f: %3.0f mails, said %.3f, right %.3f", float64(i)/5, float64(i+1)/5, b.mails, b.said/b.mails, b.right/b.mails)
		}
	}
	t.Logf("right first %d, first or second %d, decided %d, of these right %d, of %d", one, two, sure, sureRight, len(mails))
	atLeast(t, "right at the first guess", one, len(mails), 0.90)
	atLeast(t, "right at the first or second guess", two, len(mails), 0.96)
	atLeast(t, "decided", sure, len(mails), 0.75)
	atLeast(t, "right among the decided", sureRight, sure, 0.98)
	if worst > 0 {
		t.Errorf("%d outages decided as extra", worst)
	}
}

func outage(t Topic) bool { return t == PlatformDown || t == DatabaseDown || t == MailDown }

func atLeast(t *testing.T, what string, n, of int, rate float64) {
	t.Helper()
	if float64(n) < rate*float64(of) {
		t.Errorf("%s: %d of %d, wanted %.0f %%", what, n, of, 100*rate)
	}
}
