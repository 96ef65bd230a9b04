package history

// What people and programs write at the end of a mail, lower-case.

// closings are whole lines.
var closings = wordSet(
	"grazie", "grazie mille", "molte grazie", "grazie ancora", "grazie in anticipo", "grazie e saluti", "grazie, saluti", "grazie e buona giornata", "saluti", "cordialmente", "ciao", "ciao e grazie",
	"buona giornata", "buona serata", "buon lavoro", "a presto", "un saluto", "cari saluti", "un caro saluto", "in fede", "con osservanza", "con stima", "arrivederci", "in attesa", "resto in attesa", "in attesa di un riscontro", "in attesa di riscontro",
	"thanks", "thank you", "many thanks", "thanks a lot", "thanks in advance", "thanks again", "thx", "cheers", "best", "all the best", "regards", "sincerely", "respectfully", "br", "rgds", "cordially", "have a nice day", "have a good day", "take care",
	"danke", "vielen dank", "danke im voraus", "vielen dank im voraus", "besten dank", "herzlichen dank", "mfg", "vg", "lg", "gruß", "gruss", "grüße", "hochachtungsvoll", "schöne grüße", "servus",
	"merci", "merci beaucoup", "merci d'avance", "cordialement", "cdt", "cdlt", "bien à vous", "bonne journée", "bonne soirée", "salutations", "amicalement",
	"gracias", "muchas gracias", "saludos", "atentamente", "atte", "un saludo", "un abrazo", "gracias de antemano", "gracias y saludos",
)

// closingStarts begin a line of a few words.
var closingStarts = []string{
	"con i migliori", "con i più cordiali", "con cordialità", "i più cordiali saluti", "un saluto ", "un caro saluto", "molte grazie e ", "cordiali saluti", "distinti saluti", "cordialissimi saluti", "i migliori saluti", "migliori saluti", "un cordiale saluto", "tanti saluti", "molti saluti", "porgo ", "porgiamo ", "saluti ", "saluti,", "vi saluto", "la saluto", "ti saluto", "ringraziando", "ringraziandovi", "ringraziandola", "in attesa di ", "grazie mille", "grazie e ",
	"best regards", "kind regards", "kindest regards", "warm regards", "warmest regards", "with regards", "with kind regards", "with best regards", "best wishes", "yours ", "sincerely ", "many thanks", "thanks and ", "thanks & ", "thank you and ", "looking forward",
	"mit freundlichen gr", "mit freundlichem gr", "mit besten gr", "mit herzlichen gr", "mit lieben gr", "viele grüße", "viele grüsse", "viele gruesse", "freundliche grüße", "freundliche grüsse", "freundliche gruesse", "freundlichen gr", "beste grüße", "beste grüsse", "liebe grüße", "liebe grüsse", "herzliche grüße", "schöne grüße", "schönen gruß", "lieben gruß", "danke und ",
	"bien cordialement", "très cordialement", "meilleures salutations", "sincères salutations", "salutations ", "veuillez agréer", "bien à toi", "merci et ", "dans l'attente",
	"cordiales saludos", "cordialmente", "un cordial saludo", "saludos cordiales", "saludos,", "atentos saludos", "muchas gracias y", "quedo a la espera",
}

// greetings begin a mail.
var greetings = []string{"buongiorno", "buonasera", "buon giorno", "salve", "ciao", "gentile", "gentili", "egregi", "spett", "hello", "hi ", "dear", "good morning", "hallo", "guten", "sehr geehrte", "liebe", "bonjour", "bonsoir", "hola", "buenos", "buenas", "estimad"}

