package mailout

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"

	"sportello/ticket"
)

// maxNested bounds how deep struck looks into an attached mail; what lies
// deeper is left out of it.
const maxNested = 20

// strike takes what the recipient may not see out of those files that are mail or
// text. What it changes goes into the letter itself: a retry must not depend on
// the configuration of that day.
func (c *Composer) strike(ctx context.Context, n *ticket.Notice, files []carried) error {
	if c.Strike == nil || n.Kind.Technical() || c.Attachment == nil {
		return nil
	}
	for i := range files {
		f := &files[i]
		raw, err := c.Attachment(ctx, f.Ref)
		if err != nil {
			return fmt.Errorf("attached file %d: %w", f.Ref.Index, err)
		}
		clean := struckFile(raw, c.Strike)
		if isMail(f.Relay) {
			clean = struck(raw, c.Strike, 0)
		}
		if !bytes.Equal(clean, raw) {
			f.clean = append([]byte{}, clean...)
		}
	}
	return nil
}

// isMail tells whether r is a mail, however its sender's program declared it.
func isMail(r ticket.Relay) bool {
	return strings.HasPrefix(r.Type, "message/") || strings.HasSuffix(strings.ToLower(r.Name), ".eml")
}

// struck is entity, a mail or a part of one (RFC 2045), with strike applied to
// its header fields and to the decoded text of its parts. What strike leaves
// alone keeps its bytes.
func struck(entity []byte, strike func(string) string, depth int) []byte {
	if depth > maxNested {
		return nil
	}
	head, body := splitEntity(entity)
	fields, kind, params, encoding := struckHeader(head, strike)
	switch {
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		body = struckParts(body, params["boundary"], strike, depth)
	case strings.HasPrefix(kind, "message/"):
		body = recoded(body, encoding, func(b []byte) []byte { return struck(b, strike, depth+1) })
	default:
		body = recoded(body, encoding, func(b []byte) []byte { return struckFile(b, strike) })
	}
	return append(fields, body...)
}

// splitEntity cuts after the empty line that ends the header.
func splitEntity(entity []byte) (head, body []byte) {
	for rest := entity; len(rest) > 0; {
		line := rest
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			line = rest[:i+1]
		}
		rest = rest[len(line):]
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return entity[:len(entity)-len(rest)], rest
		}
	}
	return entity, nil
}

// struckHeader strikes each field and reads what describes the body; without a Content-Type it is text (RFC 2045, section 5.2).
func struckHeader(head []byte, strike func(string) string) (out []byte, kind string, params map[string]string, encoding string) {
	kind = "text/plain"
	for len(head) > 0 {
		end := len(head)
		for i := 0; i < len(head)-1; i++ {
			if head[i] == '\n' && head[i+1] != ' ' && head[i+1] != '\t' {
				end = i + 1
				break
			}
		}
		field := strike(string(head[:end]))
		head = head[end:]
		out = append(out, field...)
		name, value, _ := strings.Cut(unfold(field), ":")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "content-type":
			if k, p, err := mime.ParseMediaType(value); k != "" && (err == nil || p != nil) {
				kind, params = k, p
			} else if k, _, _ := strings.Cut(value, ";"); strings.Contains(k, "/") {
				kind = strings.ToLower(strings.TrimSpace(k))
			}
		case "content-transfer-encoding":
			encoding = transferEncoding(value)
		}
	}
	return out, kind, params, encoding
}

// transferEncoding is a Content-Transfer-Encoding as it is meant, however it was spelt.
func transferEncoding(v string) string {
	v, _, _ = strings.Cut(strings.ToLower(v), ";")
	v, _, _ = strings.Cut(v, "(")
	switch v = strings.Trim(v, " \t\"'"); v {
	case "base-64", "x-base64", "b":
		return "base64"
	case "quotedprintable", "quoted", "q":
		return "quoted-printable"
	}
	return v
}

// unfold joins the lines of a field (RFC 5322, section 2.2.3), without its end.
func unfold(field string) string {
	return strings.NewReplacer("\r", "", "\n", "").Replace(field)
}

// struckParts strikes each part between the lines of boundary; what stands
// before the first and after the last is struck as text.
func struckParts(body []byte, boundary string, strike func(string) string, depth int) []byte {
	var out []byte
	var part []byte
	inside := false
	flush := func() {
		if inside {
			out = append(out, struck(part, strike, depth+1)...)
		} else {
			out = append(out, strike(string(part))...)
		}
		part = nil
	}
	for len(body) > 0 {
		line := body
		if i := bytes.IndexByte(body, '\n'); i >= 0 {
			line = body[:i+1]
		}
		body = body[len(line):]
		switch strings.TrimRight(string(line), " \t\r\n") {
		case "--" + boundary:
			flush()
			out, inside = append(out, line...), true
		case "--" + boundary + "--":
			flush()
			out, inside = append(out, line...), false
		default:
			part = append(part, line...)
		}
	}
	flush()
	return out
}

// recoded applies edit to what body holds under its transfer encoding, and
// keeps body's bytes where edit changes nothing. What cannot be decoded is left
// out: nobody could say what it holds.
func recoded(body []byte, encoding string, edit func([]byte) []byte) []byte {
	var r io.Reader
	switch encoding {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, bytes.NewReader(body))
	case "quoted-printable":
		r = quotedprintable.NewReader(bytes.NewReader(body))
	case "", "7bit", "8bit", "binary":
		return edit(body)
	default: // uuencode and the like; most often a plain encoding that is spelt oddly
		if bytes.HasPrefix(body, []byte("begin ")) || bytes.Contains(body, []byte("\nbegin ")) {
			return nil
		}
		return edit(body)
	}
	plain, err := io.ReadAll(r)
	clean := edit(bytes.Clone(plain))
	if err == nil && bytes.Equal(clean, plain) {
		return body
	}
	var out bytes.Buffer
	if encoding == "base64" {
		_ = writeBase64(&out, clean) // a Buffer takes all
		return out.Bytes()
	}
	w := quotedprintable.NewWriter(&out)
	_, _ = w.Write(clean)
	_ = w.Close()
	if !bytes.HasSuffix(out.Bytes(), []byte("\n")) {
		out.WriteString("\r\n")
	}
	return out.Bytes()
}
