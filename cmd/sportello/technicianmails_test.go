package main

import (
	"strings"
	"testing"

	"sportello/mailin"
	"sportello/ticket"
)

// What programs put below an answer to a letter of the desk that quotes a command.
const (
	quotedGmailHTML       = `<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">Il giorno dom 29 nov 2026 alle ore 09:12 Mario Rossi (Assistenza) &lt;<a href="mailto:aiuto@example.it">aiuto@example.it</a>&gt; ha scritto:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"><div>#close</div><div>Buongiorno, non si apre.</div></blockquote></div>`
	quotedThunderbirdHTML = `<div class="moz-cite-prefix">Il 29/11/26 09:12, Mario Rossi (Assistenza) ha scritto:<br></div><blockquote type="cite" cite="mid:sportello.1@example.it"><p>#close</p><p>Buongiorno, non si apre.</p></blockquote>`
	quotedOutlookHTML     = `<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>Da:</b> Mario Rossi (Assistenza) &lt;aiuto@example.it&gt; <br><b>Inviato:</b> domenica 29 novembre 2026 09:12<br><b>A:</b> Anna Ferretti &lt;anna@example.it&gt;<br><b>Oggetto:</b> [Assistenza #12] Sito fermo<o:p></o:p></p></div><p class="MsoNormal">#close<o:p></o:p></p><p class="MsoNormal">Buongiorno, non si apre.<o:p></o:p></p>`
	quotedOutlookWebHTML  = `<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000"><b>Da:</b> Mario Rossi (Assistenza) &lt;aiuto@example.it&gt;<br><b>Inviato:</b> domenica 29 novembre 2026 09:12<br><b>A:</b> Anna Ferretti &lt;anna@example.it&gt;<br><b>Oggetto:</b> [Assistenza #12] Sito fermo</font><div>&nbsp;</div></div><div>#close</div><div>Buongiorno, non si apre.</div>`
	quotedAppleHTML       = `<div><br><blockquote type="cite"><div>Il giorno 29 nov 2026, alle ore 09:12, Mario Rossi (Assistenza) &lt;aiuto@example.it&gt; ha scritto:</div><br class="Apple-interchange-newline"><div><div>#close</div><div>Buongiorno, non si apre.</div></div></blockquote></div><br>`
	quotedPhoneHTML       = `<br><div dir="ltr"></div><blockquote type="cite">Il giorno 29 nov 2026, alle ore 09:12, Mario Rossi (Assistenza) &lt;aiuto@example.it&gt; ha scritto:<br><br></blockquote><blockquote type="cite"><div dir="ltr">#close<br>Buongiorno, non si apre.</div></blockquote>`
	quotedThunderbird     = "Il 29/11/26 09:12, Mario Rossi (Assistenza) ha scritto:\n> Buongiorno,\n> #close il sito\n> #charge 100\n> non si apre."
	quotedGmail           = "Il giorno dom 29 nov 2026 alle ore 09:12 Mario Rossi (Assistenza) <aiuto@example.it> ha scritto:\n\n> Buongiorno,\n> #close\n> non si apre.\n>"
	quotedPhone           = "________________________________\nDa: Mario Rossi (Assistenza) <aiuto@example.it>\nInviato: domenica 29 novembre 2026 09:12\nA: Anna Ferretti <anna@example.it>\nOggetto: [Assistenza #12] Sito fermo\n\n#close\nBuongiorno, non si apre.\n"
	quotedOutlook         = "Da: Mario Rossi (Assistenza) <aiuto@example.it> \nInviato: domenica 29 novembre 2026 09:12\nA: Anna Ferretti <anna@example.it>\nOggetto: [Assistenza #12] Sito fermo\n\n#close\nBuongiorno, non si apre.\n"
	quotedApple           = "> Il giorno 29 nov 2026, alle ore 09:12, Mario Rossi (Assistenza) <aiuto@example.it> ha scritto:\n> \n> #close\n> Buongiorno, non si apre."
)

