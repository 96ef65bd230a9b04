package wire

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// spoken is a server that greets, waits for the first command, says what it has
// to say and hangs up.
type spoken struct {
	line
	asked chan struct{}
	once  sync.Once
	said  io.Reader
}

func (s *spoken) Read(p []byte) (int, error) {
	if n, err := s.line.Read(p); err == nil {
		return n, nil
	}
	<-s.asked
	return s.said.Read(p)
}

func (s *spoken) Write(p []byte) (int, error) {
	s.once.Do(func() { close(s.asked) })
	return len(p), nil
}

func (s *spoken) SetReadDeadline(time.Time) error  { return nil }
func (s *spoken) SetWriteDeadline(time.Time) error { return nil }

// FuzzServer: whatever a server says, nothing panics, what is handed on is no
// longer than what came, and go-imap reads all of it.
func FuzzServer(f *testing.F) {
	for _, s := range []string{
		"* 1 FETCH (UID 1 BODY[] {2}\r\nab FLAGS (\\Seen))\r\nT1 OK done\r\n",
		"* 1 FETCH (UID 1 INTERNALDATE \"00-Jan-0000 00:00:00 +0000\" RFC822.SIZE NIL)\r\n",
		"* OK [PERMANENTFLAGS (\\Seen [Old]/x \\*)] x\r\n* OK [UIDNEXT 4] x\r\n* 3 EXISTS\r\n* SEARCH 1 2 (MODSEQ 3)\r\n",
		"* ESEARCH (TAG \"T1\") UID ALL 1:3\r\n* CAPABILITY IMAP4rev1 \"x\"\r\n+ x\r\n* BYE\r\n",
		"* 1 FETCH (X-GM-LABELS (\"a\" {3}\r\n((() UID 7 BODY[]<0.5> ~{1}\r\na)\r\nT1 NO [COPYUID 1 2 3] x\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		read, err := io.ReadAll(talk(said))
		if most := 2*len(said) + 100; len(read) > most {
			t.Fatalf("%d bytes became %d", len(said), len(read))
		}
		understood(t, said, err)
	})
}

// talk is a connection on which mails were asked for and said was answered.
func talk(said []byte) *Conn {
	c := New(&line{Reader: io.MultiReader(strings.NewReader(hello), bytes.NewReader(bytes.TrimPrefix(said, []byte(hello))))}, nil, nil)
	io.WriteString(c, "T1 UID FETCH 1:* (UID BODY.PEEK[])\r\n")
	return c
}

// understood reads said with go-imap: only what was cut short, or is broken
// whoever reads it, may end in an error.
func understood(t *testing.T, said []byte, broken error) {
	s := &spoken{line: line{Reader: strings.NewReader("* PREAUTH [CAPABILITY IMAP4rev1] hello\r\n")}, asked: make(chan struct{}), said: bytes.NewReader(said)}
	c := imapclient.New(New(s, nil, nil), nil)
	if c.WaitGreeting() != nil {
		t.Fatal("the greeting was not read")
	}
	fetch := c.Fetch(imap.UIDSet{imap.UIDRange{Start: 1}}, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}})
	fetch.Close()
	<-c.Closed()
	if err := c.Close(); err != nil && broken == nil && !strings.Contains(err.Error(), "EOF") {
		t.Errorf("%q: go-imap says %v", said, err)
	}
}
