package mailout

import (
	"encoding/json"
	"maps"
	"time"

	"sportello/ticket"
)

// at is Sunday 22 November 2026, 10:30 in Rome.
var at = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// sample is a notice of kind with the facts that most letters have.
func sample(kind ticket.NoticeKind, language string, edit ...func(*ticket.Notice)) *ticket.Notice {
	n := &ticket.Notice{
		ID: 7, Kind: kind, Ticket: 1042, At: at, Language: language,
		To:        ticket.Mailbox{Name: "Mario Rossi", Address: "mario@esempio.it"},
		ReplyTo:   "assistenza+r1042.0.1abc.k7x2m@example.it",
		MessageID: "7.r1042.0.k7x2m@example.it", InReplyTo: "abc@esempio.it", References: []string{"abc@esempio.it"},
		Subject: "Il sito non si apre più", AutoSubmitted: "auto-generated",
		State: ticket.StateOpen, Topic: "platform-down", Confidence: 0.934,
		ClosesAfter: 7, ReopenDays: 30, Customer: "C-17", CustomerName: "Rossi S.r.l.",
		Requester: ticket.Mailbox{Name: "Mario Rossi", Address: "mario@esempio.it"}, Verified: true,
	}
	set(&n.Coverage, "covered")
	set(&n.Price.Kind, "none")
	n.TopicText, n.PlanText, n.Site = "hosting, file system o web server non funzionanti", "piano Hosting", "esempio.it"
	n.ClauseText = "i piani hosting comprendono il mantenimento in funzione di hosting, file system e web server"
	if language == "en" {
		n.To, n.Requester = ticket.Mailbox{Name: "Jane Doe", Address: "jane@example.com"}, ticket.Mailbox{Name: "Jane Doe", Address: "jane@example.com"}
		n.Subject, n.CustomerName, n.Site = "The website is down", "Doe Ltd", "example.com"
		n.TopicText, n.PlanText = "hosting, file system or web server not working", "Hosting plan"
		n.ClauseText = "hosting plans include keeping hosting, file system and web server up and running"
	}
	n.AnswerDue = ticket.Date{Year: 2026, Month: 11, Day: 29}
	n.Balance = &ticket.Balance{Available: 4, NextExpiry: ticket.Date{Year: 2026, Month: 12, Day: 31}}
	if kind == ticket.NoticeAck {
		n.AutoSubmitted = "auto-replied"
	}
	if kind == ticket.NoticeAnswer {
		n.AutoSubmitted, n.FromName = "", "Anna Ferretti (Assistenza Example)"
	}
	if kind.Technical() {
		technical(n)
	}
	for _, e := range edit {
		e(n)
	}
	return n
}

// technical makes a letter to Anna of n.
func technical(n *ticket.Notice) {
	n.FromName = n.Requester.Name + " (Assistenza Example)"
	n.Author, n.Balance = n.Requester, nil
	n.To = ticket.Mailbox{Name: "Anna Ferretti", Address: "anna@example.it"}
	n.ReplyTo, n.NoteAddress = "assistenza+w1042.1.1abc.q9@example.it", "assistenza+n1042.1.1abc.z4@example.it"
	ownWords(n)
}

// ownWords is what the customer wrote.
func ownWords(n *ticket.Notice) {
	n.Text = "Buongiorno,\n\nda stamattina il sito esempio.it non si apre più:\n\n    Error 503 Service Unavailable\n\nGrazie\nMario"
	if n.Language == "en" {
		n.Text = "Hello,\n\nour website example.com has been down since this morning.\n\nJane"
	}
}

// set gives a value of policy by its name: this room may not import policy.
func set(v interface{ UnmarshalText([]byte) error }, name string) {
	if err := v.UnmarshalText([]byte(name)); err != nil {
		panic(err)
	}
}

// text is what the letter tells, in the notice's language.
func text(italian, english string) func(*ticket.Notice) {
	return func(n *ticket.Notice) {
		n.Text = italian
		if n.Language == "en" {
			n.Text = english
		}
	}
}

func coverage(name, price string, min, max ticket.Credits) func(*ticket.Notice) {
	return func(n *ticket.Notice) {
		set(&n.Coverage, name)
		set(&n.Price.Kind, price)
		n.Price.Min, n.Price.Max = min, max
		n.PlanText, n.Site = "", ""
	}
}

