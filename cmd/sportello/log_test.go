package main

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
)

// logLine is what a line about an arrival or a letter must hold.
type logLine struct {
	Message   string  `json:"message"`
	UID       *int    `json:"uid"`
	MessageID *string `json:"message_id"`
	Kind      string  `json:"kind"`
	Fate      string  `json:"fate"`
	Ticket    *int    `json:"ticket"`
	Authority *string `json:"authority"`
	Verdict   *string `json:"verdict"`
	Notice    int     `json:"notice"`
	State     string  `json:"state"`
	Response  *string `json:"response"`
}

// TestLogOfArrivalsAndLetters: each mail makes one line that says what became
// of it, each letter one with the server's answer; and whatever a mail says,
// none of its text, none of its names and no token stands in any line.
func TestLogOfArrivalsAndLetters(t *testing.T) {
	const canary = "kanarienvogel"
	shapes := []struct {
		fate, kind string
		headers    []string
		from, body string
	}{
		{"message", "request", nil, "mario@cliente.test", "Il sito è fermo " + canary},
		{"message", "request", nil, `"` + canary + `" <luisa@cliente.test>`, "Aiuto " + canary},
		{"ignored", "auto-reply", []string{"Auto-Submitted: auto-replied (" + canary + ")"}, "mario@cliente.test", canary},
		{"ignored", "list", []string{"List-Id: " + canary + " <liste.example>", "Precedence: list"}, "nessuno@altro.test", canary},
		{"held", "request", nil, "anna@example.test", "#" + canary + "\n" + canary},
		{"held", "request", nil, "anna@example.test", "Una cosa.\n#close " + canary},
		{"quarantine", "request", nil, "", canary},
		{"message", "request", []string{"In-Reply-To: <" + canary + "@x>", "X-Injected: \"level\":\"error\""}, "john@cliente.test", canary},
	}
	inWorld(t, fmt.Sprintf(worldConfig, "letters_per_minute = 0"), func(*world) {}, func(w *world) {
		for i, s := range shapes {
			w.write(s.from, fmt.Sprintf("%s %d", canary, i), s.body, 0, s.headers...)
			w.wait(2 * time.Second)
		}
		ours := w.relay.letters("ack")
		if len(ours) == 0 {
			t.Fatal("no acknowledgement")
		}
		ack, err := mail.ReadMessage(strings.NewReader(ours[0].raw))
		must(t, err)
		replyTo, err := mail.ParseAddress(ack.Header.Get("Reply-To"))
		must(t, err)
		own := ack.Header.Get("Message-Id")
		token := strings.Split(strings.Split(replyTo.Address, "@")[0], "+")[1]
		// Our own letter comes back; a reply names it; a stranger writes a token as his Message-ID.
		w.raw("From: support@example.test\r\nSubject: x\r\nMessage-ID: "+own+"\r\nX-Sportello-Ticket: 1\r\n\r\nx\r\n", 0)
		w.raw("From: mario@cliente.test\r\nTo: "+replyTo.Address+"\r\nSubject: y\r\nMessage-ID: <"+replyTo.Address+">\r\nIn-Reply-To: "+own+"\r\n\r\ny\r\n", 0)
		w.wait(time.Minute)

		arrivals, letters := 0, map[int]int{}
		for _, text := range strings.Split(strings.TrimSpace(w.log.String()), "\n") {
			var l logLine
			must(t, json.Unmarshal([]byte(text), &l))
			switch l.Message {
			case "arrival":
				if l.UID == nil || l.MessageID == nil || l.Ticket == nil || l.Authority == nil || l.Verdict == nil {
					t.Errorf("a field is missing: %s", text)
				}
				if arrivals < len(shapes) && (l.Fate != shapes[arrivals].fate || l.Kind != shapes[arrivals].kind || *l.UID != arrivals+1) {
					t.Errorf("mail %d: %s, want %s %s", arrivals, text, shapes[arrivals].fate, shapes[arrivals].kind)
				}
				if l.Fate == "message" && (*l.Ticket == 0 || *l.Authority == "" || *l.Verdict == "") {
					t.Errorf("a message without ticket, authority or verdict: %s", text)
				}
				arrivals++
			case "letter":
				letters[l.Notice]++
				if l.State != "sent" || l.Response == nil || *l.Response == "" {
					t.Errorf("a letter without the server's answer: %s", text)
				}
			}
			if strings.Contains(text, token) || strings.Contains(text, strings.Trim(own, "<>")) {
				t.Errorf("a token in the log: %s", text)
			}
		}
		if arrivals != len(shapes)+2 || len(letters) != len(w.relay.taken) {
			t.Errorf("%d arrivals and %d letters in the log of %d and %d", arrivals, len(letters), len(shapes)+2, len(w.relay.taken))
		}
		if i := strings.Index(w.log.String(), canary); i >= 0 && !strings.Contains(w.log.String()[max(0, i-60):i], "message_id") {
			t.Errorf("what a mail says is in the log: …%.200s", w.log.String()[max(0, i-100):])
		}
	})
}

// TestLogIsStruck: every line goes through one writer that knows our addresses.
func TestLogIsStruck(t *testing.T) {
	var b strings.Builder
	keys, err := ticket.NewKeys(map[byte][]byte{'a': []byte(strings.Repeat("k", 32))})
	must(t, err)
	ours := ticket.Addresses{Desk: "desk@example.it", Pattern: ticket.PlusPattern("desk@example.it")}
	token := keys.Sign(ticket.Token{Purpose: ticket.PurposeWork, Number: 7, Participant: 3, Day: 20000})
	w := &struck{&b, ours}
	line := fmt.Sprintf(`{"message_id":"<%s>","error":"553 <%s> no","to":"mario@rossi.example"}`+"\n",
		keys.MessageID(4, ticket.Token{Purpose: ticket.PurposeReply, Number: 7, Day: 20000}, "example.it"), ours.Token(token))
	n, err := w.Write([]byte(line))
	if err != nil || n != len(line) || strings.Contains(b.String(), token) || strings.Contains(b.String(), "sportello.4") || !strings.Contains(b.String(), "mario@rossi.example") {
		t.Errorf("%d, %v: %s", n, err, b.String())
	}
}
