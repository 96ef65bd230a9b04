package ticket

import (
	"testing"
	"time"

	"sportello/policy"
)

// TestSenseOfAll: a yes is one only where all that came with it agrees: its
// subject, its other form, what was set aside.
func TestSenseOfAll(t *testing.T) {
	p := policy.Default(time.UTC)
	with := func(a Attachment) func(*Inbound) {
		return func(m *Inbound) { m.Attachments = []Attachment{a} }
	}
	for name, c := range map[string]struct {
		change func(m *Inbound)
		want   policy.Sense
	}{
		"alone":                {func(*Inbound) {}, policy.SenseAccept},
		"the subject agrees":   {func(m *Inbound) { m.Titled = "preventivo accettato" }, policy.SenseAccept},
		"the subject refuses":  {func(m *Inbound) { m.Titled = "non accetto" }, policy.SenseNone},
		"the subject adds":     {func(m *Inbound) { m.Titled = "solo entro marzo" }, policy.SenseNone},
		"another HTML":         {func(m *Inbound) { m.Forked = true }, policy.SenseNone},
		"a robot perhaps":      {func(m *Inbound) { m.Doubtful = true }, policy.SenseNone},
		"a signature in doubt": {func(m *Inbound) { m.Text, m.Aside = "Accetto.\nma poi", []Aside{{2, AsideSignature, false}} }, policy.SenseNone},
		"a role in its place":  {func(m *Inbound) { m.Text, m.Aside = "Accetto.\nAmministratore", []Aside{{2, AsideSignature, false}} }, policy.SenseAccept},
		"a file beside it":     {with(Attachment{Name: "condizioni.pdf", Type: "application/pdf", Size: 9}), policy.SenseNone},
		"a text beside it":     {with(Attachment{Name: "note.txt", Type: "text/plain", Size: 9}), policy.SenseNone},
		"the mail it answers":  {with(Attachment{Type: "message/rfc822", Size: 9}), policy.SenseAccept},
		"signed by a program":  {with(Attachment{Name: "smime.p7s", Type: "application/pkcs7-signature", Size: 9}), policy.SenseAccept},
		"with a card":          {with(Attachment{Name: "neri.vcf", Type: "text/vcard", Size: 9}), policy.SenseAccept},
		"with a logo":          {with(Attachment{Name: "logo.png", Type: "image/png", Size: 9}), policy.SenseAccept},
		"a no with a file": {func(m *Inbound) {
			with(Attachment{Name: "a.pdf", Type: "application/pdf", Size: 9})(m)
			m.Reply = "Non accetto."
		}, policy.SenseDecline},
		"thanks, new subject":   {func(m *Inbound) { m.Reply, m.Titled = "Grazie", "tutto bene" }, policy.SenseThanks},
		"a no, subject differs": {func(m *Inbound) { m.Reply, m.Titled = "Non accetto.", "accetto" }, policy.SenseNone},
	} {
		m := &Inbound{From: []Mailbox{{Name: "Sara Neri", Address: "sara@neri.example"}}, Reply: "Accetto.", Text: "Accetto."}
		c.change(m)
		if got := m.Sense(p, "P-8-1", 3); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
