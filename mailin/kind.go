package mailin

import (
	"slices"
	"strings"

	"sportello/mailin/internal/wording"
	"sportello/ticket"
	"sportello/ticket/address"
)

// kindOf says what sort of mail m is, and the header or words that told
// (DESIGN.md section 2, "Kinds"). It fills NullPath, Robot, List, WebForm and
// SpamMarked of in.
func kindOf(m *mail, in *ticket.Inbound, o Options) (ticket.Kind, string) {
	h := m.top().header
	in.NullPath = nullPath(h)
	in.Robot = robotSender(in)
	in.List = listOf(h, o)
	spam := spamMark(h)
	in.SpamMarked = spam != ""
	in.WebForm = webForm(m, in, o)

	if why := reportKind(m, in); why != "" {
		return ticket.KindReport, why
	}
	if why := bounceKind(m, in); why != "" {
		return ticket.KindBounce, why
	}
	if why := ownMail(m, in, o); why != "" {
		return ticket.KindOwn, why
	}
	if why := autoHeader(m.root.header); why != "" && !in.WebForm && !groupWrote(m, in, o) {
		return ticket.KindAutoReply, why
	}
	if in.SpamMarked {
		return ticket.KindSpam, spam
	}
	if in.List != "" {
		return ticket.KindList, "List-Id or its like: " + in.List
	}
	if v := firstWord(h.get("Precedence")); v == "list" {
		in.List = listAddress(in)
		in.WebForm = false
		return ticket.KindList, "Precedence: list"
	} else if v == "bulk" || v == "junk" {
		in.Robot = true // nobody waits for an acknowledgement, but a person may have written
	}
	low := wording.Lower(in.Shown())
	text := wording.In(strings.TrimSpace(low))
	if why := autoWords(in, text); why != "" && !in.WebForm {
		return ticket.KindAutoReply, why
	}
	sum, names := robotSigns(m, in, low, text)
	switch {
	case in.WebForm:
		return ticket.KindRequest, formReason(in)
	case sum >= robotWeight:
		return ticket.KindAutoReply, "signs of a robot: " + strings.Join(names, ", ")
	case sum >= doubtWeight:
		in.Doubtful = true
		return ticket.KindRequest, "perhaps a robot: " + strings.Join(names, ", ")
	}
	return ticket.KindRequest, "nothing speaks for a robot"
}

func formReason(in *ticket.Inbound) string {
	if len(in.ReplyTo) == 0 {
		return "a web form"
	}
	return "a web form: Reply-To " + in.ReplyTo[0].Address
}

// groupWrote tells whether a group of desk.lists passed on what is marked as
// written by a program: forms deliver through groups. An automatic answer stays one.
func groupWrote(m *mail, in *ticket.Inbound, o Options) bool {
	if in.List == "" || firstWord(m.root.header.get("Auto-Submitted")) != "auto-generated" {
		return false
	}
	return o.listed(in.List) || slices.ContainsFunc(in.Recipients, o.listed)
}

// firstWord is the first word of a header value, lower-case, without
// parameters and comments.
func firstWord(v string) string {
	v = strings.TrimSpace(v)
	if i := strings.IndexAny(v, " \t;(,"); i >= 0 {
		v = v[:i]
	}
	return wording.Lower(strings.Trim(v, "\"'"))
}

// nullPath tells the empty envelope sender, which only machines use (RFC 5321,
// section 4.5.5).
func nullPath(h header) bool {
	for _, f := range h {
		if strings.EqualFold(f.name, "Return-Path") {
			v := strings.TrimSpace(f.value)
			return v == "<>" || v == "" || v == "<\"\">"
		}
	}
	return false
}

// robotSender tells whether From is an address that nobody reads.
func robotSender(in *ticket.Inbound) bool {
	if len(in.From) == 0 {
		return true
	}
	for _, a := range in.From {
		if robotAddress(a.Address) {
			return true
		}
	}
	return false
}

func robotAddress(addr string) bool {
	local := localPart(addr)
	if robotLocals[local] {
		return true
	}
	for _, p := range robotPrefixes {
		if strings.HasPrefix(local, p) {
			return true
		}
	}
	return strings.HasSuffix(local, "-noreply") || strings.HasSuffix(local, ".noreply") || strings.HasSuffix(local, "-bounces") ||
		strings.HasSuffix(local, "-no-reply") || strings.HasSuffix(local, "-request") && strings.Count(local, "-") == 1
}

var robotLocals = wording.Set("postmaster", "poostmaster", "mailer-daemon", "mailerdaemon", "daemon", "root", "nobody", "www-data", "apache", "nginx", "httpd", "wwwrun",
	"cron", "bounce", "bounces", "majordomo", "listserv", "mailman", "wordpress", "double-bounce", "mail-daemon", "maildaemon", "abuse-noreply", "null", "devnull", "autoresponder", "autoreply")

