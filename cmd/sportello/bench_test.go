package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/quotedprintable"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-smtp"
	"github.com/rs/zerolog"

	"sportello/ticket"
	"sportello/ticket/boltstore"
)

// benchMails writes n support mails as a real mailbox holds them: 60 % plain of
// 2-4 KB, 30 % with HTML of 8-30 KB, 10 % with an attachment of 50-300 KB, one
// in three a reply to an earlier one. The same for the same n.
func benchMails(n int) [][]byte {
	r := rand.New(rand.NewPCG(42, 42))
	sentences := []string{
		"Buongiorno, da questa mattina non riesco più ad accedere al sito: dopo il login compare una pagina bianca.",
		"Ho provato a svuotare la cache del browser e a usare un altro programma, ma il risultato è identico.",
		"Potreste verificare lo stato della richiesta? È piuttosto urgente, perché domani abbiamo una scadenza.",
		"Dopo l'aggiornamento di ieri sera il sito è molto lento e la posta arriva con ore di ritardo.",
		"In allegato trovate la schermata dell'errore e il file di log che avete chiesto.",
		"Since this morning our website is very slow and customers complain that they cannot order.",
		"Resto in attesa di un vostro cortese riscontro e vi ringrazio per la disponibilità.",
	}
	var mails [][]byte
	for i := range n {
		var text strings.Builder
		for want := 600 + r.IntN(1700); text.Len() < want; {
			text.WriteString(sentences[r.IntN(len(sentences))] + "\r\n")
		}
		var b bytes.Buffer
		from := fmt.Sprintf("cliente%d@cliente%d.test", r.IntN(400), r.IntN(60))
		fmt.Fprintf(&b, "Return-Path: <%s>\r\nReceived: from mx.cliente.test by mail.example.test with ESMTPS; Mon, 2 Mar 2026 08:00:00 +0100\r\n", from)
		fmt.Fprintf(&b, "From: \"Cliente %d\" <%s>\r\nTo: Assistenza <support@example.test>\r\nSubject: Problema %d sul sito\r\nDate: Mon, 02 Mar 2026 08:00:00 +0100\r\nMessage-ID: <bench.%d@cliente.test>\r\n", i, from, i, i)
		if i > 0 && r.IntN(3) == 0 {
			fmt.Fprintf(&b, "In-Reply-To: <bench.%[1]d@cliente.test>\r\nReferences: <bench.%[1]d@cliente.test>\r\n", r.IntN(i))
		}
		b.WriteString("MIME-Version: 1.0\r\n")
		switch k := r.IntN(10); {
		case k < 6:
			b.WriteString(benchPart("text/plain; charset=utf-8", text.String()))
		case k < 9:
			style := strings.Repeat(".c1{font-family:Calibri,Arial,sans-serif;font-size:11pt;margin:0;color:#1F497D}\r\n", 80+r.IntN(250))
			b.WriteString("Content-Type: multipart/alternative; boundary=\"alt\"\r\n\r\n--alt\r\n" + benchPart("text/plain; charset=utf-8", text.String()) +
				"\r\n--alt\r\n" + benchPart("text/html; charset=utf-8", "<html><head><style>"+style+"</style></head><body><p>"+text.String()+"</p></body></html>") + "\r\n--alt--\r\n")
		default:
			data := make([]byte, 50_000+r.IntN(250_000))
			for j := range data {
				data[j] = byte(r.Uint32())
			}
			b.WriteString("Content-Type: multipart/mixed; boundary=\"mix\"\r\n\r\n--mix\r\n" + benchPart("text/plain; charset=utf-8", text.String()) +
				"\r\n--mix\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"schermata.png\"\r\n\r\n")
			for code := base64.StdEncoding.EncodeToString(data); code != ""; {
				k := min(76, len(code))
				b.WriteString(code[:k] + "\r\n")
				code = code[k:]
			}
			b.WriteString("--mix--\r\n")
		}
		mails = append(mails, b.Bytes())
	}
	return mails
}

func benchPart(media, text string) string {
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return "Content-Type: " + media + "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + b.String()
}

// benchDesk is a desk in this process, its mailbox on an IMAP server in memory.
func benchDesk(b *testing.B, smtpPort int, connections int) (*service, *imapmemserver.User) {
	b.Helper()
	post, err := openPostOffice(time.Now, support)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { post.close() })
	s := openDesk(b, b.TempDir(), fmt.Sprintf(benchConfig, support, post.imapPort, demoPassword, smtpPort, connections))
	return s, post.users[support]
}

