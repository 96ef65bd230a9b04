package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// worstMails are eight mails that become far more than they are when they are
// read, each by another part of the reader.
func worstMails() []string {
	part := func(head, body string) string { return "--b\r\n" + head + "\r\n\r\n" + body + "\r\n" }
	mixed := func(parts ...string) string {
		return "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Join(parts, "") + "--b--\r\n"
	}
	pages := func(page string) string {
		return mixed(slices.Repeat([]string{part("Content-Type: text/html", page)}, 4)...)
	}
	winmail := append(binary.LittleEndian.AppendUint32(nil, 0x223e9f78), 0, 0)
	for range 1900 {
		winmail = append(binary.LittleEndian.AppendUint32(append(winmail, 2), 0x69002), 0, 0, 0, 0, 0, 0)
	}
	picture := part("Content-Type: image/png; name=\""+strings.Repeat("lungo", 23)+".png\"\r\nContent-ID: <i>", "x")
	images := part("Content-Type: text/html", strings.Repeat("<img src=cid:i>", 70_000))
	return []string{
		pages(strings.Repeat("<blockquote>", 8) + strings.Repeat("<hr>a", 1<<18)),
		pages("<table>" + strings.Repeat("<td>a<tr>", 100_000)),
		pages(strings.Repeat("<ol>", 8) + strings.Repeat("<li>a", 1<<18)),
		mixed(images, images, images, images, picture),
		mixed(slices.Repeat([]string{part("Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64", base64.StdEncoding.EncodeToString(winmail))}, 400)...),
		mixed(slices.Repeat([]string{part("Content-Type: text/plain; charset=shift_jis\r\nContent-Transfer-Encoding: base64",
			base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\xb1", 1<<20))))}, 4)...),
		"Content-Type: text/plain; format=flowed\r\n\r\n" + strings.Repeat("parola \r\n", 4_500_000),
		"Content-Type: text/plain\r\n\r\nbegin 644 a.bin\r\n" + strings.Repeat("M"+strings.Repeat("0V%T", 15)+"\r\n", 480_000) + "end\r\n",
	}
}

// TestMemoryOfTheWorstMails lets a desk of its own file eight of the worst mails,
// all there at once: it stays under 256 MiB of anonymous memory.
func TestMemoryOfTheWorstMails(t *testing.T) {
	if rssAnon(t, os.Getpid()) == 0 {
		t.Skip("no /proc that tells RssAnon")
	}
	office, err := openPostOffice(time.Now, support, tech)
	if err != nil {
		t.Fatal(err)
	}
	defer office.close()
	for i, mail := range worstMails() {
		head := fmt.Sprintf("From: x%d@stranger.test\r\nTo: %s\r\nSubject: %d\r\nDate: %s\r\nMessage-ID: <%d@stranger.test>\r\nMIME-Version: 1.0\r\n",
			i, support, i, time.Now().Format(time.RFC1123Z), i)
		if err := office.put(office.users[support], []byte(head+mail)); err != nil {
			t.Fatal(err)
		}
	}
	d := newDaemon(t, fmt.Sprintf(`
[desk]
address = %q
state_dir = "state"
[imap]
url = "imap://support%%40example.test@localhost:%d/INBOX?tls=none"
password_file = "password"
[smtp]
url = "smtp://support%%40example.test@localhost:%d?tls=none"
password_file = "password"
[[technician]]
name = "Anna Ferretti"
addresses = [%q]
`, support, office.imapPort, office.smtpPort, tech))
	d.write(t, "password", demoPassword+"\n")
	d.serve(t)
	top, ended := 0, make(chan struct{})
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			top = max(top, rssAnon(t, d.cmd.Process.Pid))
			select {
			case <-ended:
				return
			case <-tick.C:
			}
		}
	}()
	s := d.await(t, 3*time.Minute, "the mails and their letters", func(s statsView) bool {
		return s.Mails == 8 && s.Outbox.Queued+s.Outbox.Sending == 0
	})
	close(ended)
	<-watching
	t.Logf("%d MiB at most", top>>10)
	if top > 256<<10 {
		t.Errorf("%d MiB of anonymous memory", top>>10)
	}
	if s.Messages != 8 {
		t.Errorf("%+v", s)
	}
	d.stop(t)
}
