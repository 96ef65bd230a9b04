package policy

import (
	"testing"
	"time"
)

func TestAsksStatement(t *testing.T) {
	p := Default(time.UTC)
	for _, text := range []string{"saldo", "Saldo", "SALDO.", "Saldo?", "  estratto   conto\n", "Estratto conto, grazie!", "Saldo grazie", "saldo per favore", "Balance", "balance, please\nThanks",
		"Buongiorno,\n\nestratto conto\n\nGrazie, Mario", "Saldo\n\nCordiali saluti\nMario Rossi"} {
		if !p.AsksStatement(text, "Mario Rossi") {
			t.Errorf("%q is no request for a statement", text)
		}
	}
	for _, text := range []string{"", "grazie", "saldo fattura 12", "vorrei il saldo", "il saldo non torna", "saldo errato", "estratto", "conto", "balance sheet",
		"load balancer", "saldo accetto", "accetto. saldo", "saldo, e chiudete il ticket", "saldo\nsaldo", "Saldi", "no saldo", "Risolto, saldo"} {
		if p.AsksStatement(text, "Mario Rossi") {
			t.Errorf("%q is a request for a statement", text)
		}
	}
}
