package mailout

import (
	"bytes"
	"fmt"
	"mime/quotedprintable"
	"regexp"
	"strings"

	"sportello/ticket"
)

// draft collects the chunks of a letter in order.
type draft struct {
	bytes.Buffer
	chunks []ticket.Chunk
}

// attach puts the bytes of an attachment next.
func (d *draft) attach(ref ticket.AttachmentRef) {
	d.cut()
	d.chunks = append(d.chunks, ticket.Chunk{Attachment: &ref})
}

// cut ends the chunk that is being written.
func (d *draft) cut() {
	if d.Len() > 0 {
		d.chunks = append(d.chunks, ticket.Chunk{Bytes: bytes.Clone(d.Bytes())})
		d.Reset()
	}
}

// body writes the MIME body: text first, then HTML, and attachments after both,
// those in changed as they stand there.
func (d *draft) body(messageID, text, html string, relays []ticket.Relay, changed map[int][]byte) error {
	alternative := boundary(messageID, "alternative")
	if len(relays) == 0 {
		fmt.Fprintf(d, "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n", alternative)
		return d.alternative(alternative, text, html)
	}
	mixed := boundary(messageID, "mixed")
	fmt.Fprintf(d, "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n--%s\r\n", mixed, mixed)
	fmt.Fprintf(d, "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n", alternative)
	if err := d.alternative(alternative, text, html); err != nil {
		return err
	}
	for i, r := range relays {
		fmt.Fprintf(d, "--%s\r\n", mixed)
		d.relay(r)
		if clean, ok := changed[i]; !ok {
			d.attach(r.Ref)
		} else if err := writeBase64(d, clean); err != nil {
			return err
		}
	}
	fmt.Fprintf(d, "--%s--\r\n", mixed)
	return nil
}

// alternative writes the two forms of the text.
func (d *draft) alternative(boundary, text, html string) error {
	for _, part := range []struct{ kind, body string }{{"plain", text}, {"html", html}} {
		fmt.Fprintf(d, "--%s\r\nContent-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
			boundary, part.kind)
		w := quotedprintable.NewWriter(d)
		if _, err := w.Write([]byte(part.body)); err != nil {
			return fmt.Errorf("encode text/%s: %w", part.kind, err)
		}
		if err := w.Close(); err != nil {
			return fmt.Errorf("encode text/%s: %w", part.kind, err)
		}
		d.WriteString("\r\n")
	}
	fmt.Fprintf(d, "--%s--\r\n", boundary)
	return nil
}

// relay writes the header of one attachment.
func (d *draft) relay(r ticket.Relay) {
	h := new(header)
	name := fileName(r.Name)
	h.words("Content-Type", append([]string{mediaType(r.Type) + ";"}, parameter("name", name)...)...)
	disposition := "attachment;"
	if r.Inline && strings.HasPrefix(r.Type, "image/") && !ticket.Active(r.Type, r.Name) {
		disposition = "inline;"
	}
	h.words("Content-Disposition", append([]string{disposition}, parameter("filename", name)...)...)
	if disposition == "inline;" {
		h.ids("Content-ID", r.ContentID)
	}
	h.words("Content-Transfer-Encoding", "base64")
	d.Write(h.Bytes())
	d.WriteString("\r\n")
}

// going leaves out the attachments that are only named.
func going(relays []ticket.Relay) (out []ticket.Relay) {
	for _, r := range relays {
		if !r.Left {
			out = append(out, r)
		}
	}
	return out
}

var mediaTypes = regexp.MustCompile(`^[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}$`)

// mediaType is the type that a relayed file is declared as. An attached mail
// and other composites go as plain bytes, so that no program takes them apart
// on the way (RFC 2046, section 5.2: they may not be base64).
func mediaType(t string) string {
	if !mediaTypes.MatchString(t) || strings.HasPrefix(t, "message/") || strings.HasPrefix(t, "multipart/") {
		return "application/octet-stream"
	}
	return t
}

// fileName makes a name that can stand in a header: what was filed is clean
// already, and a name is no reason for a letter to fail.
func fileName(name string) string {
	name = oneLine(strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' {
			return '_'
		}
		return r
	}, name))
	if name == "" {
		return "attachment"
	}
	if r := []rune(name); len(r) > 120 {
		name = string(r[:120])
	}
	return name
}

// parameter writes a parameter of Content-Type or Content-Disposition, in
// pieces of RFC 2231 where the value is long or not ASCII.
func parameter(key, value string) []string {
	const piece = 50
	if ascii(value) && len(value) <= piece {
		return []string{key + `="` + quoting.Replace(value) + `"`}
	}
	var words []string
	part := "utf-8''"
	flush := func(end string) {
		words = append(words, fmt.Sprintf("%s*%d*=%s%s", key, len(words), part, end))
		part = ""
	}
	for _, c := range []byte(value) {
		if len(part) >= piece {
			flush(";")
		}
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_' {
			part += string(rune(c))
		} else {
			part += fmt.Sprintf("%%%02X", c)
		}
	}
	flush("")
	if len(words) == 1 {
		words[0] = strings.Replace(words[0], "*0*=", "*=", 1)
	}
	return words
}
