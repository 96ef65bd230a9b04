package storetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

// Busy is a desk that works fast: its requests come in by the hundred, technicians
// answer seven in ten of them, and whatever it has to say is sent, to a server that
// takes everything. All of it goes through the desk itself.
type Busy struct {
	*ticket.Desk
	// Write makes a letter; nil: Letter.
	Write func(context.Context, *ticket.Notice) (*ticket.Letter, error)
	// Texts are what its people write, "subject | text" or text alone; nil: words at random.
	Texts []string
	// Every is the time between two requests.
	Every time.Duration
	// Sent counts the letters that have left, Mails what came in.
	Sent, Mails int

	now    atomic.Pointer[time.Time]
	random *rand.Rand
	uid    uint32
	due    []*ticket.Inbound // answers of technicians that come with the next requests
}

const (
	busyDesk      = "assistenza@sportello.example"
	busyCustomers = 500
	busyBatch     = 250
	busySenders   = 128
)

// NewBusy puts a desk with customers and two technicians over an empty store, whose
// clock begins at start.
func NewBusy(s ticket.Store, start time.Time) (*Busy, error) {
	keys, err := ticket.NewKeys(map[byte][]byte{'a': []byte(strings.Repeat("k", 32))})
	b := &Busy{Every: 7 * time.Minute, random: rand.New(rand.NewPCG(1, 2))}
	b.now.Store(&start)
	b.Desk = &ticket.Desk{Store: s, Policy: policy.Default(time.UTC), Keys: keys, Name: "Assistenza Sportello", Language: "it", Zone: time.UTC, ReopenDays: 30,
		Addresses:       ticket.Addresses{Desk: busyDesk, Pattern: ticket.PlusPattern(busyDesk)},
		Technicians:     []ticket.Technician{{Name: "Anna Ferretti", Addresses: []string{"anna@sportello.example"}}},
		TokenTechnician: true, TokenCustomer: true, Now: func() time.Time { return *b.now.Load() },
		Reread: func([]byte, time.Time) *ticket.Inbound { return nil }}
	var all []*ticket.Customer
	for i := range busyCustomers {
		c := &ticket.Customer{ID: fmt.Sprint("C", 1000+i), Name: fmt.Sprintf("Ditta %d srl", i), Language: []string{"it", "it", "it", "en"}[i%4], Contacts: []ticket.Contact{{Address: busyAddress(i), MaySpend: true}}}
		if i%2 == 0 {
			c.Plans = []policy.Plan{{ID: "hosting", Site: fmt.Sprintf("www.ditta%d.example", i), Purchased: policy.DateOf(start, time.UTC)}}
		}
		all = append(all, c)
	}
	return b, errors.Join(err, b.PutCustomers(context.Background(), all, nil))
}

func busyAddress(i int) string { return fmt.Sprintf("mario.rossi%d@ditta%d.example", i, i) }

// Tickets opens n tickets and sends every letter that they cause.
func (b *Busy) Tickets(ctx context.Context, n int) error {
	for done := 0; done < n; {
		in := b.due
		b.due = nil
		for range min(busyBatch, n-done) {
			in = append(in, b.request())
			done++
		}
		if err := b.take(ctx, in); err != nil {
			return err
		}
	}
	in := b.due
	b.due = nil
	return b.take(ctx, in)
}

// take files mails and sends what they cause.
func (b *Busy) take(ctx context.Context, in []*ticket.Inbound) error {
	b.Mails += len(in)
	if err := b.Receive(ctx, in, ticket.Cursor{UIDValidity: 1, First: 1, Last: b.uid}); err != nil {
		return err
	}
	return b.Send(ctx)
}

// Pass lets time go by, with a look at the clocks each day.
func (b *Busy) Pass(ctx context.Context, days int) error {
	for range days {
		b.forward(24 * time.Hour)
		if err := errors.Join(b.Sweep(ctx), b.Send(ctx)); err != nil {
			return err
		}
	}
	return nil
}

func (b *Busy) forward(d time.Duration) {
	next := b.Now().Add(d)
	b.now.Store(&next)
}

