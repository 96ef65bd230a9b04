package ticket

import (
	"testing"

	"sportello/policy"
)

// TestClaimEveryCell tries every mail that there is as an answer to a quote:
// credits move only where each line of the ladder is there, and a person reads
// whatever lacks one.
func TestClaimEveryCell(t *testing.T) {
	senses := []policy.Sense{0, policy.SenseNone, policy.SenseAccept, policy.SenseDecline, policy.SenseThanks, policy.SenseSolved}
	yes := []bool{false, true}
	cells, decided := 0, 0
	for _, contrary := range yes {
		for _, person := range yes {
			for _, token := range yes {
				for _, bound := range yes {
					for _, may := range yes {
						for _, proof := range []proof{proofAbsent, proofAwaited, proofRefused, proofGiven} {
							for _, sense := range senses {
								c := claim{contrary, person, token, bound, may, proof, sense}
								got, why := c.respond()
								if want := expected(c); got != want {
									t.Errorf("%+v: %d, want %d", c, got, want)
								}
								if (got == responseRead) != (why.In("it") != "" && why.In("en") != "") {
									t.Errorf("%+v: %d because of %q", c, got, why)
								}
								if got == responseAccept || got == responseDecline {
									decided++
									if !c.spends() {
										t.Errorf("%+v decides without what it takes", c)
									}
								}
								cells++
							}
						}
					}
				}
			}
		}
	}
	if cells != 32*4*6 || decided != 2 {
		t.Errorf("%d of %d mails decide", decided, cells)
	}
}

// expected says the rule once more: the cell where all is there, those where
// evidence alone is missing, and everything else.
func expected(c claim) response {
	word := c.Sense == policy.SenseAccept || c.Sense == policy.SenseDecline
	switch all := (claim{Person: true, Token: true, Bound: true, MaySpend: true, Proof: c.Proof, Sense: c.Sense}); {
	case c != all || !word:
		return responseRead
	case c.Proof == proofAwaited:
		return responseWait
	case c.Proof == proofAbsent:
		return responseConfirm
	case c.Proof == proofRefused:
		return responseRead
	case c.Sense == policy.SenseAccept:
		return responseAccept
	}
	return responseDecline
}

// A technician may read as a yes only what lacks nothing but the words.
func TestClaimSpendsWithoutWords(t *testing.T) {
	for _, c := range []struct {
		claim
		want bool
	}{
		{claim{Person: true, Token: true, Bound: true, MaySpend: true, Proof: proofGiven, Sense: policy.SenseNone}, true},
		{claim{Person: true, Token: true, Bound: true, MaySpend: true, Proof: proofAbsent, Sense: policy.SenseNone}, false},
		{claim{Person: true, Token: true, Bound: true, Proof: proofGiven, Sense: policy.SenseNone}, false},
		{claim{Contrary: true, Person: true, Token: true, Bound: true, MaySpend: true, Proof: proofGiven}, false},
	} {
		if c.spends() != c.want {
			t.Errorf("%+v", c.claim)
		}
	}
}
