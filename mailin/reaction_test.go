package mailin

import (
	"strings"
	"testing"

	"sportello/ticket"
)

func TestReaction(t *testing.T) {
	const head = "From: Mario Rossi <mario@rossi.example>\nTo: desk@example.it\nSubject: Re: Sito\nMessage-ID: <2@rossi.example>\n"
	const answer = "In-Reply-To: <1@example.it>\n"
	plain := func(text string) string { return head + answer + "\n" + text }
	gmail := func(text string) string {
		return head + answer + "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n" + text +
			"\n--b\nContent-Type: text/vnd.google.email-reaction+json\n\n{\"emoji\":\"x\",\"version\":1}\n--b\nContent-Type: text/html; charset=utf-8\n\n<p>" +
			strings.ReplaceAll(text, "\n", "</p><p>") + "</p>\n--b--\n"
	}
	outlook := "\n________________________________\nFrom: Assistenza <desk@example.it>\nSent: Monday, March 2, 2026 9:12 AM\nTo: Mario Rossi <mario@rossi.example>\nSubject: [Assistenza #12] Sito\n\nBuongiorno,\nil sito è di nuovo raggiungibile.\n"
	for _, c := range []struct {
		name, raw string
		want      ticket.Reaction
	}{
		{"Gmail", gmail("👍\n\nMario Rossi ha reagito tramite Gmail <https://mail.example/about/>\n"), ticket.ReactionProgram},
		{"Gmail, English, under another name", gmail("🎉\n\nMario reacted via Gmail <https://mail.example/about/>\n"), ticket.ReactionProgram},
		{"Gmail, a sign of several characters", gmail("👩🏽‍💻\n\nMario reacted via Gmail\n"), ticket.ReactionProgram},
		{"Gmail, thumb down", gmail("👎\n\nMario reacted via Gmail\n"), ticket.ReactionProgram},
		{"Gmail without its part", plain("❤️\n\nMario Rossi ha reagito tramite Gmail <https://mail.example/about/>\n"), ticket.ReactionProgram},
		{"Outlook", plain("👍 Mario Rossi reacted to your message:" + outlook), ticket.ReactionProgram},
		{"Outlook without the sign", plain("Mario Rossi ha reagito al tuo messaggio:\n" + outlook), ticket.ReactionProgram},
		{"Outlook in Norwegian", plain("Mario Rossi reagerte på meldingen din:\n" + outlook), ticket.ReactionProgram},
		{"a thumb", plain("👍\n"), ticket.ReactionSign},
		{"a thumb above the letter", plain("👍🏻\n\nIl giorno lun 2 mar 2026 alle ore 09:12 Assistenza <desk@example.it> ha scritto:\n> Il sito è di nuovo raggiungibile.\n"), ticket.ReactionSign},
		{"hands and a heart", plain("🙏 ❤️\n"), ticket.ReactionSign},
		{"a smile of letters", plain(":-)\n"), ticket.ReactionSign},

		{"a thumb and a question", plain("👍\nMa la posta?\n"), 0},
		{"a thumb and a word", plain("👍 ancora fermo\n"), 0},
		{"Gmail's part beside a request", gmail("👍\n\nIl sito però è ancora fermo da ieri sera, e anche la posta.\n\nMi chiami al più presto.\n"), 0},
		{"Gmail's part and no sign at all", gmail("Il sito è fermo!\nE la posta?\n"), 0},
		{"a thumb down", plain("👎\n"), 0},
		{"a question mark", plain("❓\n"), 0},
		{"a number in a box", plain("2️⃣\n"), 0},
		{"his name and a sentence", plain("Mario Rossi non riesce più a entrare nella casella info, dice che la password è errata:\n" + outlook), 0},
		{"somebody else's name", plain("Luisa Bianchi reacted to your message:\n" + outlook), 0},
		{"his name as a signature", plain("Mario Rossi\n"), 0},
		{"a picture of the fault", head + answer + "Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n<img src=\"cid:a\">\n--b\nContent-Type: image/png; name=schermata.png\nContent-ID: <a>\nContent-Disposition: inline\n\nx\n--b--\n", 0},
		{"a thumb and a file", head + answer + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n👍\n--b\nContent-Type: application/pdf; name=ordine.pdf\n\nx\n--b--\n", 0},
		{"nothing at all", plain(""), 0},
	} {
		if in := Parse([]byte(c.raw), Options{}); in.Reaction != c.want {
			t.Errorf("%s: reaction %d, want %d; text %q, reply %q", c.name, in.Reaction, c.want, in.Text, in.Reply)
		}
	}
}
