package history

import "sportello/mailin/internal/wording"

// What people and programs write at the end of a mail, lower-case.

// closings begin a word of a line of a few words that ends a mail.
var closings = wording.Words(
	"grazie", "salut", "cordial", "ciao", "giornata", "serata", "buon lavoro", "a presto", "in fede", "osservanza", "stima", "arrivederci", "attesa", "porg", "ringrazi",
	"thank", "thx", "cheers", "regard", "wishes", "sincerely", "respectfully", "best", "yours", "rgds", "looking forward", "take care", "have a",
	"dank", "gruß", "gruss", "grüß", "grüss", "gruess", "mfg", "hochachtungsvoll", "servus",
	"merci", "cdt", "cdlt", "bien à", "bonne", "amicalement", "veuillez", "dans l'attente", "gracias", "salud", "atent", "atte", "abrazo", "quedo a",
)

// greetings begin a mail.
var greetings = wording.Words("buongiorno", "buonasera", "buon giorno", "salve", "ciao", "gentile", "gentili", "egregi", "spett", "hello", "hi ", "dear", "good morning", "hallo", "guten", "sehr geehrte", "liebe", "bonjour", "bonsoir", "hola", "buenos", "buenas", "estimad")

// notNames are capitalized words of greetings, not of people.
var notNames = wording.Set("grazie", "mille", "buon", "buona", "buone", "buongiorno", "buonasera", "giornata", "serata", "lavoro", "natale", "anno", "feste", "cordiali", "distinti", "saluti", "cari", "un", "saluto", "ciao", "tutto", "ok", "va", "bene", "sì", "si", "no", "il", "la", "lo", "i", "gli", "le", "per", "con", "non",
	"best", "kind", "regards", "thanks", "thank", "you", "many", "all", "the", "yes", "hello", "hi", "dear", "good", "morning", "merry", "christmas", "happy", "new", "year", "it", "works",
	"danke", "vielen", "dank", "viele", "grüße", "guten", "tag", "liebe", "beste", "ja", "nein", "merci", "bonjour", "bonne", "journée", "oui", "gracias", "saludos", "muchas", "hola", "error", "errore", "fatal", "warning", "not", "found", "server", "internal", "access", "denied", "wordpress", "outlook", "windows", "google", "chrome")

// firmWords name a firm, a tax number or a device to reach somebody with.
var firmWords = wording.Set("srl", "srls", "spa", "snc", "sas", "sapa", "onlus", "aps", "asd", "sc", "soc", "coop", "gmbh", "ag", "kg", "ohg", "ug", "ev", "ltd", "limited", "inc", "llc", "plc", "corp", "sarl", "sàrl", "sa", "sl",
	"tel", "tél", "telefono", "telefon", "phone", "fax", "cell", "cellulare", "mobile", "mob", "handy", "portable", "móvil", "whatsapp", "pec", "piva", "pi", "cf", "ust-idnr", "siret", "cif",
	"ufficio", "amministrazione", "segreteria", "direzione", "responsabile", "titolare", "dipartimento", "reparto", "office", "department", "manager", "director", "engineer", "ceo", "cto", "geschäftsführer", "geschäftsführung", "abteilung", "studio", "comune")

// placeWords make an address together with a number.
var placeWords = wording.Set("via", "viale", "piazza", "piazzale", "corso", "largo", "vicolo", "strada", "loc", "località", "fraz", "frazione", "contrada", "str", "strasse", "straße", "platz", "weg", "gasse", "allee", "street", "st", "road", "rd", "avenue", "ave", "lane", "suite", "rue", "boulevard", "place", "calle", "avenida", "plaza", "cap")

// The words of the footer that a mail program adds: "Inviato da iPhone", "Get
// Outlook for Android". It begins with a verb of sendVerbs and one of footerPreps,
// or with one of getVerbs; a word of footerNouns may stand before it.
var (
	sendVerbs = wording.Set("sent", "inviato", "inviata", "spedito", "spedita", "scritto", "gesendet", "versendet", "envoyé", "enviado", "enviada", "verzonden", "verstuurd", "skickat", "sendt", "lähetetty", "wysłane", "wysłano", "отправлено")
	getVerbs  = wording.Set("get", "download", "scarica", "ottieni", "hol", "holen", "laden", "outlook", "obtenir", "obtenez", "télécharger", "obtener", "obtén", "obtenga")

	footerNouns = wording.Set("messaggio", "mail", "email", "e-mail", "questo", "questa", "è", "e'", "stato", "stata", "diese", "nachricht", "wurde", "this", "message", "was", "provenance")
	footerPreps = wording.Set("from", "via", "with", "by", "using", "on", "da", "dal", "dallo", "con", "tramite", "in", "von", "vom", "mit", "über", "der", "de", "du", "depuis", "avec", "par", "à", "desde", "do", "com", "através", "vanaf", "met", "från", "fra", "z", "с")
	possessives = wording.Set("my", "mio", "mia", "meinem", "meiner", "mon", "ma", "mi", "meu", "mijn", "min", "mitt", "mobile", "mobilità", "the", "partir")
)