// extra is a request that no plan covers.
func extra(price string, min, max ticket.Credits) func(*ticket.Notice) {
	return func(n *ticket.Notice) {
		coverage("extra", price, min, max)(n)
		n.Topic, n.AnswerDue = "mailbox-admin", ticket.Date{}
		n.Subject, n.TopicText = "Nuova casella", "casella di posta, alias, password, quota o inoltro da aggiungere, cambiare o togliere"
		n.ClauseText = "le aggiunte, modifiche o rimozioni di caselle di posta elettronica sono richieste extra"
		if n.Language == "en" {
			n.Subject, n.TopicText = "New mailbox", "a mailbox, alias, password, quota or forward to be added, changed or removed"
			n.ClauseText = "adding, changing or removing mailboxes is charged as an extra"
		}
	}
}

// fourthOfTwelve is a request that a plan covers out of its allowance.
func fourthOfTwelve(n *ticket.Notice) {
	if err := json.Unmarshal([]byte(`{"Used":3,"Of":12}`), &n.Allowance); err != nil {
		panic(err)
	}
	n.Topic, n.AnswerDue = "script-bug", ticket.Date{}
	n.Subject, n.TopicText, n.PlanText = "Errore in WooCommerce", "baco o verifica di funzionamento di uno script open source installato", "piano Hyper"
	n.ClauseText = "il piano Hyper prevede l'assistenza straordinaria, entro il numero di interventi compresi"
	if n.Language == "en" {
		n.Subject, n.TopicText, n.PlanText = "WooCommerce fails", "a bug in an installed open-source script, or a check that it works", "Hyper plan"
		n.ClauseText = "the Hyper plan includes non-routine assistance, up to the number of jobs in its allowance"
	}
}

// quoted adds an open quote of one credit.
func quoted(n *ticket.Notice) {
	extra("fixed", 1, 1)(n)
	n.State = ticket.StateWaiting
	n.Quote = &ticket.Quote{Code: "P-1042-1", Version: 1, Credits: 1, State: ticket.QuoteOffered, Description: n.TopicText}
	n.QuoteUntil = ticket.Date{Year: 2026, Month: 11, Day: 29}
	n.ClosesOn = n.QuoteUntil
	n.ReplyTo = "assistenza+q1042.0.1.1abc.p3@example.it"
}

// account is a year of credits: ten bought, three held, two of them spent.
func account(n *ticket.Notice) {
	day := func(month time.Month, day int) ticket.Date { return ticket.Date{Year: 2026, Month: month, Day: day} }
	n.Balance.Held, n.Balance.Available = 0, 8
	n.Lots = []ticket.LotLine{{Credits: 3, Expires: day(12, 31)}, {Credits: 5, Expires: ticket.Date{Year: 2027, Month: 10, Day: 2}}}
	for _, e := range []struct {
		day       ticket.Date
		kind      string
		credits   ticket.Credits
		of        ticket.ID
		available ticket.Credits
	}{
		{day(1, 1), "purchase", 5, 0, 5}, {day(3, 9), "hold", 3, 998, 2}, {day(3, 12), "capture", 2, 998, 2}, {day(3, 12), "release", 1, 998, 3},
		{day(9, 30), "correct", -1, 0, 2}, {day(10, 1), "correct", 1, 0, 3}, {day(10, 2), "purchase", 5, 0, 8},
	} {
		line := ticket.EntryLine{Day: e.day, Credits: e.credits, Ticket: e.of, Available: e.available}
		set(&line.Kind, e.kind)
		n.Entries = append(n.Entries, line)
	}
}

// worked is what became of an accepted quote: of what was asked, charged were
// spent, and of what came back lapsed were over.
func worked(asked, charged, lapsed ticket.Credits) func(*ticket.Notice) {
	return func(n *ticket.Notice) {
		n.Quote.Credits, n.Quote.State = asked, ticket.QuoteAccepted
		n.Credits, n.Charged, n.Released, n.Lapsed = charged, charged, asked-charged, lapsed
	}
}

