package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// The control socket carries one call of the program to the daemon that holds
// the desk: a request in one line of JSON, then frames, one a line, until the
// exit status.

const socketName = "control.sock"

// maxRequest bounds a call: its CSV files go along.
const maxRequest = 256 << 20

// errNoDaemon: nobody answers on the socket.
var errNoDaemon = errors.New("no daemon answers")

type controlRequest struct {
	Args  []string          `json:"args"`
	Files map[string][]byte `json:"files,omitempty"` // what the verb reads, by the name it was given
}

type controlFrame struct {
	Out  []byte `json:"out,omitempty"`
	Err  []byte `json:"err,omitempty"`
	Exit *int   `json:"exit,omitempty"`
	File string `json:"file,omitempty"` // a file for the caller to write, with Data
	Data []byte `json:"data,omitempty"`
	Bulk []byte `json:"bulk,omitempty"` // more of the one stream that the verb writes
}

// forward runs this call inside the daemon of stateDir and returns its exit
// status, or errNoDaemon.
func (a *app) forward(ctx context.Context, stateDir string, files []string) (int, error) {
	conn, err := dialControl(ctx, stateDir)
	if err != nil {
		return 0, errNoDaemon
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	req := controlRequest{Args: a.args, Files: map[string][]byte{}}
	for _, name := range files {
		data, err := a.readMail(ctx, name)
		if err != nil {
			return 0, fmt.Errorf("reading a file for the daemon: %w", err)
		}
		req.Files[name] = data
	}
	if err := json.NewEncoder(conn).Encode(req); err != nil {
		return 0, fmt.Errorf("asking the daemon: %w", err)
	}
	answer := json.NewDecoder(conn)
	for {
		var f controlFrame
		if err := answer.Decode(&f); err != nil {
			return 0, fmt.Errorf("the daemon ended in the middle of its answer: %w", err)
		}
		if f.Exit != nil {
			return *f.Exit, nil
		}
		if f.File != "" && a.writeFile != nil {
			if err := a.writeFile(f.File, f.Data); err != nil {
				return 0, err
			}
		}
		if len(f.Bulk) > 0 && a.bulk != nil {
			if _, err := a.bulk.Write(f.Bulk); err != nil {
				return 0, fmt.Errorf("writing what the daemon sends: %w", err)
			}
		}
		if _, err := a.stdout.Write(f.Out); err != nil {
			return 0, fmt.Errorf("writing the results: %w", err)
		}
		if _, err := a.stderr.Write(f.Err); err != nil {
			return 0, fmt.Errorf("writing the errors: %w", err)
		}
	}
}

// control answers calls on the socket of a running desk.
type control struct {
	listener net.Listener
	path     string
	current  func() *office // the desk as it is configured now
	env      environment
	log      zerolog.Logger
	calls    sync.WaitGroup

	profiling sync.Mutex // held while a profile is taken
}

// listenControl opens the socket. Who calls it holds the desk, so that a socket
// that lies there already is stale and is replaced.
func listenControl(stateDir string, env environment, current func() *office, log zerolog.Logger) (*control, error) {
	if err := os.Remove(filepath.Join(stateDir, socketName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	var l net.Listener
	err := withSocket(stateDir, func(path string) (err error) {
		l, err = net.Listen("unix", path)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	if err := os.Chmod(filepath.Join(stateDir, socketName), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("control socket: %w", err), l.Close())
	}
	return &control{listener: l, path: filepath.Join(stateDir, socketName), current: current, env: env, log: log}, nil
}

// serve answers until ctx ends, then waits for calls under way and removes the
// socket.
func (c *control) serve(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { c.listener.Close() })
	defer stop()
	for {
		conn, err := c.listener.Accept()
		if err != nil {
			c.calls.Wait()
			_ = os.Remove(c.path)
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("control socket: %w", err)
		}
		c.calls.Go(func() { c.answer(ctx, conn) })
	}
}

// answer runs one call. It ends when the caller goes away or the daemon stops.
func (c *control) answer(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	in := bufio.NewReader(io.LimitReader(conn, maxRequest))
	_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	line, err := in.ReadBytes('\n')
	if err != nil {
		return
	}
	var req controlRequest
	if err := json.Unmarshal(line, &req); err != nil {
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	go func() {
		_, _ = in.ReadByte() // nothing follows: the caller hung up
		cancel()
	}()
	w := &frameWriter{conn: conn}
	out, bulk := bufio.NewWriterSize(frameStream{w, false}, 32<<10), bufio.NewWriterSize(bulkStream{w}, 256<<10)
	a := &app{
		args: req.Args, env: c.env, stdin: strings.NewReader(""), office: c.current(),
		stdout: out, stderr: frameStream{w, true},
		readFile: func(name string) ([]byte, error) {
			data, ok := req.Files[name]
			if !ok {
				return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
			}
			return data, nil
		},
		writeFile: func(name string, data []byte) error { return w.send(controlFrame{File: name, Data: data}) },
		bulk:      bulk,
		profiling: &c.profiling,
	}
	code := exitFailed
	if err := recovered("the call", func() error { code = a.run(ctx); return nil }); err != nil {
		because(c.log.Error(), err).Strs("verb", req.Args[:min(1, len(req.Args))]).Msg("a call failed")
		fmt.Fprintln(a.stderr, "sportello: the desk met a fault of its own in this call; it goes on, and its log says more")
	}
	if err := bulk.Flush(); err != nil && code == exitOK {
		code = exitFailed
	}
	_ = out.Flush()
	_ = w.send(controlFrame{Exit: &code})
}

// frameWriter sends frames one at a time.
type frameWriter struct {
	mu   sync.Mutex
	conn net.Conn
}

func (w *frameWriter) send(f controlFrame) error {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(f); err != nil {
		return fmt.Errorf("control frame: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.conn.SetWriteDeadline(time.Now().Add(time.Minute))
	if _, err := w.conn.Write(b.Bytes()); err != nil {
		return fmt.Errorf("control frame: %w", err)
	}
	return nil
}

// bulkStream is what a verb writes that its caller puts where it was told.
type bulkStream struct{ w *frameWriter }

func (s bulkStream) Write(p []byte) (int, error) {
	if err := s.w.send(controlFrame{Bulk: p}); err != nil {
		return 0, err
	}
	return len(p), nil
}

// frameStream is standard output or standard error of a call.
type frameStream struct {
	w      *frameWriter
	errors bool
}

func (s frameStream) Write(p []byte) (int, error) {
	f := controlFrame{Out: p}
	if s.errors {
		f = controlFrame{Err: p}
	}
	if err := s.w.send(f); err != nil {
		return 0, err
	}
	return len(p), nil
}

func dialControl(ctx context.Context, stateDir string) (conn net.Conn, err error) {
	err = withSocket(stateDir, func(path string) (err error) {
		d := net.Dialer{Timeout: time.Second}
		conn, err = d.DialContext(ctx, "unix", path)
		return err
	})
	return conn, err
}

// withSocket gives f a path of the socket that is short enough for the 108
// bytes of a unix address, wherever the state directory lies.
func withSocket(stateDir string, f func(path string) error) error {
	path := filepath.Join(stateDir, socketName)
	if len(path) < 100 {
		return f(path)
	}
	dir, err := os.Open(stateDir)
	if err != nil {
		return err
	}
	defer dir.Close()
	return f(fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), socketName))
}
