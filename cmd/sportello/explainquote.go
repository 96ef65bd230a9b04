package main

import (
	"regexp"
	"strings"

	"sportello/policy"
	"sportello/ticket"
)

var (
	quoteCode    = regexp.MustCompile(`(?i)\bP-\d{1,15}-\d{1,4}\b`)
	quoteCredits = regexp.MustCompile(`(?i)(\pL+|\b\d{1,6}) credit`)
)

// decision is what the new text would mean as a reply to the quote that the
// mail answers. Only a person decides anything.
func (r *reader) decision(in *ticket.Inbound) string {
	if in.Kind != ticket.KindRequest {
		return "none"
	}
	switch in.Sense(r.policy, quoteAnswered(in), creditsAnswered(in)) {
	case policy.SenseAccept:
		return "accept"
	case policy.SenseDecline:
		return "decline"
	}
	return "none"
}

// quoteAnswered is the code of the quote that in answers: the newest letter in
// the history tells, else the subject; what was written this time only where
// neither names one. "" is none.
func quoteAnswered(in *ticket.Inbound) string {
	for _, text := range []string{history(in), in.Subject, in.Reply} {
		if code := quoteCode.FindString(text); code != "" {
			return code
		}
	}
	return ""
}

// creditsAnswered is the price of the quote: the first that the history names,
// 0, which agrees with nothing, where it names none. What only the reply says is
// no price of ours.
func creditsAnswered(in *ticket.Inbound) policy.Credits {
	for _, m := range quoteCredits.FindAllStringSubmatch(history(in), -1) {
		if n, ok := policy.ParseCredits(m[1]); ok {
			return n
		}
	}
	return 0
}

// history is what in quotes of earlier mail, without who wrote it.
func history(in *ticket.Inbound) string {
	lines := strings.Split(in.Text, "\n")
	var old []string
	for _, a := range in.Aside {
		if a.Why != ticket.AsideSignature && a.Why != ticket.AsideFooter && a.Why != "attribution" && a.Line <= len(lines) {
			old = append(old, lines[a.Line-1])
		}
	}
	return strings.Join(old, "\n")
}
