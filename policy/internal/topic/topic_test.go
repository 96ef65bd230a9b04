package topic

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// words of all sentences, a bar between sentences.
func words(text string) string {
	var out []string
	r := newReader(theLexicon())
	for _, s := range r.sentences(text, false, nil) {
		for _, w := range s.words {
			out = append(out, w.text)
		}
		out = append(out, "|")
	}
	return strings.Join(out, " ")
}

func TestSentences(t *testing.T) {
	for text, want := range map[string]string{
		"Perché l'email non va?":              "perche l mail non va |",
		"PERCHE' nn funziona!!!":              "perche non funziona |",
		"Scrivi a info@azienda.example, ok":   "scrivi a xmail ok |",
		"Vedi https://www.azienda.example/x.": "vedi xsite |",
		"errore 503 alle 10:30":               "errore 503 alle xnum xnum |",
		"wp-content/plugins/foo.php":          "wordpress content plugins foo php |",
		"uno\n\ndue\n- tre\ndi fila":          "uno | due | tre di fila |",
		"":                                    "",
	} {
		if got := words(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestStem(t *testing.T) {
	for _, same := range [][]string{
		{"fattura", "fatture"}, {"configurare", "configurazione", "configured"}, {"casella", "caselle"}, {"backup", "backups"}, {"aggiornamento", "aggiornamenti"},
	} {
		for _, w := range same[1:] {
			if stem(w) != stem(same[0]) {
				t.Errorf("%s and %s: %q and %q", same[0], w, stem(same[0]), stem(w))
			}
		}
	}
}

func TestPhrases(t *testing.T) {
	if _, err := newTestLexicon("wish: vorrei ~ file|pagina*\nneed: mi serve\nname: ? e|et"); err == nil {
		t.Fatal("a phrase that begins with a gap was taken")
	}
	l, err := newTestLexicon("wish: vorrei ~ file|pagin*\nneed: mi ? serve")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]string{
		"vorrei indietro quel file":         {"wish"},
		"vorrei le pagine":                  {"wish"},
		"vorrei che non tocchiate il file":  nil,
		"vorrei uno due tre quattro file":   {"wish"},
		"vorrei uno due tre qua la e file":  nil,
		"mi ci serve e vorrei il file file": {"need", "wish"},
		"mi serve":                          nil,
	} {
		var got []string
		r := newReader(l)
		for _, s := range r.sentences(text, false, nil) {
			for _, h := range r.find(s.words, nil) {
				got = append(got, l.concepts[h.concept])
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// newTestLexicon knows no rules, whose concepts would be missing.
func newTestLexicon(text string) (*lexicon, error) {
	l := &lexicon{slots: map[string]int{}, letters: newTrie()}
	l.negation = l.slot(negations)
	return l, l.read(text)
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"nuovo\n> vecchio": "nuovo",
		"Il sito non va da stamattina.\n\nIl giorno 3 mag Ugo ha scritto:\naltro": "Il sito non va da stamattina.\n",
		"testo\n-- \nfirma":                           "testo",
		"testo\nSent from my iPhone":                  "testo",
		"> solo questo":                               "  solo questo",
		"Disclaimer: this message is not for reading": "Disclaimer: this message is not for reading",
	} {
		if got := clean(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestModelSurvivesItsEncoding(t *testing.T) {
	m := Default()
	data, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(data, panelData) {
		t.Error("the embedded model is encoded otherwise now")
	}
	back, err := Decode(data)
	if err != nil || !reflect.DeepEqual(back, m) {
		t.Errorf("another model came back, %v", err)
	}
	for _, n := range []int{0, 1, len(data) / 2, len(data) - 1} {
		if _, err := Decode(data[:n]); err == nil {
			t.Errorf("%d bytes of a model were taken for one", n)
		}
	}
}

func TestReadExamples(t *testing.T) {
	dir := fstest.MapFS{
		"mail-down.txt":   {Data: []byte("# comment\n\nposta | nessuno riceve\\ndavvero\n| senza oggetto\n")},
		"mail-down+2.txt": {Data: []byte("a | b | c\n")},
		"by-zia.txt":      {Data: []byte("# a writer\nunclear | boh | chi lo sa | davvero\ncommercial | | quanto costa\n")},
		"README.md":       {Data: []byte("not read")},
	}
	got, err := ReadExamples(dir)
	want := []Example{
		{"unclear", "boh", "chi lo sa | davvero", "zia"}, {"commercial", "", "quanto costa", "zia"},
		{"mail-down", "a", "b | c", "2"}, {"mail-down", "posta", "nessuno riceve\ndavvero", ""}, {"mail-down", "", "senza oggetto", ""},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	if Digest(got) == Digest(got[:2]) {
		t.Error("the digest does not change with the examples")
	}
	dir["x.txt"] = &fstest.MapFile{Data: []byte("no bar\n")}
	if _, err := ReadExamples(dir); err == nil || !strings.Contains(err.Error(), "x.txt:1") {
		t.Errorf("a line without a bar: %v", err)
	}
}

// TestEvidenceNamesEveryKind: whatever counts can be read.
func TestEvidenceNamesEveryKind(t *testing.T) {
	d := Read("plugin rotto", "Dopo l'aggiornamento del plugin WooCommerce non funziona più. Potete ripristinare il backup?")
	named := map[kind]bool{}
	for _, f := range d.Features {
		name := d.Name(f)
		if (name == "") != (f.kind == kindShape) {
			t.Errorf("kind %d is called %q", f.kind, name)
		}
		named[f.kind] = true
	}
	if len(named) != int(kinds) {
		t.Errorf("%d kinds of features of %d", len(named), kinds)
	}
}
