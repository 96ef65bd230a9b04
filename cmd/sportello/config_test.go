package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestConfig reads every file of testdata/config: what is right must come out
// as the golden JSON, what is wrong as the golden list of faults.
func TestConfig(t *testing.T) {
	t.Chdir("../../testdata/config")
	files, err := filepath.Glob("*.toml")
	if err != nil || len(files) < 9 {
		t.Fatalf("found %d configurations (%v)", len(files), err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			c, err := loadConfig(file, func(string) string { return "" }, true)
			got := ""
			if err != nil {
				got = err.Error() + "\n"
			} else {
				data, err := json.MarshalIndent(shownConfig(c), "", "  ")
				if err != nil {
					t.Fatal(err)
				}
				got = string(data) + "\n"
			}
			golden(t, strings.TrimSuffix(file, ".toml")+".golden", got)
		})
	}
}

// shownConfig replaces what JSON would show badly.
func shownConfig(c *Config) map[string]any {
	desk := c.Desk
	zone := desk.Zone.String()
	desk.Zone = nil
	return map[string]any{"Desk": desk, "Zone": zone, "IMAP": c.IMAP, "SMTP": c.SMTP, "Security": c.Security,
		"Limits": c.Limits, "Technicians": c.Technicians}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// TestDefaults: what the reference says of defaults is what they are.
func TestDefaults(t *testing.T) {
	golden := func(name string) string {
		data, err := os.ReadFile("../../testdata/config/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(data), "null", "[]")
	}
	if diff := cmp.Diff(golden("minimal.golden"), golden("defaults.golden")); diff != "" {
		t.Errorf("minimal.toml (-) and defaults.toml (+) differ:\n%s", diff)
	}
}

// TestConfigWithoutSecrets: who may look at the desk need not be able to read
// its passwords.
func TestConfigWithoutSecrets(t *testing.T) {
	data, err := os.ReadFile("../../testdata/config/minimal.toml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "sportello.toml")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	env := func(string) string { return "" }
	if _, err := loadConfig(file, env, false); err != nil {
		t.Errorf("without secrets: %v", err)
	}
	if _, err := loadConfig(file, env, true); err == nil || !strings.Contains(err.Error(), "imap.password_file") {
		t.Errorf("with secrets: %v, want a fault of imap.password_file", err)
	}
}

// TestCredentials: a secret that systemd loaded comes before the file beside
// the configuration.
func TestCredentials(t *testing.T) {
	credentials, beside := t.TempDir(), t.TempDir()
	env := func(name string) string {
		if name == "CREDENTIALS_DIRECTORY" {
			return credentials
		}
		return ""
	}
	config := filepath.Join(beside, "sportello.toml")
	for dir, secret := range map[string]string{credentials: "from systemd\n", beside: "from the folder\r\n"} {
		if err := os.WriteFile(filepath.Join(dir, "imap.password"), []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		secretPath("imap.password", config, env):                               "from systemd",
		secretPath("imap.password", config, func(string) string { return "" }): "from the folder",
		secretPath(filepath.Join(beside, "imap.password"), config, env):        "from the folder",
	} {
		if got, err := readSecret(name); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
}

func TestUnits(t *testing.T) {
	for in, want := range map[string]int64{"0": 0, "12": 12, "500KB": 500_000, "50MB": 50_000_000, "1.5 MiB": 3 << 19, "1gb": 1e9, "7B": 7} {
		if got, err := parseSize(in); err != nil || got != want {
			t.Errorf("parseSize(%q) = %d, %v; want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "MB", "-1MB", "NaN", "Inf", "1.5B", "5TB", "9999999GB", "1e99"} {
		if got, err := parseSize(in); err == nil {
			t.Errorf("parseSize(%q) = %d, want an error", in, got)
		}
	}
}

// TestOnlyConfig: without --config the one configuration that there is counts, and of
// several the one of the default name or none.
func TestOnlyConfig(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	for _, step := range []struct{ add, want string }{
		{"", "sportello.toml"}, {"example.password", "sportello.toml"}, {"example.toml", "example.toml"},
		{"other.toml", "sportello.toml"}, {"sportello.toml", "sportello.toml"},
	} {
		if step.add != "" {
			must(t, os.WriteFile(file(step.add), nil, 0o600))
		}
		if got := onlyConfig(file("sportello.toml")); got != file(step.want) {
			t.Errorf("with %q: %s, want %s", step.add, got, step.want)
		}
	}
}
