package ticket

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// alarmWindow is how long after the first alarm about a thing others about it join
// its ticket.
const alarmWindow = 24 * time.Hour

// How monitoring programs begin to say that something is wrong, or right again. Who
// says it stands in desk.monitors: nobody else's words are read so.
var (
	troubleWords  = []string{"problem", "critical", "warning", "warn", "down", "alert", "alerting", "alarm", "error", "failed", "failure", "firing", "triggered", "offline", "unreachable", "unknown", "problema", "critico", "critica", "avviso", "allarme", "errore", "guasto", "irraggiungibile", "fermo", "ferma"}
	recoveryWords = []string{"recovery", "recovered", "resolved", "solved", "ok", "up", "cleared", "restored", "normal", "online", "risolto", "risolta", "ripristinato", "ripristinata", "rientrato", "rientrata", "ripristino", "raggiungibile"}
)

// thing is what the subject of an alarm is about: its words without those that say
// how it stands, and without numbers and times; and whether the first word of the
// former kind is one of recovery. A number inside a name (web1, 10.0.0.7) is the name's.
func thing(subject string) (about string, recovered bool) {
	var kept []string
	said := false
	words := strings.FieldsFunc(strings.ToLower(subject), func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("*[](){}<>,;!|\"'", r)
	})
	for i, w := range words {
		w = strings.Trim(w, ".:-–—=#")
		trouble, recovery := contains(troubleWords, w), contains(recoveryWords, w)
		switch {
		case w == "" || numeric(w) || dayName(w) && (i+1 < len(words) && numeric(words[i+1]) || i > 0 && (numeric(words[i-1]) || dayName(words[i-1])) || i+1 < len(words) && dayName(words[i+1])):
		case trouble || recovery:
			if !said {
				said, recovered = true, recovery
			}
		default:
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " "), recovered
}

// numeric tells whether a word is a number, a time or a measure: it begins with a
// digit, and is no address of a machine.
func numeric(w string) bool {
	w = strings.TrimLeft(w, "+-~")
	return w != "" && w[0] >= '0' && w[0] <= '9' && (strings.Count(w, ".") != 3 || strings.ContainsAny(w, ":/ ")) && !strings.Contains(w, "::")
}

// dayName tells whether w is the name of a weekday or a month, as dates have them.
func dayName(w string) bool {
	if len(w) < 3 {
		return false
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if name := strings.ToLower(d.String()); w == name || w == name[:3] {
			return true
		}
	}
	for m := time.January; m <= time.December; m++ {
		if name := strings.ToLower(m.String()); w == name || w == name[:3] {
			return true
		}
	}
	return w == "utc" || w == "gmt"
}

// alarmed tells whether m is a monitor's own mail: its address stands in
// desk.monitors, and nothing says that it did not send it.
func (w *work) alarmed(m *Inbound, s sender, th thread) bool {
	from, sole := m.Sole()
	return sole && !s.contrary && s.technician == nil && th.ticket == nil && m.Kind != KindOwn && m.Kind != KindBounce && contains(w.d.Monitors, from.Address)
}

// alarm files a monitor's mail: the first about a thing opens a ticket, those within
// a day are counted on it, and that it is well again closes it if nobody has answered.
func (w *work) alarm(m *Inbound, a *Arrival, s sender, th thread) error {
	about, recovered := thing(w.d.bareSubject(m.Subject))
	t, err := w.alarmAbout(s.Address, about, m.Arrived)
	switch {
	case err != nil:
		return err
	case t == nil && recovered:
		return w.ignore(a, "a monitor's all-clear about no ticket of a day")
	case t == nil:
		s.quiet, s.mute = true, true
		return w.open(m, a, s, th, 0)
	}
	before := t.clone()
	msg := fromInbound(m, a, MessageAutoReply)
	if err := w.addMessage(t, msg); err != nil {
		return err
	}
	e := Event{Kind: "auto-reply", Actor: s.Address, Cause: cause(a)}
	if recovered {
		e.Text = "the monitor's all-clear"
		err = w.allClear(m, t, msg, s)
	} else {
		t.Alarms++
		e.Text = fmt.Sprintf("alarm %d about the same thing", t.Alarms+1)
		if t.State == StateClosed { // it had been well meanwhile
			err = w.move(t, TriggerReopen, m.Arrived)
			if err == nil {
				err = w.tellTechnicians(NoticeTicketReply, t, m, msg, s, w.say("alarm-again", t.Alarms+1))
			}
		}
	}
	if err != nil {
		return err
	}
	if err := w.save(t, before, e); err != nil {
		return err
	}
	return w.filed(a, t.ID, msg.Seq)
}

// allClear takes an all-clear about t, and tells who works on it once.
func (w *work) allClear(m *Inbound, t *Ticket, msg *Message, s sender) error {
	if t.State == StateClosed {
		return nil
	}
	why := "alarm-over"
	if !t.Answered && t.Held == 0 {
		why = "alarm-closed"
		if err := w.move(t, TriggerClose, m.Arrived); err != nil {
			return err
		}
	}
	return w.tellTechnicians(NoticeTicketReply, t, m, msg, s, w.say(why, t.Alarms+1))
}

// alarmAbout finds the ticket of a day that an alarm of addr opened about a thing;
// nil when there is none. It looks at the tickets of that day alone.
func (w *work) alarmAbout(addr, about string, at time.Time) (*Ticket, error) {
	for t, err := range w.tx.Tickets(Filter{}) {
		if err != nil || at.Sub(t.Opened) >= alarmWindow {
			return nil, err
		}
		if t.Requester.Address != addr || t.ClosedReason == ReasonSpam {
			continue
		}
		if same, _ := thing(t.Subject); same == about {
			return w.ticket(t.ID)
		}
	}
	return nil, nil
}

// listedTimes is how often a ticket's alarm came, for a list: "" once.
func (t *Ticket) listedTimes() string {
	if t.Alarms == 0 {
		return ""
	}
	return fmt.Sprintf(" (×%d)", t.Alarms+1)
}

// silence makes nobody of the customer's side get letters of t: a monitor reads none.
func (t *Ticket) silence() {
	for i := range t.Participants {
		t.Participants[i].Removed = true
	}
}
