package policy

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Change is one thing that another policy file says otherwise. Before or After is
// "" where the file does not say it.
type Change struct {
	Path   string // "topic.mailbox-admin.price"
	Before string
	After  string
}

// Changes lists what to says otherwise than p, in the order of paths.
func (p *Policy) Changes(to *Policy) []Change {
	var all []Change
	compare(&all, "", p.values, to.values)
	return all
}

// compare adds what differs between two values at a path.
func compare(all *[]Change, path string, before, after any) {
	was, wasTable := before.(map[string]any)
	is, isTable := after.(map[string]any)
	if wasTable && isTable {
		keys := slices.Sorted(maps.Keys(was))
		for key := range is {
			if _, both := was[key]; !both {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		for _, key := range keys {
			compare(all, strings.TrimPrefix(path+"."+key, "."), was[key], is[key])
		}
		return
	}
	gone, wasList := before.([]any)
	came, isList := after.([]any)
	switch {
	case reflect.DeepEqual(before, after):
	case (wasList || before == nil) && (isList || after == nil):
		compareLists(all, path, gone, came)
	default:
		*all = append(*all, Change{path, worded(before), worded(after)})
	}
}

// compareLists adds an element that only one list has; the order alone is no
// change but for what is one.
func compareLists(all *[]Change, path string, before, after []any) {
	have := func(list []any, one any) bool {
		return slices.ContainsFunc(list, func(x any) bool { return reflect.DeepEqual(x, one) })
	}
	n := len(*all)
	for _, one := range before {
		if !have(after, one) {
			*all = append(*all, Change{path, worded(one), ""})
		}
	}
	for _, one := range after {
		if !have(before, one) {
			*all = append(*all, Change{path, "", worded(one)})
		}
	}
	if len(*all) == n && len(before)+len(after) > 0 {
		*all = append(*all, Change{path, fmt.Sprintf("%d in another order", len(before)), fmt.Sprintf("%d", len(after))})
	}
}

// worded is a value as a person reads it, on one line.
func worded(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		text := strings.Join(strings.Fields(v), " ")
		if r := []rune(text); len(r) > 80 {
			text = string(r[:79]) + "…"
		}
		return text
	case []any:
		var parts []string
		for _, one := range v {
			parts = append(parts, worded(one))
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		return wordedTable(v)
	}
	return fmt.Sprint(v)
}

// wordedTable words what has a name by it: a plan, a topic, a closure by its days.
func wordedTable(t map[string]any) string {
	if from, to := civil(t["from"]), civil(t["to"]); from != (Date{}) && to != (Date{}) {
		return strings.TrimSpace(span(from, to) + " " + bracketed(worded(t["name"])))
	}
	if d, yearly := t["day"].(string); yearly {
		return strings.TrimSpace(d + " " + bracketed(worded(t["name"])))
	}
	for _, key := range []string{"name", "description"} {
		if names, ok := t[key].(map[string]any); ok {
			return worded(names["en"])
		}
	}
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(t)) {
		parts = append(parts, key+" = "+worded(t[key]))
	}
	return worded(strings.Join(parts, ", "))
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// civil is a day of the file, quoted or not; zero for anything else.
func civil(v any) Date {
	switch v := v.(type) {
	case string:
		d, _ := ParseDate(v)
		return d
	case toml.LocalDate:
		return Date{v.Year, time.Month(v.Month), v.Day}
	}
	return Date{}
}

// span words days as "9 to 20 August 2027".
func span(from, to Date) string {
	last := fmt.Sprintf("%d %s %d", to.Day, to.Month, to.Year)
	switch {
	case from == to:
		return last
	case from.Year == to.Year && from.Month == to.Month:
		return fmt.Sprintf("%d to %s", from.Day, last)
	case from.Year == to.Year:
		return fmt.Sprintf("%d %s to %s", from.Day, from.Month, last)
	}
	return fmt.Sprintf("%d %s %d to %s", from.Day, from.Month, from.Year, last)
}

// things are tables whose elements have names: what is said of them is said so.
var things = map[string]string{"plan": "plan", "topic": "topic", "clause": "clause", "calendar.closure": "closure of", "calendar.yearly": "closed every", "exception": "exception"}

// String is "plan gold added: Gold plan", "topic mailbox-admin: price 1 → 2",
// "closure of 9 to 20 August 2027 added".
func (c Change) String() string {
	what, rest := c.Path, ""
	thing, listed := things[c.Path]
	if table, path, ok := strings.Cut(c.Path, "."); ok && things[table] != "" {
		name, key, _ := strings.Cut(path, ".")
		what, rest = things[table]+" "+name, key
	}
	switch {
	case listed && c.Before == "":
		return thing + " " + c.After + " added"
	case listed && c.After == "":
		return thing + " " + c.Before + " removed"
	case rest != "":
		what += ": " + rest
	}
	switch {
	case c.Before == "":
		return what + " added: " + c.After
	case c.After == "":
		return what + " removed: " + c.Before
	}
	sign := ": "
	if rest != "" {
		sign = " "
	}
	return what + sign + c.Before + " → " + c.After
}
