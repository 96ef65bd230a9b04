package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"sportello/mailout"
	"sportello/ticket"
	"sportello/ticket/address"
	"sportello/ticket/boltstore"
)

// Everything that is his holds this mark, in names, addresses, texts, files and headers.
const hisMark = "zq9x"

const (
	him          = "Mario Zq9xnome Zq9xcognome <zq9xmario@zq9xrossi.example>"
	hisOther     = "Mario Zq9xnome Zq9xcognome <zq9xprivato@zq9xcasa.example>" // of nobody's contact
	hisColleague = "Luisa Bianchi <luisa@bianchi.example>"
	anotherOne   = "Nadia Costa <nadia@cantina.example>"
)

// erasedDesk is a desk in a folder, played without servers: every mail is parsed from
// its bytes, every letter composed.
type erasedDesk struct {
	t        *testing.T
	dir      string
	config   *Config
	office   *office
	composer *mailout.Composer
	now      time.Time
	uid      uint32
	sent     []ticket.Notice
}

func newErasedDesk(t *testing.T) *erasedDesk {
	t.Helper()
	dir, err := os.MkdirTemp("", "sportello-erase")
	must(t, err)
	d := &erasedDesk{t: t, dir: dir, now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	t.Cleanup(func() { d.close(); os.RemoveAll(dir) })
	d.write("imap.password", "secret\n")
	d.write("sportello.toml", `[desk]
name = "Officina"
address = "aiuto@officina.example"
state_dir = "state"
timezone = "UTC"
[imap]
url = "imap://d@127.0.0.1:1/INBOX?tls=none"
[smtp]
url = "smtp://127.0.0.1:1?tls=none"
[security]
technician = "token"
customer = "token"
verify_dkim = false
[limits]
acks_per_address_hour = 0
tickets_per_stranger_hour = 0
[[technician]]
name = "Carla Riva"
addresses = ["carla@officina.example"]
[[technician]]
name = "Dario Melis"
addresses = ["dario@officina.example"]
`)
	d.run("init")
	d.open()
	d.write("customers.csv", "id,name,language,email,may_spend\nCLI-ZQ9X77,Zq9xrossi Impianti,it,zq9xmario@zq9xrossi.example,true\nCLI-ZQ9X77,Zq9xrossi Impianti,it,luisa@bianchi.example,true\nN1,Cantina Costa,it,nadia@cantina.example,true\n")
	d.write("plans.csv", "customer,plan,site,purchased\nCLI-ZQ9X77,hosting,zq9xrossi.example,2026-03-01\n")
	d.write("credits.csv", "ref,customer,credits,purchased\nORD-1,CLI-ZQ9X77,20,2026-03-01\nORD-2,N1,20,2026-03-01\n")
	d.run("import", filepath.Join(dir, "customers.csv"), filepath.Join(dir, "plans.csv"), filepath.Join(dir, "credits.csv"))
	return d
}

func (d *erasedDesk) write(name, text string) {
	d.t.Helper()
	must(d.t, os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o600))
}

func (d *erasedDesk) open() {
	d.t.Helper()
	c, err := loadConfig(filepath.Join(d.dir, "sportello.toml"), func(string) string { return "" }, true)
	must(d.t, err)
	o, err := openOffice(c, func(string) string { return "" }, boltstore.Options{})
	must(d.t, err)
	o.now = func() time.Time { return d.now }
	o.desk.Now = o.now
	d.config, d.office, d.composer = c, o, c.newComposer(o.store)
}

func (d *erasedDesk) close() {
	if d.office != nil {
		must(d.t, d.office.store.Close())
		d.office = nil
	}
}

