package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// credentials gives out what a server asks for, read anew at each login so
// that a rotated secret is seen. Nothing of it is ever logged.
type credentials struct {
	file    string   // of a password or access token; "" none
	command []string // prints an access token; nil none

	mu    sync.Mutex
	token string
	ran   time.Time // when command ran last
}

// newCredentials are those of one server of the configuration.
func (c *Config) newCredentials(s ServerConfig, env environment) *credentials {
	cr := &credentials{command: s.TokenCommand}
	if s.PasswordFile != "" {
		cr.file = secretPath(s.PasswordFile, c.File, env)
	}
	return cr
}

func (c *credentials) password(context.Context) (string, error) { return readSecret(c.file) }

// accessToken is the last token, or a new one when that was refused. The
// command runs at most once a minute.
func (c *credentials) accessToken(ctx context.Context, refused bool) (string, error) {
	if len(c.command) == 0 {
		return readSecret(c.file)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != "" && (!refused || time.Since(c.ran) < time.Minute) {
		return c.token, nil
	}
	c.ran = time.Now()
	token, err := runTokenCommand(ctx, c.command)
	if err == nil {
		c.token = token
	}
	return token, err
}

// freshToken is a token that is at most a minute old.
func (c *credentials) freshToken(ctx context.Context) (string, error) {
	return c.accessToken(ctx, true)
}

// tokenTime bounds the token command.
const tokenTime = 30 * time.Second

func runTokenCommand(ctx context.Context, argv []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, tokenTime)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdout = &out
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("token_command %s: %w", argv[0], err)
	}
	token := strings.TrimSpace(out.String())
	if token == "" || strings.ContainsAny(token, " \r\n\x00") {
		return "", fmt.Errorf("token_command %s: %w", argv[0], errors.New("it must print one access token on one line"))
	}
	return token, nil
}
