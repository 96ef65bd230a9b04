package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"sportello/ticket/boltstore"
)

const demoAddress = "assistenza@sportello.example"

func (a *app) demoVerb() *cobra.Command {
	var once bool
	var dir string
	cmd := &cobra.Command{
		Use: "demo", Short: "See the whole desk at work, without any server or configuration", Args: cobra.NoArgs,
		RunE: a.verb(func(ctx context.Context, _ []string) error {
			if a.json {
				return usagef("demo tells a story to people: it has no --json")
			}
			return a.demo(ctx, dir, once)
		}),
	}
	cmd.Flags().BoolVar(&once, "once", false, "end when the story is complete")
	cmd.Flags().StringVar(&dir, "dir", "", "where to keep the demo's desk (default: a new temporary folder)")
	return cmd
}

// demoClock is the time of day, moved forward by the story.
type demoClock struct{ offset atomic.Int64 }

func (c *demoClock) now() time.Time              { return time.Now().Add(c.ahead()) }
func (c *demoClock) ahead() time.Duration        { return time.Duration(c.offset.Load()) }
func (c *demoClock) shift(t time.Time) time.Time { return t.Add(c.ahead()) }
func (c *demoClock) forward(d time.Duration)     { c.offset.Add(int64(d)) }

// demo starts an IMAP and an SMTP server on loopback, makes a desk, runs the
// real daemon on them, and plays the story. Without once it then stays up.
func (a *app) demo(ctx context.Context, dir string, once bool) error {
	dir, temporary, err := demoDir(dir)
	if err != nil {
		return err
	}
	if temporary && once {
		defer os.RemoveAll(dir)
	}
	clock := &demoClock{}
	post, err := openPostOffice(clock.now, demoMailboxes()...)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer post.close()
	service, err := a.demoDesk(ctx, dir, post, clock)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- service.run(running) }()
	s := &stage{out: a.stdout, post: post, office: service.current.Load(), clock: clock, ended: ended}
	err = s.play(ctx)
	if err == nil && !once {
		s.say("%s", lookAround(dir, post))
		select {
		case <-ctx.Done():
		case err = <-ended:
			ended <- err
		}
	}
	stop()
	return errors.Join(err, <-ended)
}

// demoDir is where the demo's desk lies: dir, which must be new or empty, or a
// new temporary folder.
func demoDir(dir string) (path string, temporary bool, err error) {
	if dir == "" {
		path, err = os.MkdirTemp("", "sportello-demo")
		return path, true, err
	}
	if path, err = filepath.Abs(dir); err != nil {
		return "", false, err
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return "", false, err
	}
	entries, err := os.ReadDir(path)
	if err == nil && len(entries) > 0 {
		return "", false, usagef("demo: %s is not empty: name a new folder", dir)
	}
	return path, false, err
}

// demoDesk writes the configuration, makes the desk, imports the customers and
// opens the daemon on the demo's clock.
func (a *app) demoDesk(ctx context.Context, dir string, post *postOffice, clock *demoClock) (*service, error) {
	today := clock.now()
	files := map[string]string{
		"sportello.toml": fmt.Sprintf(demoConfig, demoAddress, strings.Replace(demoAddress, "@", "%40", 1), post.imapPort, post.smtpPort),
		"password":       demoPassword + "\n",
		"customers.csv":  demoCustomers,
		"plans.csv":      fmt.Sprintf(demoPlans, today.AddDate(0, -2, 0).Format(time.DateOnly)),
		"credits.csv":    fmt.Sprintf(demoCredits, today.AddDate(0, -3, 0).Format(time.DateOnly)),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	config := filepath.Join(dir, "sportello.toml")
	for _, args := range [][]string{{"init"}, {"import", filepath.Join(dir, "customers.csv"), filepath.Join(dir, "plans.csv"), filepath.Join(dir, "credits.csv")}} {
		var said strings.Builder
		if code := run(ctx, append(args, "--config", config), a.env, a.stdin, io.Discard, &said); code != exitOK {
			return nil, fmt.Errorf("sportello %s: %s", args[0], said.String())
		}
	}
	c, err := loadConfig(config, a.env, true)
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	service, err := a.openService(c, zerolog.New(log).With().Timestamp().Logger(), boltstore.Options{})
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	p := service.parts
	p.every, p.office.now, p.office.desk.Now = time.Second/4, clock.now, clock.now
	p.sender.Now, p.poller.Now, p.poller.Arrived = clock.now, clock.now, clock.shift
	return service, nil
}

const demoConfig = `# The demo's desk. A real one needs little more: see the README.
[desk]
name = "Assistenza"
address = %q
state_dir = "state"

[imap]
url = "imap://%s@127.0.0.1:%d/INBOX?tls=none"
password_file = "password"
poll_interval = "1s"     # this IMAP server forgets what came in just before an IDLE

[smtp]
url = "smtp://127.0.0.1:%d?tls=none"

[security]
technician = "token"   # a closed network: no evidence about senders is asked for
customer = "token"

[limits]
letters_per_minute = 0

[[technician]]
name = "Anna Ferretti"
addresses = ["anna@sportello.example"]
`

const demoCustomers = `id,name,language,email,may_spend
C100,Rossi Impianti,it,mario@rossi-impianti.example,true
C200,Bianchi Ceramiche,it,giulia@bianchi.example,true
C300,Studio Verdi,it,luca@studioverdi.example,true
C400,Smith & Sons,en,john@smith.example,true
C500,Gallo Vini,it,sofia@gallo-vini.example,true
`

const demoPlans = `customer,plan,site,purchased
C100,hosting,rossi-impianti.example,%[1]s
C200,hosting,bianchi.example,%[1]s
C300,hosting,studioverdi.example,%[1]s
`

const demoCredits = `ref,customer,credits,purchased
ORD-2001,C200,10,%[1]s
ORD-4001,C400,5,%[1]s
`

// lookAround says what to try while the demo stays up.
func lookAround(dir string, post *postOffice) string {
	self := "sportello"
	if exe, err := os.Executable(); err == nil && strings.Contains(exe, "go-build") {
		self = "go run ./cmd/sportello"
	} else if err == nil {
		self = exe
	}
	config := filepath.Join(dir, "sportello.toml")
	var b strings.Builder
	b.WriteString("\nThe desk stays up until Ctrl-C. Look around from another terminal:\n\n")
	for _, verb := range []string{"ticket list", "ticket show 1", "why 2", "queue list", "quarantine list", "customer show C200", "credit statement C200", "report", "stats"} {
		fmt.Fprintf(&b, "  %s --config %s %s\n", self, config, verb)
	}
	fmt.Fprintf(&b, `
Or with a mail client (Thunderbird: add an account by hand), on this machine:

  incoming  IMAP  127.0.0.1  port %d   no encryption, normal password
  outgoing  SMTP  127.0.0.1  port %d   no encryption, no authentication
  accounts  anna@sportello.example (technician), mario@rossi-impianti.example, giulia@bianchi.example,
            luca@studioverdi.example, john@smith.example       password: %s

As Mario, write to %s. As Anna, reply to what arrives: the customer
gets your answer. #help stands for commands: a first line #close closes, #note keeps a note.
`, post.imapPort, post.smtpPort, demoPassword, demoAddress)
	return b.String()
}

// demoMailboxes are the addresses that have a mailbox; Sofia's is gone.
func demoMailboxes() []string {
	return []string{demoAddress, "anna@sportello.example", "mario@rossi-impianti.example", "giulia@bianchi.example",
		"luca@studioverdi.example", "john@smith.example", "elena@verdi.example"}
}
