package mailout

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"sportello/ticket"
)

// Open returns the decoded bytes of an archived attachment.
type Open func(context.Context, ticket.AttachmentRef) ([]byte, error)

// errSum: the bytes of a letter are not those that were fixed.
var errSum = errors.New("the letter's bytes are not those that were fixed")

// writeLetter writes l as it goes over the wire, before dot-stuffing: chunks of
// bytes as they are, attachments as base64. One attachment is in memory at a time.
func writeLetter(ctx context.Context, w io.Writer, l *ticket.Letter, open Open) error {
	for _, c := range l.Chunks {
		if _, err := w.Write(c.Bytes); err != nil {
			return err
		}
		if c.Attachment == nil {
			continue
		}
		if open == nil {
			return fmt.Errorf("attachment %d of %s: no archive", c.Attachment.Index, c.Attachment.Raw)
		}
		data, err := open(ctx, *c.Attachment)
		if err != nil {
			return fmt.Errorf("attachment %d of %s: %w", c.Attachment.Index, c.Attachment.Raw, err)
		}
		if err := writeBase64(w, data); err != nil {
			return err
		}
	}
	return nil
}

// writeBase64 writes data in lines of 76 characters, each ended by CRLF (RFC
// 2045, section 6.8).
func writeBase64(w io.Writer, data []byte) error {
	const in, out, lines = 57, 76 + 2, 256
	block := make([]byte, 0, out*lines)
	for len(data) > 0 {
		n := min(in, len(data))
		block = base64.StdEncoding.AppendEncode(block, data[:n])
		block = append(block, '\r', '\n')
		data = data[n:]
		if len(data) == 0 || len(block) == cap(block) {
			if _, err := w.Write(block); err != nil {
				return err
			}
			block = block[:0]
		}
	}
	return nil
}

// Measure returns the SHA-256 and the length of a letter as it goes over the wire,
// with its attachments.
func Measure(ctx context.Context, l *ticket.Letter, open Open) (sum [32]byte, size int64, err error) {
	return measure(ctx, l, open)
}

// measure returns the SHA-256 and the length of l on the wire.
func measure(ctx context.Context, l *ticket.Letter, open Open) (sum [32]byte, size int64, err error) {
	h := sha256.New()
	n := counter{w: h}
	if err := writeLetter(ctx, &n, l, open); err != nil {
		return sum, 0, err
	}
	return [32]byte(h.Sum(nil)), n.n, nil
}

// verify tells whether l still is what was fixed.
func verify(ctx context.Context, l *ticket.Letter, open Open) error {
	sum, size, err := measure(ctx, l, open)
	if err != nil {
		return err
	}
	if sum != l.Sum || size != l.Size {
		return errSum
	}
	return nil
}

// counter counts what is written through it.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
