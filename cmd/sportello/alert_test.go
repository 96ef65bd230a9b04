package main

import (
	"testing"

	"sportello/mailin"
	"sportello/ticket"
)

// TestConditionsAreSaid: people can be told of every condition of the mailbox,
// in both languages.
func TestConditionsAreSaid(t *testing.T) {
	for c := mailin.Unreachable; c <= mailin.Complaining; c++ {
		words := ticket.Say("imap " + c.String())
		if it, en := words.In("it"), words.In("en"); it == "" || en == "" || it == en {
			t.Errorf("%s: %q, %q", c, it, en)
		}
	}
}
