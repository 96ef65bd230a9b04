package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rs/zerolog"
)

// triedName is the file in the state directory that holds what the last
// `check --online` found.
const triedName = "online.json"

// tried is what one `check --online` found, with the configuration it tried.
// No secret stands in it: see remember.
type tried struct {
	At     time.Time   `json:"at"`
	Digest string      `json:"digest"` // of Config.triedDigest
	Steps  []triedStep `json:"steps"`
}

// triedStep is how one step went, and since when it goes like that.
type triedStep struct {
	stepJSON
	Since time.Time `json:"since"`
}

// triedDigest tells apart the configurations that `check --online` could find
// different things about. Passwords are in files of their own and not in it.
func (c *Config) triedDigest() string {
	imap, smtp := c.IMAP, c.SMTP
	imap.PollInterval, imap.Backlog, imap.MoveTo = 0, 0, ""
	smtp.Connections, smtp.EnvelopeDesk = 0, false
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%#v", []any{c.Desk.Address, imap, smtp, c.Security})))
}

// after is what was found at now, given what was found before: what goes as it
// went has gone so since then.
func (t tried) after(now time.Time, digest string, said []stepJSON) tried {
	since := map[[2]string]time.Time{}
	if t.Digest == digest {
		for _, s := range t.Steps {
			since[[2]string{s.Step, s.Result}] = s.Since
		}
	}
	next := tried{At: now, Digest: digest}
	for _, s := range said {
		begun, ok := since[[2]string{s.Step, s.Result}]
		if !ok {
			begun = now
		}
		next.Steps = append(next.Steps, triedStep{s, begun})
	}
	return next
}

// remember keeps what was found for the next start of `serve`. A server may say
// back what it was told, so passwords and tokens are struck out.
func (a *app) remember(c *Config, said []stepJSON) error {
	before, err := recall(c.Desk.StateDir)
	if err != nil {
		before = tried{} // what cannot be read is written anew
	}
	now, _ := newClock(a.env)
	next := before.after(now().UTC().Truncate(time.Second), c.triedDigest(), said)
	for i := range next.Steps {
		next.Steps[i].Text = c.withoutSecrets(next.Steps[i].Text, a.env)
	}
	data, err := json.Marshal(next)
	if err != nil {
		return err
	}
	if err := actAsOwner(c.Desk.StateDir); err != nil { // who may not read the secrets: they are struck out by now
		return err
	}
	err = replaceFile(filepath.Join(c.Desk.StateDir, triedName), append(data, '\n'))
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is no desk in %s yet: `sportello init` makes one, then check again", c.Desk.StateDir)
	}
	return err
}

// withoutSecrets strikes passwords and token addresses out of text.
func (c *Config) withoutSecrets(text string, env environment) string {
	for _, s := range []ServerConfig{c.IMAP, c.SMTP} {
		if s.PasswordFile == "" {
			continue
		}
		if secret, err := readSecret(secretPath(s.PasswordFile, c.File, env)); err == nil {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	return c.addresses().Strike(text)
}

// replaceFile puts a whole file of mode 0600 in the place of path, or leaves
// that alone.
func replaceFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// recall reads what the last `check --online` found; the zero value when there
// was none.
func recall(stateDir string) (t tried, err error) {
	data, err := os.ReadFile(filepath.Join(stateDir, triedName))
	if errors.Is(err, os.ErrNotExist) {
		return t, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &t)
	}
	if err != nil {
		return tried{}, fmt.Errorf("reading what check --online found: %w", err)
	}
	return t, nil
}

// failed are the steps that failed.
func (t tried) failed() (failed []triedStep) {
	for _, s := range t.Steps {
		if s.Result == "failed" {
			failed = append(failed, s)
		}
	}
	return failed
}

// tell says in the log what was found: of a configuration that is no longer
// digest's, only that it was another.
func (t tried) tell(log zerolog.Logger, digest string) {
	failed := t.failed()
	switch {
	case t.At.IsZero():
		log.Info().Msg("the servers were never tried: `sportello check --online` does it")
	case t.Digest != digest:
		log.Info().Time("tried", t.At).Int("failed", len(failed)).
			Msg("the servers were tried with another configuration: `sportello check --online` tries this one")
	case len(failed) == 0:
		log.Info().Time("tried", t.At).Msg("`check --online` found nothing wrong")
	}
	if t.Digest != digest {
		return
	}
	for _, s := range failed {
		log.Warn().Str("step", logged(plain(s.Step))).Str("found", logged(plain(s.Text))).
			Time("since", s.Since).Time("tried", t.At).Msg("`check --online` failed: when it is mended, run it again")
	}
}

// greetTried tells at the start how the servers were found to be.
func (d *service) greetTried(c *Config) {
	t, err := recall(c.Desk.StateDir)
	if err != nil {
		d.log.Warn().Err(err).Msg("run `sportello check --online` again")
		return
	}
	t.tell(d.log, c.triedDigest())
}
