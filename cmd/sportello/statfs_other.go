//go:build !linux

package main

import "errors"

// statfs is not known here: volumes are taken as they are.
func statfs(string) (volume, error) { return volume{}, errors.ErrUnsupported }
