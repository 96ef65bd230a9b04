package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sitting is what a desk occupies at some moment.
type sitting struct {
	mails, kilobytes, descriptors int
	bytes                         int64 // of its folder
}

// TestSoak lets mail come in without a pause: requests, copies of them, answers by
// the technician, out-of-office notes. What the desk occupies grows with what it
// files and with nothing else.
func TestSoak(t *testing.T) {
	post, err := openPostOffice(time.Now, support, tech, customer)
	if err != nil {
		t.Fatal(err)
	}
	defer post.close()
	d := newDaemon(t, fmt.Sprintf(benchConfig, support, post.imapPort, "a soak", post.smtpPort, 2))
	d.write(t, "password", demoPassword)
	d.serve(t)
	mails, answers := 0, 0
	write := func(raw string) {
		if err := post.carry(customer, support, []byte(strings.ReplaceAll(raw, "\n", "\r\n"))); err != nil {
			t.Fatal(err)
		}
		mails++
	}
	round := func() {
		for range 20 {
			request := letter("Mario Rossi <"+customer+">", support, fmt.Sprintf("Sito irraggiungibile %d", mails), fmt.Sprintf("soak%d@customer.test", mails), "", "Il sito non risponde.\n"+strings.Repeat("Ancora fermo.\n", 100))
			write(request)
			if mails%7 == 0 {
				write(request)
			}
		}
		write(letter("Robot <robot@x.test>", support, "Fuori ufficio", fmt.Sprintf("robot%d@x.test", mails), "Auto-Submitted: auto-replied\n", "Sono assente"))
		news, raws, _ := post.letters(tech)
		for ; answers < len(news); answers++ {
			if letterKind(news[answers].Header) == "ticket-new" && answers%3 == 0 {
				_, raw := answered(t, string(raws[answers]), tech, fmt.Sprintf("work%d@example.test", answers), "Riavviato.")
				write(raw)
			}
		}
		d.await(t, time.Minute, "all of it", func(v statsView) bool { return v.Mails == mails && v.Outbox.Queued+v.Outbox.Sending == 0 })
	}
	look := func() sitting {
		open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", d.cmd.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		s := sitting{mails: mails, kilobytes: rssAnon(t, d.cmd.Process.Pid), descriptors: len(open)}
		filepath.WalkDir(filepath.Join(d.dir, "state"), func(_ string, e os.DirEntry, err error) error {
			if info, err2 := e.Info(); err == nil && err2 == nil && !e.IsDir() {
				s.bytes += info.Size()
			}
			return nil
		})
		return s
	}
	begin := time.Now()
	for range 5 { // caches are filled, files have the size that they begin with
		round()
	}
	first := look()
	for time.Since(begin) < *soakTime/2 || mails < 2*first.mails {
		round()
	}
	half := look()
	for time.Since(begin) < *soakTime || mails < 2*half.mails-first.mails {
		round()
	}
	last := look()
	t.Logf("mails, KB of memory, descriptors, bytes of files:\n%+v\n%+v\n%+v", first, half, last)
	if last.kilobytes > half.kilobytes*3/2+16<<10 || last.descriptors > first.descriptors+4 {
		t.Error("memory or descriptors grow")
	}
	a, b := (half.bytes-first.bytes)/int64(half.mails-first.mails), (last.bytes-half.bytes)/int64(last.mails-half.mails)
	t.Logf("%d bytes a mail, then %d", a, b)
	if b > 2*a+16<<10 { // files grow in steps
		t.Error("a mail takes ever more room")
	}
	d.stop(t)
	if out := d.must(t, "fsck", "--json"); strings.Contains(out, `"level":"error"`) {
		t.Errorf("fsck: %s", out)
	}
}
