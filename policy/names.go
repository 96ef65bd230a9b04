package policy

import "fmt"

var coverageNames = []string{"", "covered", "extra", "undetermined", "none"}
var priceNames = []string{"", "none", "fixed", "range", "after-analysis"}

// String is the name used in files and JSON: covered, extra, undetermined, none.
func (c Coverage) String() string { return name(coverageNames, int(c)) }

// MarshalText stores the name, not the number.
func (c Coverage) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a name.
func (c *Coverage) UnmarshalText(b []byte) error { return number(coverageNames, b, (*int)(c)) }

// String is the name used in files and JSON: none, fixed, range, after-analysis.
func (k PriceKind) String() string { return name(priceNames, int(k)) }

// MarshalText stores the name, not the number.
func (k PriceKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a name.
func (k *PriceKind) UnmarshalText(b []byte) error { return number(priceNames, b, (*int)(k)) }

func name(names []string, i int) string {
	if i < 0 || i >= len(names) {
		return fmt.Sprintf("unknown(%d)", i)
	}
	return names[i]
}

func number(names []string, b []byte, i *int) error {
	for j, n := range names {
		if n == string(b) {
			*i = j
			return nil
		}
	}
	return fmt.Errorf("policy: unknown name %q", b)
}
