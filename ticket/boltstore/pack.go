package boltstore

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"runtime"

	"github.com/klauspost/compress/zstd"
)

// Records repeat each other: the names of their fields, the sentences of rulings,
// the words of letters. Those that are many and stay are packed: the byte
// packedVersion and a zstd frame of the value as it was, made with a dictionary of
// what they repeat; whoever decodes a packed value gets that. A dictionary is named
// in the frame and never changes: a better one is a file of its own.

// packedVersion is the first byte of a packed value. No value of any other form
// begins with it.
const packedVersion = 0xFF

// maxPacked bounds what a packed value may expand to.
const maxPacked = 256 << 20

// The dictionaries, made from desks that never were.
var (
	//go:embed records.dict
	recordsDict []byte
	//go:embed letters.dict
	lettersDict []byte
)

// The packers and the unpacker are made, channels and all, before anything else
// runs: they serve every store of the process, whichever came first.
var (
	recordPacker = newPacker(recordsDict)
	letterPacker = newPacker(lettersDict)
	unpacker     = newUnpacker()
)

func newPacker(dict []byte) *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderDict(dict), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false),
		zstd.WithLowerEncoderMem(true), zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err) // the options above are wrong
	}
	e.EncodeAll([]byte{packedVersion}, nil)
	return e
}

func newUnpacker() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderDicts(recordsDict, lettersDict), zstd.WithDecoderMaxMemory(maxPacked),
		zstd.WithDecoderLowmem(true), zstd.WithDecoderConcurrency(runtime.GOMAXPROCS(0)))
	if err != nil {
		panic(err)
	}
	return d
}

// packs tells whether the records of a bucket are packed as they are written: those
// that are mostly written once.
func packs(bucket []byte) bool {
	switch string(bucket) {
	case string(bucketMessages), string(bucketEvents), string(bucketArrivals):
		return true
	}
	return false
}

// packsAtRest tells whether Compact packs the records of a bucket that are not.
func packsAtRest(bucket []byte) bool { return packs(bucket) || bytes.Equal(bucket, bucketTickets) }

// pack returns the packed form of a record.
func pack(value []byte) []byte { return packWith(recordPacker, value) }

func packWith(e *zstd.Encoder, value []byte) []byte {
	return e.EncodeAll(value, append(make([]byte, 0, len(value)/2+sumSize), packedVersion))
}

// unpack returns a value as it was before it was packed, if it was.
func unpack(stored []byte) ([]byte, error) {
	if len(stored) == 0 || stored[0] != packedVersion {
		return stored, nil
	}
	value, err := unpacker.DecodeAll(stored[1:], nil)
	switch {
	case err != nil:
		return nil, fmt.Errorf("unpack: %w", err)
	case len(value) == 0 || value[0] == packedVersion:
		return nil, errors.New("unpack: nothing was packed, or twice")
	}
	return value, nil
}
