// Command sportello is an e-mail-driven ticketing desk: support mail becomes
// threaded tickets, a policy says what each request is about and whether it is
// covered, and the desk answers by mail.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"sync"
	"syscall"
	_ "time/tzdata"

	"github.com/spf13/cobra"
)

// What the program answers to its caller (DESIGN.md, section 7). Go itself ends a
// program with 2 that panics, faults or is aborted: see exitOfServe.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2  // usage or configuration
	exitBusy    = 75 // EX_TEMPFAIL: another process holds the desk
	exitRefused = 78 // EX_CONFIG: the state directory is not fit
)

// exitOfServe is what the daemon ends with where another verb ends with code. Its
// 2 means a crash and nothing else: after that it is started again, while a fault
// that only a person mends ends with 78, which the unit never restarts.
func exitOfServe(code int) int {
	if code == exitUsage {
		return exitRefused
	}
	return code
}

const defaultConfig = "/etc/sportello/sportello.toml"

// environment looks an environment variable up; "" when it is not set.
type environment func(name string) string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program: it does what args say, prints results on stdout
// and errors on stderr, and returns the exit status. It ends when ctx does.
func run(ctx context.Context, args []string, env environment, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{args: args, env: env, stdin: stdin, stdout: stdout, stderr: stderr, readFile: os.ReadFile}
	return a.run(ctx)
}

// app is one call of the program. Inside the daemon office is set, and the
// verbs that came through the control socket run on it.
type app struct {
	args           []string
	env            environment
	stdin          io.Reader
	stdout, stderr io.Writer
	readFile       func(name string) ([]byte, error)
	writeFile      func(name string, data []byte) error // into the folder that the caller named; nil without one
	bulk           io.Writer                            // takes what a verb writes that is too much for one frame; nil without it
	office         *office
	profiling      *sync.Mutex // held while the daemon takes a profile of itself

	configFile string
	configSet  bool // --config was given
	json       bool
	begun      bool // a verb was found and its arguments were right
}

func (a *app) run(ctx context.Context) int {
	root := a.commands()
	root.SetArgs(belowZeroLast(a.args))
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	if text := err.Error(); text != "" {
		fmt.Fprintln(a.stderr, prefixed(err))
	}
	code := exitUsage
	if a.begun {
		code = exitCode(err)
	}
	if cmd.Name() == "serve" && a.office == nil {
		code = exitOfServe(code)
	}
	return code
}

// prefixed words err for stderr; faults of a file stand as they are, one a line.
func prefixed(err error) string {
	if f, ok := errors.AsType[faults](err); ok {
		return f.Error()
	}
	return "sportello: " + plainly(err)
}

// A statusError is an error with the exit status that goes with it. Without
// err everything was said already.
type statusError struct {
	code int
	err  error
}

func (s statusError) Error() string {
	if s.err == nil {
		return ""
	}
	return s.err.Error()
}

func (s statusError) Unwrap() error { return s.err }

func exitCode(err error) int {
	if s, ok := errors.AsType[statusError](err); ok {
		return s.code
	}
	if _, ok := errors.AsType[faults](err); ok {
		return exitUsage
	}
	return storeExit(err)
}

func usagef(format string, args ...any) error {
	return statusError{exitUsage, fmt.Errorf(format, args...)}
}

// commands is the tree of verbs.
func (a *app) commands() *cobra.Command {
	root := &cobra.Command{
		Use:           "sportello",
		Short:         "An e-mail-driven ticketing desk",
		Version:       buildVersion(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE:          a.group,
		PersistentPreRun: func(cmd *cobra.Command, _ []string) {
			if a.configSet = cmd.Flags().Changed("config"); !a.configSet {
				a.configFile = onlyConfig(a.configFile)
			}
		},
	}
	root.PersistentFlags().StringVar(&a.configFile, "config", defaultConfig, "configuration `FILE`")
	root.PersistentFlags().BoolVar(&a.json, "json", false, "print one JSON object a line")
	root.AddCommand(a.verbs()...)
	root.SetFlagErrorFunc(flagFault)
	explainUsage(root)
	return root
}

// onlyConfig is file or, where that is not there, the one configuration that lies
// in its folder: a machine with one desk needs no --config.
func onlyConfig(file string) string {
	if _, err := os.Stat(file); err == nil {
		return file
	}
	if all, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*.toml")); len(all) == 1 {
		return all[0]
	}
	return file
}

// group answers a call that names no verb, or one that does not exist.
func (a *app) group(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		fmt.Fprint(a.stderr, cmd.UsageString())
		return usagef("no verb after %q", cmd.CommandPath())
	}
	var known []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			known = append(known, c.Name())
		}
	}
	return usagef("unknown verb %q after %q%s", args[0], cmd.CommandPath(), hint(args[0], known))
}

// version is the release, set by whoever builds one: -ldflags "-X main.version=1.0".
var version string

// buildVersion is the version and the commit that the binary was built from.
func buildVersion() string {
	if version != "" {
		return version + clockNote
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	built := info.Main.Version
	if built == "" || built == "(devel)" {
		built = "devel"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 && built == "devel" {
			built += " " + s.Value[:12]
		}
	}
	return built + clockNote
}
