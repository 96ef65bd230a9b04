package mailin

// Limits of a signed message that is opened: CMS nests eight deep.
const (
	maxSigned   = 16 << 20
	maxBERDepth = 12
)

// openSigned reads an opaque-signed S/MIME entity (RFC 8551, section 3.5.2),
// whose text no one sees otherwise: p becomes a multipart of the signed entity
// and of the container, which stays a file. The signature is not verified.
func (w *walker) openSigned(p *part, depth int) {
	if depth >= maxDepth || len(p.encoded) > maxSigned || !w.budget.draw(&w.budget.opened, len(p.encoded)) {
		return
	}
	inner, ok := signedContent(p.bytes())
	if !ok {
		return
	}
	container := *p
	if container.name == "" {
		container.name = "smime.p7m"
	}
	p.media, p.name, p.dispo = "multipart/signed", "", ""
	p.children = []*part{w.entity(inner, depth+1, "text/plain"), &container}
}

// signedContent finds what a CMS SignedData signs (RFC 5652, section 5.1):
// ContentInfo, SignedData, EncapsulatedContentInfo, content.
func signedContent(b []byte) ([]byte, bool) {
	info, ok := berElement(b, 0, 0x30)
	if !ok {
		return nil, false
	}
	kind, ok := berElement(info.content, 0, 0x06)
	if !ok || string(kind.content) != oidSignedData {
		return nil, false
	}
	explicit, ok := berElement(kind.rest, 0, 0xa0)
	if !ok {
		return nil, false
	}
	signed, ok := berElement(explicit.content, 0, 0x30)
	if !ok {
		return nil, false
	}
	version, ok := berElement(signed.content, 0, 0x02)
	if !ok {
		return nil, false
	}
	digests, ok := berElement(version.rest, 0, 0x31)
	if !ok {
		return nil, false
	}
	capsule, ok := berElement(digests.rest, 0, 0x30)
	if !ok {
		return nil, false
	}
	data, ok := berElement(capsule.content, 0, 0x06)
	if !ok || string(data.content) != oidData {
		return nil, false
	}
	content, ok := berElement(data.rest, 0, 0xa0)
	if !ok {
		return nil, false
	}
	return octets(content.content)
}

const (
	oidSignedData = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
	oidData       = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
)

// ber is one element of BER (X.690): what it holds and what follows it.
type ber struct {
	tag           byte
	content, rest []byte
}

// berElement reads the first element of b, whose tag must be want (0: any).
func berElement(b []byte, depth int, want byte) (e ber, ok bool) {
	if len(b) < 2 || depth > maxBERDepth || b[0]&0x1f == 0x1f || want != 0 && b[0] != want {
		return e, false
	}
	e.tag = b[0]
	n, head := int(b[1]), 2
	switch {
	case n == 0x80:
		return berIndefinite(b, depth)
	case n > 0x84:
		return e, false
	case n > 0x80:
		head += n & 0x7f
		if len(b) < head {
			return e, false
		}
		n = 0
		for _, c := range b[2:head] {
			n = n<<8 | int(c)
		}
	}
	if n > len(b)-head {
		return e, false
	}
	e.content, e.rest = b[head:head+n], b[head+n:]
	return e, true
}

// berIndefinite reads an element that goes on to the end-of-contents octets.
func berIndefinite(b []byte, depth int) (e ber, ok bool) {
	e.tag = b[0]
	for at := b[2:]; len(at) >= 2; {
		if at[0] == 0 && at[1] == 0 {
			e.content, e.rest = b[2:len(b)-len(at)], at[2:]
			return e, true
		}
		inner, ok := berElement(at, depth+1, 0)
		if !ok {
			return e, false
		}
		at = inner.rest
	}
	return e, false
}

// octets joins an OCTET STRING that may be cut in pieces.
func octets(b []byte) ([]byte, bool) {
	e, ok := berElement(b, 0, 0)
	if !ok || e.tag == 0x04 {
		return e.content, ok
	}
	if e.tag != 0x24 {
		return nil, false
	}
	var out []byte
	for rest := e.content; len(rest) > 0; {
		piece, ok := berElement(rest, 0, 0x04)
		if !ok {
			return nil, false
		}
		out = append(out, piece.content...)
		rest = piece.rest
	}
	return out, true
}
