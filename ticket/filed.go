package ticket

import (
	"slices"

	"sportello/policy"
)

// Filed is what became of one arrival in one transaction, for the log. None of
// it is what the mail says, except what its header says of itself: From,
// Subject and Message-ID.
type Filed struct {
	Arrival
	Authority Authority       // of the message that it became; 0: it became none
	Verdict   policy.Coverage // of its ticket; 0: none
}

// recorder is a transaction that notes what becomes of arrivals, so that
// whoever files, holds, releases or drops a mail tells of it by storing it.
type recorder struct {
	Tx
	arrivals  []Arrival
	authority map[ArrivalID]Authority
	verdict   map[ID]policy.Coverage
}

func newRecorder(tx Tx) *recorder {
	return &recorder{Tx: tx, authority: map[ArrivalID]Authority{}, verdict: map[ID]policy.Coverage{}}
}

func (r *recorder) PutArrival(a *Arrival) error {
	if i := slices.IndexFunc(r.arrivals, func(b Arrival) bool { return b.ID == a.ID }); i >= 0 {
		r.arrivals = slices.Delete(r.arrivals, i, i+1)
	}
	r.arrivals = append(r.arrivals, *a)
	return r.Tx.PutArrival(a)
}

func (r *recorder) AddMessage(id ID, m *Message) error {
	if m.Arrival != 0 {
		r.authority[m.Arrival] = m.Authority
	}
	return r.Tx.AddMessage(id, m)
}

func (r *recorder) PutTicket(t *Ticket) error {
	r.verdict[t.ID] = t.Decision.Coverage
	return r.Tx.PutTicket(t)
}

// filed lists what became of arrivals, in the order in which it was stored.
func (r *recorder) filed() []Filed {
	list := make([]Filed, len(r.arrivals))
	for i, a := range r.arrivals {
		list[i] = Filed{Arrival: a, Authority: r.authority[a.ID], Verdict: r.verdict[a.Ticket]}
	}
	return list
}
