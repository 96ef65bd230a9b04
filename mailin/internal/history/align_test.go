package history

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// somebodys makes n bytes of text that hardly repeats itself.
func somebodys(n int, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	for b.Len() < n {
		for range 9 + r.IntN(5) {
			word := make([]byte, 2+r.IntN(9))
			for i := range word {
				word[i] = "etaoinsrhldcumfpgvb"[r.IntN(19)]
			}
			b.Write(word)
			b.WriteByte(' ')
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// BenchmarkAlign reads a mail of 1 MB that quotes a letter of 200 KB.
func BenchmarkAlign(b *testing.B) {
	letter := somebodys(200<<10, 1)
	text := somebodys(400<<10, 2) + "\n" + behind("> ", broken(letter, 60)) + "\n" + somebodys(400<<10, 3)
	k := Known{Letters: []Letter{{Text: letter, Date: time.Date(2026, 3, 5, 9, 10, 0, 0, time.UTC)}}, Asked: true}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Read(text, k)
	}
}

// BenchmarkAlignRepetition is the same with a letter and a mail that say one
// thing again and again, the worst there is for a search.
func BenchmarkAlignRepetition(b *testing.B) {
	letter := strings.Repeat("aaaa aaaa aaab\n", 14_000)
	text := strings.Repeat("aaaa aaaa aaaa\n", 49_000)
	k := Known{Letters: []Letter{{Text: letter}}, Asked: true}
	for b.Loop() {
		Read(text, k)
	}
}

// TestMatches: the matches found are equal runs of both, apart from each other.
func TestMatches(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 7))
		letter := somebodys(2000, seed)
		var text strings.Builder
		for range 6 {
			from := r.IntN(1500)
			text.WriteString(somebodys(r.IntN(200), seed+100) + letter[from:from+r.IntN(400)])
		}
		a, b := &stream{at: []int{0}}, &stream{at: []int{0}}
		a.add(text.String())
		b.add(letter)
		end := 0
		for _, m := range chain(matches(a.b, b.b), len(b.b), func(m match) int { return m.n }) {
			if string(a.b[m.a:m.a+m.n]) != string(b.b[m.b:m.b+m.n]) {
				t.Fatalf("seed %d: %v is no match", seed, m)
			}
			if m.a < end {
				t.Fatalf("seed %d: %v overlaps", seed, m)
			}
			end = m.a + m.n
		}
		if end == 0 {
			t.Errorf("seed %d: nothing found", seed)
		}
	}
}

// FuzzAlign: no text and no letter, whatever they hold, make Read fail, and
// every line is accounted for.
func FuzzAlign(f *testing.F) {
	for _, q := range quotings {
		f.Add(q.mail(owns[5], sentLetters[0]), sentLetters[0].Text)
	}
	f.Fuzz(func(t *testing.T, text, letter string) {
		for _, l := range []Letter{{Text: letter, From: "Banco", Address: "b@prova.example"}, {Text: letter, Desk: true, Told: []string{letter[:len(letter)/2]}}} {
			r := Read(text, Known{Name: "Sara Neri", Address: "sara@neri-vini.example", Letters: []Letter{l}, Asked: true})
			if !isSubsequence(r.Reply, text) || !isSubsequence(r.Signature, text) {
				t.Fatalf("%q: reply %q, signature %q", text, r.Reply, r.Signature)
			}
			for _, a := range r.Aside {
				if a.Line < 1 || a.Line > strings.Count(text, "\n")+1 {
					t.Fatal(fmt.Errorf("line %d of %d", a.Line, strings.Count(text, "\n")+1))
				}
			}
		}
	})
}
