package mailin

import "testing"

func TestLanguage(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Buongiorno,\nil sito non si apre più da stamattina.", "it"},
		{"la posta non va", "it"},
		{"Grazie mille, adesso funziona!", "it"},
		{"non riesco ad accedere al pannello", "it"},
		{"Si conferma quanto richiesto.", "it"},
		{"Hello,\nour website has been down since this morning.", "en"},
		{"please renew the domain", "en"},
		{"Thanks, it works now.", "en"},
		{"Guten Tag,\nunsere Webseite ist seit heute nicht erreichbar.", "de"},
		{"Fünf Postfächer, bitte alle umziehen.", "de"},
		{"Bonjour,\nnotre site ne fonctionne plus depuis hier.", "fr"},
		{"Merci, tout est réglé maintenant.", "fr"},
		{"Hola,\nnuestra página web no funciona desde ayer.", "es"},
		{"Gracias, ya está todo bien.", "es"},
		{"Il server risponde \"500 Internal Server Error\" su www.prova.example/wp-admin", "it"},
		{"> the old text was in English and it was long\nva bene, procedete pure con il rinnovo", "it"},
		{"Confermo.", "it"},
		{"Sì", "it"},
		{"Yes, please", "en"},
		{"Einverstanden.", "de"},
		{"D'accord.", "fr"},
		{"Acepto.", "es"},
		{"Dobrý den, garáž není jeho, ale strýce. Dále již nezvedá telefon a na zprávy neodpovídá.", ""},
		{"Bom dia, o site não abre desde ontem e as mensagens não são entregues, não sei a razão.", ""},
		{"203.0.113.88", ""},
		{"", ""},
		{"ok", ""},
		{"您好!你今天好吗?", ""},
	} {
		if got := language(c.text); got != c.want {
			t.Errorf("language(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}
