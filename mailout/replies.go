package mailout

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"sportello/ticket/secret"
)

// What a server may say to one command. RFC 5321, section 4.5.3.1.5, allows
// lines of 512 bytes; servers write longer ones, and none writes so much.
const (
	replyBytes = 64 << 10 // of one reply
	replyLines = 500
	lineBytes  = 1000 // of a line that is passed on; the rest of it is dropped
)

var (
	errFlood   = errors.New("the server said more than an answer may have")
	errUnasked = errors.New("the server answered what was not asked")
)

// replies is a connection to a server whose answers are read here, one at a time
// and within bounds, and passed on as go-smtp can read them: a code alone, lines
// that are too long or bear another code, keywords in lower case, prompts that
// are no base64. It is the one place where the words of a server come in; secrets
// are struck out of all that may be shown. One goroutine uses it at a time.
type replies struct {
	net.Conn
	in      *bufio.Reader
	secrets *secret.List

	out      []byte // of the last reply, not passed on yet
	stage    string // the verb that waits for its reply; "" the greeting, endOfLetter the final dot
	answered bool   // the reply came: what is written next is a command
	code     int    // of the last reply

	volley volley
}

// endOfLetter is the stage between the server's 354 and its answer to the final dot.
const endOfLetter = "."

func newReplies(conn net.Conn, secrets *secret.List) *replies {
	return &replies{Conn: conn, in: bufio.NewReader(conn), secrets: secrets}
}

// Write notes which command is said, bounds its time (go-smtp sets no deadline
// while the letter is written), and refuses to go on with a server that is ahead
// of us: its answers would be taken for those to other commands.
func (r *replies) Write(p []byte) (int, error) {
	if r.answered && !(r.stage == "AUTH" && r.code == 334) {
		verb, _, _ := strings.Cut(strings.TrimRight(string(p[:min(len(p), 16)]), "\r\n"), " ")
		r.stage = strings.ToUpper(verb)
	}
	if r.hold(p) {
		return len(p), nil
	}
	r.answered = false
	if err := r.ahead(); err != nil {
		return 0, err
	}
	if err := r.SetWriteDeadline(time.Now().Add(bodyTime)); err != nil {
		return 0, err
	}
	if _, err := r.Conn.Write(r.release(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// ahead drops what is left of the last reply, whose lines some servers mark as
// the last one each. A farewell, or a refusal of the letter being written, is
// read when its turn comes.
func (r *replies) ahead() error {
	for r.in.Buffered() > 0 {
		next, err := r.in.Peek(min(3, r.in.Buffered()))
		if err != nil {
			return err
		}
		switch {
		case string(next) == strconv.Itoa(r.code) && r.stage != endOfLetter:
			if _, err := r.line(new(int)); err != nil {
				return err
			}
		case string(next) == "421" || r.stage == endOfLetter && (next[0] == '4' || next[0] == '5'):
			return nil
		default:
			r.Close()
			return errUnasked
		}
	}
	return nil
}

// Read passes on the next reply.
func (r *replies) Read(p []byte) (int, error) {
	if len(r.out) == 0 {
		code, text, err := r.next()
		if err != nil {
			return 0, err
		}
		lines := strings.Split(text, "\n")
		for i, l := range lines {
			mark := byte('-')
			if i == len(lines)-1 {
				mark = ' '
			}
			r.out = append(append(append(strconv.AppendInt(r.out, int64(code), 10), mark), l...), '\r', '\n')
		}
	}
	n := copy(p, r.out)
	r.out = r.out[n:]
	return n, nil
}

// reply reads one reply (RFC 5321, section 4.2): its code, which is that of the
// last line, and its text, a line each.
func (r *replies) reply() (code int, text string, err error) {
	var lines []string
	for total, last := 0, false; !last; {
		l, err := r.line(&total)
		if err != nil {
			return 0, "", err
		}
		if total > replyBytes || len(lines) == replyLines {
			r.Close()
			return 0, "", errFlood
		}
		c, rest, end, ok := parseLine(l)
		switch {
		case ok:
			code, l, last = c, rest, end
		case code == 0 && strings.TrimSpace(l) == "":
			continue
		case code == 0:
			r.Close()
			return 0, "", fmt.Errorf("the server does not speak SMTP: it said %.80q", r.secrets.Strike(l))
		}
		lines = append(lines, l)
	}
	code, lines = r.legible(code, lines)
	text = strings.Join(lines, "\n")
	if code != 334 && !(r.stage == "EHLO" && code == 250) { // these are read, and shown to nobody
		text = r.secrets.Strike(text)
	}
	r.code, r.answered = code, true
	if r.stage == "DATA" && code == 354 {
		r.stage, r.answered = endOfLetter, false
	}
	return code, text, nil
}

// line reads one line and counts its bytes. Of a long one the beginning is kept.
func (r *replies) line(total *int) (string, error) {
	var kept []byte
	for {
		b, err := r.in.ReadSlice('\n')
		*total += len(b)
		kept = append(kept, b[:min(len(b), lineBytes-len(kept))]...)
		switch {
		case *total > replyBytes:
			r.Close()
			return "", errFlood
		case err == nil:
			return strings.TrimRight(string(kept), "\r\n"), nil
		case err != bufio.ErrBufferFull:
			return "", err
		}
	}
}

// parseLine takes a line of a reply apart: end says that it is the last one. A
// code may stand alone; what stands without one is text of a reply under way.
func parseLine(l string) (code int, rest string, end, ok bool) {
	if len(l) < 3 || l[0] < '1' || l[0] > '9' {
		return 0, l, false, false
	}
	code, err := strconv.Atoi(l[:3])
	switch {
	case err != nil || len(l) > 3 && l[3] >= '0' && l[3] <= '9':
		return 0, l, false, false
	case len(l) == 3:
		return code, "", true, true
	case l[3] == '-':
		return code, l[4:], false, true
	}
	return code, strings.TrimPrefix(l[3:], " "), true, true
}

// legible writes a reply as go-smtp reads it.
func (r *replies) legible(code int, lines []string) (int, []string) {
	switch {
	case r.stage == "EHLO" && code == 250:
		return code, extensions(lines)
	case r.stage == "EHLO" && code/100 == 5:
		return 502, lines // whatever it holds against EHLO: then HELO is said
	case code == 334:
		prompt := strings.TrimSpace(strings.Join(lines, ""))
		if _, err := base64.StdEncoding.DecodeString(prompt); err != nil {
			prompt = base64.StdEncoding.EncodeToString([]byte(prompt))
		}
		return code, []string{prompt}
	}
	return code, lines
}

// extensions writes the keywords of EHLO in capitals, single blanks between the
// words, and the `AUTH=` of servers before RFC 2554 as AUTH. 8BITMIME is left out:
// go-smtp would ask for it, and no letter of ours needs it.
func extensions(lines []string) []string {
	out := lines[:1:1]
	auth := ""
	for _, l := range lines[1:] {
		words := strings.Fields(l)
		if len(words) == 0 {
			continue
		}
		words[0] = strings.ToUpper(words[0])
		if mechanism, old := strings.CutPrefix(words[0], "AUTH="); old {
			words = append([]string{"AUTH", mechanism}, words[1:]...)
		}
		switch words[0] {
		case "8BITMIME":
			continue
		case "AUTH":
			auth += " " + strings.ToUpper(strings.Join(words[1:], " "))
			continue
		}
		out = append(out, strings.Join(words, " "))
	}
	if auth != "" {
		out = append(out, "AUTH"+auth)
	}
	return out
}
