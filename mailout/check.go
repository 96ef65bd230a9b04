package mailout

import "context"

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
