package mailout

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/emersion/go-smtp"
)

// stage is where in a letter's conversation a server answers.
type stage int

const (
	atMail stage = iota + 1
	atRcpt
	atData
	atEnd // after the final dot
)

// refused says what an error of a command means for the letter and the queue.
// Servers say the same thing at whatever stage they like, so the stage decides
// only where the words leave it open. from is the envelope sender that was used.
func refused(err error, at stage, from string) error {
	if err == nil {
		return nil
	}
	said := (*smtp.SMTPError)(nil)
	if !errors.As(err, &said) {
		if at == atEnd {
			return &Error{unknown, err}
		}
		return &Error{lost, err}
	}
	f := meaning(said, at, from)
	if f == login {
		return &Error{f, about{"smtp wanted", fmt.Errorf("the server wants a login: %w", said)}}
	}
	return &Error{f, said}
}

// meaning reads a refusal. The enhanced code (RFC 3463) decides where there is
// one that is about one thing; words decide where there is none or it only says
// "policy" (5.7.x), and then the code of RFC 5321.
func meaning(said *smtp.SMTPError, at stage, from string) fault {
	class, detail := said.Code/100, enhanced(said)
	words := strings.ToLower(said.Message)
	switch {
	case class != 4 && class != 5: // an answer to something else: we are out of step
		if at == atEnd {
			return unknown
		}
		return lost
	case tooLong(said.Code, detail, words):
		return tooLarge
	case class == 4 && crowding.MatchString(words):
		return crowd
	case class == 4:
		return temporary
	case wantsLogin(said.Code, detail, words, at):
		return login
	case said.Code == 503: // we are out of step, or the server has had enough of us: a new conversation
		return lost
	case aboutSender(detail, words, at, from):
		return envelope
	}
	return permanent
}

// tooLong tells a letter that is too large from a mailbox that is full (5.2.2).
func tooLong(code int, detail smtp.EnhancedCode, words string) bool {
	switch {
	case is(detail, 3, 4) || is(detail, 2, 3):
		return true
	case code/100 != 5 || detail[1] == 1 || detail[1] == 2 && detail[2] != 0 || detail[1] == 4:
		return false
	case code == 523 || code == 552 && detail[1] != 7:
		return true
	}
	return oversize.MatchString(words) && !inLines.MatchString(words)
}

var (
	oversize = regexp.MustCompile(`too (large|big|long)|larger than|(size|length|bytes)\b[^.]*exceed|exceed[^.]*\b(size|length|bytes|\d+ ?[km]i?b)\b`)
	inLines  = regexp.MustCompile(`\b(line|header|subject|name|address|reply|command)s?\b`)
	crowding = regexp.MustCompile(`concurrent|too many (\w+ )?(connection|session)|(connection|session|thread)s? limit`)
)

// wantsLogin tells that the server takes letters only after a login, or took
// ours back. That a letter is not authenticated (5.7.26) is about the letter.
func wantsLogin(code int, detail smtp.EnhancedCode, words string, at stage) bool {
	switch code {
	case 530, 534, 535, 538:
		return true
	}
	return is(detail, 7, 57) || at == atMail && noLogin.MatchString(words) && !is(detail, 7, 26)
}

// noLogin is not of a sender that "does not match the authenticated user".
var noLogin = regexp.MustCompile(`\bauthentication\b|\bauthenticate\b|(not|been) authenticated|unauthenticated|autentica(zione|rsi)\b`)

// aboutSender tells a refusal of the envelope sender: by its codes, Microsoft's
// SendAsDenied among them, by what MAIL is about, or by words that name a
// sender, or ours, where the code says no more than that it was refused.
func aboutSender(detail smtp.EnhancedCode, words string, at stage, from string) bool {
	switch {
	case is(detail, 1, 7) || is(detail, 1, 8) || is(detail, 7, 60) || is(detail, 2, 252) || at == atMail:
		return true
	case detail[1] >= 1 && detail[1] <= 4:
		return false
	}
	return senders.MatchString(words) || strings.Contains(words, "<"+strings.ToLower(from)+">") ||
		from != "" && strings.Contains(words, strings.ToLower(from))
}

var senders = regexp.MustCompile(`\bsenders?\b|send ?as\b|sendas|send (\w+ )?on behalf|mail ?from|return[- ]?path|from address|originator|not owned by|mittente|identit(y|ies) failed|address (is )?not verified`)

// enhanced is the code of RFC 3463 of a reply, wherever it stands in the text;
// zero when there is none of the reply's class.
func enhanced(said *smtp.SMTPError) smtp.EnhancedCode {
	if said.EnhancedCode[0] == said.Code/100 {
		return said.EnhancedCode
	}
	for _, m := range codes.FindAllStringSubmatch(said.Message, -1) {
		var c smtp.EnhancedCode
		for i := range c {
			c[i], _ = strconv.Atoi(m[i+1])
		}
		if c[0] == said.Code/100 {
			return c
		}
	}
	return smtp.EnhancedCode{}
}

// codes finds what no part of an address of the network is.
var codes = regexp.MustCompile(`(?:^|[^0-9.])([45])\.(\d{1,3})\.(\d{1,3})(?:[^0-9.]|\.?$|\.\s)`)

func is(c smtp.EnhancedCode, subject, detail int) bool { return c[1] == subject && c[2] == detail }
