package main

import (
	"fmt"
	"testing"
	"time"

	"sportello/mailin"
	"sportello/policy"
)

// TestAYesIsNotSignedAway: what stands below a yes is its sender's signature only
// as long as each word can be one; a condition in the dress of a name is none.
func TestAYesIsNotSignedAway(t *testing.T) {
	c := &Config{}
	p := policy.Default(time.UTC)
	for _, mark := range []string{"", "-- \n"} {
		for want, signed := range map[policy.Sense][]string{
			policy.SenseAccept: {"Mario Rossi", "MARIO ROSSI", "Mario Rossi\nUfficio Acquisti\nTel. 011 555 0100", "Mario Rossi\nRossi Impianti Srl\nVia Torino 12, 10100 Torino",
				"Mario Rossi\nDirettore Commerciale\nwww.rossi.example"},
			policy.SenseNone: {"Mario Rossi Entro Domani", "Mario Rossi Gratis", "Forse Rossi", "Solo Mario", "Annullo Rossi", "Mario Rossi\nSalvo Approvazione Rossi",
				"Mario Rossi\nSOLO GRATIS SRL", "Mario Rossi\nVia Roma 1 Non Ora", "Maybe Mario", "Mario Rossi Unless Cheaper",
				"Scherzo Mario", "Lunedì Mario", "Dopodomani Mario Rossi", "Mario Rossi Scherzavo"},
		} {
			for _, s := range signed {
				raw := fmt.Sprintf("From: Mario Rossi <mario@rossi.example>\r\nTo: support@example.test\r\nSubject: Re: x\r\n\r\nAccetto il preventivo P-1-1.\r\n\r\n%s%s\r\n", mark, s)
				o := c.options()
				o.Sent = func(string) [][]byte { return nil }
				in := mailin.Parse([]byte(raw), o)
				if got := in.Sense(p, "P-1-1", 1); got != want {
					t.Errorf("%q: %d, want %d; reply %q, signature %q", mark+s, got, want, in.Reply, in.Signature)
				}
			}
		}
	}
}
