package mailout

import "time"

// volley is MAIL, RCPT and DATA said in one write, where the server announces
// PIPELINING (RFC 2920). go-smtp says one command at a time and waits: to each of
// the first two it is told yes before the server has heard of it, and to DATA what
// the server says first of all against any of the three.
type volley struct {
	on   bool   // the commands of the next letter are held back
	held []byte // those that are
	at   stage  // which of them was refused
	open bool   // DATA was taken all the same: the server waits for a letter
}

// together holds back the commands of the next letter until DATA.
func (r *replies) together() { r.volley = volley{on: true} }

// hold keeps p back when it is of a volley and not its last command.
func (r *replies) hold(p []byte) bool {
	if !r.volley.on || r.stage != "MAIL" && r.stage != "RCPT" {
		return false
	}
	r.volley.held = append(r.volley.held, p...)
	r.out = append(r.out, "250 held back\r\n"...)
	return true
}

// release returns what goes over the wire with p.
func (r *replies) release(p []byte) []byte {
	if len(r.volley.held) == 0 {
		return p
	}
	p = append(r.volley.held, p...)
	r.volley.held = nil
	return p
}

// next is the reply to pass on: of a volley the first refusal.
func (r *replies) next() (code int, text string, err error) {
	if !r.volley.on || r.stage != "DATA" {
		return r.reply()
	}
	r.volley.on = false
	for _, said := range []struct {
		verb string
		at   stage
	}{{"MAIL", atMail}, {"RCPT", atRcpt}, {"DATA", atData}} {
		r.stage = said.verb
		if err := r.SetReadDeadline(time.Now().Add(commandTime)); err != nil {
			return 0, "", err
		}
		c, t, err := r.reply()
		switch {
		case err != nil && r.volley.at != 0: // the refusal counts, and nothing more comes
			r.Close()
			return code, text, nil
		case err != nil:
			return 0, "", err
		}
		if r.volley.at == 0 {
			code, text = c, t
			if !consents(said.at, c) {
				r.volley.at = said.at
			}
		}
		if c == 421 { // it says no more
			break
		}
		r.volley.open = said.at == atData && c == 354 && r.volley.at != 0
	}
	return code, text, nil
}

// consents tells whether a reply lets the letter go on.
func consents(at stage, code int) bool {
	switch at {
	case atMail:
		return code == 250
	case atRcpt:
		return code/10 == 25
	}
	return code == 354
}

// nobody ends a letter that the server waits for and that is for nobody, since its
// recipient was refused: it is empty (RFC 2920, section 3.1). A server that would
// take it, or that has taken a recipient from a sender whom it refused, is left
// without another word.
func (r *replies) nobody() {
	if !r.volley.open {
		return
	}
	r.volley.open = false
	if r.volley.at != atRcpt || r.SetReadDeadline(time.Now().Add(commandTime)) != nil {
		r.Close()
		return
	}
	if code, _, err := r.ask("."); err != nil || code/100 != 4 && code/100 != 5 {
		r.Close()
	}
}

// outOfStep tells whether the answer to a volley may come of a server that announced
// it and cannot read it: the letter goes once more, one command at a time.
func outOfStep(err error) bool {
	switch codeOf(err) {
	case 500, 501, 502, 504, 555:
		return true
	}
	return faultOf(err) == lost
}

// slow keeps to one command at a time.
func (r *rounds) slow() {
	if now := r.Now(); !now.Before(r.single) {
		r.Log.Info().Msg("the mail server announces PIPELINING and does not hold to it: one command at a time")
		r.single = now.Add(regrowTime)
	}
}