// technicianMails are mails as technicians' programs write them, with what is a
// command in them and what only looks like one. Commands stand with their arguments,
// parted by "; "; wrong ones have no effect at all.
var technicianMails = []struct {
	name, media, body, commands string
	wrong                       bool
	public                      string
}{
	{"tb plain close", "plain", "#close\n\n-- \nAnna Ferretti\nAssistenza Example\n\n" + quotedThunderbird, "close", false, ""},
	{"tb plain answer", "plain", "#take\nRiavviato, provi ora.\n\n-- \nAnna Ferretti\nAssistenza Example\n\n" + quotedThunderbird, "take", false, "Riavviato, provi ora.\n\n--\nAnna Ferretti\nAssistenza Example"},
	{"tb bottom post", "plain", quotedThunderbird + "\n\nRiavviato, provi ora.\n\n-- \nAnna Ferretti\nAssistenza Example", "", false, "Riavviato, provi ora.\n\n--\nAnna Ferretti\nAssistenza Example"},
	{"tb command below the quote", "plain", quotedThunderbird + "\n\n#close\nRiavviato.\n\n-- \nAnna Ferretti\nAssistenza Example", "close", false, "Riavviato.\n\n--\nAnna Ferretti\nAssistenza Example"},
	{"ol desktop plain", "plain", "#wait 15/12\n\nRiavviato.\n\nAnna Ferretti\n\n" + quotedOutlook, "wait 15/12", false, "Riavviato.\n\nAnna Ferretti"},
	{"ol phone", "plain", "#Close\nFatto.\n\nOttieni Outlook per iOS<https://aka.ms/o0ukef>\n" + quotedPhone, "close", false, "Fatto.\n\nOttieni Outlook per iOS<https://aka.ms/o0ukef>"},
	{"gmail plain", "plain", "#assign bruno\n\n" + quotedGmail, "assign bruno", false, ""},
	{"apple plain", "plain", "#nota\nIl cliente è arrabbiato.\n\n" + quotedApple, "note", false, ""},
	{"two on a line", "plain", "#take #close\nFatto.\n\n" + quotedThunderbird, "", true, ""},
	{"two on a line 2", "plain", "#close #take\n\n" + quotedThunderbird, "", true, ""},
	{"command at the end", "plain", "Riavviato, provi ora.\n\n#close\n\n-- \nAnna Ferretti\nAssistenza Example\n\n" + quotedThunderbird, "", true, ""},
	{"command in the signature", "plain", "Riavviato.\n\n-- \nAnna Ferretti\nAssistenza Example\n#close\n\n" + quotedThunderbird, "", true, ""},
	{"hashtags in the signature", "plain", "Riavviato.\n\n-- \nAnna Ferretti\nAssistenza Example\n#hosting #webdesign\n\n" + quotedThunderbird, "", false, "Riavviato.\n\n--\nAnna Ferretti\nAssistenza Example\n#hosting #webdesign"},
	{"colour", "plain", "#fff è il colore giusto per lo sfondo.\n\n" + quotedThunderbird, "", false, "#fff \u00e8 il colore giusto per lo sfondo."},
	{"colour 6", "plain", "#c0ffee\nè il colore dello sfondo.\n\n" + quotedThunderbird, "", false, "#c0ffee\n\u00e8 il colore dello sfondo."},
	{"colour-like 5", "plain", "#abcde\nè sbagliato.\n\n" + quotedThunderbird, "", true, ""},
	{"first in google", "plain", "#1 in Google: ecco come.\n\n" + quotedThunderbird, "", false, "#1 in Google: ecco come."},
	{"shell", "plain", "# apt-get update\n# apt-get upgrade\n\nCosì si aggiorna.\n\n" + quotedThunderbird, "", false, "# apt-get update\n# apt-get upgrade\n\nCos\u00ec si aggiorna."},
	{"space after hash", "plain", "# close\n\n" + quotedThunderbird, "", false, "# close"},
	{"closed", "plain", "#closed\n\n" + quotedThunderbird, "", true, ""},
	{"comment in code", "plain", "Metta in .htaccess:\n\n#RewriteEngine On\nRewriteEngine On\n\n" + quotedThunderbird, "", false, "Metta in .htaccess:\n\n#RewriteEngine On\nRewriteEngine On"},
	{"code with a command word", "plain", "Nel file:\n\n    #close the connection\n    conn.close()\n\n" + quotedThunderbird, "", true, ""},
	{"include on top", "plain", "#include <stdio.h>\nmanca nel file.\n\n" + quotedThunderbird, "", true, ""},
	{"full width hash", "plain", "＃close\n\n" + quotedThunderbird, "", false, "\uff03close"},
	{"nbsp after", "plain", "#close\u00a0\n\n" + quotedThunderbird, "close", false, ""},
	{"nbsp arg", "plain", "#close\u00a02\nFatto.\n\n" + quotedThunderbird, "close 2", false, "Fatto."},
	{"tab arg", "plain", "\t#quote\t3\t10\nSpostamento del sito.\n\n" + quotedThunderbird, "quote 3 10", false, "Spostamento del sito."},
	{"capital it", "plain", "#Chiudi\n\n" + quotedThunderbird, "close", false, ""},
	{"upper", "plain", "#PRENDO\n#RIAPRI\n\n" + quotedThunderbird, "take; reopen", false, ""},
	{"period", "plain", "#close.\n\n" + quotedThunderbird, "", true, ""},
	{"note with quote", "plain", "#note\nGuarda cosa dice:\n> non si apre\nSecondo me è il DNS.\n\n" + quotedThunderbird, "note", false, ""},
	{"bullet", "plain", "- #take\n- #close\n\n" + quotedThunderbird, "", true, ""},
	{"star bold", "plain", "*#close*\n\n" + quotedThunderbird, "", true, ""},
	{"greeting first", "plain", "Ciao,\n#close\n\n" + quotedThunderbird, "", true, ""},
	{"blank lines", "plain", "\n\n#take\n\n\n#wait 2026-12-24\n\n\nA presto.\n\n" + quotedThunderbird, "take; wait 2026-12-24", false, "A presto."},
	{"zero width", "plain", "\u200b#take\n\ufeff#close\n\n" + quotedThunderbird, "take; close", false, ""},
	{"mailto address", "plain", "#cc luca@fornitore.example<mailto:luca@fornitore.example>\nAggiunto.\n\n" + quotedPhone, "cc luca@fornitore.example", false, "Aggiunto."},
	{"merge force", "plain", "#merge 1041 force\n\n" + quotedThunderbird, "merge 1041 force", false, ""},
	{"merge hash it", "plain", "#unisci #1041 forza\n\n" + quotedThunderbird, "merge #1041 forza", false, ""},
	{"k9", "plain", "#chiudi 2\nFatto.\n-- \nInviato dal mio dispositivo Android con K-9 Mail.\n\nIl 29 novembre 2026 09:12:00 CET, \"Mario Rossi (Assistenza)\" <aiuto@example.it> ha scritto:\n>#close\n>Buongiorno", "close 2", false, "Fatto.\n\n--\nInviato dal mio dispositivo Android con K-9 Mail."},
	{"roundcube", "plain", "#attesa\nAspettiamo il fornitore.\n\n---\nAnna Ferretti\n\nIl 29-11-2026 09:12 Mario Rossi (Assistenza) ha scritto:\n> #close\n> Buongiorno", "wait", false, "Aspettiamo il fornitore.\n\n---\nAnna Ferretti"},
	{"gmail html close", "html", `<div dir="ltr">#close</div>` + quotedGmailHTML, "close", false, ""},
	{"gmail html answer+sig", "html", `<div dir="ltr"><div>#take</div><div><br></div><div>Riavviato, provi ora.</div><br clear="all"><div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature"><div dir="ltr">Anna Ferretti<div>Assistenza Example</div></div></div></div>` + quotedGmailHTML, "take", false, "Riavviato, provi ora.\n\n--\nAnna Ferretti\nAssistenza Example"},
	{"gmail html two with br", "html", `<div dir="ltr">#take<br>#close 2<br><br>Fatto.</div>` + quotedGmailHTML, "take; close 2", false, "Fatto."},
	{"gmail android", "html", `<div dir="auto">#Close <div dir="auto">Fatto.</div></div>` + quotedGmailHTML, "close", false, "Fatto."},
	{"tb html", "html", `<p>#chiudi<br></p><p>Fatto, provi.</p><div class="moz-signature">-- <br>Anna Ferretti</div>` + quotedThunderbirdHTML, "close", false, "Fatto, provi.\n\n--\nAnna Ferretti"},
	{"tb html bottom", "html", quotedThunderbirdHTML + "<p>#close</p><p>Fatto.</p>", "close", false, "Fatto."},
	{"outlook desktop", "html", `<div class="WordSection1"><p class="MsoNormal">#assegna Bruno<o:p></o:p></p><p class="MsoNormal">&nbsp;<o:p></o:p></p><p class="MsoNormal">Ci guarda Bruno.<o:p></o:p></p><p class="MsoNormal">&nbsp;<o:p></o:p></p><p class="MsoNormal">Anna Ferretti<o:p></o:p></p>` + quotedOutlookHTML + "</div>", "assign Bruno", false, "Ci guarda Bruno.\n\nAnna Ferretti"},
	{"outlook desktop close", "html", `<div class="WordSection1"><p class="MsoNormal">#close<o:p></o:p></p><p class="MsoNormal">&nbsp;<o:p></o:p></p>` + quotedOutlookHTML + "</div>", "close", false, ""},
	{"outlook autolinked", "html", `<div class="WordSection1"><p class="MsoNormal">#cc <a href="mailto:luca@fornitore.example">luca@fornitore.example</a><o:p></o:p></p>` + quotedOutlookHTML + "</div>", "cc luca@fornitore.example", false, ""},
	{"outlook web", "html", `<div class="elementToProof" style="font-family: Aptos">#wait 15/12</div><div class="elementToProof"><br></div><div class="elementToProof">A dicembre.</div><div id="appendonsend"></div>` + quotedOutlookWebHTML, "wait 15/12", false, "A dicembre."},
	{"outlook phone", "html", `<div dir="ltr">#Nota</div><div dir="ltr">Cliente difficile.</div><div id="ms-outlook-mobile-signature"><div><br></div>Ottieni <a href="https://aka.ms/o0ukef">Outlook per iOS</a></div>` + quotedOutlookWebHTML, "note", false, ""},
	{"apple mail", "html", `<html><head></head><body style="overflow-wrap: break-word;">#charge 2<div>Fatto.</div>` + quotedAppleHTML + "</body></html>", "charge 2", false, "Fatto."},
	{"ios", "html", `<html><body dir="auto">#Close<div>Fatto.</div><br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Inviato da iPhone</div>` + quotedPhoneHTML + "</body></html>", "close", false, "Fatto.\n\nInviato da iPhone"},
	{"ios capital nbsp", "html", `<html><body dir="auto"><div dir="ltr">#Assign&nbsp;Bruno</div><div dir="ltr">Inviato da iPhone</div>` + quotedPhoneHTML + "</body></html>", "assign Bruno", false, ""},
	{"roundcube html", "html", `<p>#mostra 12</p><p>-- <br />Anna</p><p id="reply-intro">Il 29-11-2026 09:12 Mario Rossi ha scritto:</p><blockquote type="cite" style="padding: 0 0.4em"><div id="replybody1"><p>#close</p></div></blockquote>`, "show 12", false, ""},
	{"html bullets", "html", "<div><ul><li>#take</li><li>#close</li></ul></div>" + quotedGmailHTML, "", true, ""},
	{"html bold", "html", "<div><b>#close</b></div>" + quotedGmailHTML, "close", false, ""},
	{"html colour", "html", "<div>#fff</div><div>è il colore.</div>" + quotedGmailHTML, "", false, "#fff\n\u00e8 il colore."},
	{"html pre", "html", "<div>Scriva:</div><pre>#close()\n# apt-get update\n</pre>" + quotedGmailHTML, "", false, "Scriva:\n\n#close()\n# apt-get update"},
	{"html heading", "html", "<h1>#close</h1><p>Fatto</p>" + quotedGmailHTML, "close", false, "Fatto"},
	{"html style font", "html", `<div style="font-size:12pt"><span style="color:#ff0000">#</span><span>close</span></div>` + quotedGmailHTML, "close", false, ""},
	{"html hashtag link", "html", `<div><a href="https://example.it/tag/close">#close</a></div>` + quotedGmailHTML, "close", false, ""},
	{"html nested table", "html", "<table><tr><td>#take</td></tr><tr><td>Fatto.</td></tr></table>" + quotedGmailHTML, "take", false, "Fatto."},
	{"gmail smart quote", "html", `<div dir="ltr">“#close”</div>` + quotedGmailHTML, "", true, ""},
	{"proton", "html", `<div style="font-family: Arial;">#take</div><div style="font-family: Arial;"><br></div><div class="protonmail_signature_block"><div>Inviato con <a href="https://proton.me">Proton Mail</a></div></div><div class="protonmail_quote">On Sunday, November 29th, 2026 at 09:12, Mario Rossi (Assistenza) &lt;aiuto@example.it&gt; wrote:<br><blockquote class="protonmail_quote" type="cite"><div>#close</div></blockquote></div>`, "take", false, ""},
	{"Ok #close", "plain", "Ok #close\n\n" + quotedThunderbird, "", false, "Ok #close"},
	{"#close!", "plain", "#close!\n\n" + quotedThunderbird, "", true, ""},
	{"#take,", "plain", "#take,\n\n" + quotedThunderbird, "", true, ""},
	{"#quote 3 crediti", "plain", "#quote 3 crediti\n\n" + quotedThunderbird, "", true, ""},
	{"#quote tre", "plain", "#quote tre\n\n" + quotedThunderbird, "", true, ""},
	{"#quote 3,5", "plain", "#quote 3,5\n\n" + quotedThunderbird, "", true, ""},
	{"#quote -3", "plain", "#quote -3\n\n" + quotedThunderbird, "", true, ""},
	{"#quote 0", "plain", "#quote 0\n\n" + quotedThunderbird, "", true, ""},
	{"#charge 1.000", "plain", "#charge 1.000\n\n" + quotedThunderbird, "", true, ""},
	{"#close 0|Nulla da addebitare.", "plain", "#close 0\nNulla da addebitare.\n\n" + quotedThunderbird, "close 0", false, "Nulla da addebitare."},
	{"#wait ieri", "plain", "#wait ieri\n\n" + quotedThunderbird, "", true, ""},
	{"#wait luned\u00ec|A luned\u00ec.", "plain", "#wait lunedì\nA lunedì.\n\n" + quotedThunderbird, "wait lunedì", false, "A luned\u00ec."},
	{"#attesa 15 dicembre", "plain", "#attesa 15 dicembre\n\n" + quotedThunderbird, "wait 15 dicembre", false, ""},
	{"#wait Dec 15|See you then.", "plain", "#wait Dec 15\nSee you then.\n\n" + quotedThunderbird, "wait Dec 15", false, "See you then."},
	{"#assign Bruno Conti|", "plain", "#assign Bruno Conti\n\n\n" + quotedThunderbird, "assign Bruno Conti", false, ""},
	{"#topic Mailbox-Admin", "plain", "#topic Mailbox-Admin\n\n" + quotedThunderbird, "topic Mailbox-Admin", false, ""},
	{"#topic pippo", "plain", "#topic pippo\n\n" + quotedThunderbird, "", true, ""},
	{"#customer C 100", "plain", "#customer C 100\n\n" + quotedThunderbird, "", true, ""},
	{"#cc a@b.example c@d.example", "plain", "#cc a@b.example c@d.example\n\n" + quotedThunderbird, "", true, ""},
	{"#cc luca", "plain", "#cc luca\n\n" + quotedThunderbird, "", true, ""},
	{"#ask", "plain", "#ask\n\n" + quotedThunderbird, "", true, ""},
	{"#show #12", "plain", "#show #12\n\n" + quotedThunderbird, "show #12", false, ""},
	{"#elenco miei", "plain", "#elenco miei\n\n" + quotedThunderbird, "list miei", false, ""},
	{"#list foo", "plain", "#list foo\n\n" + quotedThunderbird, "", true, ""},
	{"#help me", "plain", "#help me\n\n" + quotedThunderbird, "", true, ""},
	{"#grazie a tutti", "plain", "#grazie a tutti\n\n" + quotedThunderbird, "", true, ""},
	{"#dead|il colore", "plain", "#dead\nil colore\n\n" + quotedThunderbird, "", false, "#dead\nil colore"},
	{"#add all", "plain", "#add all\n\n" + quotedThunderbird, "", false, "#add all"},
	{"#facade|il colore", "plain", "#facade\nil colore\n\n" + quotedThunderbird, "", false, "#facade\nil colore"},
	{"#cc", "plain", "#cc\n\n" + quotedThunderbird, "", true, ""},
	{"#extra|Questo lavoro \u00e8 extra, segue preventivo.", "plain", "#extra\nQuesto lavoro è extra, segue preventivo.\n\n" + quotedThunderbird, "extra", false, "Questo lavoro \u00e8 extra, segue preventivo."},
	{"#", "plain", "#\n\n" + quotedThunderbird, "", false, "#"},
	{"##close", "plain", "##close\n\n" + quotedThunderbird, "", false, "##close"},
	{"#-close", "plain", "#-close\n\n" + quotedThunderbird, "", false, "#-close"},
	{"#2026-12-24 \u00e8 la data.", "plain", "#2026-12-24 è la data.\n\n" + quotedThunderbird, "", false, "#2026-12-24 \u00e8 la data."},
	{"#note#close", "plain", "#note#close\n\n" + quotedThunderbird, "", true, ""},
	{"#note|#closee|ciao", "plain", "#note\n#closee\nciao\n\n" + quotedThunderbird, "", true, ""},
	{"#chi\u00fadi", "plain", "#chiúdi\n\n" + quotedThunderbird, "", true, ""},
	{"#\u0441lose", "plain", "#сlose\n\n" + quotedThunderbird, "", true, ""},
	{"#clo\u200bse", "plain", "#clo\u200bse\n\n" + quotedThunderbird, "", true, ""},
	{"# \u00a0close", "plain", "# \u00a0close\n\n" + quotedThunderbird, "", false, "# \u00a0close"},
	{"#\u200bclose", "plain", "#\u200bclose\n\n" + quotedThunderbird, "", false, "#\u200bclose"},
	{"#close|#fff \u00e8 il colore.", "plain", "#close\n#fff è il colore.\n\n" + quotedThunderbird, "close", false, "#fff \u00e8 il colore."},
	{"#close||#1042 \u00e8 il numero.", "plain", "#close\n\n#1042 è il numero.\n\n" + quotedThunderbird, "close", false, "#1042 \u00e8 il numero."},
	{"#close|# sudo reboot", "plain", "#close\n# sudo reboot\n\n" + quotedThunderbird, "close", false, "# sudo reboot"},
	{"Ecco:|$ cat file|#!/bin/sh|# comment|exit", "plain", "Ecco:\n$ cat file\n#!/bin/sh\n# comment\nexit\n\n" + quotedThunderbird, "", false, "Ecco:\n$ cat file\n#!/bin/sh\n# comment\nexit"},
	{"Ecco:|#help: see manual", "plain", "Ecco:\n#help: see manual\n\n" + quotedThunderbird, "", false, "Ecco:\n#help: see manual"},
	{"Ecco:|#Help", "plain", "Ecco:\n#Help\n\n" + quotedThunderbird, "", true, ""},
	{"Ecco:|#take 5", "plain", "Ecco:\n#take 5\n\n" + quotedThunderbird, "", true, ""},
	{"Il ticket #12 si chiude con #close.", "plain", "Il ticket #12 si chiude con #close.\n\n" + quotedThunderbird, "", false, "Il ticket #12 si chiude con #close."},
	{"Segnalo:|errore|#0  main () at x.c:3|#1  foo", "plain", "Segnalo:\nerrore\n#0  main () at x.c:3\n#1  foo\n\n" + quotedThunderbird, "", false, "Segnalo:\nerrore\n#0  main () at x.c:3\n#1  foo"},
	{"en tb", "plain", "#take\nRestarted, please try again.\n\n-- \nAnna\n\nOn 29/11/26 09:12, Mario Rossi (Assistenza) wrote:\n> #close\n> hello", "take", false, "Restarted, please try again.\n\n--\nAnna"},
	{"en gmail", "plain", "#close 1\n\nOn Sun, Nov 29, 2026 at 9:12 AM Mario Rossi (Assistenza) <aiuto@example.it>\nwrote:\n\n> #close\n> hello", "close 1", false, ""},
	{"en outlook", "plain", "#note\nAngry customer.\n\nFrom: Mario Rossi (Assistenza) <aiuto@example.it> \nSent: Sunday, November 29, 2026 9:12 AM\nTo: Anna Ferretti <anna@example.it>\nSubject: [Assistenza #12] Site down\n\n#close\nhello", "note", false, ""},
	{"de outlook", "plain", "#take\n\nVon: Mario Rossi (Assistenza) <aiuto@example.it>\nGesendet: Sonntag, 29. November 2026 09:12\nAn: Anna Ferretti <anna@example.it>\nBetreff: [Assistenza #12] Sito\n\n#close\nhallo", "take", false, ""},
	{"html entity", "html", "<div>&#35;close</div>" + quotedGmailHTML, "close", false, ""},
	{"html zero width", "html", "<div>&#8203;#close&nbsp;</div>" + quotedGmailHTML, "close", false, ""},
	{"html nbsp lead", "html", "<div>&nbsp;&nbsp;#close&nbsp;2</div>" + quotedGmailHTML, "close 2", false, ""},
	{"html note+quote", "html", `<div dir="ltr">#note<div>Dice:</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>non si apre</div></blockquote><div>Secondo me DNS.</div></div>` + quotedGmailHTML, "note", false, ""},
	{"html quote then desc", "html", `<div dir="ltr">#quote 3 10<div><br></div><div>Spostamento del sito:</div><div><ul><li>copia</li><li>prova</li></ul></div></div>` + quotedGmailHTML, "quote 3 10", false, "Spostamento del sito:\n- copia\n- prova"},
	{"html span split", "html", "<div><span>#as</span><span>sign</span> <span>Bruno</span></div>" + quotedOutlookWebHTML, "assign Bruno", false, ""},
	{"html hidden", "html", `<div style="display:none">#close</div><div>Fatto.</div>` + quotedGmailHTML, "", false, "Fatto."},
	{"html comment", "html", "<!-- #close --><div>Fatto.</div>" + quotedGmailHTML, "", false, "Fatto."},
	{"html title", "html", "<html><head><title>#close</title><style>#close{color:red}</style></head><body><div>Fatto.</div>" + quotedGmailHTML + "</body></html>", "", false, "Fatto."},
	{"html one line two", "html", "<div>#take #close</div>" + quotedGmailHTML, "", true, ""},
	{"html p in td outlook", "html", "<table><tr><td><p>#take</p><p>#close</p></td></tr></table>" + quotedOutlookHTML, "take; close", false, ""},
	{"html samsung", "html", `<div dir="auto">#Chiudi</div><div dir="auto"><br></div><div dir="auto"><br></div><div id="composer_signature" dir="auto"><div style="font-size:12px;color:#575757" dir="auto">Inviato dal mio Galaxy</div></div><div><br></div><div><div>-------- Messaggio originale --------</div><div>Da: "Mario Rossi (Assistenza)" &lt;aiuto@example.it&gt; </div><div>Data: 29/11/26  09:12  (GMT+01:00) </div><div>A: anna@example.it </div><div>Oggetto: [Assistenza #12] Sito fermo </div><div><br></div></div><div>#close</div>`, "close", false, ""},
	{"html ios en", "html", `<html><body dir="auto">#Take<br>Done.<br><br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sent from my iPhone</div><div dir="ltr"><br><blockquote type="cite">On 29 Nov 2026, at 09:12, Mario Rossi (Assistenza) &lt;aiuto@example.it&gt; wrote:<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">#close</div></blockquote></body></html>`, "take", false, "Done.\n\nSent from my iPhone"},
	{"html gmail sig only", "html", `<div dir="ltr">#close<br clear="all"><div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature">Anna Ferretti</div></div>` + quotedGmailHTML, "close", false, ""},
	{"html sig with hashtag command", "html", `<div dir="ltr">Fatto.<br clear="all"><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature">Anna<br>#help</div></div>` + quotedGmailHTML, "", true, ""},
	{"html linked url", "html", `<div>#cc <a href="mailto:luca@fornitore.example" target="_blank">luca@fornitore.example</a></div><div>Veda <a href="https://x.example">qui</a></div>` + quotedGmailHTML, "cc luca@fornitore.example", false, "Veda qui <https://x.example>"},
	{"html outlook mention", "html", `<div>#assign <a id="OWAAM1" href="mailto:bruno@example.it">@Bruno Conti</a></div>` + quotedOutlookWebHTML, "assign Bruno Conti", false, ""},
	{"html name+address", "html", `<div>#cc <a href="mailto:luca@fornitore.example">Luca Bianchi</a></div>` + quotedGmailHTML, "cc luca@fornitore.example", false, ""},
	{"plain name+address", "plain", "#chiedi Luca Bianchi <luca@fornitore.example>\nCome va?\n\n" + quotedThunderbird, "ask luca@fornitore.example", false, ""},
	{"plain two addresses", "plain", "#cc luca@a.example <mario@b.example>\n\n" + quotedThunderbird, "", true, ""},
	{"html autolink hashtag", "html", `<div><a href="https://example.it/tag/close">#close</a></div>` + quotedGmailHTML, "close", false, ""},
}

