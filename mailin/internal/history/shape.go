package history

// shape takes over what the HTML form of the text shows: where a client marked
// a signature, and from where on all is quoted although no mark stands before
// it. Both forms say the same in the same order, so they are aligned as a
// letter is.
func (t *trimming) shape() {
	t.past = len(t.lines)
	if t.known.Form == "" {
		return
	}
	form := splitLines(t.known.Form)
	f, s := streamOf(form), streamOf(t.lines)
	weight := 0
	for i, c := range compare(s, t.lines, f.b) {
		if c.from < 0 || c.lost {
			if s.at[i+1]-s.at[i] > gram {
				t.past, weight = len(t.lines), 0
			}
			continue
		}
		at := lineAt(f.at, c.from)
		switch {
		case form[at].depth == 0:
			t.past, weight = len(t.lines), 0
		case t.past == len(t.lines):
			t.past = i
		}
		weight += c.found
		if at > 0 && form[at-1].raw == "-- " {
			if t.signs == nil {
				t.signs = make([]bool, len(t.lines))
			}
			t.signs[i] = true
		}
	}
	if weight < blockWeight {
		t.past = len(t.lines)
	}
}
