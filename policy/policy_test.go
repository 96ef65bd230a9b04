package policy

import (
	"testing"
	"time"
	_ "time/tzdata"
)

// rome is the zone of the default desk.
func rome(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}
