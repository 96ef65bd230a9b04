package ticket

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sportello/policy"
)

func TestParseOrders(t *testing.T) {
	cmds := func(c ...Command) []Command { return c }
	for _, c := range []struct {
		name, text string
		want       Orders
		wrong      string
	}{
		{"plain answer", "Buongiorno,\nfatto.", Orders{Public: "Buongiorno,\nfatto."}, ""},
		{"command then answer", "#close\n\nFatto.", Orders{Commands: cmds(Command{Name: "close", Args: []string{}}), Public: "Fatto."}, ""},
		{"several, blank lines between", "\n#prendo\n\n#assegna anna\nCiao", Orders{Commands: cmds(Command{Name: "take", Args: []string{}}, Command{Name: "assign", Args: []string{"anna"}}), Public: "Ciao"}, ""},
		{"case does not matter", "#CLOSE 3", Orders{Commands: cmds(Command{Name: "close", Args: []string{"3"}})}, ""},
		{"NBSP and tabs are spaces", "#quote\u00a03\t14", Orders{Commands: cmds(Command{Name: "quote", Args: []string{"3", "14"}})}, ""},
		{"behind blanks", "   #close\nFatto.", Orders{Commands: cmds(Command{Name: "close", Args: []string{}}), Public: "Fatto."}, ""},
		{"behind a tab, an NBSP, a narrow one, a zero-width one", "\t\u00a0\u202f\u200b#close\nFatto.", Orders{Commands: cmds(Command{Name: "close", Args: []string{}}), Public: "Fatto."}, ""},
		{"behind a mark of byte order and one of direction", "\ufeff\u200e#close", Orders{Commands: cmds(Command{Name: "close", Args: []string{}})}, ""},
		{"lines of nothing visible above", "\u00a0\n\u200b\n\u3000\n#close", Orders{Commands: cmds(Command{Name: "close", Args: []string{}})}, ""},
		{"an NBSP behind", "#close\u00a0", Orders{Commands: cmds(Command{Name: "close", Args: []string{}})}, ""},
		{"a letter that folds to an ASCII one", "#close\n\u00a0#ta\u212ae", Orders{}, "Line 2, #ta\u212ae: there is no such command; the closest is #take, and #help lists them all"},
		{"the long s", "#clo\u017fe", Orders{}, "Line 1, #clo\u017fe: there is no such command; the closest is #close, and #help lists them all"},
		{"a mark inside the word", "#clo\u200bse", Orders{}, "Line 1, #clo\u200bse: there is no such command; the closest is #close, and #help lists them all"},
		{"a colour behind blanks is text", "\u00a0#00ff00 va bene", Orders{Public: "#00ff00 va bene"}, ""},
		{"five hex digits are none", "#abcde", Orders{}, "Line 1, #abcde: there is no such command; the closest is #help, and #help lists them all"},
		{"a full-width sign is text", "＃close", Orders{Public: "＃close"}, ""},
		{"further down behind blanks it is asked about too", "Ecco fatto.\n\u00a0\u200b#close", Orders{Held: true}, "Line 2, #close: a command that is not at the top is not carried out"},
		{"a note is wholly internal", "#nota\nil cliente è nervoso", Orders{Commands: cmds(Command{Name: "note", Args: []string{}})}, ""},
		{"in quotation marks", "“#close”\nFatto.", Orders{}, "Line 1, “#close”: write the command bare"},
		{"in bold, as text has it", "*#close 3*\nFatto.", Orders{}, "Line 1, *#close 3*: write the command bare"},
		{"in a list", "#take\n- #close", Orders{}, "Line 2, - #close: write the command bare"},
		{"quoted it is text", "> #close\nNo.", Orders{Public: "> #close\nNo."}, ""},
		{"in a sentence it is text", "«#close» chiude il ticket.", Orders{Public: "«#close» chiude il ticket."}, ""},
		{"signs around another word are text", "*#grazie*", Orders{Public: "*#grazie*"}, ""},
		{"an address with its link", "#cc luca@altro.example<mailto:luca@altro.example>", Orders{Commands: cmds(Command{Name: "cc", Args: []string{"luca@altro.example"}})}, ""},
		{"an address with its link apart", "#cc luca@altro.example <mailto:luca@altro.example>\nCiao", Orders{Commands: cmds(Command{Name: "cc", Args: []string{"luca@altro.example"}}), Public: "Ciao"}, ""},
		{"a colour is text", "#fff è il colore", Orders{Public: "#fff è il colore"}, ""},
		{"eight hex digits are text", "#deadbeef trovato", Orders{Public: "#deadbeef trovato"}, ""},
		{"a number is text", "#12 è la fattura", Orders{Public: "#12 è la fattura"}, ""},
		{"a space after # is text", "# close", Orders{Public: "# close"}, ""},
		{"inside a word is text", "x#close", Orders{Public: "x#close"}, ""},
		{"hashtag further down that is no command", "Ciao\n#grazie a tutti", Orders{Public: "Ciao\n#grazie a tutti"}, ""},
		{"unknown word at the top", "#clsoe\nFatto.", Orders{}, "Line 1, #clsoe: there is no such command; the closest is #close, and #help lists them all"},
		{"Cyrillic letter", "#сlose", Orders{}, "Line 1, #сlose: there is no such command; the closest is #close, and #help lists them all"},
		{"word with punctuation", "#close.", Orders{}, "Line 1, #close.: there is no such command; the closest is #close, and #help lists them all"},
		{"negative credits", "#charge -50", Orders{}, `Line 1, #charge -50: "-50" must be a whole number greater than 0`},
		{"missing argument", "#charge", Orders{}, "Line 1, #charge: something is missing after the command: write #charge N"},
		{"too many arguments", "#take it now", Orders{}, "Line 1, #take it now: there is too much after the command: write #take"},
		{"no such topic", "#topic pizza", Orders{}, `Line 1, #topic pizza: "pizza" is not a topic: the topics are`},
		{"one wrong line refuses all", "#take\n#close\n#frobnicate\nCiao", Orders{}, "Line 3, #frobnicate: there is no such command; the closest is #note, and #help lists them all"},
		{"a command further down is asked about", "Ecco fatto.\n#close", Orders{Held: true}, "Line 2, #close: a command that is not at the top is not carried out"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ParseOrders(c.text, "")
			if c.name == "one wrong line refuses all" {
				if got.Right() || got.Commands != nil || got.Public != "" {
					t.Errorf("got %+v", got)
				}
				return
			}
			if !strings.HasPrefix(got.Wrong.String(), c.wrong) || got.Right() != (c.wrong == "") {
				t.Errorf("wrong: %q, want %q", got.Wrong, c.wrong)
			}
			got.Wrong, got.Bare, got.Below = nil, "", ""
			for i := range got.Commands {
				got.Commands[i].Line = 0
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestParseOrdersKeepsTheSignature(t *testing.T) {
	if got := ParseOrders("#take\nFatto.", "--\nAnna"); got.Public != "Fatto.\n\n--\nAnna" {
		t.Errorf("public %q", got.Public)
	}
	if got := ParseOrders("#close", "--\nAnna"); got.Public != "" {
		t.Errorf("a mail of commands only says nothing to the customer, got %q", got.Public)
	}
}

// FuzzParseOrders: what is public is always text that stood in the mail, and a
// refused mail carries out nothing.
func FuzzParseOrders(f *testing.F) {
	f.Add("#close 3\nciao", "Anna")
	f.Add("ciao\n#charge 100", "")
	f.Fuzz(func(t *testing.T, reply, signature string) {
		o := ParseOrders(reply, signature)
		if !o.Right() && (o.Commands != nil || o.Public != "") {
			t.Errorf("refused and yet %+v", o)
		}
		for _, l := range strings.Split(o.Public, "\n") {
			if !strings.Contains(strings.ReplaceAll(reply, "\r\n", "\n")+"\n\n"+signature, l) {
				t.Errorf("line %q was never written", l)
			}
		}
	})
}

// TestOrderTable: every command says what it does in both languages, stands
// under a heading, and shares no name with another.
func TestOrderTable(t *testing.T) {
	names := map[string]bool{}
	for _, o := range orders() {
		if o.it == "" || o.en == "" || o.group == "" || o.it == o.en {
			t.Errorf("#%s has no words for #help", o.name)
		}
		for _, name := range []string{o.name, o.italian} {
			if names[name] && name != "" {
				t.Errorf("#%s means two commands", name)
			}
			names[name] = true
		}
		if o.event != "" && o.do == nil {
			t.Errorf("#%s leaves an event of nothing", o.name)
		}
	}
}

// TestReadDay: a day is written as people do; one that does not exist is none.
func TestReadDay(t *testing.T) {
	today := policy.Date{Year: 2026, Month: 11, Day: 29}
	for s, want := range map[string]string{
		"2026-12-24": "2026-12-24", "24/12/2026": "2026-12-24", "24.12.2026": "2026-12-24", "1/2/2027": "2027-02-01",
		"24/12": "2026-12-24", "29/11": "2026-11-29", "28/11": "2027-11-28", "29/2": "2028-02-29",
		"24-12-2026": "2026-12-24", "24/12/26": "2026-12-24", "24.12.": "2026-12-24", "24-12": "2026-12-24", "2026/12/24": "2026-12-24",
		"domani": "2026-11-30", "Dopodomani": "2026-12-01", "tomorrow": "2026-11-30",
		"lunedì": "2026-11-30", "Lunedi": "2026-11-30", "domenica": "2026-12-06", "sabato": "2026-12-05", "mar": "2026-12-01", "Friday": "2026-12-04", "ven.": "2026-12-04",
		"24 dicembre": "2026-12-24", "24 dic": "2026-12-24", "Dec 24": "2026-12-24", "24 December 2027": "2027-12-24", "December 24, 2027": "2027-12-24", "1 mar": "2027-03-01", "29 febbraio": "2028-02-29",
		"31/02/2027": "", "2027-02-30": "", "12/24/2026": "", "31 feb": "", "24": "", "0/1": "", "": "", "lu": "", "oggi": "", "24 d": "", "dicembre": "", "prossima settimana": "", "24 dicembre abc": "", "a b c d": "",
	} {
		d, ok := readDay(strings.Fields(s), today)
		if ok != (want != "") || ok && d.String() != want {
			t.Errorf("%q: %s, %v; want %q", s, d, ok, want)
		}
	}
}
