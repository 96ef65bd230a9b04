package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
)

var (
	besideMails  = flag.Int("beside", 50, "how many mails, and letters, the desk and its peers carry")
	besideRounds = flag.Int("rounds", 1, "in how many rounds, one after the other")
)

// TestBesidePeers measures the desk beside programs that do a part of its work, on
// the same mails and servers and in the same minutes: mbsync copies the mailbox that
// the desk files, notmuch indexes the copy, smtp-source sends letters as long as the
// desk's. With -v it prints the table of which README.md tells. Each run has folders
// of its own, and nothing is deleted before the last round: on a file system that
// discards what was deleted the peers pay for what others left behind.
func TestBesidePeers(t *testing.T) {
	s := startServers(t, support, besideReader)
	wantPrograms(t, "isync notmuch postfix", "mbsync", "notmuch", "smtp-source", "smtp-sink")
	c := &contest{realServers: s, mails: *besideMails, letter: letterSize(t)}
	c.discardLetters(t)
	c.startSink(t)
	c.fill(t, support, benchMails(c.mails))
	rounds := make([]round, *besideRounds)
	for i := range rounds {
		if len(rounds) > 1 {
			awaitQuiet(t)
		}
		rounds[i] = c.round(t)
	}
	for _, r := range rounds {
		for m, v := range r {
			if v <= 0 && measure(m) != loadBefore && measure(m) != durableKernel && measure(m) != looseKernel && measure(m) != ingestCPU {
				t.Errorf("%s: %v", measureNames[m], v)
			}
		}
	}
	t.Log("\n" + besideTable(rounds, quiet()))
}

// besideReader is to whom the letters go.
const besideReader = "tech1@example.test"

// contest is what the desk and its peers are measured on.
type contest struct {
	*realServers
	mails  int
	letter int // bytes of one letter
	sink   int // port of an smtp-sink
}

// round measures everything once.
func (c *contest) round(t *testing.T) (r round) {
	r[loadBefore] = loadAverage(t)
	r[ingest], r[ingestCPU], r[ingestMemory] = c.read(t)
	copied, took, kernel := c.mbsync(t, "")
	r[synced], r[durableKernel] = c.rate(took), kernel.Seconds()
	_, took, kernel = c.mbsync(t, "FSync no\n")
	r[loose], r[looseKernel] = c.rate(took), kernel.Seconds()
	r[indexed] = c.rate(c.index(t, copied))
	for _, to := range []struct {
		port, connections int
		ours, theirs      measure
	}{{c.SMTP, 4, send4, source4}, {c.SMTP, 16, send16, source16}, {c.sink, 4, sendSink, sourceSink}} {
		r[to.ours] = c.rate(c.send(t, to.port, to.connections))
		c.awaitEmptyQueue(t)
		r[to.theirs] = c.rate(c.source(t, to.port, to.connections))
		c.awaitEmptyQueue(t)
	}
	return r
}

// rate is how many mails a second were carried.
func (c *contest) rate(took time.Duration) float64 { return float64(c.mails) / took.Seconds() }

// read files the mailbox with the real program: mails a second, its processor
// seconds, and the most anonymous memory that it had, in MiB.
func (c *contest) read(t *testing.T) (rate, cpu, memory float64) {
	t.Helper()
	d := newDaemon(t, strings.ReplaceAll(fmt.Sprintf(benchConfig, support, c.IMAP, mailPassword, 1, 1), "127.0.0.1", c.Host))
	start := time.Now()
	d.serve(t)
	look := time.NewTicker(250 * time.Millisecond) // each look is a process of its own
	defer look.Stop()
	for filed := 0; filed < c.mails; filed = d.stats(t).Mails {
		<-look.C
		memory = max(memory, float64(rssAnon(t, d.cmd.Process.Pid))/1024)
	}
	took := time.Since(start)
	d.stop(t)
	return c.rate(took), (d.cmd.ProcessState.UserTime() + d.cmd.ProcessState.SystemTime()).Seconds(), memory
}

// mbsync copies the mailbox to a folder, durably but for what settings say, and tells
// how long that took, and how long of it the kernel worked for it.
func (c *contest) mbsync(t *testing.T, settings string) (dir string, took, kernel time.Duration) {
	t.Helper()
	dir = c.folder(t, "copy")
	rc := filepath.Join(dir, "mbsyncrc")
	writeFile(t, rc, settings+fmt.Sprintf("IMAPAccount a\nHost %s\nPort %d\nUser %s\nPass %s\nSSLType None\nAuthMechs PLAIN\nPipelineDepth 50\n\nIMAPStore far\nAccount a\n\nMaildirStore near\nPath %s/\nInbox %s/INBOX\n\nChannel c\nFar :far:INBOX\nNear :near:INBOX\nCreate Near\nSync Pull\nSyncState *\n",
		c.Host, c.IMAP, support, mailPassword, dir, dir))
	cmd := exec.Command("mbsync", "-q", "-c", rc, "c")
	took = timed(t, cmd)
	return filepath.Join(dir, "INBOX"), took, cmd.ProcessState.SystemTime()
}