// openDesk opens a new desk in dir.
func openDesk(t testing.TB, dir, text string) *service {
	t.Helper()
	config := filepath.Join(dir, "sportello.toml")
	for path, text := range map[string]string{config: text, filepath.Join(dir, "password"): demoPassword} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := loadConfig(config, os.Getenv, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := makeDesk(c.Desk.StateDir); err != nil {
		t.Fatal(err)
	}
	a := &app{env: os.Getenv, stdout: io.Discard, stderr: io.Discard}
	s, err := a.openService(c, zerolog.Nop(), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// benchConfig is what DESIGN.md section 9 asks of benchmarks of ingest.
const benchConfig = `
[desk]
name = "Bench"
address = %q
state_dir = "state"
[imap]
url = "imap://support%%40example.test@127.0.0.1:%d/INBOX?tls=none" # %s
password_file = "password"
backlog = "all"
[smtp]
url = "smtp://127.0.0.1:%d?tls=none"
connections = %d
[security]
verify_dkim = false
customer = "token"
technician = "token"
[limits]
acks_per_address_hour = 0
acks_per_hour = 0
tickets_per_stranger_hour = 0
tickets_per_contact_hour = 0
letters_per_minute = 0
[[technician]]
name = "Anna Ferretti"
addresses = ["tech1@example.test"]
`

// begin runs parts of a service; the returned function stops them.
func begin(t testing.TB, parts ...func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, len(parts))
	for _, run := range parts {
		go func() { done <- run(ctx) }()
	}
	return func() {
		cancel()
		for range parts {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}
}

// when waits until the desk's counts satisfy ok.
func when(t testing.TB, s *service, ok func(ticket.Stats) bool) {
	t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for range look.C {
		if ok(s.store.Stats()) {
			return
		}
	}
}

// BenchmarkIngest files mails from an IMAP server in this process: fetched,
// archived, parsed, threaded, tagged, committed, letters queued.
func BenchmarkIngest(b *testing.B) {
	mails := benchMails(1000)
	var bytesIn int
	for _, m := range mails {
		bytesIn += len(m)
	}
	b.SetBytes(int64(bytesIn))
	for b.Loop() {
		b.StopTimer()
		s, user := benchDesk(b, 1, 1)
		for _, m := range mails {
			if _, err := user.Append("INBOX", literal{bytes.NewReader(m)}, &imap.AppendOptions{Time: time.Now()}); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		stop := begin(b, s.parts.poller.Run)
		when(b, s, func(st ticket.Stats) bool { return st.Mails == len(mails) })
		b.StopTimer()
		stop()
		if st := s.store.Stats(); st.Messages != len(mails) {
			b.Fatalf("%d messages: %+v", st.Messages, st)
		}
		if err := s.store.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(len(mails)*b.N)/b.Elapsed().Seconds(), "mails/s")
}

// sink is an SMTP server that takes everything and counts it.
type sink struct{ taken, bytes atomic.Int64 }

func (s *sink) NewSession(*smtp.Conn) (smtp.Session, error) { return sinkSession{s}, nil }

type sinkSession struct{ *sink }

func (sinkSession) Mail(string, *smtp.MailOptions) error { return nil }
func (sinkSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (s sinkSession) Data(r io.Reader) error {
	n, err := io.Copy(io.Discard, r)
	s.bytes.Add(n)
	s.taken.Add(1)
	return err
}
func (sinkSession) Reset()        {}
func (sinkSession) Logout() error { return nil }

func startSink(t testing.TB) (*sink, int) {
	t.Helper()
	s := &sink{}
	server := smtp.NewServer(s)
	port, err := serveLoopback(server.Serve)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return s, port
}

// BenchmarkSend carries letters of about 4 KB to an SMTP sink over 4
// connections: composed, fixed, marked as sending and settled, all durable.
func BenchmarkSend(b *testing.B) {
	const letters = 1000
	sink, port := startSink(b)
	s, _ := benchDesk(b, port, 4)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		queueLetters(b, s, letters, "mario@cliente.test")
		before := s.store.Stats().Outbox[ticket.RowSent]
		b.StartTimer()
		stop := begin(b, s.parts.sender.Run)
		when(b, s, func(st ticket.Stats) bool { return st.Outbox[ticket.RowSent] == before+letters })
		b.StopTimer()
		stop()
		b.StartTimer()
	}
	b.ReportMetric(float64(letters*b.N)/b.Elapsed().Seconds(), "letters/s")
	if sink.taken.Load() < letters {
		b.Fatalf("the sink took %d", sink.taken.Load())
	}
	if err := s.store.Close(); err != nil {
		b.Fatal(err)
	}
}

// queueLetters queues letters of about 4 KB.
func queueLetters(t testing.TB, s *service, letters int, to string) {
	t.Helper()
	text := strings.Repeat("Abbiamo riavviato il servizio e verificato che ora risponda.\n", 22)
	err := s.store.Update(t.Context(), func(tx ticket.Tx) error {
		for range letters {
			id, err := tx.NextNotice()
			if err != nil {
				return err
			}
			n := ticket.Notice{ID: id, Kind: ticket.NoticeAnswer, At: time.Now(), Language: "it", To: ticket.Mailbox{Address: to},
				MessageID: fmt.Sprintf("%d@example.test", id), Subject: "Problema", Text: text, FromName: "Anna (Bench)"}
			if err := tx.PutRow(&ticket.Row{Notice: n, State: ticket.RowQueued, Next: time.Now()}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// BenchmarkAcknowledge is one mail alone: from its arrival in the mailbox (the
// server announces it to IDLE) to the 250 for its acknowledgement.
func BenchmarkAcknowledge(b *testing.B) {
	sink, port := startSink(b)
	s, user := benchDesk(b, port, 2)
	stop := begin(b, s.parts.poller.Run, s.parts.sender.Run)
	mail := benchMails(1)[0]
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		raw := bytes.Replace(mail, []byte("<bench.0@"), fmt.Appendf(nil, "<one.%d@", i), 1)
		before := int(sink.taken.Load())
		start := time.Now()
		if _, err := user.Append("INBOX", literal{bytes.NewReader(raw)}, &imap.AppendOptions{Time: start}); err != nil {
			b.Fatal(err)
		}
		when(b, s, func(st ticket.Stats) bool { return st.Outbox[ticket.RowSent] >= before+2 }) // its acknowledgement and the technician's mail
		took = append(took, time.Since(start))
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
	stop()
	if err := s.store.Close(); err != nil {
		b.Fatal(err)
	}
}

// rssAnon is the anonymous resident memory of a process, in KiB.
func rssAnon(b testing.TB, pid int) int {
	b.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if rest, ok := strings.CutPrefix(sc.Text(), "RssAnon:"); ok {
			n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	return 0
}
