package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// measure is one of the figures of a round.
type measure int

const (
	loadBefore    measure = iota // of the last minute before the round
	ingest                       // mails a second, from Dovecot to committed tickets with their letters queued
	ingestCPU                    // seconds
	ingestMemory                 // MiB
	synced                       // mails a second, synced
	durableKernel                // seconds
	loose                        // the same without fsync
	looseKernel
	indexed
	send4 // letters a second to a durable Postfix, over 4 connections
	source4
	send16
	source16
	sendSink // to an smtp-sink, over 4 connections
	sourceSink
	measures
)

var measureNames = [measures]string{
	"load average before", "ours: mails/s", "  processor s", "  RssAnon at most, MiB",
	"mbsync, durable: mails/s", "  kernel s", "mbsync without fsync: mails/s", "  kernel s", "notmuch new: mails/s",
	"ours to Postfix, 4 connections: letters/s", "smtp-source", "ours to Postfix, 16 connections", "smtp-source", "ours to smtp-sink, 4 connections", "smtp-source",
}

// contests are the measures that are held against each other.
var contests = []struct {
	ours, theirs measure
	name         string
}{
	{ingest, synced, "reading : mbsync, durable"}, {ingest, loose, "reading : mbsync without fsync"}, {ingest, indexed, "reading : notmuch new"},
	{send4, source4, "sending : smtp-source, Postfix, 4"}, {send16, source16, "sending : smtp-source, Postfix, 16"}, {sendSink, sourceSink, "sending : smtp-source, sink, 4"},
}

// round is what one round measured.
type round [measures]float64

// quiet is the load average up to which a machine counts as quiet.
func quiet() float64 { return 0.25 * float64(runtime.GOMAXPROCS(0)) }

// slower is how much more than at its floor the kernel may have worked for mbsync:
// beyond, the file system was busy with something else.
const slower = 1.3

// fair are the rounds in which the machine was quiet and the file system no slower
// for mbsync than in the best one; why tells of the others.
func fair(rounds []round, quiet float64) (fair []round, why string) {
	floor := rounds[0][durableKernel]
	for _, r := range rounds {
		floor = min(floor, r[durableKernel])
	}
	busy, slow := 0, 0
	for _, r := range rounds {
		switch {
		case r[loadBefore] > quiet:
			busy++
		case r[durableKernel] > slower*floor:
			slow++
		default:
			fair = append(fair, r)
		}
	}
	if busy+slow > 0 {
		why = fmt.Sprintf("of %d rounds the machine was busy before %d (load above %.1f), the file system slow for mbsync in %d (kernel above %.1f s)",
			len(rounds), busy, quiet, slow, slower*floor)
	}
	return fair, why
}

// median is the middle one of what rounds measured.
func median(rounds []round, m measure) float64 {
	var v []float64
	for _, r := range rounds {
		v = append(v, r[m])
	}
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// besideTable shows every round and the medians of the fair ones. Where these are
// not most of them there are no ratios, and all count for the medians.
func besideTable(rounds []round, quiet float64) string {
	var b strings.Builder
	counted, why := fair(rounds, quiet)
	refused := 2*len(counted) <= len(rounds)
	if refused {
		counted = rounds
	}
	fmt.Fprintf(&b, "%-40s", "")
	for i := range rounds {
		fmt.Fprintf(&b, "  round %-2d", i+1)
	}
	b.WriteString("    median\n")
	for m := range measures {
		digits := 0
		if m == loadBefore || m == ingestCPU || m == durableKernel || m == looseKernel {
			digits = 2
		}
		fmt.Fprintf(&b, "%-40s", measureNames[m])
		for _, r := range rounds {
			fmt.Fprintf(&b, "%10.*f", digits, r[m])
		}
		fmt.Fprintf(&b, "%10.*f\n", digits, median(counted, m))
	}
	if why != "" {
		fmt.Fprintln(&b, why)
	}
	if refused {
		fmt.Fprintln(&b, "no ratios: they would tell about the machine")
		return b.String()
	}
	for _, c := range contests {
		fmt.Fprintf(&b, "%5.2f  %s\n", median(counted, c.ours)/median(counted, c.theirs), c.name)
	}
	return b.String()
}

// TestBesideTable: ratios are told where most rounds were fair, of these alone.
func TestBesideTable(t *testing.T) {
	good := round{loadBefore: 0.1, ingest: 1500, synced: 1200, durableKernel: 1, loose: 2000, indexed: 300, source4: 500, source16: 800, sourceSink: 3000}
	busy, slow := good, good
	busy[loadBefore], busy[ingest] = 3, 100
	slow[durableKernel], slow[synced] = 2.4, 600
	for _, c := range []struct {
		name   string
		rounds []round
		fair   int
		ratio  string
	}{
		{"all fair", []round{good, good, good}, 3, " 1.25  reading : mbsync, durable"},
		{"one busy", []round{good, busy, good}, 2, " 1.25  reading : mbsync, durable"},
		{"one slow", []round{slow, good, good}, 2, " 1.25  reading : mbsync, durable"},
		{"most busy", []round{busy, good, busy}, 1, "no ratios"},
		{"half slow", []round{slow, good}, 1, "no ratios"},
		{"busy and slow", []round{busy, slow, good, good}, 2, "no ratios"},
		{"all slow alike is no floor to tell", []round{slow, slow}, 2, " 2.50  reading : mbsync, durable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, why := fair(c.rounds, 0.5)
			if len(got) != c.fair || (why == "") != (c.fair == len(c.rounds)) {
				t.Errorf("%d fair, want %d: %q", len(got), c.fair, why)
			}
			if table := besideTable(c.rounds, 0.5); !strings.Contains(table, c.ratio) {
				t.Errorf("no %q in\n%s", c.ratio, table)
			}
		})
	}
}