// second makes the quote that of a technician's second offer.
func second(n *ticket.Notice) {
	n.Quote.Code, n.Quote.Version, n.Quote.Credits, n.Text = "P-1042-2", 2, 3, ""
	n.Quote.Description = "Tre caselle nuove."
	if n.Language == "en" {
		n.Quote.Description = "Three new mailboxes."
	}
}

// stands makes the letter the answer to one that comes too late or again.
func stands(s ticket.QuoteState) func(*ticket.Notice) {
	return func(n *ticket.Notice) {
		n.Quote.State, n.Answered, n.Text = s, "P-1042-1", ""
		n.State, n.ClosesOn = ticket.StateOpen, ticket.Date{}
	}
}

// colleague is who decided on the quote in the place of the recipient.
func colleague(n *ticket.Notice) {
	n.Author = ticket.Mailbox{Name: "Luisa Rossi", Address: "luisa@esempio.it"}
}

func closedAs(r ticket.Reason) func(*ticket.Notice) {
	return func(n *ticket.Notice) { n.State, n.ClosedReason, n.AnswerDue = ticket.StateClosed, r, ticket.Date{} }
}

func waiting(n *ticket.Notice) {
	n.State, n.AnswerDue, n.ClosesOn = ticket.StateWaiting, ticket.Date{}, ticket.Date{Year: 2026, Month: 11, Day: 29}
}

// pictured shows a screenshot between two paragraphs.
func pictured(n *ticket.Notice) {
	mention := ticket.Mention("schermata.png")
	text("Buongiorno,\n\necco che cosa si vede:\n\n"+mention+"\n\nBasta premere il pulsante in alto a destra.\n\nAnna",
		"Hello,\n\nthis is what it looks like:\n\n"+mention+"\n\nJust press the button at the top right.\n\nAnna")(n)
	n.Attachments = relays()[:1]
	n.Attachments[0].Label = "schermata.png"
}

func relays() []ticket.Relay {
	ref := func(raw ticket.RawRef) ticket.AttachmentRef { return ticket.AttachmentRef{Raw: raw} }
	return []ticket.Relay{
		{Attachment: ticket.Attachment{Name: "schermata.png", Type: "image/png", Size: 14, Inline: true, ContentID: "img1@x"}, Ref: ref("a")},
		{Attachment: ticket.Attachment{Name: "perché «così» e un nome che è davvero molto, molto lungo.pdf", Type: "application/pdf", Size: 14, Index: 1}, Ref: ref("b")},
		{Attachment: ticket.Attachment{Name: "inoltrata.eml", Type: "message/rfc822", Size: 14, Index: 2}, Ref: ref("c")},
		{Attachment: ticket.Attachment{Name: "video.mov", Type: "video/quicktime", Size: 48_200_000, Index: 3}, Ref: ref("d"), Left: true},
	}
}

// Samples are notices with made-up facts, one for each letter and for each
// thing that a letter may have to say, by name. language is "it" or "en". The
// bytes of their attachments stand nowhere: Composer.Attachment makes them.
func Samples(language string) map[string]*ticket.Notice {
	all := customerLetters(language)
	maps.Copy(all, technicianLetters(language))
	return all
}

