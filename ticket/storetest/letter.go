package storetest

import (
	"crypto/sha256"
	"fmt"

	"sportello/ticket"
)

// Letter is a letter that tells n, as short as one can be.
func Letter(n *ticket.Notice) *ticket.Letter {
	b := fmt.Appendf(nil, "Message-Id: <%s>\r\nTo: <%s>\r\nSubject: %s\r\n\r\n%s\r\n", n.MessageID, n.To.Address, n.Kind, n.Kind)
	return &ticket.Letter{Chunks: []ticket.Chunk{{Bytes: b}}, Sum: sha256.Sum256(b), Size: int64(len(b)), Text: n.Kind.String()}
}
