package ticket

import (
	"slices"
	"strings"
	"testing"
)

func TestBareSubject(t *testing.T) {
	for in, want := range map[string]string{
		"Re: R: I: Fwd: Sito lento":                    "Sito lento",
		"[Assistenza #1042] Re: Sito lento":            "Sito lento",
		"RE: [assistenza #1042] [Assistenza #7] lento": "lento",
		"Re[2]: AW: Sito":                              "Sito",
		"Re : R:I:AW:SV: Fwd :Sito":                    "Sito",
		"RE：Fwd：Sito":                                  "Sito",
		"Re:\u00a0\u200bR:\u202fSito":                  "Sito",
		"Richiesta: aiuto":                             "Richiesta: aiuto",
		"Re[x]: aiuto":                                 "Re[x]: aiuto",
		"Reti: aiuto":                                  "Reti: aiuto",
		"Re e regina":                                  "Re e regina",
		"[Assistenza\u00a0#12] Sito":                   "Sito",
		"[Altro #3] Sito":                              "[Altro #3] Sito",
		"  molti   spazi ":                             "molti spazi",
		"Re:":                                          "",
		"":                                             "",
	} {
		if got := BareSubject(in, "Assistenza"); got != want {
			t.Errorf("BareSubject(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTagsIn(t *testing.T) {
	got := tagsIn("Re: [Assistenza #12] x [ASSISTENZA #0] [Altro #3] [Assistenza #4x] [Assistenza #99] [Assistenza #12]", "Assistenza")
	if !slices.Equal(got, []ID{12, 99}) {
		t.Errorf("got %v", got)
	}
	for _, tag := range []string{"[Assistenza Rossi #7]", "[Assistenza\u00a0Rossi\u00a0#7]", "[Assistenza\u202fRossi #7]", "[Assistenza\u3000Rossi\t#7]",
		"[ASSISTENZA  rossi #7]", "[Assi\u00adstenza Rossi \u200b#7]", "[ Assistenza Rossi #7 ]", "[[Assistenza Rossi #7]]"} {
		if got := tagsIn("Re: "+tag+" Sito", "Assistenza Rossi"); !slices.Equal(got, []ID{7}) {
			t.Errorf("%q names %v", tag, got)
		}
	}
	for _, none := range []string{"[Assistenza Rossi #]", "[Assistenza Rossi #07]", "[Assistenza Rossi # 7]", "[Assistenza #7]", "Assistenza Rossi #7", "[Assistenza Rossi #7", "[Assistenza Rossi #７]"} {
		if got := tagsIn(none, "Assistenza Rossi"); got != nil {
			t.Errorf("%q names %v", none, got)
		}
	}
}

// TestLongSubjects: work on a subject grows with its length and not with the
// square of it; at this length the square would not end.
func TestLongSubjects(t *testing.T) {
	const size = 2 << 20
	for _, unit := range []string{"Re:", "[Assistenza #77]", "[Assistenza #77] Re: ", "[", "[Assistenza ", "[]", " ", "\u00a0", "Re", "Re[", "Re[2]:", "\u200b", "#", "]"} {
		s := strings.Repeat(unit, size/len(unit))
		if got := BareSubject(s, "Assistenza"); len(got) > len(s) {
			t.Errorf("%q: %d bytes", unit, len(got))
		}
		if ids := tagsIn(s, "Assistenza"); len(ids) > maxTags {
			t.Errorf("%q: %d tickets", unit, len(ids))
		}
	}
}