// Send sends what is due.
func (b *Busy) Send(ctx context.Context) error {
	for {
		rows, _, err := b.Take(ctx, ticket.LaneCustomers, 1000, nil)
		if err != nil || len(rows) == 0 {
			return err
		}
		var next atomic.Int64
		var wg sync.WaitGroup
		errs := make([]error, min(busySenders, len(rows)))
		for w := range errs {
			wg.Go(func() {
				for i := next.Add(1) - 1; i < int64(len(rows)) && errs[w] == nil; i = next.Add(1) - 1 {
					errs[w] = b.carry(ctx, rows[i])
				}
			})
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		b.Sent += len(rows)
		for _, r := range rows {
			if n := &r.Notice; n.Kind == ticket.NoticeTicketNew && b.random.IntN(10) < 7 {
				b.due = append(b.due, b.answer(n))
			}
		}
	}
}

// carry brings one letter to nobody, as the sender does.
func (b *Busy) carry(ctx context.Context, r *ticket.Row) error {
	l := Letter(&r.Notice)
	if b.Write != nil {
		var err error
		if l, err = b.Write(ctx, &r.Notice); err != nil {
			return err
		}
	}
	if err := b.Begin(ctx, r.Notice.ID, l); errors.Is(err, ticket.ErrStale) {
		return nil
	} else if err != nil {
		return err
	}
	return b.Settle(ctx, r.Notice.ID, ticket.Outcome{State: ticket.RowSent, Response: "250 2.0.0 Ok: queued as 4fXyZ" + fmt.Sprint(r.Notice.ID)})
}

// request is a mail of a customer, or in one of five of somebody unknown.
func (b *Busy) request() *ticket.Inbound {
	who := b.random.IntN(busyCustomers * 5 / 4)
	return b.mail(ticket.Mailbox{Name: fmt.Sprintf("Mario Rossi %d", who), Address: busyAddress(who)}, busyDesk, b.subject(), b.text(3))
}

// answer is what a technician writes to the letter that tells her of a ticket.
func (b *Busy) answer(n *ticket.Notice) *ticket.Inbound {
	m := b.mail(n.To, n.ReplyTo, "Re: "+n.Subject, b.text(2))
	m.InReplyTo, m.References = []string{n.MessageID}, append(append([]string{}, n.References...), n.MessageID)
	return m
}

// mail is a mail as a server holds it and as it is read.
func (b *Busy) mail(from ticket.Mailbox, to, subject, text string) *ticket.Inbound {
	b.uid++
	b.forward(b.Every)
	m := &ticket.Inbound{Source: ticket.Source{UIDValidity: 1, UID: b.uid}, Arrived: b.Now(), Date: b.Now(), From: []ticket.Mailbox{from}, To: []ticket.Mailbox{{Address: to}},
		MessageID:  fmt.Sprintf("%016x.%08x@%s", b.random.Uint64(), b.uid, from.Address[strings.IndexByte(from.Address, '@')+1:]),
		Recipients: []string{to}, Subject: subject, Kind: ticket.KindRequest, Language: "it", Text: text, Reply: text}
	m.Raw = fmt.Appendf(nil, "Return-Path: <%[1]s>\r\nReceived: from mx%[2]d.posta.example (mx%[2]d.posta.example [192.0.2.%[2]d]) by mail.sportello.example with ESMTPS id %[3]x; %[4]s\r\nFrom: %[5]q <%[1]s>\r\nTo: <%[6]s>\r\nSubject: %[7]s\r\nDate: %[4]s\r\nMessage-ID: <%[8]s>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%[9]s\r\n",
		from.Address, b.uid%200, b.random.Uint64(), m.Date.Format(time.RFC1123Z), from.Name, to, subject, m.MessageID, text)
	m.RawSum, m.Content, m.Size = sha256.Sum256(m.Raw), sha256.Sum256([]byte(m.MessageID)), int64(len(m.Raw))
	return m
}

func (b *Busy) subject() string {
	if b.Texts == nil {
		return strings.ReplaceAll(b.words(4+b.random.IntN(5)), "\n", " ")
	}
	subject, _, _ := strings.Cut(b.Texts[b.random.IntN(len(b.Texts))], " | ")
	return subject
}

// text is what somebody writes, of up to that many pieces.
func (b *Busy) text(pieces int) string {
	if b.Texts == nil {
		return b.words(40*pieces/2 + b.random.IntN(40*pieces))
	}
	var all []string
	for range 1 + b.random.IntN(pieces) {
		_, text, _ := strings.Cut(b.Texts[b.random.IntN(len(b.Texts))], " | ")
		all = append(all, strings.ReplaceAll(text, `\n`, "\n"))
	}
	return strings.Join(all, "\n\n")
}

// words are n words in sentences, each mail others.
func (b *Busy) words(n int) string {
	var s strings.Builder
	for i := range n {
		if i > 0 {
			s.WriteByte(" \n"[b.random.IntN(12)/11])
		}
		s.WriteString(busyWords[int(float64(len(busyWords))*b.random.Float64()*b.random.Float64())])
	}
	return s.String()
}

var busyWords = strings.Fields(`di non che il la è un per una in sono mi si ho con del ma da al le ci se più come ha i
anche sito della questo bene lo tutto dei alla posta quando nel abbiamo quello stato molto gli cosa fatto sul dopo dove
perché pagina qui prima adesso solo essere poi grazie buongiorno errore ieri oggi domani sera mattina cliente ordine
ordini carrello dominio casella password accesso modulo contatti immagine immagini testo logo menu negozio prodotto
prodotti prezzo prezzi fattura pagamento carta server lento bianca schermata problema richiesta urgente possibile
sapere bisogno vorrei vorremmo potete potreste aggiungere cambiare togliere spostare sistemare controllare verificare
aggiornare aggiornamento plugin versione modifica modifiche colore scritta link sezione articolo articoli notizia foto
galleria video mappa indirizzo telefono orari nome cognome società ufficio collega colleghi direttore magazzino consegna
spedizione corriere reso rimborso sconto coupon promozione newsletter iscritti statistiche visite motore ricerca parole
chiave certificato scaduto rinnovo contratto offerta preventivo costo ore giorni settimana mese anno lunedì martedì
mercoledì giovedì venerdì fine inizio ancora sempre mai forse quasi circa almeno appena subito presto tardi insieme
senza contro verso durante secondo tramite riguardo allegato allegati documento documenti cartella archivio copia
salvataggio ripristino backup prova provato provare funziona funzionano funzionava risponde rispondono apre aprono vede
vedono compare compaiono arriva arrivano parte partono manca mancano serve servono chiede chiedono dice dicono manda
mandano riceve ricevono trova trovano cordiali saluti attesa riscontro disponibilità gentile gentili spettabile egregio`)