func customerLetters(language string) map[string]*ticket.Notice {
	it := func(kind ticket.NoticeKind, edit ...func(*ticket.Notice)) *ticket.Notice {
		return sample(kind, language, edit...)
	}
	return map[string]*ticket.Notice{
		"ack-covered":   it(ticket.NoticeAck, ownWords),
		"ack-allowance": it(ticket.NoticeAck, fourthOfTwelve),
		"ack-closed-office": it(ticket.NoticeAck, func(n *ticket.Notice) {
			n.OfficeOpensAt = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
			n.ClosedFrom, n.ClosedTo = ticket.Date{Year: 2026, Month: 11, Day: 27}, ticket.Date{Year: 2026, Month: 12, Day: 1}
			n.Linked = []ticket.ID{900}
		}),
		"ack-extra-range":    it(ticket.NoticeAck, extra("range", 1, 4)),
		"ack-extra-analysis": it(ticket.NoticeAck, extra("after-analysis", 0, 0), lapsed),
		"ack-extra-others": it(ticket.NoticeAck, quoted, func(n *ticket.Notice) {
			n.QuoteOthers, n.Balance = true, nil
		}),
		"ack-undetermined": it(ticket.NoticeAck, coverage("undetermined", "none", 0, 0), undetermined),
		"ack-stranger": it(ticket.NoticeAck, coverage("undetermined", "none", 0, 0), undetermined, func(n *ticket.Notice) {
			n.Stranger, n.Customer, n.CustomerName, n.Balance, n.AnswerDue = true, "", "", nil, ticket.Date{}
		}),
		"ack-commercial": it(ticket.NoticeAck, coverage("none", "none", 0, 0), commercial),
		"ack-unverified": it(ticket.NoticeAck, func(n *ticket.Notice) { n.Verified, n.Subject, n.To.Name = false, "", "" }),
		"quote": it(ticket.NoticeQuote, quoted, func(n *ticket.Notice) {
			n.AutoSubmitted, n.Text = "auto-replied", "Buongiorno,\n\nci serve una casella per la nuova collega: giulia@esempio.it.\n\nMario"
			if n.Language == "en" {
				n.Text = "Hello,\n\nwe need a mailbox for our new colleague: giulia@example.com.\n\nJane"
			}
		}),
		"quote-technician": it(ticket.NoticeQuote, quoted, text("", ""), func(n *ticket.Notice) {
			n.Quote.Code, n.Quote.Version, n.Quote.Credits = "P-1042-2", 2, 6
			n.Quote.Description = "Tre caselle nuove\ne l'inoltro di quella vecchia."
			if language == "en" {
				n.Quote.Description = "Three new mailboxes\nand a forward for the old one."
			}
			contact(n)
		}),
		"quote-accepted": it(ticket.NoticeQuoteAccepted, quoted, func(n *ticket.Notice) {
			n.State, n.Quote.State, n.AnswerDue = ticket.StateOpen, ticket.QuoteAccepted, ticket.Date{Year: 2026, Month: 11, Day: 30}
			n.ClosesOn, n.Balance = ticket.Date{}, &ticket.Balance{Available: 3, Held: 1, NextExpiry: n.Balance.NextExpiry}
		}),
		"quote-accepted-other": it(ticket.NoticeQuoteAccepted, quoted, colleague, func(n *ticket.Notice) {
			n.State, n.Quote.State, n.ClosesOn = ticket.StateOpen, ticket.QuoteAccepted, ticket.Date{}
		}),
		"quote-declined":       it(ticket.NoticeQuoteDeclined, quoted, closedAs(ticket.ReasonDeclined)),
		"quote-declined-other": it(ticket.NoticeQuoteDeclined, quoted, closedAs(ticket.ReasonDeclined), colleague),
		"quote-again":          it(ticket.NoticeQuote, quoted, second, func(n *ticket.Notice) { n.Again = true }),
		"quote-again-open": it(ticket.NoticeQuote, quoted, second, func(n *ticket.Notice) {
			n.Again, n.State, n.ClosesOn = true, ticket.StateOpen, ticket.Date{}
		}),
		"quote-newer":     it(ticket.NoticeQuote, quoted, second, func(n *ticket.Notice) { n.Answered = "P-1042-1" }),
		"quote-others":    it(ticket.NoticeQuote, quoted, second, func(n *ticket.Notice) { n.QuoteOthers, n.Balance = true, nil }),
		"quote-expired":   it(ticket.NoticeQuote, quoted, stands(ticket.QuoteExpired)),
		"quote-already":   it(ticket.NoticeQuote, quoted, stands(ticket.QuoteAccepted)),
		"quote-repented":  it(ticket.NoticeQuote, quoted, stands(ticket.QuoteAccepted), func(n *ticket.Notice) { n.Refusal = true }),
		"quote-refused":   it(ticket.NoticeQuote, quoted, stands(ticket.QuoteDeclined)),
		"quote-replaced":  it(ticket.NoticeQuote, quoted, second, stands(ticket.QuoteAccepted)),
		"quote-withdrawn": it(ticket.NoticeQuote, quoted, stands(ticket.QuoteWithdrawn), func(n *ticket.Notice) { n.Answered = "" }),
		"quote-covered": it(ticket.NoticeQuote, quoted, stands(ticket.QuoteWithdrawn), func(n *ticket.Notice) {
			covered := sample(n.Kind, n.Language)
			n.Answered, n.Coverage, n.PlanText, n.Site, n.ClauseText, n.AnswerDue = "", covered.Coverage, covered.PlanText, covered.Site, covered.ClauseText, covered.AnswerDue
		}),
		"confirm":         it(ticket.NoticeConfirm, quoted),
		"confirm-refusal": it(ticket.NoticeConfirm, quoted, func(n *ticket.Notice) { n.Refusal = true }),
		"credit-short": it(ticket.NoticeCreditShort, quoted, contact, func(n *ticket.Notice) {
			n.Quote.Credits, n.Credits = 6, 2
		}),
		"answer": it(ticket.NoticeAnswer, waiting, text("Buongiorno Mario,\n\nil sito è di nuovo raggiungibile: un disco era pieno.\n\n-- \nAnna",
			"Hello Jane,\n\nyour website is up again: a disk was full.\n\n-- \nAnna")),
		"answer-attachments": it(ticket.NoticeAnswer, text("Ecco i file.\n\nAnna", "Here are the files.\n\nAnna"),
			closedAs(ticket.ReasonSolved), func(n *ticket.Notice) { n.Attachments = relays() }),
		"answer-aside": it(ticket.NoticeAnswer, text("Buongiorno,\n\npuò guardare il disco del nodo 3?\n\n-- \nAnna Ferretti",
			"Hello,\n\ncould you have a look at the disk of node 3?\n\n-- \nAnna Ferretti"), func(n *ticket.Notice) {
			n.Aside, n.Subject, n.To = true, "", ticket.Mailbox{Address: "perito@esterno.example"}
			n.Customer, n.Requester, n.Balance, n.InReplyTo, n.References = "", ticket.Mailbox{}, nil, "", nil
		}),
		"answer-picture": it(ticket.NoticeAnswer, waiting, pictured),
		"answer-charged": it(ticket.NoticeAnswer, text("Buongiorno Mario,\n\nla casella è pronta.\n\nAnna", "Hello Jane,\n\nthe mailbox is ready.\n\nAnna"),
			quoted, closedAs(ticket.ReasonSolved), worked(3, 2, 0)),
		"charged": it(ticket.NoticeCharged, quoted, worked(3, 2, 0), func(n *ticket.Notice) {
			n.State, n.ClosesOn, n.Balance.Held = ticket.StateOpen, ticket.Date{}, 1
		}),
		"close-warning":      it(ticket.NoticeCloseWarning, waiting),
		"close-warning-held": it(ticket.NoticeCloseWarning, waiting, func(n *ticket.Notice) { n.Reserved, n.Balance.Held = 3, 3 }),
		"closed-solved":      it(ticket.NoticeClosed, closedAs(ticket.ReasonSolved)),
		"closed-charged":     it(ticket.NoticeClosed, quoted, closedAs(ticket.ReasonSolved), worked(3, 2, 0)),
		"closed-lapsed":      it(ticket.NoticeClosed, quoted, closedAs(ticket.ReasonNoAnswer), worked(5, 1, 3)),
		"closed-no-answer":   it(ticket.NoticeClosed, closedAs(ticket.ReasonNoAnswer)),
		"closed-declined":    it(ticket.NoticeClosed, quoted, closedAs(ticket.ReasonDeclined), func(n *ticket.Notice) { n.Quote.State = ticket.QuoteDeclined }),
		"closed-quoted":      it(ticket.NoticeClosed, quoted, closedAs(ticket.ReasonSolved)),
		"closed-duplicate":   it(ticket.NoticeClosed, closedAs(ticket.ReasonDuplicate), func(n *ticket.Notice) { n.Linked = []ticket.ID{1040} }),
		"reopened":           it(ticket.NoticeReopened),
		"lot-expiring": it(ticket.NoticeLotExpiring, func(n *ticket.Notice) {
			n.Ticket, n.Subject, n.Credits, n.InReplyTo, n.References = 0, "", 3, "", nil
			n.Lots = []ticket.LotLine{{Credits: 1, Expires: ticket.Date{Year: 2026, Month: 11, Day: 29}}, {Credits: 2, Expires: ticket.Date{Year: 2026, Month: 12, Day: 31}}}
		}),
		"statement": it(ticket.NoticeStatement, func(n *ticket.Notice) {
			n.Ticket, n.Subject = 0, ""
			account(n)
		}),
	}
}

