package mailout

import (
	"context"

	"sportello/ticket"
)

// Check connects, logs in and says goodbye; nothing is sent.
func (s *Sender) Check(ctx context.Context) error {
	if err := s.Server.check(); err != nil {
		return err
	}
	c, err := s.open(ctx)
	if err != nil {
		return err
	}
	c.quit()
	return nil
}

// Post gives one mail to the server, outside the queue: it is taken, or there
// is an error. from is the envelope sender.
func (s *Sender) Post(ctx context.Context, from, to string, raw []byte) error {
	if err := s.Server.check(); err != nil {
		return err
	}
	c, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer c.quit()
	defer c.guard(ctx)()
	if err := c.admits(to, int64(len(raw))); err != nil {
		return err
	}
	w, err := c.ask(from, to, int64(len(raw)), true)
	if err != nil {
		return err
	}
	_, err = c.transmit(ctx, w, &ticket.Letter{Chunks: []ticket.Chunk{{Bytes: raw}}}, nil, from)
	return err
}