// notNames are capitalized words of greetings, not of people.
var notNames = wordSet("grazie", "mille", "buon", "buona", "buone", "buongiorno", "buonasera", "giornata", "serata", "lavoro", "natale", "anno", "feste", "cordiali", "distinti", "saluti", "cari", "un", "saluto", "ciao", "tutto", "ok", "va", "bene", "sì", "si", "no", "il", "la", "lo", "i", "gli", "le", "per", "con", "non",
	"best", "kind", "regards", "thanks", "thank", "you", "many", "all", "the", "yes", "hello", "hi", "dear", "good", "morning", "merry", "christmas", "happy", "new", "year", "it", "works",
	"danke", "vielen", "dank", "viele", "grüße", "guten", "tag", "liebe", "beste", "ja", "nein", "merci", "bonjour", "bonne", "journée", "oui", "gracias", "saludos", "muchas", "hola", "error", "errore", "fatal", "warning", "not", "found", "server", "internal", "access", "denied", "wordpress", "outlook", "windows", "google", "chrome")

// firmWords name a firm, a tax number or a device to reach somebody with.
var firmWords = wordSet("srl", "s.r.l", "s.r.l.", "srls", "s.r.l.s.", "spa", "s.p.a", "s.p.a.", "snc", "s.n.c", "s.n.c.", "sas", "s.a.s", "s.a.s.", "sapa", "onlus", "aps", "asd", "s.c", "soc", "coop", "gmbh", "ag", "kg", "ohg", "ug", "e.v.", "ltd", "ltd.", "limited", "inc", "inc.", "llc", "plc", "corp", "corp.", "sarl", "sàrl", "s.a.", "s.l.", "s.l", "sl",
	"tel", "tel.", "tél", "tél.", "telefono", "telefon", "phone", "fax", "cell", "cell.", "cellulare", "mobile", "mob", "mob.", "handy", "portable", "móvil", "whatsapp", "pec", "p.iva", "p.i", "p.i.", "piva", "c.f", "c.f.", "cf", "partita", "ust-idnr", "siret", "cif",
	"ufficio", "amministrazione", "segreteria", "direzione", "responsabile", "titolare", "dipartimento", "reparto", "office", "department", "manager", "director", "engineer", "ceo", "cto", "geschäftsführer", "geschäftsführung", "abteilung", "studio", "comune")

// placeWords make an address together with a number.
var placeWords = wordSet("via", "viale", "piazza", "piazzale", "corso", "largo", "vicolo", "strada", "loc", "loc.", "località", "fraz", "fraz.", "frazione", "contrada", "str", "str.", "strasse", "straße", "platz", "weg", "gasse", "allee", "street", "st", "st.", "road", "rd", "rd.", "avenue", "ave", "lane", "suite", "rue", "boulevard", "place", "calle", "avenida", "plaza", "cap")

// The words of the footer that a mail program adds: "Inviato da iPhone", "Get
// Outlook for Android". It begins with a verb of sendVerbs and one of footerPreps,
// or with one of getVerbs; a word of footerNouns may stand before it.
var (
	sendVerbs = wordSet("sent", "inviato", "inviata", "spedito", "spedita", "scritto", "gesendet", "versendet", "envoyé", "enviado", "enviada", "verzonden", "verstuurd", "skickat", "sendt", "lähetetty", "wysłane", "wysłano", "отправлено")
	getVerbs  = wordSet("get", "download", "scarica", "ottieni", "hol", "holen", "laden", "outlook", "obtenir", "obtenez", "télécharger", "obtener", "obtén", "obtenga")

	footerNouns = wordSet("messaggio", "mail", "email", "e-mail", "questo", "questa", "è", "e'", "stato", "stata", "diese", "nachricht", "wurde", "this", "message", "was", "provenance")
	footerPreps = wordSet("from", "via", "with", "by", "using", "on", "da", "dal", "dallo", "con", "tramite", "in", "von", "vom", "mit", "über", "der", "de", "du", "depuis", "avec", "par", "à", "desde", "do", "com", "através", "vanaf", "met", "från", "fra", "z", "с")
	possessives = wordSet("my", "mio", "mia", "meinem", "meiner", "mon", "ma", "mi", "meu", "mijn", "min", "mitt", "mobile", "mobilità", "the", "partir")
)

