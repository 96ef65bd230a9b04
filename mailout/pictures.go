package mailout

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"

	"sportello/ticket"
)

// What stands in a view's text for a picture, framed by control characters that
// no text holds: its Content-ID, empty where it does not go along, and its name.
const pictureStart, pictureCut, pictureEnd = "\x05", "\x06", "\x07"

var pictureMarks = regexp.MustCompile(pictureStart + "([^" + pictureCut + "]*)" + pictureCut + "([^" + pictureEnd + "]*)" + pictureEnd)

// placePictures puts marks where the text of v tells of its pictures. Of a
// picture that is told of twice the first place counts; the other is words, as
// is the place of a file that does not go along or that is shown by no program.
func (v *view) placePictures() {
	v.pictures = make([]string, len(v.Attachments))
	for i := range v.Attachments {
		r := &v.Attachments[i]
		mention := r.Mention()
		before, after, told := strings.Cut(v.Text, mention)
		if mention == "" || !told {
			continue
		}
		words := pictureStart + pictureCut + oneLine(r.Label) + pictureEnd
		mark := words
		if !r.Left && r.Picture() {
			v.pictures[i] = contentID(v.MessageID, i)
			mark = pictureStart + v.pictures[i] + words[len(pictureStart):]
		}
		v.Text = before + mark + strings.ReplaceAll(after, mention, words)
	}
}

// contentID is that of attachment i of a letter (RFC 2392), the same at every
// try and of no other letter. That of the mail it came with is not passed on.
func contentID(messageID string, i int) string {
	_, domain, _ := strings.Cut(messageID, "@")
	sum := sha256.Sum256([]byte(messageID + "\x00picture"))
	return fmt.Sprintf("picture.%d.%x@%s", i+1, sum[:8], domain)
}

// picturesHTML makes an image of each mark in a page whose text is escaped. The
// flexible frame keeps it as wide as the letter in Thunderbird, which sets its
// max-width to that of the window.
func picturesHTML(page, language string) string {
	return replaceMarks(page, func(id, name string) string {
		if id == "" {
			return pictureWords(name, language)
		}
		return `<span style="display:inline-flex;align-items:flex-start;max-width:100%;"><img src="cid:` + id + `" alt="` + name +
			`" style="min-width:0;max-width:100%;height:auto;"></span>`
	})
}

// picturesText makes words of each mark.
func picturesText(text, language string) string {
	return replaceMarks(text, func(_, name string) string { return pictureWords(name, language) })
}

func replaceMarks(s string, with func(id, name string) string) string {
	if !strings.Contains(s, pictureStart) {
		return s
	}
	return pictureMarks.ReplaceAllStringFunc(s, func(mark string) string {
		found := pictureMarks.FindStringSubmatch(mark)
		return with(found[1], found[2])
	})
}

func pictureWords(name, language string) string {
	if language == "en" {
		return ticket.Mention(name)
	}
	return "[immagine: " + name + "]"
}

// carried is a file that goes along in a letter.
type carried struct {
	ticket.Relay
	id    string // the Content-ID by which the page shows it; "": it stands behind the text
	clean []byte // its bytes where they are not those of the archive; else nil
}

// carries lists the files of v that go along; page is its HTML.
func (v *view) carries(page string) (files []carried) {
	for i, r := range v.Attachments {
		if r.Left {
			continue
		}
		f := carried{Relay: r}
		if id := v.pictures[i]; id != "" && strings.Contains(page, `src="cid:`+id+`"`) {
			f.id = id
		}
		files = append(files, f)
	}
	return files
}
