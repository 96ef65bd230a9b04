package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rs/zerolog"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/boltstore"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && strings.HasPrefix(os.Args[1], "inspect-") { // a child of what a test does in this process
		main()
	}
	testscript.Main(m, map[string]func(){
		"sportello": main,
		"file-mail": func() { os.Exit(said(fileMailAt(os.Args[1:]))) },
		"correct":   func() { os.Exit(said(correct(os.Args[1:]))) },
	})
}

// TestScripts runs the command line as a user does.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "../../testdata/script",
		UpdateScripts: *update,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "json": jsonField, "hold": hold, "daemon": startDaemon,
		},
	})
}

// exits CODE PROGRAM ARGS... runs a program and checks its exit status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit status %d, want %s", code, args[0])
	}
}

// json PATH WANT checks one value of the JSON lines on stdout: "1.contacts.0.email"
// is in the second line.
func jsonField(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: json PATH WANT")
	}
	lines := strings.Split(strings.TrimSpace(ts.ReadFile("stdout")), "\n")
	var v any
	for i, step := range strings.Split(args[0], ".") {
		n, _ := strconv.Atoi(step)
		switch of := v.(type) {
		case map[string]any:
			if _, ok := of[step]; !ok {
				ts.Fatalf("%s: there is no %q", args[0], step)
			}
			v = of[step]
		case []any:
			if n >= len(of) {
				ts.Fatalf("%s: %d elements", args[0], len(of))
			}
			v = of[n]
		default:
			if i > 0 || n >= len(lines) {
				ts.Fatalf("%s: nothing at %q, %d lines", args[0], step, len(lines))
			}
			ts.Check(json.Unmarshal([]byte(lines[n]), &v))
		}
	}
	if got := fmt.Sprint(v); got != args[1] {
		ts.Fatalf("%s is %s, want %s", args[0], got, args[1])
	}
}

// hold DIR keeps the store open until the script ends, as another process would.
func hold(ts *testscript.TestScript, _ bool, args []string) {
	store, err := boltstore.Open(ts.MkAbs(args[0]), boltstore.Options{})
	ts.Check(err)
	ts.Setenv("HOLDER", strconv.Itoa(os.Getpid()))
	ts.Defer(func() { _ = store.Close() })
}

// startDaemon CONFIG runs the daemon beside the script until that ends.
func startDaemon(ts *testscript.TestScript, _ bool, args []string) {
	c, err := loadConfig(ts.MkAbs(args[0]), func(string) string { return "" }, true)
	ts.Check(err)
	a := &app{env: func(string) string { return "" }}
	d, err := a.openService(c, zerolog.Nop(), boltstore.Options{})
	ts.Check(err)
	ready, ended := make(chan struct{}), make(chan error, 1)
	d.notify = func(states ...string) {
		if states[0] == "READY=1" {
			close(ready)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { ended <- d.run(ctx) }()
	select {
	case <-ready:
	case err := <-ended:
		ts.Fatalf("the daemon ended: %v", err)
	}
	ts.Defer(func() {
		cancel()
		if err := <-ended; err != nil {
			ts.Logf("the daemon ended: %v", err)
		}
	})
}

// said is the exit status of a program that ended with err.
func said(err error) int {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// correct N TOPIC NAME corrects a ticket at the desk of sportello.toml.
func correct(args []string) error {
	c, err := loadConfig("sportello.toml", os.Getenv, false)
	if err != nil {
		return err
	}
	id, err := number[ticket.ID]("ticket", args[0])
	if err != nil {
		return err
	}
	o, err := openOffice(c, os.Getenv, boltstore.Options{})
	if err != nil {
		return err
	}
	return errors.Join(o.desk.Correct(context.Background(), id, policy.Topic(args[1]), args[2]), o.store.Close())
}

// file-mail TIME FILE... files mail that arrives at TIME (RFC 3339) at the desk
// of sportello.toml.
func fileMailAt(args []string) error {
	c, err := loadConfig("sportello.toml", os.Getenv, false)
	if err != nil {
		return err
	}
	at, err := time.Parse(time.RFC3339, args[0])
	if err != nil {
		return err
	}
	o, err := openOffice(c, os.Getenv, boltstore.Options{})
	if err != nil {
		return err
	}
	o.desk.Now = func() time.Time { return at }
	ctx := context.Background()
	cursor, err := o.desk.Cursor(ctx)
	if err != nil {
		return err
	}
	cursor.UIDValidity = 7
	var batch []*ticket.Inbound
	for _, file := range args[1:] {
		raw, err := os.ReadFile(filepath.Clean(file))
		if err != nil {
			return err
		}
		in := o.desk.Reread(raw, at)
		cursor.Last++
		in.Source = ticket.Source{UIDValidity: 7, UID: cursor.Last}
		batch = append(batch, in)
	}
	return errors.Join(o.desk.Receive(ctx, batch, cursor), o.store.Close())
}
