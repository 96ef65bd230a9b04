package policy

import (
	"slices"
	"strings"
	"testing"
)

// TestClassifyFairRules has a mail for each of the fair rules (POLICY.md,
// "Fair rules where topics overlap"), in words that no example uses.
func TestClassifyFairRules(t *testing.T) {
	for _, c := range []struct {
		name, subject, text string
		want                Topic
	}{
		{"own change of DNS", "", "Stamane ho modificato i DNS del dominio per il nuovo fornitore e adesso il sito non si apre più.", Misconfiguration},
		{"own change of htaccess", "aiuto", "Ho aggiunto una regola nel file .htaccess e da quel momento tutte le pagine danno errore 500.", Misconfiguration},
		{"1045 after a change", "", "Ho cambiato la password dell'utente MySQL e ora leggo Access denied for user, errore 1045.", Misconfiguration},
		{"after an SPF edit", "", "Dopo aver modificato il record SPF nella zona le nostre mail vengono rifiutate.", Misconfiguration},
		{"after a plugin update", "sito giù", "Subito dopo l'aggiornamento del plugin della cache il sito mostra un errore 500.", ThirdPartyBug},
		{"trace in wp-content", "", "Fatal error: Uncaught Error in wp-content/plugins/foo-bar/foo.php on line 12", ThirdPartyBug},
		{"no cause, for everybody", "", "Il sito non è raggiungibile per nessuno, provato da più reti: errore 503. Non abbiamo toccato nulla.", PlatformDown},
		{"read-only disk", "", "Nessun file si può scrivere, nemmeno via FTP: read-only file system su tutto l'hosting.", PlatformDown},
		{"MySQL 2002", "", "SQLSTATE[HY000] [2002] Connection refused da tutte le applicazioni, non abbiamo cambiato nulla.", DatabaseDown},
		{"mail for everybody", "", "Nessuno in ufficio riesce a ricevere o inviare posta, anche la webmail non si apre.", MailDown},
		{"one mailbox full", "la posta non va", "La mia casella è piena al 100%, ai colleghi la posta arriva. Potete aumentare lo spazio?", MailboxAdmin},
		{"a blacklist", "", "Le mail tornano indietro: 550 blocked using zen.spamhaus.org, l'IP è in blacklist.", SecurityIncident},
		{"it works elsewhere", "SITO GIÙ", "Il sito non si apre solo dal mio iPhone; dal computer e dagli altri telefoni funziona bene.", DeviceSpecific},
		{"tell me how, the script", "", "Come si crea un nuovo menu in WordPress? Vorrei farlo da sola.", ScriptHowto},
		{"tell me how, the service", "", "Quali sono i parametri IMAP e SMTP per configurare Thunderbird?", ServiceHowto},
		{"do it for me", "", "Potete creare una nuova casella di posta per la collega appena assunta?", MailboxAdmin},
		{"a function that does not exist", "", "Vorremmo aggiungere al sito un sistema di prenotazione online, che adesso non esiste.", FeatureRequest},
		{"an earlier copy", "aggiornamento", "L'aggiornamento ha rovinato tutto: ripristinate per favore il backup di ieri notte.", BackupRestore},
		{"records", "", "Avremmo bisogno dei log di accesso del mese scorso con gli indirizzi IP.", LogAnalysis},
		{"health without an outage", "", "Funziona tutto, vorrei soltanto una conferma sullo stato di salute dei vostri server.", StatusCheck},
		{"price of development", "", "Quanto costerebbe sviluppare un'area riservata per i nostri rivenditori con listino dedicato?", FeatureRequest},
		{"invoice", "", "Non abbiamo ancora ricevuto la fattura del rinnovo, potete inviarla?", Commercial},
		{"English, own change", "", "I changed the nameservers yesterday and now the website is unreachable.", Misconfiguration},
		{"English, update", "", "Could you please update WordPress and all plugins to the latest version?", ScriptUpdate},
		{"nothing said", "urgente", "Aiuto!!!", Unclear},
	} {
		t.Run(c.name, func(t *testing.T) {
			guesses, evidence := classified(c.subject, c.text)
			if guesses[0].Topic != c.want {
				t.Errorf("%v, because of %q", guesses, evidence)
			}
		})
	}
}

// TestClassifyReadsWhatWasWritten: history, signature and legal footer do not
// count, and "sent from my iPhone" names no faulty device.
func TestClassifyReadsWhatWasWritten(t *testing.T) {
	const request = "Potete ripristinare il backup di ieri? Abbiamo cancellato la pagina servizi per errore."
	want, _ := classified("ripristino", request)
	for name, tail := range map[string]string{
		"history":   "\n\nIl giorno 3 maggio Mario Rossi ha scritto:\n> Il sito è giù, errore 503 per tutti\n> nessuno riesce ad aprirlo",
		"original":  "\n\n-----Messaggio originale-----\nDa: x@azienda.example\nInviato: ieri\nLa posta non funziona per nessuno",
		"signature": "\n-- \nRossi Hosting, fatture e rinnovi, preventivi gratuiti",
		"footer":    "\n\nLe informazioni contenute in questa mail sono riservate. Il virus informatico non è imputabile al mittente.",
		"app":       "\nInviato da iPhone",
	} {
		if got, _ := classified("ripristino", request+tail); !slices.Equal(got, want) {
			t.Errorf("%s: %v, without it %v", name, got, want)
		}
	}
}

// TestClassifyEvidence: a technician reads the customer's words and the rules.
func TestClassifyEvidence(t *testing.T) {
	_, evidence := classified("sito", "Dopo l'aggiornamento del plugin il sito mostra un errore critico.")
	all := strings.Join(evidence, "\n")
	if !strings.Contains(all, "plugin") || len(evidence) < 3 {
		t.Errorf("evidence %q", evidence)
	}
}