func technicianLetters(language string) map[string]*ticket.Notice {
	it := func(kind ticket.NoticeKind, edit ...func(*ticket.Notice)) *ticket.Notice {
		return sample(kind, language, edit...)
	}
	return map[string]*ticket.Notice{
		"ticket-new": it(ticket.NoticeTicketNew, func(n *ticket.Notice) {
			n.OtherPeople = []ticket.Mailbox{{Name: "Luca Bianchi", Address: "luca@altrove.it"}}
			n.Attachments = relays()
		}),
		"ticket-new-allowance": it(ticket.NoticeTicketNew, fourthOfTwelve),
		"ticket-new-unverified": it(ticket.NoticeTicketNew, extra("range", 1, 4), func(n *ticket.Notice) {
			n.Verified, n.Stranger, n.Customer, n.CustomerName = false, true, "", ""
		}),
		"ticket-new-several": it(ticket.NoticeTicketNew, coverage("undetermined", "none", 0, 0), undetermined, func(n *ticket.Notice) {
			n.Customer, n.CustomerName = "", ""
			n.Lines = says(language, ticket.Say("candidate", "Rossi S.r.l.", "C-17"), ticket.Say("candidate", "Rossi Moda", "C-18"))
		}),
		"ticket-reply":         it(ticket.NoticeTicketReply, func(n *ticket.Notice) { n.About, n.Assignee = ticket.MessageRequest, "Anna Ferretti" }),
		"ticket-reply-picture": it(ticket.NoticeTicketReply, pictured),
		"ticket-reply-note": it(ticket.NoticeTicketReply, text("Ho già visto il disco.", "I have looked at the disk."), func(n *ticket.Notice) {
			n.ReplyTo = n.NoteAddress
			n.About, n.Author, n.FromName = ticket.MessageNote, ticket.Mailbox{Name: "Bruno Sala", Address: "bruno@example.it"}, "Bruno Sala (Assistenza Example)"
		}),
		"ticket-reply-bounce": it(ticket.NoticeTicketReply, waiting, func(n *ticket.Notice) {
			n.About, n.Author, n.Text = ticket.MessageBounce, ticket.Mailbox{Address: "mailer-daemon@mx.esempio.it"}, ""
			n.Bounce = &ticket.Bounce{Recipient: "mario@esempio.it", Status: "5.1.1", Action: "failed", Diagnostic: "550 no such user"}
		}),
		"transcript": it(ticket.NoticeTranscript, closedAs(ticket.ReasonSolved), text("", ""), func(n *ticket.Notice) {
			n.Assignee = "Anna Ferretti"
			n.Lines = says(language, ticket.Say("did", ticket.Order("close")),
				ticket.Say("changed", ticket.Say("field state"), ticket.Say("value closed"), ticket.Say("value open")),
				ticket.Say("did-answer", person(n.Requester)))
		}),
		"transcript-undone": it(ticket.NoticeTranscript, text("#assegna carla\n\nBuongiorno, il sito è di nuovo raggiungibile.\n\nAnna",
			"#assign carla\n\nHello, your website is up again.\n\nAnna"), func(n *ticket.Notice) {
			n.Lines = says(language, ticket.Say("order-line", 1, "#assign carla", ticket.Say("no-technician", "carla", "Anna Ferretti, Bruno Conti")), ticket.Say("nothing-done"))
		}),
		"transcript-list": it(ticket.NoticeTranscript, text("", ""), listed),
		"transcript-show": it(ticket.NoticeTranscript, waiting, text("", ""), told),
		"transcript-help": it(ticket.NoticeTranscript, text("", ""), manual),
		"held": it(ticket.NoticeHeld, text("Ok, proceda pure.", "Fine, go ahead."), func(n *ticket.Notice) {
			n.NoteAddress = ""
			n.Lines = says(language, ticket.Say("hold-unsigned"), ticket.Say("hold-choices"),
				ticket.Say("will-answer", ticket.Order("send"), person(n.Requester), n.Ticket),
				ticket.Say("will-discard", ticket.Order("discard")), ticket.Say("will-from", ticket.Order("from")))
		}),
		"due-soon": it(ticket.NoticeDueSoon),
		"digest": it(ticket.NoticeDigest, text("", ""), func(n *ticket.Notice) {
			n.Ticket, n.Subject, n.ReplyTo, n.NoteAddress = 0, "", "", ""
			n.Lines = says(language, ticket.Say("gathered"), ticket.Say("gathered-mail", 12, "info@esempio.it", ticket.Say("gathered quarantine")))
		}),
		"digest-restored": it(ticket.NoticeDigest, text("", ""), func(n *ticket.Notice) {
			n.Ticket, n.Subject, n.ReplyTo, n.NoteAddress = 0, "", "", ""
			n.Lines = append(says(language, ticket.Say("restored", 34), ticket.Say("restored-where"), ticket.Say("restored-unsure", 6)),
				"#10041 Mario Rossi: Sito irraggiungibile "+ticket.MailLink("assistenza+t10041.7.a21300.k7x2m@example.it", "[Assistenza Example #10041]", ""))
		}),
		"digest-day":   it(ticket.NoticeDigest, text("", ""), day),
		"digest-quiet": it(ticket.NoticeDigest, text("", ""), day, func(n *ticket.Notice) { n.Sections = nil }),
		"alert-spared": it(ticket.NoticeAlert, text("", ""), waiting, quoted, func(n *ticket.Notice) {
			n.ClosesOn, n.Reserved = ticket.Date{Year: 2026, Month: 11, Day: 30}, 3
			n.Lines = says(language, ticket.Say("spared", credits(3, language)), ticket.Say("spared-unless", ticket.Order("close"), ticket.Order("charge")))
		}),
		"alert-outspent": it(ticket.NoticeAlert, text("", ""), extra("fixed", 3, 3), func(n *ticket.Notice) {
			n.Lines = says(language, ticket.Say("outspent", 12), ticket.Say("outspent-then", ticket.Order("quote"), ticket.Order("covered")))
		}),
		"alert": it(ticket.NoticeAlert, text("", ""), func(n *ticket.Notice) {
			n.Ticket, n.Subject, n.ReplyTo, n.NoteAddress, n.InReplyTo, n.References = 0, "", "", "", "", nil
			n.Lines = says(language, ticket.Say("imap credentials refused"), ticket.Say("said", "NO [AUTHENTICATIONFAILED]"))
		}),
	}
}

