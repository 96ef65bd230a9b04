package policy

import (
	"testing"
	"time"
)

func TestPlansLast365Days(t *testing.T) {
	for bought, last := range map[string]string{
		"2026-01-01": "2027-01-01", "2027-03-01": "2028-02-29", "2028-02-29": "2029-02-28", "2028-03-01": "2029-03-01", "2027-12-31": "2028-12-30",
	} {
		plan := Plan{ID: "hosting", Purchased: day(t, bought)}
		if got := plan.Expires(); got != day(t, last) {
			t.Errorf("bought %s: expires %s, want %s", bought, got, last)
		}
		for d, active := range map[Date]bool{
			plan.Purchased.AddDays(-1): false, plan.Purchased: true, plan.Expires(): true, plan.Expires().AddDays(1): false,
		} {
			if plan.Active(d) != active {
				t.Errorf("bought %s: active on %s = %v", bought, d, !active)
			}
		}
	}
}

func TestAccountBalance(t *testing.T) {
	today := day(t, "2026-06-01")
	a := Account{Lots: []Lot{
		{Ref: "old", Quantity: 10, Purchased: day(t, "2025-05-31")},                                 // expired yesterday
		{Ref: "ending", Quantity: 10, Purchased: day(t, "2025-06-01"), Held: 2, Spent: 3},           // last day
		{Ref: "new", Quantity: 5, Purchased: today, Held: 1},                                        // first day
		{Ref: "tomorrow", Quantity: 7, Purchased: today.AddDays(1)},                                 // not yet
		{Ref: "empty", Quantity: 4, Purchased: day(t, "2025-06-01"), Spent: 3, Expired: 1, Held: 0}, // nothing left
	}}
	if got := a.Available(today); got != 9 {
		t.Errorf("available %d, want 9", got)
	}
	if got := a.Held(); got != 3 {
		t.Errorf("held %d, want 3", got)
	}
	if got := a.NextExpiry(today); got != today {
		t.Errorf("next expiry %s, want %s", got, today)
	}
	if got := a.NextExpiry(today.AddDays(1)); got != today.AddDays(365) {
		t.Errorf("next expiry %s, want %s", got, today.AddDays(365))
	}
	if got := (Account{}).NextExpiry(today); !got.IsZero() {
		t.Errorf("next expiry of nothing %s", got)
	}
}

func TestDates(t *testing.T) {
	for _, bad := range []string{"", "2026-02-30", "2026-13-01", "26-01-01", "2026-1-1", "01/02/2026"} {
		if d, err := ParseDate(bad); err == nil {
			t.Errorf("ParseDate(%q) = %s", bad, d)
		}
	}
	short := day(t, "2026-03-29") // summer time begins: 23 hours
	if got := short.End(rome(t)).Sub(short.Start(rome(t))); got != 23*time.Hour {
		t.Errorf("%s lasts %s", short, got)
	}
	midnight := at(t, "2026-06-02 00:00")
	if DateOf(midnight, rome(t)) != day(t, "2026-06-02") || DateOf(midnight, time.UTC) != day(t, "2026-06-01") {
		t.Error("the day of an instant is not that of its zone")
	}
	for _, d := range []Date{{}, short} {
		text, err := d.MarshalText()
		var back Date
		if err != nil || back.UnmarshalText(text) != nil || back != d {
			t.Errorf("%v is stored as %q and read as %v", d, text, back)
		}
	}
}

func TestNamesAreStoredNotNumbers(t *testing.T) {
	for _, c := range []Coverage{Covered, Extra, Undetermined, None} {
		text, _ := c.MarshalText()
		var back Coverage
		if err := back.UnmarshalText(text); err != nil || back != c || string(text) != c.String() {
			t.Errorf("coverage %d is stored as %q and read as %d, %v", c, text, back, err)
		}
	}
	for _, k := range []PriceKind{PriceNone, PriceFixed, PriceRange, PriceAfterAnalysis} {
		text, _ := k.MarshalText()
		var back PriceKind
		if err := back.UnmarshalText(text); err != nil || back != k {
			t.Errorf("price %d is stored as %q and read as %d, %v", k, text, back, err)
		}
	}
	var c Coverage
	if c.UnmarshalText([]byte("maybe")) == nil {
		t.Error("an unknown coverage was read")
	}
}

func TestWordsForLetters(t *testing.T) {
	p := Default(rome(t))
	for got, want := range map[string]string{
		p.TopicText(MailboxAdmin, "it"):            "aggiunta, modifica o rimozione di una casella di posta",
		p.TopicText(MailboxAdmin, "en"):            "a mailbox to be added, changed or removed",
		p.TopicText(MailboxAdmin, "de"):            "aggiunta, modifica o rimozione di una casella di posta",
		p.PlanText("hyper", "it"):                  "piano Hyper",
		p.PlanText("hyper", "en"):                  "Hyper plan",
		p.PlanText("gold", "en"):                   "gold",
		p.ClauseText("extra-backups", "en"):        "restoring backups is charged as an extra",
		p.ClauseText("a-clause-of-old-days", "it"): "a-clause-of-old-days",
		p.TopicText("gossip", "it"):                "gossip",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for _, topic := range Topics {
		if p.TopicText(topic, "it") == string(topic) || p.TopicText(topic, "en") == string(topic) {
			t.Errorf("%s has no words", topic)
		}
	}
}
