package mailout

import "sportello/ticket"

// away makes of a letter one that is about no ticket.
func away(n *ticket.Notice) {
	n.Ticket, n.ReplyTo, n.NoteAddress, n.References = 0, "", "", nil
}

// in chooses by the language of n.
func in(n *ticket.Notice, it, en string) string {
	if n.Language == "en" {
		return en
	}
	return it
}

// listed is the answer to #list.
func listed(n *ticket.Notice) {
	away(n)
	n.Subject = ticket.Say("subject-list").In(n.Language)
	due, covered, extra := n.AnswerDue, n.Coverage, n.Coverage
	set(&extra, "extra")
	n.Sections = []ticket.Section{
		{Title: ticket.Say("list-open", 2).In(n.Language), Tickets: []ticket.Listed{
			{ID: 1042, Subject: in(n, "Il sito non si apre più", "The website is down"), Who: "Rossi S.r.l.", State: ticket.StateOpen, Coverage: covered, Due: due, Assignee: "Anna Ferretti"},
			{ID: 1049, Subject: in(n, "Nuova casella per l'amministrazione", "A new mailbox for accounts"), Who: "Doe Ltd", State: ticket.StateOpen, Coverage: extra},
		}},
		{Title: ticket.Say("list-waiting", 1).In(n.Language), Tickets: []ticket.Listed{
			{ID: 998, Subject: in(n, "Trasferimento del dominio dopo le feste", "Moving the domain after the holidays"), Who: "Bianchi & Figli", State: ticket.StateWaiting,
				Coverage: extra, Sleeps: due.AddDays(40), Assignee: "Bruno Sala"},
		}, More: 3},
	}
}

// day is the digest of a working day.
func day(n *ticket.Notice) {
	listed(n)
	n.Subject = ""
	n.Sections[0].Title, n.Sections[1].Title = ticket.Say("daily-due", 2).In(n.Language), ticket.Say("daily-quotes", 4).In(n.Language)
	bar := func(name string, count int) ticket.Bar {
		return ticket.Bar{Label: ticket.Say("daily " + name).In(n.Language), Count: count}
	}
	n.Charts = []ticket.Chart{
		{Title: ticket.Say("daily-now").In(n.Language), Bars: []ticket.Bar{bar("open", 14), bar("due", 2), bar("waiting", 23), bar("quotes", 4), bar("closing", 1), bar("quarantine", 0)}},
		{Title: ticket.Say("daily-since").In(n.Language), Since: ticket.Date{Year: 2026, Month: 11, Day: 20},
			Bars: []ticket.Bar{bar("new", 9), bar("closed", 11), bar("suppressed", 1), bar("ignored", 137), bar("refused", 0)}},
	}
}

// told is the answer to #show.
func told(n *ticket.Notice) {
	anna := ticket.Mailbox{Name: "Anna Ferretti", Address: "anna@example.it"}
	day := ticket.Date{Year: 2026, Month: 11, Day: 22}
	n.Assignee, n.StoryLeft = anna.Name, 2
	n.Story = []ticket.Said{
		{Kind: ticket.MessageRequest, Who: n.Requester, At: day, Clock: "10:30", Verified: true, Files: []string{"errore.png"},
			Text: in(n, "Buongiorno,\n\nda stamattina il sito non risponde.\n\nMario Rossi", "Hello,\n\nthe website has not answered since this morning.\n\nJane Doe")},
		{Kind: ticket.MessageNotice, Notice: ticket.NoticeAck, At: day, Clock: "10:30", Verified: true},
		{Kind: ticket.MessageNote, Who: anna, At: day, Clock: "10:52", Verified: true, Text: in(n, "Disco pieno sul nodo 3.", "Disk full on node 3.")},
		{Kind: ticket.MessageAnswer, Who: anna, At: day.AddDays(1), Clock: "9:05", Verified: true, Text: in(n, "Buongiorno, il sito è di nuovo raggiungibile.", "Hello, the website is up again.")},
	}
}

// manual is the answer to #help.
func manual(n *ticket.Notice) {
	away(n)
	n.Subject, n.Sections = ticket.Say("subject-help").In(n.Language), ticket.Help(n.Language)
}