// index lets notmuch index the mails in a Maildir.
func (c *contest) index(t *testing.T, dir string) time.Duration {
	t.Helper()
	config := filepath.Join(filepath.Dir(dir), "notmuch")
	writeFile(t, config, fmt.Sprintf("[database]\npath=%s\n[user]\nname=Bench\nprimary_email=%s\n[new]\ntags=new\n[maildir]\nsynchronize_flags=false\n", dir, support))
	return timed(t, exec.Command("notmuch", "--config="+config, "new", "--quiet"))
}

// send carries letters with the desk's own sender.
func (c *contest) send(t *testing.T, port, connections int) time.Duration {
	t.Helper()
	s := c.desk(t, port, connections)
	queueLetters(t, s, c.mails, besideReader)
	start := time.Now()
	stop := begin(t, s.parts.sender.Run)
	when(t, s, func(st ticket.Stats) bool { return st.Outbox[ticket.RowSent] == c.mails })
	took := time.Since(start)
	stop()
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	return took
}

// desk is a desk in this process that sends to port, in a folder of its own.
func (c *contest) desk(t *testing.T, port, connections int) *service {
	t.Helper()
	return openDesk(t, c.folder(t, "desk"), strings.ReplaceAll(fmt.Sprintf(benchConfig, support, c.IMAP, mailPassword, port, connections), "127.0.0.1", c.Host))
}

// source carries as many letters of the same size with smtp-source, which makes and
// keeps none of them.
func (c *contest) source(t *testing.T, port, connections int) time.Duration {
	t.Helper()
	return timed(t, exec.Command("smtp-source", "-d", "-s", strconv.Itoa(connections), "-m", strconv.Itoa(c.mails), "-l", strconv.Itoa(c.letter),
		"-f", support, "-t", besideReader, "inet:"+c.at(port)))
}

// folder is a new one beside those of the servers; all go when the test ends.
func (c *contest) folder(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.MkdirTemp(c.Dir, name)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// fill puts mails into the INBOX of user, as files of its Maildir.
func (c *contest) fill(t *testing.T, user string, mails [][]byte) {
	t.Helper()
	box := c.path("mail", user, "Maildir")
	for _, d := range []string{"new", "cur", "tmp"} {
		if err := os.MkdirAll(filepath.Join(box, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for i, m := range mails {
		writeFile(t, filepath.Join(box, "new", fmt.Sprintf("%d.M%06dP1.bench", time.Now().Unix(), i)), string(m))
	}
	c.run(t, "chown", "-R", c.Owner+":"+c.Owner, c.path("mail"))
}

// discardLetters lets Postfix throw away what it took and made durable.
func (c *contest) discardLetters(t *testing.T) {
	t.Helper()
	writeFile(t, c.path("postfix", "transport"), "example.test discard:\n")
	if err := os.Chmod(c.path("postfix", "transport"), 0o644); err != nil {
		t.Fatal(err)
	}
	c.run(t, "postfix", "-c", c.path("postfix"), "reload")
	c.awaitPort(t, c.SMTP, true)
}

// awaitEmptyQueue waits until Postfix has thrown all away.
func (c *contest) awaitEmptyQueue(t *testing.T) {
	t.Helper()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for range look.C {
		if out, err := exec.Command("postqueue", "-c", c.path("postfix"), "-p").CombinedOutput(); err != nil {
			t.Fatalf("postqueue: %v\n%s", err, out)
		} else if bytes.Contains(out, []byte("empty")) {
			return
		}
	}
}

// startSink starts an smtp-sink.
func (c *contest) startSink(t *testing.T) {
	t.Helper()
	c.sink = c.Milter                                                     // nobody else is there
	cmd := exec.Command("smtp-sink", "-u", "nobody", c.at(c.sink), "128") // as root it wants a user
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	c.awaitPort(t, c.sink, true)
}

// letterSize is how long the letters of queueLetters are.
func letterSize(t *testing.T) int {
	t.Helper()
	sink, port := startSink(t)
	s := openDesk(t, t.TempDir(), fmt.Sprintf(benchConfig, support, 1, mailPassword, port, 1))
	queueLetters(t, s, 1, besideReader)
	stop := begin(t, s.parts.sender.Run)
	when(t, s, func(st ticket.Stats) bool { return st.Outbox[ticket.RowSent] == 1 })
	stop()
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	return int(sink.bytes.Load())
}

// timed runs a program to its end.
func timed(t *testing.T, cmd *exec.Cmd) time.Duration {
	t.Helper()
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	return time.Since(start)
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// loadAverage is that of the last minute.
func loadAverage(t *testing.T) float64 {
	t.Helper()
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), " ")
	n, err := strconv.ParseFloat(first, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// awaitQuiet gives the machine three minutes to become quiet after the last round.
func awaitQuiet(t *testing.T) {
	t.Helper()
	late := time.After(3 * time.Minute)
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for loadAverage(t) > quiet() {
		select {
		case <-look.C:
		case <-late:
			return
		}
	}
}
