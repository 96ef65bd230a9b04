package ticket_test

import (
	"strings"
	"testing"

	"sportello/ticket"
)

// heads are what mail programs put above a mail that they forward.
var heads = map[string]string{
	"Thunderbird":        "-------- Messaggio Inoltrato --------\nOggetto: \tSito fermo\nData: \tSun, 29 Nov 2026 09:00:00 +0100\nMittente: \tMario Rossi <mario@rossi.example>\nA: \tAnna <anna@example.it>",
	"Gmail":              "---------- Forwarded message ---------\nDa: Mario Rossi <mario@rossi.example>\nDate: dom 29 nov 2026 alle ore 09:00\nSubject: Sito fermo\nTo: Anna Ferretti <anna@example.it>",
	"Outlook":            "Da: Mario Rossi <mario@rossi.example> \nInviato: domenica 29 novembre 2026 09:00\nA: Anna Ferretti <anna@example.it>\nOggetto: Sito fermo",
	"Outlook, bold":      "*From:* Mario Rossi <mario@rossi.example<mailto:mario@rossi.example>>\n*Sent:* Sunday, November 29, 2026 9:00 AM\n*To:* Anna Ferretti\n*Subject:* Sito fermo",
	"Apple Mail":         "Inizio messaggio inoltrato:\n\n> Da: Mario Rossi <mario@rossi.example>\n> Oggetto: Sito fermo\n> Data: 29 novembre 2026 alle ore 09:00:00 CET\n> A: anna@example.it",
	"a bare address":     "From: mario@rossi.example\nDate: Sun, 29 Nov 2026\nTo: anna@example.it",
	"in German":          "Von: Mario Rossi [mailto:mario@rossi.example]\nGesendet: Sonntag, 29. November 2026\nAn: Anna\nBetreff: Sito",
	"a name in brackets": "Da: \"Rossi, Mario\" <mario@rossi.example>\nInviato: ieri\nA: \"Ferretti, Anna\" <anna@example.it>",
}

// TestForwardedFrom: whose mail a technician forwards is proposed, and taken when she
// says so; with an address she decides.
func TestForwardedFrom(t *testing.T) {
	for name, head := range heads {
		for _, order := range []string{"", "#from\n", "#da\n\n-- \nAnna\n"} {
			t.Run(name+" "+order, func(t *testing.T) {
				b := authenticated(t)
				m := b.mail(anna, "Fwd: Sito fermo", strings.TrimSpace(order), proved, signed, func(m *ticket.Inbound) {
					m.Text = order + "\n" + head + "\n\n" + down
				})
				b.receive(m)
				held := pick(t, b.send(), ticket.NoticeHeld, anna)
				if !strings.Contains(strings.Join(held.Lines, "\n"), "sembra di "+mario+": #da da solo") {
					t.Fatalf("it proposes %q", held.Lines)
				}
				b.receive(b.mail(anna, "Re: x", "#da", replyTo(held), proved))
				b.must(b.Sweep(b.ctx))
				wantLetters(t, b.send(), "ticket-new anna, ticket-new bruno, transcript anna")
				if tk := b.ticket(1); tk.Requester.Address != mario || tk.Customer != "C1" {
					t.Errorf("ticket %+v", tk)
				}
				if text := b.messages(1)[0].Text; strings.Contains(text, "#da") || strings.Contains(text, "#from") || !strings.Contains(text, "errore 503") {
					t.Errorf("its text is %q", text)
				}
			})
		}
	}
}

// TestNothingIsProposed: two lines with a colon are no head, and our own people forward
// nothing for themselves.
func TestNothingIsProposed(t *testing.T) {
	for name, text := range map[string]string{
		"two lines":    "Nota: scrivere a mario@rossi.example\nPoi: chiamare",
		"a technician": "Da: Bruno <bruno@example.it>\nInviato: ieri\nA: Anna <anna@example.it>\nOggetto: x\n\nciao",
		"prose":        "Il cliente mario@rossi.example chiede: quando?",
	} {
		b := authenticated(t)
		b.receive(b.mail(anna, "x", text, proved))
		if held := pick(t, b.send(), ticket.NoticeHeld, anna); strings.Contains(strings.Join(held.Lines, "\n"), "sembra di") {
			t.Errorf("%s: it proposes %q", name, held.Lines)
		}
	}
}
