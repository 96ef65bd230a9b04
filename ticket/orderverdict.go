package ticket

import (
	"strings"

	"sportello/policy"
)

// What commands do to the verdict: which topic, and who pays.

// refuseVerdict lets nobody change who pays under credits that are held for it. An
// open quote is taken back by a verdict of covered.
func (w *work) refuseVerdict(j *job) (string, error) {
	if j.t.Held > 0 {
		return w.unsettled(j)
	}
	return "", nil
}

func (w *work) setTopic(j *job) error {
	return w.correct(j.t, policy.Topic(strings.ToLower(j.arg(0))))
}

func (w *work) setCovered(j *job) error { return w.overrule(j.t, policy.Covered) }

func (w *work) setExtra(j *job) error { return w.overrule(j.t, policy.Extra) }

// overrule gives t the coverage that a technician says.
func (w *work) overrule(t *Ticket, to policy.Coverage) error {
	c, err := CaseOf(w.tx, t)
	if err != nil {
		return err
	}
	t.Decision = w.d.Policy.Overrule(t.Decision, c, to)
	return w.decided(t)
}
