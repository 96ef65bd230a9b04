package mailin

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"sportello/ticket"
)

// ErrNoAttachment is returned by Extract when the mail has no attachment of that index.
var ErrNoAttachment = errors.New("mailin: no such attachment")

// maxName bounds a file name for display, in characters (case E14).
const maxName = 120

// Extract returns attachment index of raw, in the order of Parse, and its
// decoded bytes, which may be a slice of raw.
func Extract(raw []byte, index int) (ticket.Attachment, []byte, error) {
	f := OpenFiles(raw)
	b, err := f.Bytes(index)
	if err != nil {
		return ticket.Attachment{}, nil, err
	}
	return f.files[index].describeFile(index), b, nil
}

// Files are the attachments of one mail, and behind them those of the mails attached
// to it, opened once for all of them.
type Files struct{ files []*part }

// OpenFiles takes raw apart, which must not change.
func OpenFiles(raw []byte) *Files {
	m := open(raw)
	m.readText()
	m.enclose()
	return &Files{m.allFiles()}
}

// Bytes decodes one attachment, in the order of Parse; they may be a slice of
// the mail.
func (f *Files) Bytes(index int) ([]byte, error) {
	if index < 0 || index >= len(f.files) {
		return nil, fmt.Errorf("attachment %d of %d: %w", index, len(f.files), ErrNoAttachment)
	}
	return f.files[index].bytes(), nil
}

// files are the attachments of m in order: those of the mail as they stand in
// it, of certified mail then those of its envelope; each followed by those found
// inside it.
func (m *mail) files() []*part {
	var out []*part
	keep := func(p *part) bool {
		if p.role == roleFile && (p.name != "" || len(p.encoded) > 0) {
			out = append(out, p)
		}
		out = append(out, p.loose...)
		return true
	}
	m.root.leaves(keep)
	if m.carrier != nil {
		m.carrier.leaves(keep)
	}
	return out
}

// describeFile measures and hashes the decoded bytes, in pieces.
func (p *part) describeFile(index int) ticket.Attachment {
	a := ticket.Attachment{
		Name: fileName(p), Type: p.media, ContentID: p.id, Label: p.label, Index: index,
	}
	a.Inline = (p.dispo == "inline" || p.related && p.dispo == "") && !ticket.Active(a.Type, a.Name)
	h := sha256.New()
	streamTransfer(p.encoding, p.encoded, func(b []byte) {
		a.Size += int64(len(b))
		h.Write(b)
	})
	h.Sum(a.Sum[:0])
	return a
}

// fileName is the name of p made safe to show: the last element of a path, no
// controls, no direction marks, no name that means a device, at most maxName
// characters. A file without a name gets one from what it is.
func fileName(p *part) string {
	name := oneLine(decodeWords(p.name))
	name = strings.ReplaceAll(name, `\`, "/")
	if strings.HasSuffix(name, "/") || name == "." || name == ".." {
		name = strings.Trim(name, "/.")
	}
	name = path.Base("/" + name)
	name = strings.Trim(name, " ")
	if name == "/" || name == "" || strings.Trim(name, ".") == "" {
		name = madeName(p)
	}
	if stem, _, _ := strings.Cut(name, "."); deviceName(stem) {
		name = "_" + name
	}
	return shortName(name)
}

// deviceName tells the names that Windows keeps for devices.
func deviceName(stem string) bool {
	stem = strings.ToUpper(strings.TrimSpace(stem))
	switch stem {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(stem) == 4 && (stem[:3] == "COM" || stem[:3] == "LPT") && stem[3] >= '0' && stem[3] <= '9'
}

// shortName cuts a long name in the middle, so that its extension stays.
func shortName(name string) string {
	n := utf8.RuneCountInString(name)
	if n <= maxName {
		return name
	}
	r := []rune(name)
	ext := []rune(path.Ext(name))
	if len(ext) > 16 {
		ext = nil
	}
	return string(r[:maxName-len(ext)-1]) + "…" + string(ext)
}

// madeName names a file that has no name.
func madeName(p *part) string {
	if p.media == "message/rfc822" {
		h, _, _, _ := readHeader(p.body[:min(len(p.body), maxHeader)])
		subject := oneLine(strings.Map(pathless, decodeWords(h.get("Subject"))))
		if subject = strings.Trim(subject, " ."); subject != "" {
			return cutRunes(subject, maxName-4) + ".eml"
		}
		return "message.eml"
	}
	for _, t := range extensions {
		if p.media == t.media {
			return t.stem + t.ext
		}
	}
	kind, _, _ := strings.Cut(p.media, "/")
	if kind == "" || kind == "application" {
		kind = "attachment"
	}
	return kind + ".bin"
}

// pathless replaces what separates paths.
func pathless(r rune) rune {
	if strings.ContainsRune(`/\:*?"<>|`, r) {
		return ' '
	}
	return r
}

// extensions name what comes without a name, and type what comes without a type.
var extensions = [...]struct{ media, stem, ext string }{
	{"image/png", "image", ".png"},
	{"image/jpeg", "image", ".jpg"},
	{"image/gif", "image", ".gif"},
	{"application/pdf", "document", ".pdf"},
	{"application/zip", "archive", ".zip"},
	{"text/plain", "text", ".txt"},
	{"text/html", "page", ".html"},
	{"text/csv", "table", ".csv"},
	{"text/calendar", "invitation", ".ics"},
	{"text/vcard", "card", ".vcf"},
	{"text/rfc822-headers", "headers", ".txt"},
	{"message/delivery-status", "delivery-status", ".txt"},
	{"message/disposition-notification", "receipt", ".txt"},
	{"message/feedback-report", "feedback", ".txt"},
	{"application/pgp-signature", "signature", ".asc"},
	{"application/pgp-encrypted", "version", ".asc"},
	{"application/pkcs7-signature", "smime", ".p7s"},
	{"application/x-pkcs7-signature", "smime", ".p7s"},
	{"application/pkcs7-mime", "smime", ".p7m"},
	{"application/x-pkcs7-mime", "smime", ".p7m"},
	{"application/ms-tnef", "winmail", ".dat"},
	{"application/xml", "data", ".xml"},
}

// typeByName is the media type of a file of which only the name is known.
func typeByName(name string) string {
	ext := strings.ToLower(path.Ext(name))
	for _, t := range extensions {
		if ext == t.ext {
			return t.media
		}
	}
	return "application/octet-stream"
}
