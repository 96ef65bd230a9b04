package policy

import (
	"strings"
	"testing"
)

// BenchmarkClassify takes one mail: a subject and 2 KB of text.
func BenchmarkClassify(b *testing.B) {
	const sentence = "Buongiorno, dopo l'aggiornamento del plugin il nostro negozio PrestaShop mostra un errore 500 e i clienti non riescono a ordinare. "
	text := strings.Repeat(sentence, 2048/len(sentence)+1)[:2048]
	classified("sito fermo", text)
	for b.Loop() {
		classified("Sito fermo dopo l'aggiornamento", text)
	}
}
