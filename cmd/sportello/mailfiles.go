package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
)

// eachMail reads files side by side and shows them in their order as they
// become ready. A file that cannot be opened is said on stderr, the others are
// shown nevertheless.
func (a *app) eachMail(ctx context.Context, files []string, show func(w io.Writer, file string, raw []byte) error) error {
	type shown struct {
		text string
		err  error
	}
	workers := runtime.GOMAXPROCS(0)
	limit := make(chan struct{}, workers)
	queue := make(chan chan shown, 4*workers)
	go func() {
		defer close(queue)
		for _, file := range files {
			out := make(chan shown, 1)
			queue <- out
			limit <- struct{}{}
			go func() {
				defer func() { <-limit }()
				raw, err := a.readMail(ctx, file)
				var b strings.Builder
				if err == nil {
					err = show(&b, file, raw)
				}
				out <- shown{b.String(), err}
			}()
		}
	}()
	w := bufio.NewWriterSize(a.stdout, 64<<10)
	failed := 0
	for out := range queue {
		s := <-out
		if s.err != nil {
			fmt.Fprintln(a.stderr, prefixed(s.err))
			failed++
			continue
		}
		if _, err := w.WriteString(s.text); err != nil {
			failed++
		}
		if len(queue) == 0 {
			_ = w.Flush()
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("writing the results: %w", err)
	}
	if failed > 0 {
		return statusError{code: exitFailed}
	}
	return nil
}

// readMail reads one file whole; "-" is standard input.
func (a *app) readMail(ctx context.Context, file string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if file == "-" {
		data, err := io.ReadAll(a.stdin)
		if err != nil {
			return nil, fmt.Errorf("reading standard input: %w", err)
		}
		return data, nil
	}
	return a.readFile(file)
}