// try types a call, on the open desk if it is.
func (d *erasedDesk) try(args ...string) (int, string) {
	d.t.Helper()
	var out, errs bytes.Buffer
	a := &app{args: append(args, "--config", filepath.Join(d.dir, "sportello.toml")), env: func(string) string { return "" },
		stdin: strings.NewReader(""), stdout: &out, stderr: &errs, readFile: os.ReadFile}
	if d.office != nil && args[0] != "backup" && args[0] != "export" {
		a.office = d.office
	}
	code := a.run(d.t.Context())
	return code, out.String() + errs.String()
}

func (d *erasedDesk) run(args ...string) string {
	d.t.Helper()
	code, said := d.try(args...)
	if code != exitOK {
		d.t.Fatalf("sportello %s: %d\n%s", strings.Join(args, " "), code, said)
	}
	return said
}

// mail is one as programs write it: plain and HTML, a file, headers of all kinds.
func (d *erasedDesk) mail(from, to, subject, text string, fields ...string) string {
	d.uid++
	name, _, _ := strings.Cut(from, " <")
	_, addr, _ := strings.Cut(strings.TrimSuffix(from, ">"), "<")
	mark := ""
	if strings.Contains(addr, hisMark) {
		mark = "zq9x"
	}
	head := []string{"Return-Path: <" + addr + ">", "Received: from [192.0.2.7] (" + mark + "host.example) by mx.officina.example for <aiuto@officina.example>; " + d.now.Format(time.RFC1123Z),
		"Authentication-Results: mx.officina.example; spf=pass smtp.mailfrom=" + addr,
		"From: =?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte(name)) + "?= <" + addr + ">", "To: " + to, "Subject: " + subject, "Date: " + d.now.Format(time.RFC1123Z),
		fmt.Sprintf("Message-ID: <%sn%d@programma.example>", mark, d.uid), "X-Mailer: " + mark + "mailer", "MIME-Version: 1.0",
		"Content-Type: multipart/mixed; boundary=b1"}
	for _, f := range fields {
		key, _, _ := strings.Cut(f, ":")
		head = slices.DeleteFunc(head, func(h string) bool { return strings.HasPrefix(h, key+":") })
	}
	file := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(mark+" segreto del documento ", 40)))
	body := "--b1\nContent-Type: multipart/alternative; boundary=b2\n\n--b2\nContent-Type: text/plain; charset=utf-8\n\n" + text + "\n\n--b2\nContent-Type: text/html; charset=utf-8\n\n<p>" +
		strings.ReplaceAll(text, "\n", "<br>") + "</p>\n\n--b2--\n\n--b1\nContent-Type: application/pdf; name=" + mark + "contratto.pdf\nContent-Disposition: attachment; filename=" + mark + "contratto.pdf\nContent-Transfer-Encoding: base64\n\n" + file + "\n--b1--\n"
	return strings.ReplaceAll(strings.Join(append(head, fields...), "\n")+"\n\n"+body, "\n", "\r\n")
}

// play delivers mails and sends what is due.
func (d *erasedDesk) play(raws ...string) []ticket.Notice {
	d.t.Helper()
	d.deliver(raws...)
	return d.send()
}

func (d *erasedDesk) deliver(raws ...string) {
	d.t.Helper()
	for _, raw := range raws {
		d.uid++
		in := d.office.desk.Reread([]byte(raw), d.now)
		in.Source = ticket.Source{UIDValidity: 1, UID: d.uid}
		must(d.t, d.office.desk.Receive(d.t.Context(), []*ticket.Inbound{in}, ticket.Cursor{UIDValidity: 1, First: 1, Last: d.uid}))
		d.now = d.now.Add(time.Minute)
	}
	must(d.t, d.office.desk.Sweep(d.t.Context()))
}

