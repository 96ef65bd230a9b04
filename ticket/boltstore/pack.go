package boltstore

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// What was sent is kept, and seldom looked at: when a letter has left, its notice
// and its bytes are packed. A packed value is the byte packedVersion and a zstd
// frame of the value as it was; whoever decodes it gets that.

// packedVersion is the first byte of a packed value. No value of any other form
// begins with it.
const packedVersion = 0xFF

// maxPacked bounds what a packed value may expand to.
const maxPacked = 256 << 20

var packer = sync.OnceValues(func() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithLowerEncoderMem(true), zstd.WithEncoderConcurrency(1))
})

var unpacker = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxPacked), zstd.WithDecoderLowmem(true), zstd.WithDecoderConcurrency(runtime.GOMAXPROCS(0)))
})

// pack returns the packed form of a value.
func pack(value []byte) ([]byte, error) {
	enc, err := packer()
	if err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return enc.EncodeAll(value, append(make([]byte, 0, len(value)/2+sumSize), packedVersion)), nil
}

// unpack returns a value as it was before it was packed, if it was.
func unpack(stored []byte) ([]byte, error) {
	if len(stored) == 0 || stored[0] != packedVersion {
		return stored, nil
	}
	dec, err := unpacker()
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	value, err := dec.DecodeAll(stored[1:], nil)
	switch {
	case err != nil:
		return nil, fmt.Errorf("unpack: %w", err)
	case len(value) == 0 || value[0] == packedVersion:
		return nil, errors.New("unpack: nothing was packed, or twice")
	}
	return value, nil
}
