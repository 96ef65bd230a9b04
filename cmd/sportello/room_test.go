package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	bolt "go.etcd.io/bbolt"

	"sportello/mailout"
	"sportello/ticket/boltstore"
	"sportello/ticket/storetest"
)

// BenchmarkRoom fills a desk, each of its letters composed, sent, settled and put
// away, and says what a ticket takes on disk, as it is and compacted, and for how
// long nothing was committed for that. SPORTELLO_BENCH_DIR names the new directory
// to fill, which stays.
func BenchmarkRoom(b *testing.B) {
	texts := roomTexts(b)
	for _, tickets := range []int{2_000, 20_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(tickets), func(b *testing.B) {
			for b.Loop() {
				dir := b.TempDir()
				if own := os.Getenv("SPORTELLO_BENCH_DIR"); own != "" {
					dir = filepath.Join(own, fmt.Sprint(tickets))
				}
				each := func(bytes int64) float64 { return float64(bytes) / float64(tickets) }
				letters, done := fillRoom(b, dir, tickets, texts)
				b.ReportMetric(each(int64(letters)), "letters/ticket")
				b.ReportMetric(each(done.Before), "desk-B/ticket")
				b.ReportMetric(each(done.After), "compacted-B/ticket")
				b.ReportMetric(each(sizeOf(b, filepath.Join(dir, "archive", "*.db"))), "archive-B/ticket")
				b.ReportMetric(float64(done.Pause.Microseconds())/1000, "pause-ms")
				if testing.Verbose() {
					roomTable(b, os.Stdout, filepath.Join(dir, "desk.db"), tickets)
				}
			}
		})
	}
}

// fillRoom makes a desk of that many tickets and returns how many letters it sent,
// and what compacting it did.
func fillRoom(b *testing.B, dir string, tickets int, texts []string) (letters int, done boltstore.Compacted) {
	b.Helper()
	s, err := boltstore.Create(dir, boltstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	desk, err := storetest.NewBusy(s, time.Date(2026, 1, 2, 8, 0, 0, 0, time.UTC))
	if err != nil {
		b.Fatal(err)
	}
	c := &mailout.Composer{Name: desk.Name, Address: desk.Addresses.Desk, Zone: desk.Zone, Attachment: attachments(s)}
	desk.Write, desk.Texts = c.Compose, texts
	if err := desk.Tickets(b.Context(), tickets); err != nil {
		b.Fatal(err)
	}
	if err := s.PutAway(b.Context()); err != nil {
		b.Fatal(err)
	}
	if testing.Verbose() {
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		roomTable(b, os.Stdout, filepath.Join(dir, "desk.db"), tickets)
		if s, err = boltstore.Open(dir, boltstore.Options{}); err != nil {
			b.Fatal(err)
		}
	}
	if done, err = s.Compact(b.Context()); err != nil {
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	return desk.Sent, done
}

// sizeOf is how many bytes the files have that a pattern names.
func sizeOf(b *testing.B, pattern string) (size int64) {
	b.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			b.Fatal(err)
		}
		size += info.Size()
	}
	return size
}

// roomTexts are the requests that the topics were learned from, every other one,
// without their labels: those that the dictionaries were not made from.
func roomTexts(b *testing.B) (all []string) {
	b.Helper()
	f, err := os.Open(filepath.FromSlash("../../policy/internal/topic/examples.bin"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		b.Fatal(err)
	}
	in := bufio.NewScanner(z)
	for n := 0; in.Scan(); n++ {
		if _, text, _ := strings.Cut(in.Text(), " | "); n%2 == 1 {
			all = append(all, text)
		}
	}
	if err := in.Err(); err != nil {
		b.Fatal(err)
	}
	return all
}

// roomTable writes what each bucket takes, in bytes a ticket.
func roomTable(b *testing.B, out io.Writer, path string, tickets int) {
	b.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "bucket\tentries\tkey\tvalue\tused/ticket\tpages/ticket\tfill\t")
	total := 0
	err = db.View(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, bucket *bolt.Bucket) error {
			keys, values := 0, 0
			for c, k, v := cursorOf(bucket); k != nil; k, v = c.Next() {
				keys, values = keys+len(k), values+len(v)
			}
			s := bucket.Stats()
			pages, n := s.BranchAlloc+s.LeafAlloc, max(s.KeyN, 1)
			total += pages
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%.2f\t\n", name, s.KeyN, keys/n, values/n, (s.BranchInuse+s.LeafInuse)/tickets, pages/tickets,
				float64(s.BranchInuse+s.LeafInuse)/float64(max(pages, 1)))
			return nil
		})
	})
	if err != nil {
		b.Fatal(err)
	}
	fmt.Fprintf(w, "all\t\t\t\t\t%d\t\t\n", total/tickets)
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
}

func cursorOf(b *bolt.Bucket) (*bolt.Cursor, []byte, []byte) {
	c := b.Cursor()
	k, v := c.First()
	return c, k, v
}
