package mailin

import (
	"crypto/sha256"
	"hash"
	"strconv"

	"sportello/ticket"
)

// contentSum is the content fingerprint (DESIGN.md section 2): two copies of one
// mail that came by different ways agree in it, whatever the servers on the way
// wrote into the header or did to encodings and line ends. It is zero without a
// Message-ID, and Parse leaves it zero where not all of a mail was read.
func contentSum(in *ticket.Inbound) [32]byte {
	var sum [32]byte
	if in.MessageID == "" {
		return sum
	}
	h := sha256.New()
	line := func(s string) {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	line(in.MessageID)
	for _, f := range in.From {
		line(f.Address)
	}
	line("")
	if !in.Date.IsZero() {
		line(strconv.FormatInt(in.Date.Unix(), 10))
	}
	line("")
	writeBare(h, in.Text)
	for _, a := range in.Attachments {
		h.Write(a.Sum[:])
	}
	h.Sum(sum[:0])
	return sum
}

// writeBare writes s without white space.
func writeBare(h hash.Hash, s string) {
	buf := make([]byte, 0, 1024)
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ' ', '\t', '\n', '\r':
			continue
		}
		if buf = append(buf, s[i]); len(buf) == cap(buf) {
			h.Write(buf)
			buf = buf[:0]
		}
	}
	h.Write(buf)
}
