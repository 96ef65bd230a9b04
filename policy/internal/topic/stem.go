package topic

import "strings"

// stemLength is where long words are cut, so that configurare,
// configurazione and configured meet.
const stemLength = 7

// stem takes Italian and English endings from a folded word. It serves both
// languages at once, since mails mix them ("ho fatto l'upgrade dei plugins").
func stem(w string) string {
	if len(w) > 5 {
		for _, s := range [...]string{"ing", "ed", "es"} {
			if strings.HasSuffix(w, s) && len(w)-len(s) >= 4 {
				w = w[:len(w)-len(s)]
				break
			}
		}
	}
	if len(w) > 4 && strings.HasSuffix(w, "s") {
		w = w[:len(w)-1]
	}
	for n := 0; n < 2 && len(w) > 3 && strings.IndexByte("aeiou", w[len(w)-1]) >= 0; n++ {
		w = w[:len(w)-1]
	}
	if len(w) > 3 && w[len(w)-1] == 'h' {
		w = w[:len(w)-1]
	}
	if len(w) > stemLength {
		cut := stemLength
		for cut > 0 && w[cut]&0xC0 == 0x80 {
			cut--
		}
		w = w[:cut]
	}
	return w
}

// hash is FNV-1a on 32 bits.
func hash(s string) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

// mix joins two hashes and a kind into the id of a feature.
func mix(k kind, a, b uint32) uint32 {
	h := uint64(k)*0x9E3779B97F4A7C15 ^ uint64(a)<<32 ^ uint64(b)
	h ^= h >> 29
	h *= 0xBF58476D1CE4E5B9
	h ^= h >> 32
	h *= 0x94D049BB133111EB
	return uint32(h >> 32)
}
