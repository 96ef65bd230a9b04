package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// section is one table of a document. Its accessors return the default where
// the key is missing or wrong; wrong ones are recorded.
type section struct {
	doc    *document
	shown  string // as faults name it: "desk"
	path   string // as lines are found: "technician[0]"
	values map[string]any
	known  []string
}

// fault records that key is wrong.
func (s *section) fault(key, format string, args ...any) {
	path := join(s.path, key)
	s.doc.faults = append(s.doc.faults, fault{s.doc.file, s.doc.line(path), s.shown + "." + key, fmt.Sprintf(format, args...)})
}

// has tells whether key was written.
func (s *section) has(key string) bool { return s.values[key] != nil }

func (s *section) value(key string) any {
	s.known = append(s.known, key)
	return s.values[key]
}

// text reads a string; allowed says in a fault what stands there otherwise.
func (s *section) text(key, missing string) string {
	switch v := s.value(key).(type) {
	case nil:
		return missing
	case string:
		return strings.TrimSpace(v)
	default:
		s.fault(key, "is %s; it must be a string in double quotes", kindOf(v))
		return missing
	}
}

// need reads a string that must be there.
func (s *section) need(key, example string) string {
	v := s.text(key, "")
	if v == "" && (!s.has(key) || s.values[key] == "") {
		s.fault(key, "is missing; it is required, for example %s = %q", key, example)
	}
	return v
}

// word reads one of the allowed words; the first is the default.
func (s *section) word(key string, allowed ...string) string {
	v := s.text(key, allowed[0])
	if !slices.Contains(allowed, v) {
		s.fault(key, "%q is not allowed; it must be %s", v, oneOf(allowed))
		return allowed[0]
	}
	return v
}

// texts reads a list of strings.
func (s *section) texts(key string) []string {
	list, ok := s.value(key).([]any)
	if !ok && s.has(key) {
		s.fault(key, "is %s; it must be a list of strings, like [\"a\", \"b\"]", kindOf(s.values[key]))
		return nil
	}
	var all []string
	for _, v := range list {
		t, ok := v.(string)
		if !ok {
			s.fault(key, "holds %s; it must be a list of strings, like [\"a\", \"b\"]", kindOf(v))
			return nil
		}
		all = append(all, strings.TrimSpace(t))
	}
	return all
}

// yes reads a boolean.
func (s *section) yes(key string, missing bool) bool {
	switch v := s.value(key).(type) {
	case nil:
		return missing
	case bool:
		return v
	default:
		s.fault(key, "is %s; it must be true or false, without quotes", kindOf(v))
		return missing
	}
}

// whole reads a whole number of at least low.
func (s *section) whole(key string, missing, low int) int {
	switch v := s.value(key).(type) {
	case nil:
		return missing
	case int64:
		if v >= int64(low) && v <= 1<<31-1 {
			return int(v)
		}
		s.fault(key, "%d is out of range; it must be a whole number from %d to %d", v, low, 1<<31-1)
	default:
		s.fault(key, "is %s; it must be a whole number, without quotes", kindOf(v))
	}
	return missing
}

// duration reads a duration of at least low.
func (s *section) duration(key string, missing, low time.Duration) time.Duration {
	t := s.text(key, "")
	if t == "" && !s.has(key) {
		return missing
	}
	if _, ok := s.values[key].(string); !ok {
		return missing
	}
	d, err := parseDuration(t)
	switch {
	case err != nil:
		s.fault(key, "%q is no duration; write a number and a unit, like \"30s\", \"5m\", \"24h\", \"7d\"", t)
	case d < low:
		s.fault(key, "%q is too short; it must be at least %q", t, low.String())
	default:
		return d
	}
	return missing
}

// months reads how many months something is kept, "24m" or "2y"; 0 where "" stands.
func (s *section) months(key string) int {
	t := s.text(key, "")
	digits, unit := strings.TrimRight(t, "my"), 1
	if strings.HasSuffix(t, "y") {
		unit = 12
	}
	n, err := strconv.Atoi(digits)
	switch {
	case t == "":
		return 0
	case err != nil || len(digits) != len(t)-1 || n < 1 || n*unit > 1200:
		s.fault(key, "%q is no time to keep something; write months or years, like \"24m\" or \"10y\", or \"\" for ever", t)
		return 0
	}
	return n * unit
}

// unknown records every key that nobody asked for, with the nearest known one.
func (s *section) unknown() {
	for _, key := range slices.Sorted(maps.Keys(s.values)) {
		if !slices.Contains(s.known, key) {
			s.fault(key, "unknown key%s", hint(key, s.known))
		}
	}
}

func oneOf(words []string) string {
	var b strings.Builder
	for i, w := range words {
		switch {
		case i > 0 && i == len(words)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", w)
	}
	return b.String()
}

func kindOf(v any) string {
	switch v.(type) {
	case string:
		return "a string"
	case int64:
		return "a number"
	case float64:
		return "a fraction"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "a date or time"
}
