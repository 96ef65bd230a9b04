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

// TestShortTag: a desk with a short name writes that in its tags, and goes on
// knowing those with its whole name.
func TestShortTag(t *testing.T) {
	d := &Desk{Name: "Assistenza Example", Tag: "AE"}
	for subject, want := range map[string]struct {
		ids  []ID
		bare string
	}{
		"Re: [AE #19] Sito lento":                             {[]ID{19}, "Sito lento"},
		"R: [ae\u00a0#19] Sito lento":                         {[]ID{19}, "Sito lento"},
		"Re: [Assistenza Example #7] Sito lento":              {[]ID{7}, "Sito lento"},
		"Re: [AE #19] I: [Assistenza Example #7] Sito lento":  {[]ID{19, 7}, "Sito lento"},
		"[AE #19] [ASSISTENZA EXAMPLE #19] Sito lento":        {[]ID{19}, "Sito lento"},
		"Re: [AEB #19] Sito lento":                            {nil, "[AEB #19] Sito lento"},
		"Re: [AE] #19 Sito lento":                             {nil, "[AE] #19 Sito lento"},
		"Re: [AE Assistenza Example #19] Sito lento":          {nil, "[AE Assistenza Example #19] Sito lento"},
		"Re: [#19] Sito lento":                                {nil, "[#19] Sito lento"},
		"Re: [Altro #3] Sito lento":                           {nil, "[Altro #3] Sito lento"},
		"Fwd: [AE #19] [AE #20] Due richieste, una sola mail": {[]ID{19, 20}, "Due richieste, una sola mail"},
	} {
		if got := d.tagsIn(subject); !slices.Equal(got, want.ids) {
			t.Errorf("%q names %v, want %v", subject, got, want.ids)
		}
		if got := d.bareSubject(subject); got != want.bare {
			t.Errorf("%q is called %q, want %q", subject, got, want.bare)
		}
	}
	if got := Tag(d.mark(), 19); got != "[AE #19]" {
		t.Errorf("the desk writes %s", got)
	}
	if got := Tag((&Desk{Name: "Assistenza"}).mark(), 19); got != "[Assistenza #19]" {
		t.Errorf("a desk without a short name writes %s", got)
	}
}
