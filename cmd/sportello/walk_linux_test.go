//go:build linux && amd64

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// ordeal is one short run of a desk, its people and their servers, played to the end
// whatever happens to the desk's process on the way.
type ordeal struct {
	t    *testing.T
	post *postOffice
	d    *daemon
	said map[string]bool // what people have written

	mails int // that come in altogether
}

func newOrdeal(t *testing.T) *ordeal {
	t.Helper()
	post, err := openPostOffice(time.Now, support, tech, customer)
	if err != nil {
		t.Fatal(err)
	}
	w := &ordeal{t: t, post: post, said: map[string]bool{}}
	w.d = newDaemon(t, fmt.Sprintf(benchConfig, support, post.imapPort, "a walk", post.smtpPort, 2))
	w.d.write(t, "password", demoPassword)
	request := letter("Mario Rossi <"+customer+">", support, "Sito irraggiungibile", "walk1@customer.test", "", "Il sito non risponde, errore 503 per tutti.\n"+strings.Repeat("Ancora fermo.\n", 300))
	w.writes(request)
	w.writes(request)
	if *walkLong {
		w.mails += 2 // what people answer
		w.writes("Subject: nobody's\n\nhello\n")
		w.writes(letter("Robot <robot@x.test>", support, "Fuori ufficio", "walk2@x.test", "Auto-Submitted: auto-replied\n", "Sono assente"))
	} else {
		w.said[tech], w.said[customer] = true, true
	}
	return w
}

func (w *ordeal) close() {
	w.d.cmd.Process.Kill()
	w.post.close()
	os.RemoveAll(w.d.dir)
}

func (w *ordeal) writes(raw string) {
	w.t.Helper()
	w.mails++
	if err := w.post.carry(customer, support, []byte(strings.ReplaceAll(raw, "\n", "\r\n"))); err != nil {
		w.t.Fatal(err)
	}
}

// react lets people answer what they got: the technician the request, the
// customer the answer.
func (w *ordeal) react() {
	w.t.Helper()
	for _, r := range []struct{ who, kind, text string }{
		{tech, "ticket-new", "Riavviato, ora funziona."}, {customer, "answer", "Ora è lento, perché?"},
	} {
		mails, raws, _ := w.post.letters(r.who)
		for i, m := range mails {
			if letterKind(m.Header) == r.kind && !w.said[r.who] {
				w.said[r.who] = true
				_, raw := answered(w.t, string(raws[i]), r.who, "walk-"+r.who, r.text)
				w.mails-- // it is counted
				w.writes(raw)
			}
		}
	}
}

// verb runs a verb in this process; ok is false when it failed.
func (w *ordeal) verb(args ...string) (out string, ok bool) {
	var stdout, stderr bytes.Buffer
	code := run(w.t.Context(), append(args, "--config", w.d.config), os.Getenv, nil, &stdout, &stderr)
	return stdout.String(), code == exitOK
}

// standstill is how long a desk may do nothing before the test gives it up.
const standstill = 2 * time.Minute

// settle waits until the desk that was launched is ready, and plays until everything
// has been said and sent; false when it ended first.
func (w *ordeal) settle() bool {
	w.t.Helper()
	deadline := time.NewTimer(standstill)
	defer deadline.Stop()
	for {
		select {
		case <-w.d.done:
			return false
		case said, ok := <-w.d.told:
			if !ok {
				<-w.d.done
				return false
			}
			if strings.Contains(said, "READY=1") {
				return w.rests()
			}
		case <-deadline.C:
			w.t.Fatalf("the desk does not start:\n%s", w.d.log())
		}
	}
}

// rests plays with a desk that is ready until everything has been said and sent;
// false when it ended first.
func (w *ordeal) rests() bool {
	w.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	stuck := 0
	deadline, stood := time.NewTimer(standstill), statsView{}
	defer deadline.Stop()
	for {
		select {
		case <-w.d.done:
			return false
		case _, ok := <-w.d.told:
			if !ok {
				<-w.d.done
				return false
			}
			continue
		case <-deadline.C:
			out, _ := w.verb("stats")
			w.t.Fatalf("the desk does not come to rest:\n%s\n%s", out, w.d.log())
		case <-tick.C:
		}
		w.react()
		var v statsView
		out, ok := w.verb("stats", "--json")
		if !ok || json.Unmarshal([]byte(out), &v) != nil {
			continue
		}
		if v != stood {
			stood = v
			deadline.Reset(standstill)
		}
		switch waiting := v.Outbox.Queued + v.Outbox.Sending; {
		case v.Mails >= w.mails && waiting == 0:
			return true
		case v.Mails >= w.mails:
			if stuck++; stuck%20 == 0 { // it waits for its next try
				w.verb("queue", "retry", "all")
			}
		}
	}
}

