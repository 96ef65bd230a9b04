package main

import (
	"flag"
	"time"
)

// How thoroughly a desk is disturbed: by default a sample that takes seconds.
var (
	walkLong  = flag.Bool("long", false, "the run that is disturbed is a conversation, not a single request")
	walkStep  = flag.Int("step", 20, "the walk kills at every so many calls")
	walkCuts  = flag.Int("cuts", 3, "how many power cuts")
	walkKills = flag.Int("kills", 10, "how many kills at random instants")
	cutBytes  = flag.Int("bytes", 331, "connections in memory are cut at every so many bytes")
	cutPlaces = flag.Int("places", 1, "at how many places connections to real servers are cut")
	cutMails  = flag.Int("mails", 1, "how many mails come in at once there, at as many places again")
	soakTime  = flag.Duration("soak", 3*time.Second, "how long mail comes in without a pause")
	forged    = flag.Int("forged", 500, "how many forged mails come in")
)