func (d *erasedDesk) send() []ticket.Notice {
	d.t.Helper()
	var sent []ticket.Notice
	for {
		rows, _, err := d.office.desk.Take(d.t.Context(), ticket.LaneCustomers, 50, func(ticket.NoticeID) bool { return false })
		must(d.t, err)
		if len(rows) == 0 {
			d.sent = append(d.sent, sent...)
			return sent
		}
		for _, r := range rows {
			l, err := d.composer.Compose(d.t.Context(), &r.Notice)
			must(d.t, err)
			err = d.office.desk.Begin(d.t.Context(), r.Notice.ID, l)
			if errors.Is(err, ticket.ErrStale) {
				continue
			}
			must(d.t, err)
			must(d.t, d.office.desk.Settle(d.t.Context(), r.Notice.ID, ticket.Outcome{State: ticket.RowSent, Response: "250 ok for " + r.Notice.To.Address}))
			sent = append(sent, r.Notice)
		}
	}
}

// letter is the latest of a kind to an address.
func (d *erasedDesk) letter(kind ticket.NoticeKind, to string) *ticket.Notice {
	d.t.Helper()
	for _, n := range slices.Backward(d.sent) {
		if n.Kind == kind && n.To.Address == to {
			return &n
		}
	}
	d.t.Fatalf("no %s to %s", kind, to)
	return nil
}

// reply answers a letter.
func (d *erasedDesk) reply(from string, n *ticket.Notice, text string, fields ...string) string {
	return d.mail(from, n.ReplyTo, "Re: "+n.Subject, text, append([]string{"In-Reply-To: <" + n.MessageID + ">", "References: <" + n.MessageID + ">"}, fields...)...)
}

const carlaAddress, darioAddress = "carla@officina.example", "dario@officina.example"

