//go:build !race

package main

// racing tells that the detector of races looks on.
const racing = false
