package main

import (
	"strings"

	"sportello/mailin"
	"sportello/ticket"
)

// mailboxWords says to people how the reading of the mailbox stands. said is
// for the log; of it they read what the server said, which go-imap's errors hold
// behind their mark.
func mailboxWords(condition mailin.Condition, said string) []ticket.Words {
	lines := []ticket.Words{ticket.Say("imap " + condition.String())}
	_, words, ok := strings.Cut(said, "imap: ")
	if condition == mailin.Complaining { // these are the server's own
		words, ok = said, true
	}
	if ok {
		lines = append(lines, ticket.Say("said", words))
	}
	return lines
}

// alertKey tells alerts apart, of which each is told once an hour.
func alertKey(condition mailin.Condition, said string) string {
	if condition == mailin.Complaining {
		return "imap " + condition.String() + " " + said
	}
	return "imap " + condition.String()
}