// TestTechniciansMails: commands are read from the top of the new text alone, whatever
// program wrote it, and what only resembles one is text or refused as a whole.
func TestTechniciansMails(t *testing.T) {
	for _, c := range technicianMails {
		raw := "From: Anna Ferretti <anna@example.it>\r\nTo: aiuto@example.it\r\nSubject: Re: [Assistenza #12] Sito fermo\r\nMIME-Version: 1.0\r\nContent-Type: text/" +
			c.media + "; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + strings.ReplaceAll(c.body, "\n", "\r\n")
		in := mailin.Parse([]byte(raw), mailin.Options{})
		o := ticket.ParseOrders(in.Reply, in.Signature)
		var got []string
		for _, order := range o.Commands {
			got = append(got, strings.Join(append([]string{order.Name}, order.Args...), " "))
		}
		var lines []string
		for l := range strings.SplitSeq(strings.TrimSpace(o.Public), "\n") {
			lines = append(lines, strings.TrimRight(l, " \t\u00a0"))
		}
		if public := strings.Join(lines, "\n"); strings.Join(got, "; ") != c.commands || o.Right() == c.wrong || public != c.public {
			t.Errorf("%s: commands %q, wrong %q, public %q\nwant %q, wrong %v, public %q", c.name, strings.Join(got, "; "), o.Wrong, public, c.commands, c.wrong, c.public)
		}
	}
}
