package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"text/template"
	"time"
)

// TestRoundcube sets the stage for .ci/roundcube/scenes.mjs, which plays what a
// customer and a technician do in a real web mailer: a Dovecot, a Postfix, a
// desk and a Roundcube of Debian's, served by PHP itself, all on loopback and in
// a folder of their own. SPORTELLO_ROUNDCUBE names the folder of the scenes once
// .ci/roundcube/run has put the browser's driver there.
func TestRoundcube(t *testing.T) {
	scenes := os.Getenv("SPORTELLO_ROUNDCUBE")
	if scenes == "" {
		t.Skip("run .ci/roundcube/run")
	}
	s := startServers(t, support, tech, customer, colleague)
	d := realDesk(t, s, "letters_per_minute = 0\nacks_per_address_hour = 0")
	d.must(t, "import", d.write(t, "people.csv", people), d.write(t, "plans.csv", fmt.Sprintf(bought, time.Now().AddDate(0, -1, 0).Format(time.DateOnly))))
	d.serve(t)
	roundcube := startRoundcube(t, s)

	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", filepath.Join(scenes, "scenes.mjs"))
	cmd.Env = append(os.Environ(), "ROUNDCUBE="+roundcube, "MAILDIRS="+s.path("mail"), "PASSWORD="+mailPassword,
		"SPORTELLO="+d.bin, "CONFIG="+d.config, "SUPPORT="+support, "TECHNICIAN="+tech, "CUSTOMER="+customer)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		for _, log := range []string{"roundcube/errors.log", "php.log"} {
			if text, err := os.ReadFile(s.path(log)); err == nil {
				t.Logf("%s:\n%s", log, text)
			}
		}
		t.Fatalf("the scenes: %v\nlog of the daemon:\n%s", err, d.log())
	}
	d.stop(t)
}

// startRoundcube serves the installed Roundcube for these servers, with its
// database, logs and files under their folder, and returns its address.
func startRoundcube(t testing.TB, s *realServers) string {
	t.Helper()
	dir := s.path("roundcube")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"defaults.inc.php", "mimetypes.php"} {
		if err := os.Symlink(filepath.Join("/etc/roundcube", name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	var config bytes.Buffer
	if err := template.Must(template.New("roundcube").Parse(roundcubeConfig)).Execute(&config, s); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.inc.php"), config.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(s.path("php.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	var port int
	freePorts(t, &port)
	address := fmt.Sprintf("127.0.0.1:%d", port)
	php := exec.Command("php", "-q", "-d", "opcache.enable_cli=1", "-S", address, "-t", "/var/lib/roundcube/public_html")
	php.Env = append(os.Environ(), "ROUNDCUBE_CONFIG_DIR="+dir)
	php.Stdout, php.Stderr = log, log
	if err := php.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { php.Process.Kill(); php.Wait() })
	awaitPage(t, "http://"+address+"/")
	return "http://" + address + "/"
}

// awaitPage asks for a page until it is there.
func awaitPage(t testing.TB, url string) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for {
		answer, err := http.Get(url)
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
			err = fmt.Errorf("%s", answer.Status)
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s: %v", url, err)
		}
	}
}

const roundcubeConfig = `<?php
$config = [
  'db_dsnw' => 'sqlite:///{{.Dir}}/roundcube/roundcube.db?mode=0600',
  'imap_host' => '{{.Host}}:{{.IMAP}}',
  'smtp_host' => 'tls://{{.Host}}:{{.Submission}}',
  'smtp_user' => '%u',
  'smtp_pass' => '%p',
  'smtp_conn_options' => ['ssl' => ['verify_peer' => false, 'verify_peer_name' => false]],
  'des_key' => 'a key of 24 characters..',
  'log_dir' => '{{.Dir}}/roundcube/',
  'temp_dir' => '{{.Dir}}/roundcube/',
  'skin' => 'elastic',
  'language' => 'it_IT',
  'timezone' => 'Europe/Rome',
  'plugins' => [],
  'enable_spellcheck' => false,
  'draft_autosave' => 0,
  'show_images' => 0,
];
`
