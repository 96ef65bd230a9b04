package ticket

import (
	"strings"
	"time"
)

// What commands do to a ticket's state and to who works on it.

func (w *work) take(j *job) error {
	j.t.Assignee = j.tech.Name
	return nil
}

func (w *work) refuseAssign(j *job) (string, error) {
	_, wrong := w.assignee(strings.Join(j.Args, " "), j.tech)
	return wrong, nil
}

func (w *work) assign(j *job) error {
	j.t.Assignee, _ = w.assignee(strings.Join(j.Args, " "), j.tech)
	return nil
}

// assignee finds the technician that a name means; "" is nobody.
func (w *work) assignee(name string, me *Technician) (string, string) {
	switch chosen("me|none", name) {
	case "none":
		return "", ""
	case "me":
		if me != nil {
			return me.Name, ""
		}
	}
	var found []string
	part := strings.ToLower(name)
	for _, t := range w.d.Technicians {
		whole := strings.ToLower(t.Name)
		if whole == part {
			return t.Name, ""
		}
		if strings.Contains(whole, part) {
			found = append(found, t.Name)
		}
	}
	switch len(found) {
	case 0:
		return "", w.say("no-technician", name, w.technicianNames())
	case 1:
		return found[0], ""
	}
	return "", w.say("which-technician", name, strings.Join(found, ", "))
}

func (w *work) technicianNames() string {
	var all []string
	for _, t := range w.d.Technicians {
		all = append(all, t.Name)
	}
	return strings.Join(all, ", ")
}

func (w *work) refuseSpending(j *job) (string, error) {
	return j.purse.take(j.purse.asked(j.Command)).In(w.d.Language), nil
}

func (w *work) orderClose(j *job) error {
	if q := j.t.Quote; q.open() {
		w.told = append(w.told, w.say("close-quote", q.Code, day(w.lastDay(q.ValidUntil)), Order("withdraw")))
	}
	n := (&purse{held: j.t.Held}).asked(j.Command)
	return w.close(j.t, n, j.mail.Arrived, j.by(), j.deed.answer)
}

func (w *work) orderCharge(j *job) error {
	n := Credits(j.number(0))
	did, err := w.capture(j.t, n, j.by())
	if err != nil || did == "" {
		return err
	}
	j.did = did
	return w.tellCharged(j.t, n)
}

func (w *work) reopen(j *job) error {
	if err := w.move(j.t, TriggerReopen, j.mail.Arrived); err != nil || j.deed.answer {
		return err
	}
	return w.tellCustomers(NoticeReopened, j.t, nil)
}

// longestSleep is how far #wait reaches: a reply address acts for 400 days.
const longestSleep = 366

func (w *work) refuseWait(j *job) (string, error) {
	if len(j.Args) == 0 {
		return "", nil
	}
	today := w.d.day(w.now)
	switch until, _ := readDay(j.Args, today); {
	case !today.Before(until):
		return w.say("wait-past", day(until)), nil
	case today.AddDays(longestSleep).Before(until):
		return w.say("wait-far", longestSleep), nil
	}
	return "", nil
}

// wait makes t wait for the customer without a letter: the closing clock starts
// now unless it runs already. With a day the ticket sleeps until then instead,
// and nothing closes it meanwhile.
func (w *work) wait(j *job) error {
	t := j.t
	if err := w.move(t, TriggerWait, w.now); err != nil {
		return err
	}
	t.SleepsUntil = time.Time{}
	if len(j.Args) > 0 {
		asked, _ := readDay(j.Args, w.d.day(w.now))
		until := w.openDay(asked)
		t.SleepsUntil = until.Start(w.d.Zone)
		if until != asked {
			w.told = append(w.told, w.say("asleep-closed", day(until), day(asked)))
		} else {
			w.told = append(w.told, w.say("asleep", day(until)))
		}
		t.ClosesAt, t.WarnAt, t.WaitsFor = time.Time{}, time.Time{}, 0
		return nil
	}
	if t.ClosesAt.IsZero() && t.WaitsFor == 0 && !j.deed.answer { // an answer starts it when it is sent
		w.startClosing(t, w.now)
	}
	return nil
}

// openDay is d, or the next day after it on which the office is open: on any other
// nobody is there to be told.
func (w *work) openDay(d Date) Date {
	if at := w.d.Policy.NextOpening(d.Start(w.d.Zone)); !at.IsZero() {
		return w.d.day(at)
	}
	return d
}

func (w *work) refuseSpam(j *job) (string, error) {
	if j.deed.answer {
		return w.say("spam-text"), nil
	}
	return w.unsettled(j)
}

// spam closes t without a letter.
func (w *work) spam(j *job) error { return w.move(j.t, TriggerSpam, j.mail.Arrived) }

// unsettled refuses what may not be done while a quote is open or credits are held.
func (w *work) unsettled(j *job) (string, error) {
	t := j.t
	switch {
	case t.Held > 0:
		return w.say("credits-held", t.Quote.Code, int(t.Held)), nil
	case t.Quote != nil && t.Quote.State == QuoteOffered:
		return w.say("quote-open", t.Quote.Code, Order("withdraw")), nil
	}
	return "", nil
}
