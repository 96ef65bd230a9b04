package mailin

// budget is what one mail may become while it is read. Everything that makes
// more of a mail than its bytes draws from it, so that what a mail becomes is
// bounded by what it is, however its makers are put one behind the other. What
// is refused stays in the raw mail and is named in the defects.
type budget struct {
	text    int // bytes that charsets, HTML, joined lines and names may still make
	opened  int // bytes that may still be decoded of what is read inside: S/MIME, TNEF, certified mail, uuencode
	fields  int // header fields of parts
	files   int // files found inside others that are no MIME parts
	refused bool
}

const (
	// A mail becomes at most maxGrown more text than it has bytes, a small one
	// growth times itself and leastGrown: a charset makes three bytes of one, and
	// HTML is rendered once more.
	maxGrown   = 2 << 20
	growth     = 4
	leastGrown = 64 << 10
	// maxOpened, times its own size, is what may be decoded of what lies inside:
	// certified mail that holds signed mail that holds winmail.dat is honest.
	maxOpened     = 4
	maxPartFields = 4 * maxFields
)

// grownTo is how many bytes of text a mail of n bytes may become.
func grownTo(n int64) int64 { return min(growth*n+leastGrown, n+maxGrown) }

// newBudget is that of a mail of n bytes.
func newBudget(n int) *budget {
	return &budget{text: int(grownTo(int64(n))), opened: maxOpened * n, fields: maxPartFields, files: maxParts}
}

// draw takes n from what is left, or refuses all of it.
func (b *budget) draw(left *int, n int) bool {
	if n > *left {
		b.refused = true
		return false
	}
	*left -= max(n, 0)
	return true
}

// fit draws what s costs and returns as much of s as there is room for.
func (b *budget) fit(s string) string {
	if b.draw(&b.text, len(s)) {
		return s
	}
	s = cutRunes(s, b.text)
	b.text = 0
	return s
}

// outgrown is the defect of a mail that would become more than it may.
const outgrown = "more than its size allows: the rest is in the raw mail"