// says words what the desk says to technicians.
func says(language string, lines ...ticket.Words) []string {
	var all []string
	for _, l := range lines {
		all = append(all, l.In(language))
	}
	return all
}

func undetermined(n *ticket.Notice) {
	n.Topic, n.Subject, n.TopicText = "unclear", "Aiuto", "richiesta da chiarire"
	n.ClauseText = "prima di intervenire un tecnico stabilisce se la richiesta è coperta dal servizio o è da considerarsi extra"
	if n.Language == "en" {
		n.Subject, n.TopicText = "Help", "a request to be made clear"
		n.ClauseText = "before any work a technician establishes whether the request is covered by the service or counts as an extra"
	}
}

func commercial(n *ticket.Notice) {
	contact(n)
	n.Topic, n.AnswerDue = "commercial", ticket.Date{}
	n.Subject, n.TopicText, n.ClauseText = "Rinnovo", "questione commerciale", "le richieste commerciali sono seguite dal nostro ufficio commerciale"
	if n.Language == "en" {
		n.Subject, n.TopicText, n.ClauseText = "Renewal", "a commercial matter", "commercial requests are handled by our sales team"
	}
}

func lapsed(n *ticket.Notice) {
	n.LapsedText, n.LapsedOn = "piano Hosting", ticket.Date{Year: 2026, Month: 11, Day: 15}
	if n.Language == "en" {
		n.LapsedText = "Hosting plan"
	}
}

// contact adds a commercial contact without naming its type, which is policy's.
func contact(n *ticket.Notice) {
	fill(&n.Commercial)
	n.Commercial.Email, n.Commercial.Phone, n.Commercial.Hours = "commerciale@example.it", "+39 011 000 000", "lun-ven 9-18"
	n.Commercial.ShopURL = "https://shop.example.it/crediti"
}

func fill[T any](p **T) { *p = new(T) }
