package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// secretPath is where a secret lies: a relative name is looked for among the
// credentials that systemd loaded for the service, then beside the
// configuration file.
func secretPath(name, configFile string, env environment) string {
	if filepath.IsAbs(name) {
		return name
	}
	if dir := env("CREDENTIALS_DIRECTORY"); dir != "" {
		p := filepath.Join(dir, name)
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	return filepath.Join(filepath.Dir(configFile), name)
}

// readSecret reads a secret anew, without the line ends behind it.
func readSecret(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	secret := strings.TrimRight(string(data), "\r\n")
	switch {
	case secret == "":
		return "", fmt.Errorf("reading a secret: %s is empty", path)
	case strings.ContainsAny(secret, "\r\n\x00"):
		return "", fmt.Errorf("reading a secret: %s holds more than one line", path)
	}
	return secret, nil
}

// secretFiles tries every file that `serve` will need from the table of a
// server: password and certificates.
func (r *configReader) secretFiles(s *section, c ServerConfig) {
	if c.PasswordFile != "" {
		if _, err := readSecret(secretPath(c.PasswordFile, r.doc.file, r.env)); err != nil {
			s.fault("password_file", "%v; it must be a readable file that holds the password on one line", cause(err))
		}
	}
	if c.CAFile != "" {
		if _, err := readCertificates(c.CAFile); err != nil {
			s.fault("ca_file", "%v; it must be a readable file of certificates in PEM form", cause(err))
		}
	}
}

// exposed lists the secrets that every user of the machine may read.
func (c *Config) exposed(env environment) []string {
	var all []string
	for _, name := range []string{c.IMAP.PasswordFile, c.SMTP.PasswordFile} {
		path := secretPath(name, c.File, env)
		info, err := os.Stat(path)
		if name != "" && err == nil && info.Mode().Perm()&0o007 != 0 {
			all = append(all, fmt.Sprintf("%s: every user of this machine may read the secret; chmod 600 %s", path, path))
		}
	}
	return slices.Compact(all)
}

// cause leaves out what was being done, for messages that say it themselves.
func cause(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return errors.New(strings.TrimPrefix(err.Error(), "reading a secret: "))
}
