package ticket

import "strings"

// Mention stands in a text for the file whose place in the mail is there: plain
// words to whoever reads them, and a place to whoever lays the text out again.
func Mention(label string) string { return "[image: " + label + "]" }

// Mention is the one of a in the text of its mail; "" when that does not tell
// where a stands.
func (a *Attachment) Mention() string {
	if a.Label == "" {
		return ""
	}
	return Mention(a.Label)
}

// Picture tells whether a may stand in the text of a letter: its place is known
// and every mail program shows what it is.
func (a *Attachment) Picture() bool {
	switch a.Type {
	case "image/png", "image/jpeg", "image/jpg", "image/pjpeg", "image/gif", "image/webp", "image/bmp":
		return a.Label != "" && a.Size > 0 && !Active(a.Type, a.Name)
	}
	return false
}

// maxLogo is how large, in bytes, a picture may be that belongs to a signature:
// a screenshot below a name is larger.
const maxLogo = 32 << 10

// elsewhere tells whether a stands in a part of m that is not told in text: as
// the logo of its signature or, where the history is cut off, among the old
// mails. What has no place in the text is nowhere else.
func (m *Inbound) elsewhere(a *Attachment, text string, history bool) bool {
	switch mention := a.Mention(); {
	case mention == "" || strings.Contains(text, mention):
		return false
	case strings.Contains(m.Signature, mention):
		return a.Size <= maxLogo
	}
	return history && len(text) < MaxText-len("[…]") // a longer text was cut
}

// quotedPictures names what an answer with this text leaves behind: the pictures
// that m only quotes. Logos of a signature are nothing to speak of.
func (m *Inbound) quotedPictures(text string) (names []string) {
	for i := range m.Attachments {
		a := &m.Attachments[i]
		if m.elsewhere(a, text, true) && !strings.Contains(m.Signature, a.Mention()) {
			names = append(names, a.Label)
		}
	}
	return names
}

// brings tells whether m has a file that is no part of its signature or history.
func (m *Inbound) brings(text string) bool {
	for i := range m.Attachments {
		if !m.elsewhere(&m.Attachments[i], text, true) {
			return true
		}
	}
	return false
}

// Words is what Shown says without what stands for pictures: the names of files
// are none of the sender's words.
func (m *Inbound) Words() string { return m.WithoutMentions(m.Shown()) }

// WithoutMentions takes what stands for m's pictures out of a text of m; its
// lines stay what they are.
func (m *Inbound) WithoutMentions(text string) string {
	for i := range m.Attachments {
		if mention := m.Attachments[i].Mention(); mention != "" {
			text = strings.ReplaceAll(text, mention, "")
		}
	}
	return text
}
