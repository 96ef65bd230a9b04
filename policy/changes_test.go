package policy

import (
	"slices"
	"strings"
	"testing"
)

// changed is an edit of the default file and what is said to have changed.
var changed = []struct {
	name, old, new string
	want           []string
}{
	{"nothing", "answer = 7 ", "answer = 7  ", nil},
	{"a price", "clause = \"extra-mailboxes\"\nwithout_plan = \"extra\"\nprice = \"1\"", "clause = \"extra-mailboxes\"\nwithout_plan = \"extra\"\nprice = \"2\"", []string{"topic mailbox-admin: price 1 → 2"}},
	{"days", "answer = 7 ", "answer = 5 ", []string{"days.answer: 7 → 5"}},
	{"a threshold", "extra = 0.90", "extra = 0.95", []string{"thresholds.extra: 0.9 → 0.95"}},
	{"a plan", "[plan.hyper]\n", "[plan.gold]\nname.it = \"piano Oro\"\nname.en = \"Gold plan\"\npromises_answer = true\ncovers.log-analysis = \"extra-logs\"\n[plan.hyper]\n", []string{"plan gold added: Gold plan"}},
	{"what a plan covers", "database-down = \"hosting-database\"\nmail-down = \"hosting-mail\"\n\n[plan.hosting-dev]", "mail-down = \"hosting-mail\"\n\n[plan.hosting-dev]", []string{"plan hosting: covers.database-down removed: hosting-database"}},
	{"a closure", "# Company closures", "[[calendar.closure]]\nfrom = \"2027-08-09\"\nto = \"2027-08-20\"\nname = \"Chiusura estiva\"\n# Company closures", []string{"closure of 9 to 20 August 2027 (Chiusura estiva) added"}},
	{"a saint", "# Company closures", "[[calendar.yearly]]\nday = \"12-07\"\nname = \"Sant'Ambrogio\"\n# Company closures", []string{"closed every 12-07 (Sant'Ambrogio) added"}},
	{"a weekday", `"friday"]`, `"friday", "saturday"]`, []string{"hours.weekdays added: saturday"}},
	{"the words of a clause", `en = "restoring backups is charged as an extra"`, `en = "restoring backups costs credits"`, []string{"clause extra-backups: en restoring backups is charged as an extra → restoring backups costs credits"}},
	{"a topic in use", "[topic.dns]\non = false", "[topic.dns]\non = true", []string{"topic dns: on false → true"}},
}

func TestWhatChangedInTheFile(t *testing.T) {
	p := Default(rome(t))
	for _, c := range changed {
		q := loaded(t, edited(t, c.old, c.new))
		var got []string
		for _, one := range p.Changes(q) {
			got = append(got, one.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		// back again, what was added is removed
		if back := q.Changes(p); len(back) != len(c.want) || len(back) > 0 && strings.Contains(c.want[0], "added") != strings.Contains(back[0].String(), "removed") {
			t.Errorf("%s, back: %v", c.name, back)
		}
	}
}