var appWords = wording.Words("iphone", "ipad", "android", "outlook", "mail", "mobile", "smartphone", "cellulare", "telefono", "tablet", "galaxy", "samsung", "huawei", "xiaomi", "redmi", "oneplus", "pixel", "yahoo", "app", "blackberry", "windows", "dispositivo", "gerät", "handy", "appareil", "téléphone", "móvil", "portable", "ios", "proton", "client", "k-9", "spark", "tuta", "device", "phone", "libero", "posta", "correo", "courrier", "sparrow", "superhuman", "front", "missive", "thunderbird", "boxer", "sicur", "secur", "sécuris", "sicher", "cifrat", "encrypt", "verschlüssel")

// excuses are what such a footer may ask to be forgiven for, in a sentence of
// its own.
var excuses = wording.Words("brevità", "brevita'", "brevity", "kürze", "brièveté", "brevedad", "refusi", "errori di battitura", "typos", "tippfehler", "fautes de frappe")

// What virus scanners, providers and friends of trees add: that a mail was
// checked, whose service it went through, not to print it.
var (
	virusWords   = wording.Words("virus", "avast", "avg")
	checkedWords = wording.Words("free", "priv", "senza", "frei", "sans", "libre", "controllat", "analizzat", "verificat", "checked", "scanned", "geprüft", "überprüft", "vérifié", "analysé", "comprobad")
	printWords   = wording.Words("stampare", "before you print", "before printing", "ausdrucken", "imprimer", "imprimir")
	natureWords  = wording.Words("ambiente", "environment", "umwelt", "environnement", "alberi", "trees")
	adWords      = wording.Words("con tiscali", "scopri tiscali", "con la mail di libero", "libero mail", "5x1000", "dona il 5")
)

// listWords stand in the footers of mailing lists.
var listWords = wording.Words("mailing list", "mailinglist", "unsubscribe", "received this message because")

// The words of legal notices: how they are entitled, with what they begin, of
// what they speak.
var (
	noticeWords  = wording.Words("avviso", "nota", "avvertenz", "informativa", "clausola", "notice", "note", "hinweis", "avis", "ai sensi", "d.lgs", "d. lgs", "disclaimer", "haftungsausschluss", "vertraulich", "confidential", "privileged")
	noticeStarts = wording.Set("questo", "questa", "la", "il", "le", "i", "chiunque", "qualora", "se", "this", "the", "if", "diese", "der", "die", "wenn", "sollten", "ce", "cet", "les", "si", "este", "esta", "el")
)

// What the sentences of a legal notice speak of beside disclaimerWords, and
// what they do not speak of unless they deny liability.
var (
	readerWords = wording.Words("messaggio", "comunicazione", "e-mail", "email", "allegat", "informazion", "mittente", "cancell", "distrugg", "divulg", "message", "communication", "attachment", "information", "sender", "delete", "destroy", "disclos", "nachricht", "anhäng", "absender", "lösch", "courriel", "pièce", "expéditeur", "supprim", "mensaje", "adjunt", "remitente", "legge", "unlawful", "prohibited", "vietat", "virus")
	dealWords   = wording.Words("accett", "accept", "preventiv", "quote", "quotation", "offert", "credit", "ordin", "order", "contratt", "contract", "lavor", "procede", "proceed", "subordinat", "condizion", "condition", "angebot", "auftrag", "devis")
	liability   = wording.Words("no liability", "not liable", "no responsibility", "not accept liability", "not accept responsibility", "not accept any", "alcuna responsabilità", "nessuna responsabilità", "non costituisc", "does not constitute", "keine haftung", "aucune responsabilité")
)

var disclaimerWords = wording.Words("riservat", "confidenzial", "confidential", "vertraulich", "confidentiel", "confidencial", "privileged", "2016/679", "196/", "gdpr", "privacy", "disclaimer", "haftung", "destinat", "esclusiv", "exclusiv", "addressee", "intended", "bestimmten empfänger", "richtige adressat", "per errore", "irrtümlich", "par erreur", "in error", "por error")