// end is how the desk stands at the end: tickets, what is on them, what was
// written, but for alerts, which a kill may well cause.
func (w *ordeal) end() string {
	w.t.Helper()
	var b strings.Builder
	var v statsView
	out, _ := w.verb("stats", "--json")
	json.Unmarshal([]byte(out), &v)
	fmt.Fprintf(&b, "%d mails, %d messages, %d duplicates, %d ignored, %d in quarantine\n", v.Mails, v.Messages, v.Duplicates, v.Ignored, v.Quarantine)
	list, _ := w.verb("ticket", "list", "--json")
	for _, tk := range jsonLines[ticketView](w.t, list) {
		fmt.Fprintf(&b, "%s, %q:", tk.State, tk.Assignee)
		show, _ := w.verb("ticket", "show", fmt.Sprint(tk.ID), "--json")
		var kinds []string
		for _, m := range jsonLines[ticketView](w.t, show)[0].Messages {
			if m.Kind != "notice" {
				kinds = append(kinds, m.Kind+" "+m.Authority)
			}
		}
		slices.Sort(kinds)
		fmt.Fprintf(&b, " %s\n", strings.Join(kinds, ", "))
	}
	rows, _ := w.verb("queue", "list", "--limit", "0", "--json")
	var letters []string
	for _, r := range jsonLines[queueRow](w.t, rows) {
		if r.Notice != "alert" {
			letters = append(letters, r.Notice+" to "+r.To)
		}
	}
	slices.Sort(letters)
	return b.String() + strings.Join(letters, "\n")
}

type queueRow struct {
	Notice, To, State string
	MessageID         string `json:"message_id"`
	LastError         string `json:"last_error"`
}

// faults are what of the promises the run broke.
func (w *ordeal) faults(want string) (all []string) {
	w.t.Helper()
	if got := w.end(); got != want {
		all = append(all, fmt.Sprintf("it ended so:\n%s\nwant\n%s", got, want))
	}
	if out, _ := w.verb("fsck", "--deep", "--json"); strings.Contains(out, `"level":"error"`) || !strings.Contains(out, `"level":"summary"`) {
		all = append(all, "fsck: "+out)
	}
	copies, bytesOf := map[string]int{}, map[string]string{}
	for _, who := range []string{tech, customer} {
		mails, raws, _ := w.post.letters(who)
		for i, m := range mails {
			id := strings.Trim(m.Header.Get("Message-Id"), "<>")
			copies[id]++
			if copies[id] > 1 && (letterKind(m.Header) == "ack" || bytesOf[id] != string(raws[i])) {
				all = append(all, fmt.Sprintf("%s to %s again, the same bytes: %t", letterKind(m.Header), who, bytesOf[id] == string(raws[i])))
			}
			bytesOf[id] = string(raws[i])
		}
	}
	rows, _ := w.verb("queue", "list", "--limit", "0", "--json")
	for _, r := range jsonLines[queueRow](w.t, rows) {
		n := copies[strings.Trim(r.MessageID, "<>")]
		if n > 2 || r.State == "sent" && n == 0 || r.State != "sent" && r.State != "unknown" {
			all = append(all, fmt.Sprintf("%s to %s: %s, %d copies, %s", r.Notice, r.To, r.State, n, r.LastError))
		}
		delete(copies, strings.Trim(r.MessageID, "<>"))
	}
	for id := range copies {
		all = append(all, "a letter that no row knows: "+id)
	}
	return all
}

// traced starts the desk so that see is shown each of its calls.
func (w *ordeal) traced(see func(call) bool) *tracer {
	tr := &tracer{dir: filepath.Join(w.d.dir, "state"), see: see}
	w.d.start = func(cmd *exec.Cmd) (func() error, error) {
		started, ended := make(chan error, 1), make(chan error, 1)
		go func() {
			ws, err := tr.run(cmd, started)
			if err == nil && ws.ExitStatus() != 0 {
				err = fmt.Errorf("%v", ws)
			}
			ended <- err
		}()
		return func() error { return <-ended }, <-started
	}
	return tr
}

// undisturbed plays the run to its end, and tells how that is and how many calls it took.
func undisturbed(t *testing.T) (end string, calls int) {
	t.Helper()
	w := newOrdeal(t)
	defer w.close()
	tr := w.traced(func(call) bool { return true })
	w.d.launch(t)
	if !w.settle() {
		t.Fatalf("the desk ended\n%s", w.d.log())
	}
	end = w.end()
	w.d.stop(t)
	if bad := w.faults(end); len(bad) > 0 {
		t.Fatalf("undisturbed: %s", strings.Join(bad, "\n"))
	}
	return end, tr.calls
}

