package main

import (
	"os"
	"testing"

	"sportello/mailin"
)

func TestWitness(t *testing.T) {
	dir := t.TempDir()
	w := witnessIn(dir)
	most := mailin.Trial{UIDValidity: 1<<32 - 1, Last: 1<<32 - 1, Alone: 1<<32 - 1, Reading: true, Deaths: 99}
	for _, want := range []mailin.Trial{{}, most, {UIDValidity: 7, Last: 3}, {}, {UIDValidity: 7, Last: 9, Alone: 4, Deaths: 2}} {
		if err := w.Keep(want); err != nil {
			t.Fatal(err)
		}
		if got, err := witnessIn(dir).Trial(); err != nil || got != want {
			t.Errorf("kept %+v, read %+v, %v", want, got, err)
		}
	}
	if err := os.WriteFile(string(w), []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := w.Trial(); err == nil || got != (mailin.Trial{}) {
		t.Errorf("damaged: %+v, %v", got, err)
	}
	if err := witnessIn(dir + "/none").Keep(most); err != nil {
		t.Errorf("where it cannot be written: %v", err)
	}
}
