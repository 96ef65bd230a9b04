package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sportello/mailin"
	"sportello/ticket"
)

// TestVolumes: a desk on another machine's disk is refused, one that may vanish
// is warned of.
func TestVolumes(t *testing.T) {
	for _, tt := range []struct {
		kind          string
		refused, warn bool
	}{
		{"nfs", true, false}, {"smb", true, false}, {"cifs", true, false}, {"9p", true, false}, {"ceph", true, false},
		{"afs", true, false}, {"coda", true, false}, {"overlay", false, true}, {"tmpfs", false, true}, {"fuse", false, true}, {"", false, false},
	} {
		v := volume{kind: tt.kind}
		err := v.refused("state")
		if (err != nil) != tt.refused || err != nil && exitCode(err) != exitRefused {
			t.Errorf("%s: %v", tt.kind, err)
		}
		if got := v.warning("state"); (got != "") != tt.warn {
			t.Errorf("%s: warning %q", tt.kind, got)
		}
	}
	if _, err := checkVolume(filepath.Join(t.TempDir(), "not", "yet", "made")); err != nil {
		t.Errorf("a directory that is still to be made: %v", err)
	}
}

// shelf counts what reaches the desk.
type shelf struct {
	filed, asked int
	last         ticket.Cursor
}

func (s *shelf) Receive(_ context.Context, in []*ticket.Inbound, c ticket.Cursor) error {
	s.filed += len(in)
	s.last = c
	return nil
}

func (s *shelf) Cursor(context.Context) (ticket.Cursor, error) {
	s.asked++
	return s.last, nil
}

// TestRoom: a disk without room keeps mail from the desk, and lets it through again.
func TestRoom(t *testing.T) {
	for _, tt := range []struct {
		name       string
		free, size uint64
		err        error
		ok         bool
	}{
		{"plenty", 1 << 30, 1 << 40, nil, true},
		{"just enough", leastRoom, 1 << 40, nil, true},
		{"one byte short", leastRoom - 1, 1 << 40, nil, false},
		{"a small volume with an eighth free", 4 << 20, 32 << 20, nil, true},
		{"a small volume, full", 4<<20 - 1, 32 << 20, nil, false},
		{"a volume that does not say", 0, 0, nil, true},
		{"one that cannot be asked", 0, 0, errors.ErrUnsupported, true},
	} {
		s := &shelf{}
		r := roomy{s, "state", func(string) (volume, error) { return volume{free: tt.free, size: tt.size}, tt.err }}
		err := r.Receive(t.Context(), []*ticket.Inbound{{}}, ticket.Cursor{})
		_, cerr := r.Cursor(t.Context())
		if (err == nil) != tt.ok || (cerr == nil) != tt.ok || (s.filed+s.asked == 2) != tt.ok || err != nil && !strings.Contains(err.Error(), "state is full") {
			t.Errorf("%s: %v, %v, %+v", tt.name, err, cerr, s)
		}
		if errors.Is(err, ticket.ErrCommit) {
			t.Errorf("%s: it would end the daemon", tt.name)
		}
	}
}

// TestFullDiskIsSaidOnce: without room nothing is fetched, people are told once,
// and reading goes on by itself when there is room.
func TestFullDiskIsSaidOnce(t *testing.T) {
	post, err := openPostOffice(time.Now, "desk@example.test")
	if err != nil {
		t.Fatal(err)
	}
	defer post.close()
	if err := post.carry("a@example.test", "desk@example.test", []byte("Subject: hello\r\n\r\nhello\r\n")); err != nil {
		t.Fatal(err)
	}
	a := &app{env: func(string) string { return "" }}
	p, err := a.newProbe(onlineConfig(t, post.imapPort, 1, ""))
	if err != nil {
		t.Fatal(err)
	}
	s := &shelf{}
	tries, told := 0, []string{}
	ctx, stop := context.WithCancel(t.Context())
	p.poller.Receiver = filed{roomy{s, "state", func(string) (volume, error) {
		if tries++; tries <= 2 {
			return volume{free: 0, size: 1 << 40}, nil
		}
		return volume{free: 1 << 30, size: 1 << 40}, nil
	}}, stop}
	p.poller.Jitter = func() float64 { return 0.999 }
	p.poller.Alert = func(c mailin.Condition, text string) { told = append(told, text) }
	if err := p.poller.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if s.filed != 1 || len(told) != 1 || !strings.Contains(told[0], "the disk of state is full") {
		t.Errorf("filed %d, told %q", s.filed, told)
	}
}

// filed ends the test when a mail was.
type filed struct {
	mailin.Receiver
	stop func()
}

func (f filed) Receive(ctx context.Context, in []*ticket.Inbound, c ticket.Cursor) error {
	err := f.Receiver.Receive(ctx, in, c)
	if err == nil && len(in) > 0 {
		f.stop()
	}
	return err
}