// live is a desk's ordinary life with him: every way in which he comes into it.
func (d *erasedDesk) live() {
	d.t.Helper()
	const carla, dario = "Carla Riva <" + carlaAddress + ">", "Dario Melis <" + darioAddress + ">"
	desk := "aiuto@officina.example"
	his := "zq9xmario@zq9xrossi.example"

	// His request, an answer, a quote, his yes, the work, a charge.
	first := d.mail(him, desk, "Zq9xoggetto del sito", "Buongiorno, il sito zq9xrossi.example non si apre: errore 500. Zq9xtesto.\nMario Zq9xnome Zq9xcognome")
	d.play(first)
	d.play(strings.Replace(first, "Received: from", "Received: from zq9xaltrove via", 1)) // a copy by another way
	d.play(d.reply(carla, d.letter(ticket.NoticeTicketNew, carlaAddress), "Gentile Mario Zq9xnome Zq9xcognome, guardiamo subito. Zq9xrisposta.\n\n> Zq9xtesto."))
	d.play(d.reply(him, d.letter(ticket.NoticeAnswer, his), "Grazie, ma zq9xancora non va."))
	d.play(d.reply(carla, d.letter(ticket.NoticeTicketReply, carlaAddress), "#quote 3\nRifare la pagina di zq9xmario"))
	d.play(d.reply(him, d.letter(ticket.NoticeQuote, his), "Accetto."))
	d.play(d.reply(carla, d.letter(ticket.NoticeTicketReply, carlaAddress), "#charge 1"))
	d.play(d.mail("MAILER-DAEMON <mailer-daemon@zq9xrossi.example>", d.letter(ticket.NoticeAnswer, his).Envelope, "Undelivered mail", "zq9xmario@zq9xrossi.example: user zq9xunknown", "Auto-Submitted: auto-replied"))
	d.play(d.reply(him, d.letter(ticket.NoticeAnswer, his), "Sono fuori ufficio, zq9xmare.", "Auto-Submitted: auto-replied", "Subject: Out of office: zq9x"))
	d.play(d.reply(carla, d.letter(ticket.NoticeTicketNew, carlaAddress), "#note\nIl cliente zq9xmario@zq9xrossi.example è gentile"))
	d.play(d.mail(carla, desk, "elenco", "#list"), d.mail(carla, desk, "mostra", "#show 1"), d.mail(dario, desk, "aiuto", "#list mine"))
	d.play(d.mail(him, desk, "saldo", "saldo"))

	// A ticket of a colleague on which he writes, and is written about.
	d.play(d.mail(hisColleague, desk, "Casella piena", "La casella è piena.", "Cc: "+him))
	d.play(d.reply(him, d.letter(ticket.NoticeTicketNew, carlaAddress), "zq9x"))
	d.play(d.reply(carla, d.letter(ticket.NoticeTicketNew, carlaAddress), "Abbiamo ampliato la casella."))
	d.play(d.reply(hisColleague, d.letter(ticket.NoticeAnswer, "luisa@bianchi.example"), "Grazie, lo dico a Mario Zq9xnome Zq9xcognome (zq9xmario@zq9xrossi.example)."))
	d.play(d.reply(him, d.letter(ticket.NoticeAnswer, his), "Anche da me, zq9xgrazie."))
	d.play(d.reply(hisColleague, d.letter(ticket.NoticeAnswer, "luisa@bianchi.example"), "Ancora una cosa, senza nomi."))

	// Another customer's ticket, where he is asked, and named.
	d.play(d.mail(anotherOne, desk, "Modulo dei contatti", "Il modulo non invia. Il consulente è zq9xmario@zq9xrossi.example."))
	d.play(d.reply(dario, d.letter(ticket.NoticeTicketNew, darioAddress), "#ask "+his+"\nConosce questo modulo?"))
	d.play(d.reply(dario, d.letter(ticket.NoticeTicketNew, darioAddress), "#cc "+his))
	d.play(d.reply(dario, d.letter(ticket.NoticeTicketNew, darioAddress), "Il modulo è riparato."))

	// Mail that became nothing: held, ignored, quarantined; forwarded by a technician.
	d.play(d.mail(him, d.letter(ticket.NoticeTicketNew, carlaAddress).ReplyTo, "Zq9xfurto", "#close zq9x", "In-Reply-To: <"+d.letter(ticket.NoticeTicketNew, carlaAddress).MessageID+">"))
	d.play(d.mail(him, desk, "Zq9xnotizie", "zq9xlista", "List-Id: <zq9xlista.example>", "Precedence: list"))
	d.play(d.mail(hisOther, desk, "Zq9xprivato", "Scrivo da casa, sono Mario Zq9xnome Zq9xcognome di zq9xmario@zq9xrossi.example"))
	d.play(d.mail(carla, desk, "Fwd: Zq9xtelefonata", "#from "+his+"\nHa chiamato zq9xmario.\n\n-------- Messaggio inoltrato --------\nDa: "+him+"\nOggetto: zq9xaltro\n\nzq9xinoltrato"))
	d.play(d.mail(carla, desk, "senza token", "Dite a zq9xmario@zq9xrossi.example che va bene."))
	d.run("credit", "correct", "CLI-ZQ9X77", "ORD-1", "1", "--reason", "omaggio a Mario Zq9xnome Zq9xcognome")
	must(d.t, d.office.desk.Daily(d.t.Context()))
	d.now = d.now.Add(24 * time.Hour)
	must(d.t, d.office.desk.Daily(d.t.Context()))
	d.send()

	// Letters that wait when he is erased.
	d.deliver(d.mail(him, desk, "Zq9xultima", "zq9xultima domanda"))
}

// closeAll closes every ticket that is his, as the refusal says.
func (d *erasedDesk) closeAll(who string) {
	d.t.Helper()
	code, said := d.try("customer", "erase", who, "--reason", "richiesta")
	if code != exitFailed {
		d.t.Fatalf("%d: %s", code, said)
	}
	lines := regexp.MustCompile(`ticket close (\d+)`).FindAllStringSubmatch(said, -1)
	if len(lines) == 0 {
		d.t.Fatal(said)
	}
	for _, m := range lines {
		d.run("ticket", "close", m[1])
	}
}