var robotPrefixes = []string{"noreply", "no-reply", "no_reply", "no.reply", "donotreply", "do-not-reply", "do_not_reply", "dontreply", "nonrispondere", "non-rispondere", "non_rispondere", "non.rispondere",
	"nichtantworten", "nicht-antworten", "ne-pas-repondre", "nepasrepondre", "noresponder", "no-responder", "bounce+", "bounce-", "bounces+", "bounces-", "prvs=", "msprvs", "mailer-daemon"}

// listOf is the List-Id of a mailing list (RFC 2919), or the address it says is
// its own, or of these the one that stands in desk.lists; "" when the mail came
// through none. List-Unsubscribe alone is what any sender of many mails writes,
// people with a CRM included.
func listOf(h header, o Options) string {
	names := listNames(h)
	if i := slices.IndexFunc(names, o.listed); i >= 0 {
		return names[i]
	}
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// listNames are what a list calls itself: its List-Id first.
func listNames(h header) []string {
	var names []string
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" {
			names = append(names, address.OfList(s))
		}
	}
	v := strings.TrimSpace(h.get("List-Id"))
	if i := strings.LastIndexByte(v, '<'); i >= 0 {
		v = strings.TrimSuffix(strings.TrimSpace(v[i+1:]), ">")
	}
	add(v)
	for _, name := range []string{"X-BeenThere", "X-Mailing-List", "Mailing-List", "X-ML-Name", "X-Google-Group-Id", "X-Mailman-Version"} {
		if v := strings.TrimSpace(h.get(name)); v != "" {
			if a := parseAddresses(v); len(a) > 0 && strings.Contains(a[0].Address, "@") {
				add(a[0].Address)
			} else {
				add(strings.TrimPrefix(firstWord(v), "<"))
			}
		}
	}
	if v := h.get("List-Post"); strings.Contains(strings.ToLower(v), "mailto:") {
		_, a, _ := strings.Cut(strings.ToLower(v), "mailto:")
		if i := strings.IndexAny(a, ">?, "); i >= 0 {
			a = a[:i]
		}
		add(a)
	}
	return names
}

// listAddress is what stands for the name of a list that only Precedence betrays.
func listAddress(in *ticket.Inbound) string {
	if in.Sender.Address != "" {
		return in.Sender.Address
	}
	if len(in.To) > 0 {
		return in.To[0].Address
	}
	return "unnamed"
}

// spamMark returns the header in which the receiving server says spam, or "".
func spamMark(h header) string {
	for _, f := range h {
		switch wording.Lower(f.name) {
		case "x-spam-flag", "x-spam", "x-spam-status":
			if w := firstWord(f.value); w == "yes" || w == "true" {
				return f.name + ": " + w
			}
		case "x-ms-exchange-organization-scl":
			if v := strings.TrimSpace(f.value); confidence(v) >= 5 {
				return f.name + ": " + v
			}
		case "x-forefront-antispam-report":
			v := wording.Lower(f.value)
			if i := strings.Index(v, "scl:"); i >= 0 && (i == 0 || v[i-1] == ';' || v[i-1] == ' ') && confidence(v[i+4:]) >= 5 {
				return f.name + ": SCL"
			}
		}
	}
	return ""
}

// confidence reads the number at the start of v, at most two digits; -1 when there is none.
func confidence(v string) int {
	n := -1
	for i := 0; i < len(v) && i < 2 && wording.IsDigit(v[i]); i++ {
		n = max(n, 0)*10 + int(v[i]-'0')
	}
	return n
}

// webForm tells what a form on a site sends: From an address of desk.lists, or
// in the desk's own name, or an address that nobody reads or a site's info@, and
// Reply-To one other person. Ticket systems and newsletters answer to their own
// domain or stand in a thread.
func webForm(m *mail, in *ticket.Inbound, o Options) bool {
	from, ok := in.Sole()
	if !ok || in.List != "" || firstWord(m.root.header.get("Auto-Submitted")) == "auto-replied" {
		return false
	}
	visitors := o.others(in.ReplyTo)
	visitors = slices.DeleteFunc(visitors, func(p ticket.Mailbox) bool { return p.Address == from.Address || robotAddress(p.Address) })
	switch {
	case o.listed(from.Address):
		return true
	case o.own(from.Address):
		return len(visitors) > 0
	case len(visitors) != 1 || len(in.ReplyTo) != 1 || len(in.InReplyTo)+len(in.References) > 0:
		return false
	}
	local, elsewhere := localPart(from.Address), !sameDomain(visitors[0].Address, from.Address)
	return in.Robot && !strings.Contains(local, "daemon") && (elsewhere || autoHeader(m.root.header) == "") || local == "info" && elsewhere
}

// localPart is the local part of addr.
func localPart(addr string) string {
	local, _, _ := address.Cut(addr)
	return local
}

// sameDomain tells whether the domain of one address lies in that of the other.
func sameDomain(a, b string) bool {
	_, x, _ := address.Cut(a)
	_, y, _ := address.Cut(b)
	return x == y || strings.HasSuffix(x, "."+y) || strings.HasSuffix(y, "."+x)
}
