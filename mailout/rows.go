package mailout

import "strings"

// sameKind counts how many blocks at the beginning of page are of the first one's kind.
func sameKind(page []block) int {
	n := 0
	for n < len(page) && page[n].Kind == page[0].Kind {
		n++
	}
	return n
}

// columnGap stands between two columns of plain text.
const columnGap = "  "

// plainTable writes rows as aligned columns: the last one, of numbers, to the
// right, and the widest of the others broken where the line would become longer
// than textWidth. A line below the first row parts it from the rest.
func plainTable(rows []block) string {
	widths := columnWidths(rows)
	var out strings.Builder
	for i, row := range rows {
		cells := make([][]string, len(row.Args))
		lines := 1
		for j, text := range row.Args {
			cells[j] = broken(text, widths[j])
			lines = max(lines, len(cells[j]))
		}
		for l := range lines {
			var line strings.Builder
			for j := range cells {
				text := ""
				if l < len(cells[j]) {
					text = cells[j][l]
				}
				pad := strings.Repeat(" ", max(0, widths[j]-width(text)))
				switch {
				case j == len(cells)-1:
					line.WriteString(pad + text)
				default:
					line.WriteString(text + pad + columnGap)
				}
			}
			out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
		}
		if i == 0 {
			out.WriteString(strings.Repeat("-", total(widths)) + "\n")
		}
	}
	return out.String()
}

// columnWidths are those of the widest cells, the widest column cut down so that
// all fit into textWidth.
func columnWidths(rows []block) []int {
	var widths []int
	for _, row := range rows {
		for j, text := range row.Args {
			if j == len(widths) {
				widths = append(widths, 0)
			}
			widths[j] = max(widths[j], width(text))
		}
	}
	widest := 0
	for j := range widths {
		if widths[j] > widths[widest] {
			widest = j
		}
	}
	if over := total(widths) - textWidth; over > 0 {
		widths[widest] = max(10, widths[widest]-over)
	}
	return widths
}

// total is how wide a line of such columns is.
func total(widths []int) int {
	n := len(columnGap) * (len(widths) - 1)
	for _, w := range widths {
		n += w
	}
	return n
}

// broken cuts a cell into lines no wider than w, between words.
func broken(text string, w int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && width(line)+1+width(word) > w {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