// remains lists where his mark stands: in the bytes of the files, in what unpacks
// from anywhere in them, and in what the desk shows.
func (d *erasedDesk) remains() (found []string) {
	d.t.Helper()
	must(d.t, d.office.store.PutAway(d.t.Context()))
	d.close()
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20), zstd.WithDecoderDicts(d.dictionaries()...))
	must(d.t, err)
	defer dec.Close()
	see := func(where string, b []byte) {
		low := []byte(address.Lower(string(b))) // as long as b
		for at := 0; len(found) < 200; {
			i := bytes.Index(low[at:], []byte(hisMark))
			if i < 0 {
				return
			}
			at += i + len(hisMark)
			found = append(found, fmt.Sprintf("%s: %q", where, bytes.Trim(b[max(0, at-60):min(len(b), at+60)], "\x00")))
		}
	}
	must(d.t, filepath.WalkDir(filepath.Join(d.dir, "state"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		see(e.Name(), b)
		magic := []byte{0x28, 0xB5, 0x2F, 0xFD}
		for at := 0; ; {
			i := bytes.Index(b[at:], magic)
			if i < 0 {
				return nil
			}
			at += i
			if err := dec.Reset(bytes.NewReader(b[at:])); err == nil {
				var whole bytes.Buffer
				_, _ = whole.ReadFrom(dec)
				see(fmt.Sprintf("%s, unpacked at %d", e.Name(), at), whole.Bytes())
			}
			at += 4
		}
	}))
	out := filepath.Join(d.dir, "export")
	must(d.t, os.RemoveAll(out))
	d.run("export", out)
	must(d.t, filepath.WalkDir(out, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		see("export/"+e.Name(), append(b, e.Name()...))
		return err
	}))
	d.open()
	return found
}

// dictionaries are those with which the store packs.
func (d *erasedDesk) dictionaries() (all [][]byte) {
	d.t.Helper()
	names, err := filepath.Glob("../../ticket/boltstore/*.dict")
	must(d.t, err)
	for _, name := range names {
		b, err := os.ReadFile(name)
		must(d.t, err)
		all = append(all, b)
	}
	if len(all) == 0 {
		d.t.Fatal("no dictionaries")
	}
	return all
}

func (d *erasedDesk) sound(what string) {
	d.t.Helper()
	must(d.t, d.office.store.PutAway(d.t.Context()))
	d.close()
	code, said := d.try("fsck", "--deep")
	d.open()
	if code != exitOK {
		d.t.Fatalf("%s: fsck --deep: %d\n%s", what, code, said)
	}
}

// Whoever is erased stands nowhere any more, in no form, and the desk is sound.
func TestErasedStandNowhere(t *testing.T) {
	for _, c := range []struct {
		name, who string
		also      []string
	}{
		{"a person", "zq9xmario@zq9xrossi.example", []string{"zq9xprivato@zq9xcasa.example", "CLI-ZQ9X77"}},
		{"a customer", "CLI-ZQ9X77", []string{"zq9xprivato@zq9xcasa.example"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newErasedDesk(t)
			d.live()
			d.sound("before")
			if len(d.remains()) < 10 {
				t.Fatal("the desk hardly knew him")
			}
			for _, who := range append([]string{c.who}, c.also...) {
				d.closeAllOpen(who)
				t.Logf("%s: %s", who, d.run("customer", "erase", who, "--reason", "richiesta dell'interessato"))
				d.sound("after " + who)
			}
			if left := d.remains(); len(left) > 0 {
				t.Errorf("he stands in %d places:\n%s", len(left), strings.Join(left[:min(len(left), 30)], "\n"))
			}
			d.sound("after all")
		})
	}
}

// closeAllOpen closes what is open of somebody, if anything is.
func (d *erasedDesk) closeAllOpen(who string) {
	d.t.Helper()
	if code, _ := d.try("customer", "erase", who, "--reason", "x", "--dry-run"); code != exitOK {
		d.closeAll(who)
	}
}

