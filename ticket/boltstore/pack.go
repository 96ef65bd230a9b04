package boltstore

import (
	"errors"
	"fmt"
	"runtime"

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

// packer and unpacker are made, channels and all, before anything else runs: they
// serve every store of the process, whichever came first.
var packer, unpacker = func() (*zstd.Encoder, *zstd.Decoder) {
	enc, err := zstd.NewWriter(nil, zstd.WithLowerEncoderMem(true), zstd.WithEncoderConcurrency(1))
	dec, err2 := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxPacked), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderConcurrency(runtime.GOMAXPROCS(0)))
	if err := errors.Join(err, err2); err != nil {
		panic(err) // the options above are wrong
	}
	enc.EncodeAll([]byte{packedVersion}, nil)
	return enc, dec
}()

// pack returns the packed form of a value.
func pack(value []byte) []byte {
	return packer.EncodeAll(value, append(make([]byte, 0, len(value)/2+sumSize), packedVersion))
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
