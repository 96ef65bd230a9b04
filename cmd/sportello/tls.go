package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// readCertificates returns the system's certificate authorities and those of
// the PEM file.
func readCertificates(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading certificates: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("reading certificates: %w", fmt.Errorf("%s holds none", file))
	}
	return pool, nil
}

// tlsConfig is how to speak TLS with the server: 1.2 at least, its name checked.
func (c ServerConfig) tlsConfig() (*tls.Config, error) {
	t := &tls.Config{ServerName: c.Host, MinVersion: tls.VersionTLS12}
	if c.CAFile != "" {
		pool, err := readCertificates(c.CAFile)
		if err != nil {
			return nil, err
		}
		t.RootCAs = pool
	}
	return t, nil
}
