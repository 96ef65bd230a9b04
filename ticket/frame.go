package ticket

import (
	"strings"
	"unicode/utf8"
)

// frameWidth is how long the rules of a frame are, in characters.
const frameWidth = 60

// Framed sets text, somebody's message, apart from the words of the letter that
// it stands in, as plain text has it.
func Framed(title, text string) string {
	line := frameOpens + title + " "
	return line + strings.Repeat("-", max(4, frameWidth-utf8.RuneCountInString(line))) + "\n" + text + "\n" + frameCloses
}

// frameOpens begins a frame, frameCloses is the line that ends it.
const frameOpens = "---- "

var frameCloses = strings.Repeat("-", frameWidth)

// Unframed lists the messages that are framed in a plain text; what is left
// belongs to the letter itself. A message may hold lines like those of a frame:
// it ends at the last of them.
func Unframed(letter string) (messages []string) {
	lines := strings.Split(strings.ReplaceAll(letter, "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		if !strings.HasPrefix(lines[i], frameOpens) || !strings.HasSuffix(lines[i], "----") || strings.Trim(lines[i], "- ") == "" {
			continue
		}
		end := i
		for j := i + 1; j < len(lines); j++ {
			if lines[j] == frameCloses {
				end = j
			}
		}
		if end > i {
			messages = append(messages, strings.Join(lines[i+1:end], "\n"))
			i = end
		}
	}
	return messages
}
