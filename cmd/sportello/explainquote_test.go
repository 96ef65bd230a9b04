package main

import (
	"strings"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

// TestDecision: the quote is the one that the mail answers, whatever the reply
// calls it.
func TestDecision(t *testing.T) {
	const letter = "\n\nIl giorno 3 marzo 2026 Assistenza ha scritto:\n> Preventivo: P-1042-2\n> Costo: 3 crediti\n> Prima: P-1042-1\n> I Suoi crediti: 10"
	tests := []struct {
		name, subject, reply, rest, want string
	}{
		{"a yes in small letters", "Re: [Desk #1042] Sito", "accetto p-1042-2", letter, "accept"},
		{"a yes without a code", "", "Accetto", letter, "accept"},
		{"a no", "", "Rifiuto il preventivo p-1042-2", letter, "decline"},
		{"another code than the letter's", "", "Accetto il preventivo P-1042-3", letter, "none"},
		{"the code of the quote before", "", "Accetto il preventivo P-1042-1", letter, "none"},
		{"the letter's credits", "", "Accetto per 3 crediti", letter, "accept"},
		{"other credits", "", "Accetto per 2 crediti", letter, "none"},
		{"the subject names it", "Re: preventivo P-1042-2", "accetto p-1042-2", "", "accept"},
		{"the subject names another", "Re: preventivo p-1042-3", "accetto P-1042-2", "", "none"},
		{"nothing but the reply", "Re: sito", "accetto il preventivo p-7-1", "", "accept"},
		{"no quote anywhere", "Re: sito", "accetto", "", "accept"},
		{"a price that only the reply names", "Re: sito", "procedete pure a 2 crediti", "", "none"},
		{"a price that only the reply names, in letters", "Re: preventivo P-1042-2", "Accetto il preventivo per due crediti", "\n\nIl giorno 3 marzo 2026 Assistenza ha scritto:\n> Preventivo: P-1042-2", "none"},
	}
	r := &reader{policy: policy.Default(time.UTC)}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := &ticket.Inbound{Kind: ticket.KindRequest, Subject: tt.subject, Reply: tt.reply, Text: tt.reply + tt.rest}
			for i := range strings.Split(tt.rest, "\n")[1:] {
				in.Aside = append(in.Aside, ticket.Aside{Line: strings.Count(tt.reply, "\n") + i + 2, Why: "quoted", Sure: true})
			}
			if got := r.decision(in); got != tt.want {
				t.Errorf("decision %q, want %q", got, tt.want)
			}
		})
	}
	robot := &ticket.Inbound{Kind: ticket.KindAutoReply, Reply: "Accetto", Text: "Accetto"}
	if got := r.decision(robot); got != "none" {
		t.Errorf("a robot decides: %q", got)
	}
}

// TestHistory: what was written this time is no history, nor is a signature.
func TestHistory(t *testing.T) {
	in := &ticket.Inbound{Text: "> P-1-1\nsì\n> P-1-2\nP-1-3\nP-1-4\n", Aside: []ticket.Aside{{Line: 1, Why: "quoted"}, {Line: 3, Why: "quoted"}, {Line: 5, Why: ticket.AsideSignature}}}
	if got := history(in); got != "> P-1-1\n> P-1-2" {
		t.Errorf("history %q", got)
	}
}