// killed plays the run with a desk that is killed where see, which begin returns,
// answers false; gone is called before it is started again. It answers false when
// nothing was killed.
func killed(t *testing.T, want string, begin func(*ordeal) (see func(call) bool, gone func())) bool {
	t.Helper()
	w := newOrdeal(t)
	defer w.close()
	see, gone := begin(w)
	at := "nothing"
	w.traced(func(c call) bool {
		if see(c) {
			return true
		}
		at = c.String()
		return false
	})
	w.d.launch(t)
	if w.settle() {
		w.d.cmd.Process.Signal(os.Interrupt)
		if err := <-w.d.done; err == nil {
			return false
		}
	}
	gone()
	w.d.start = nil
	w.d.launch(t)
	if !w.settle() {
		t.Errorf("killed at %s: it does not start again\n%s", at, w.d.log())
		return true
	}
	w.d.stop(t)
	if bad := w.faults(want); len(bad) > 0 {
		t.Errorf("killed at %s: %s\n%s", at, strings.Join(bad, "\n"), w.d.log())
	}
	return true
}

// TestWalk kills the desk before and after each write, fsync, rename and word to
// a server of a short run, and starts it again: the end is that of a run that
// nothing disturbed, and nobody got a letter that he should not have.
func TestWalk(t *testing.T) {
	want, calls := undisturbed(t)
	died := 0
	for n := 1; n <= calls; n += *walkStep {
		for _, back := range []bool{false, true} {
			if killed(t, want, func(*ordeal) (func(call) bool, func()) {
				return func(c call) bool { return c.n != n || c.back != back }, func() {}
			}) {
				died++
			}
		}
	}
	t.Logf("%d calls, %d kills", calls, died)
}

// TestWalkPowerCuts cuts the power before a call of a short run: what no fsync
// covered is gone, bytes of files as well as their names.
func TestWalkPowerCuts(t *testing.T) {
	want, calls := undisturbed(t)
	r, died := rand.New(rand.NewPCG(1, 2)), 0
	for range *walkCuts {
		n := 1 + r.IntN(calls)
		if killed(t, want, func(w *ordeal) (func(call) bool, func()) { return cutAt(t, w, n) }) {
			died++
		}
	}
	t.Logf("%d calls, %d cuts", calls, died)
}

// cutAt lets the power go before call n.
func cutAt(t *testing.T, w *ordeal, n int) (see func(call) bool, gone func()) {
	t.Helper()
	safe, err := newDurable(filepath.Join(w.d.dir, "state"))
	if err != nil {
		t.Fatal(err)
	}
	see = func(c call) bool {
		if c.back && strings.HasSuffix(c.name, "sync") {
			if err := safe.synced(c.file); err != nil {
				t.Errorf("%s: %v", c, err)
			}
		}
		return c.n < n || c.back
	}
	return see, func() {
		if err := safe.cut(); err != nil {
			t.Fatal(err)
		}
	}
}

// release lets the mails go that were put aside because the desk ended each time
// they were read: so an admin does, once he knows that the desk was killed.
func (w *ordeal) release() (released int) {
	w.t.Helper()
	list, _ := w.verb("quarantine", "list", "--limit", "0", "--json")
	for _, m := range jsonLines[struct{ ID, Reason string }](w.t, list) {
		if strings.Contains(m.Reason, "each time this mail was read") {
			if out, ok := w.verb("quarantine", "retry", m.ID); !ok {
				w.t.Errorf("mail %s is not released: %s", m.ID, out)
			}
			released++
		}
	}
	return released
}

// TestWalkKilledAtRandom kills the desk again and again while mail comes in: each
// mail becomes one ticket.
func TestWalkKilledAtRandom(t *testing.T) {
	w := newOrdeal(t)
	defer w.close()
	r := rand.New(rand.NewPCG(3, 4))
	for round := range *walkKills {
		for i := range 3 {
			w.writes(letter("Mario Rossi <"+customer+">", support, fmt.Sprintf("Sito irraggiungibile, ancora %d", round*3+i), fmt.Sprintf("again%d@customer.test", round*3+i), "", "Il sito non risponde."))
		}
		w.d.launch(t)
		if round%2 == 1 { // otherwise while it starts, too
			w.d.awaitReady(t)
		}
		select {
		case <-time.After(time.Duration(20+r.IntN(400)) * time.Millisecond): // the instant is what is random
		case err := <-w.d.done:
			t.Fatalf("round %d: it ended by itself: %v\n%s", round, err, w.d.log())
		}
		w.react()
		w.d.kill(t)
	}
	w.d.launch(t)
	if !w.settle() {
		t.Fatalf("it does not start again\n%s", w.d.log())
	}
	t.Logf("%d mails, %d of them put aside because the desk was killed each time they were read", w.mails, w.release())
	if !w.rests() {
		t.Fatalf("it ended by itself\n%s", w.d.log())
	}
	w.d.stop(t)
	if bad := w.faults(w.end()); len(bad) > 0 {
		t.Errorf("%s\n%s", strings.Join(bad, "\n"), w.d.log())
	}
	list, _ := w.verb("ticket", "list", "--limit", "0", "--json")
	if got, want := strings.Count(list, "\n"), 1+3**walkKills; got != want {
		t.Errorf("%d tickets, want %d:\n%s", got, want, list)
	}
}