// After an older backup came back, whom it brings is erased again, and so is his mail
// that the mailbox still has.
func TestErasedAgainAfterARestore(t *testing.T) {
	d := newErasedDesk(t)
	desk := "aiuto@officina.example"
	d.play(d.mail(him, desk, "Zq9xprima", "Il sito zq9x non si apre: errore 500."), d.mail(anotherOne, desk, "Modulo", "Il modulo non invia."))
	d.close()
	d.run("backup", filepath.Join(d.dir, "old.tar"))
	d.open()
	later := d.mail(him, desk, "Zq9xdopo", "Anche la posta zq9x non va.")
	d.play(later)
	d.closeAll("CLI-ZQ9X77")
	d.run("customer", "erase", "CLI-ZQ9X77", "--reason", "richiesta")
	d.close()

	state := filepath.Join(d.dir, "state")
	must(t, os.Rename(state, state+".lost"))
	must(t, os.MkdirAll(state, 0o700))
	must(t, os.Rename(filepath.Join(state+".lost", "generation"), filepath.Join(state, "generation")))
	must(t, os.Rename(filepath.Join(state+".lost", "keys"), filepath.Join(state, "keys")))
	must(t, os.RemoveAll(state+".lost"))
	d.run("restore", filepath.Join(d.dir, "old.tar"), "--dir", state)
	d.open()
	must(t, d.office.desk.Sweep(t.Context()))
	if left := d.remains(); len(left) > 0 {
		t.Errorf("he came back in %d places: %s", len(left), left[0])
	}
	d.sound("erased again")
	d.now = time.Now().Add(-time.Hour) // before the restore
	if e := d.erasures(); len(e) != 1 || e[0].Done.IsZero() || e[0].Customer != "erased-1" {
		t.Errorf("erasures %+v", e)
	}
}

func (d *erasedDesk) erasures() []*ticket.Erasure {
	d.t.Helper()
	all, err := d.office.desk.Erasures(d.t.Context())
	must(d.t, err)
	return all
}

// A mail to an erased ticket opens a new one; a technician's is held, and says why.
func TestMailToAnErasedTicket(t *testing.T) {
	d := newErasedDesk(t)
	const carla = "Carla Riva <" + carlaAddress + ">"
	d.play(d.mail(him, "aiuto@officina.example", "Zq9xprima", "Il sito non si apre: errore 500."))
	work, ack := d.letter(ticket.NoticeTicketNew, carlaAddress), d.letter(ticket.NoticeAck, "zq9xmario@zq9xrossi.example")
	d.closeAll("zq9xmario@zq9xrossi.example")
	d.send()
	d.run("customer", "erase", "zq9xmario@zq9xrossi.example", "--reason", "richiesta")
	d.play(d.reply(him, ack, "Ho ancora una domanda."), d.reply(carla, work, "Ecco la risposta."))
	if shown := d.run("ticket", "show", "2"); !strings.Contains(shown, "Ho ancora una domanda") {
		t.Error(shown)
	}
	if n := d.letter(ticket.NoticeTicketNew, carlaAddress); n.Ticket != 2 || !slices.ContainsFunc(n.Lines, func(l string) bool { return strings.Contains(l, "#1") && strings.Contains(l, "cancellato") }) {
		t.Errorf("technicians read %d %q", n.Ticket, n.Lines)
	}
	if n := d.letter(ticket.NoticeHeld, carlaAddress); len(n.Lines) == 0 || !strings.Contains(n.Lines[0], "cancellato") {
		t.Errorf("she reads %q", n.Lines)
	}
	if shown := d.run("ticket", "show", "1"); !strings.Contains(shown, "erased on 2026-11-23: richiesta") || !strings.Contains(shown, "(erased)") {
		t.Error(shown)
	}
	if listed := d.run("ticket", "list"); !strings.Contains(listed, "(erased)") {
		t.Error(listed)
	}
	for _, args := range [][]string{{"ticket", "reopen", "1"}, {"ticket", "assign", "1", "carla"}, {"ticket", "merge", "2", "1"}, {"quote", "1", "3"}, {"queue", "retry", "1"}} {
		if code, said := d.try(args...); code != exitFailed || !strings.Contains(said, "erased on 2026-11-23") {
			t.Errorf("%q: %d, %s", args, code, said)
		}
	}
	for _, args := range [][]string{{"customer", "erase", "nessuno@altrove.example", "--reason", "x"}, {"customer", "erase", carlaAddress, "--reason", "x"}, {"customer", "erase", "aiuto@officina.example", "--reason", "x"}} {
		if code, said := d.try(args...); code != exitFailed {
			t.Errorf("%q: %d, %s", args, code, said)
		}
	}
	if code, said := d.try("customer", "erase", "N1"); code != exitUsage || !strings.Contains(said, "--reason") {
		t.Errorf("without a reason: %d, %s", code, said)
	}
	d.sound("after all")
}

