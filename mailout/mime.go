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

// body writes the MIME body: text first, then HTML, then the pictures that the
// HTML shows (RFC 2387), and the other files after all of it.
func (d *draft) body(messageID, text, html string, files []carried) error {
	var pictures, others []carried
	for _, f := range files {
		if f.id != "" {
			pictures = append(pictures, f)
		} else {
			others = append(others, f)
		}
	}
	letter := func() error {
		return d.with(boundary(messageID, "related"), "related; type=\"multipart/alternative\"", pictures, func() error {
			alternative := boundary(messageID, "alternative")
			fmt.Fprintf(d, "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n", alternative)
			return d.alternative(alternative, text, html)
		})
	}
	return d.with(boundary(messageID, "mixed"), "mixed", others, letter)
}

// with writes what first writes and files behind it, in a multipart of that
// kind; without files it writes first alone.
func (d *draft) with(boundary, kind string, files []carried, first func() error) error {
	if len(files) == 0 {
		return first()
	}
	fmt.Fprintf(d, "Content-Type: multipart/%s;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n", kind, boundary, boundary)
	if err := first(); err != nil {
		return err
	}
	for _, f := range files {
		fmt.Fprintf(d, "--%s\r\n", boundary)
		d.relay(f)
		if f.clean == nil {
			d.attach(f.Ref)
		} else if err := writeBase64(d, f.clean); err != nil {
			return err
		}
	}
	fmt.Fprintf(d, "--%s--\r\n", boundary)
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

// relay writes the header of one file. What the page does not show is an
// attachment: some programs show nowhere what is inline and referred to from nowhere.
func (d *draft) relay(f carried) {
	h := new(header)
	name, disposition := fileName(f.Name), "attachment;"
	if f.id != "" {
		disposition = "inline;"
	}
	h.words("Content-Type", append([]string{mediaType(f.Type) + ";"}, parameter("name", name)...)...)
	h.words("Content-Disposition", append([]string{disposition}, parameter("filename", name)...)...)
	h.ids("Content-ID", f.id)
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
