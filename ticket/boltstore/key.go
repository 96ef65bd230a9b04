package boltstore

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"sportello/ticket"
)

// The buckets. Keys are big-endian, so that their order is that of the numbers,
// times and texts in them.
var (
	bucketMeta       = []byte("meta")       // what readMeta reads
	bucketDesk       = []byte("desk")       // cursor, seen, stats
	bucketTickets    = []byte("tickets")    // id
	bucketListed     = []byte("listed")     // field, text, id: tickets by what Filter selects
	bucketAwake      = []byte("awake")      // time, id: tickets with a Wake
	bucketMessages   = []byte("messages")   // id, seq
	bucketEvents     = []byte("events")     // id, seq
	bucketMessageIDs = []byte("messageids") // shelf, digest: ticket id
	bucketArrivals   = []byte("arrivals")   // id
	bucketRawSums    = []byte("rawsums")    // shelf, digest: arrival id
	bucketContents   = []byte("contents")   // shelf, digest: arrival id
	bucketPlaces     = []byte("places")     // uidvalidity, uid: arrival id
	bucketFates      = []byte("fates")      // fate, id: arrivals that Arrivals lists
	bucketCustomers  = []byte("customers")  // id as it is
	bucketContacts   = []byte("contacts")   // address, customer id
	bucketLots       = []byte("lots")       // customer id, ref
	bucketRefs       = []byte("refs")       // ref: customer id
	bucketDueLots    = []byte("duelots")    // day, ref: lots that a clock must look at
	bucketEntries    = []byte("entries")    // customer id, seq
	bucketCauses     = []byte("causes")     // digest, seq: customer id
	bucketHolds      = []byte("holds")      // code of the quote
	bucketRows       = []byte("rows")       // id: what changes of a row
	bucketNotices    = []byte("notices")    // id: what does not
	bucketRowStates  = []byte("rowstates")  // state, id
	bucketQueue      = []byte("queue")      // class, time, id: queued rows
	bucketLetters    = []byte("letters")    // id
	bucketHits       = []byte("hits")       // digest of the key, time: how many
	bucketMonths     = []byte("months")     // month, id: tickets that were opened or have an event in it
	bucketPosted     = []byte("posted")     // month, customer id: who has an entry in it
	bucketArchived   = []byte("archived")   // month: the highest number in its file that something names
	bucketSieves     = []byte("sieves")     // shelf, index: the sieve of a full one
)

// buckets are all of them; new ones come last, since numbers of them are stored.
var buckets = [][]byte{bucketMeta, bucketDesk, bucketTickets, bucketListed, bucketAwake, bucketMessages, bucketEvents,
	bucketMessageIDs, bucketArrivals, bucketRawSums, bucketContents, bucketPlaces, bucketFates, bucketCustomers,
	bucketContacts, bucketLots, bucketRefs, bucketRows, bucketNotices, bucketRowStates, bucketQueue, bucketLetters, bucketHits,
	bucketDueLots, bucketEntries, bucketCauses, bucketHolds, bucketMonths, bucketPosted, bucketArchived, bucketSieves}

// Single records.
var (
	keyMeta   = []byte("meta")
	keyCursor = []byte("cursor")
	keySeen   = []byte("seen")
	keyHour   = []byte("gathered")
	keyStats  = []byte("stats")
	keyBooks  = []byte("books")
	keyRing   = []byte("ring")
	keyLife   = []byte("restored")
	keyTally  = []byte("tally")

	keyErasure = []byte("erasure ") // and its number
)

// The fields by which tickets are listed; the numbers are stored.
const (
	fieldState byte = iota + 1
	fieldCoverage
	fieldTopic
	fieldCustomer
	fieldAssignee
)

// digestSize is enough that nobody finds two texts with one digest (2^64 tries).
const digestSize = 16

func number[N ~uint64](n N) []byte { return appendNumber(nil, n) }

func appendNumber[N ~uint64](k []byte, n N) []byte {
	return binary.BigEndian.AppendUint64(k, uint64(n))
}

// lastNumber reads the number at the end of a key or value.
func lastNumber(k []byte) uint64 { return binary.BigEndian.Uint64(k[len(k)-8:]) }

// entryKey is the key of a message or event.
func entryKey(id ticket.ID, seq int) []byte {
	return binary.BigEndian.AppendUint32(number(id), uint32(seq))
}

// appendTime writes a time in 12 bytes that sort as the times do, at any year.
func appendTime(k []byte, t time.Time) []byte {
	k = binary.BigEndian.AppendUint64(k, uint64(t.Unix())^1<<63)
	return binary.BigEndian.AppendUint32(k, uint32(t.Nanosecond()))
}

const timeSize = 12

// keyTime reads what appendTime wrote; the zero time comes back as zero.
func keyTime(k []byte) time.Time {
	sec := int64(binary.BigEndian.Uint64(k) ^ 1<<63)
	return time.Unix(sec, int64(binary.BigEndian.Uint32(k[8:]))).UTC()
}

// appendText writes s so that it sorts as the text does, whatever follows it,
// and no text is the beginning of another: NUL becomes 00 FF, the end 00 01.
func appendText(k []byte, s string) []byte {
	for i := range len(s) {
		k = append(k, s[i])
		if s[i] == 0 {
			k = append(k, 0xFF)
		}
	}
	return append(k, 0, 1)
}

// takeText reads what appendText wrote and returns the rest of the key.
func takeText(k []byte) (string, []byte) {
	var s []byte
	for i := 0; i+1 < len(k); i++ {
		if k[i] == 0 {
			if k[i+1] == 1 {
				return string(s), k[i+2:]
			}
			i++
			s = append(s, 0)
			continue
		}
		s = append(s, k[i])
	}
	return string(s), nil
}

// digest stands for a text of any length, written by anybody, in a key.
func digest(s string) []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:digestSize]
}