// What was closed long enough ago goes by itself; what goes on stays.
func TestRetention(t *testing.T) {
	d := newErasedDesk(t)
	desk := "aiuto@officina.example"
	first := d.mail(him, desk, "Zq9xvecchio", "Il sito zq9x non si apre: errore 500.")
	d.play(first, d.mail(anotherOne, desk, "Modulo", "Il modulo non invia."))
	must(t, d.office.desk.Daily(t.Context()))
	d.send()
	d.run("ticket", "close", "1")
	d.send()
	d.office.desk.Retention = 24
	d.now = d.now.AddDate(2, 0, -1)
	if n, err := d.office.desk.Retain(t.Context()); n != 0 || err != nil {
		t.Fatalf("a day early: %d, %v", n, err)
	}
	d.now = d.now.AddDate(0, 0, 2)
	d.office.desk.Retention = 24
	n, err := d.office.desk.Retain(t.Context())
	must(t, err)
	if again, err := d.office.desk.Retain(t.Context()); n != 1 || again != 0 || err != nil {
		t.Errorf("erased %d, then %d, %v", n, again, err)
	}
	if shown := d.run("ticket", "show", "2"); !strings.Contains(shown, "Il modulo non invia") {
		t.Error(shown)
	}
	if e := d.erasures(); len(e) != 1 || e[0].Kind != ticket.ErasureRetention || e[0].Erased.Tickets != 1 || e[0].Done.IsZero() {
		t.Errorf("erasures %+v", e)
	}
	for _, where := range d.remains() {
		if !strings.Contains(where, "CLI-ZQ9X77") && !strings.Contains(strings.ToLower(where), "zq9xrossi") { // the customer himself stays
			t.Error(where)
		}
	}
	d.sound("after it")
	d.play(first) // it lies in the mailbox still
	if shown := d.run("ticket", "list"); strings.Contains(shown, "Zq9xvecchio") {
		t.Error(shown)
	}
	d.sound("after its mail came again")
}

// Another of his name keeps what is his.
func TestANamesakeIsNotErased(t *testing.T) {
	d := newErasedDesk(t)
	desk := "aiuto@officina.example"
	d.play(d.mail(him, desk, "Zq9xprima", "Il sito non si apre: errore 500."),
		d.mail("Mario Zq9xnome Zq9xcognome <mario@altrove.example>", desk, "Altro Mario", "Sono un altro.\nMario Zq9xnome Zq9xcognome"))
	d.closeAll("zq9xmario@zq9xrossi.example")
	d.run("customer", "erase", "zq9xmario@zq9xrossi.example", "--reason", "richiesta")
	if shown := d.run("ticket", "show", "2"); !strings.Contains(shown, "Sono un altro.") || !strings.Contains(shown, "Mario Zq9xnome Zq9xcognome") || strings.Contains(shown, "erased") {
		t.Error(shown)
	}
	if n := d.erasures()[0].Erased; n.Tickets != 1 || n.Mails != 1 {
		t.Errorf("%+v", n)
	}
}