var appWords = []string{"iphone", "ipad", "android", "outlook", "mail", "mobile", "smartphone", "cellulare", "telefono", "tablet", "galaxy", "samsung", "huawei", "xiaomi", "redmi", "oneplus", "pixel", "yahoo", "app", "blackberry", "windows", "dispositivo", "gerät", "handy", "appareil", "téléphone", "móvil", "portable", "ios", "proton", "client", "k-9", "spark", "tuta", "device", "phone", "libero", "posta", "correo", "courrier", "sparrow", "superhuman", "front", "missive", "thunderbird", "boxer"}

// gatewayFooters are what virus scanners and providers add.
var gatewayFooters = []string{
	"virus-free.", "mail priva di virus", "privo di virus", "senza virus.", "virenfrei.", "sans virus.", "libre de virus", "questa e-mail è stata controllata", "questa email è stata controllata", "questo messaggio è stato analizzato", "questo messaggio e' stato analizzato", "il software antivirus", "this email has been checked for viruses", "this email has been scanned", "this message has been scanned", "diese e-mail wurde von avast", "diese e-mail wurde auf viren", "cet e-mail a été vérifié", "*** messaggio verificato",
	"con tiscali mobile", "con tiscali", "scopri tiscali", "scopri di più su", "con la mail di libero", "libero mail", "prima di stampare", "per favore pensa all'ambiente", "pensa all'ambiente", "rispetta l'ambiente", "please consider the environment", "think before you print", "bitte denken sie an die umwelt", "bitte prüfen sie, ob", "pensez à l'environnement", "antes de imprimir", "5x1000", "dona il 5",
}

var disclaimerTitles = []string{"avviso di riservatezza", "nota di riservatezza", "avvertenze ai sensi", "informativa privacy", "informativa ai sensi", "clausola di riservatezza", "confidentiality notice", "confidentiality note", "privileged and confidential", "privacy notice", "email disclaimer", "disclaimer:", "haftungsausschluss", "vertraulichkeitshinweis", "avis de confidentialité", "aviso de confidencialidad", "aviso legal", "ai sensi del d.lgs", "ai sensi del regolamento", "ai sensi dell'art", "ai sensi e per gli effetti", "ai sensi del gdpr", "d.lgs. 196", "d. lgs. 196", "d.lgs 196"}

var disclaimerStarts = []string{"questo messaggio", "questa e-mail", "questa email", "questa mail", "questa comunicazione", "la presente ", "il presente messaggio", "il contenuto di quest", "le informazioni contenute", "le informazioni trasmesse", "le informazioni, i dati", "i dati contenuti", "il trattamento dei dati", "il messaggio ", "chiunque riceva", "qualora abbiate ricevuto", "se avete ricevuto", "se ha ricevuto", "se hai ricevuto",
	"this e-mail", "this email", "this message", "this mail", "this communication", "this transmission", "the information contained", "the information in this", "the contents of this", "the content of this", "if you are not the intended", "if you have received this",
	"diese e-mail", "diese email", "diese mail", "diese nachricht", "der inhalt dieser", "die in dieser", "die information in dieser", "wenn sie nicht der", "sollten sie nicht",
	"ce message", "ce courriel", "cet e-mail", "cet email", "ce mail", "les informations contenues", "le contenu de ce", "si vous n'êtes pas", "si vous avez reçu",
	"este mensaje", "este correo", "esta comunicación", "este e-mail", "la información contenida", "el contenido de este", "si usted no es"}

var disclaimerWords = []string{"riservat", "confidenzial", "confidential", "vertraulich", "confidentiel", "confidencial", "privileged", "2016/679", "196/2003", "196/03", "gdpr", "privacy", "destinatari", "intended recipient", "intended solely", "intended only", "bestimmten empfänger", "richtige adressat", "destinataire", "ad uso esclusivo", "per errore", "irrtümlich", "par erreur", "in error", "por error"}
