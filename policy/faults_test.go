package policy

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// faulty is what is put in place of a piece of the default file, and what Load
// then says, after NAME and line.
var faulty = []struct {
	name, old, new string
	faults         []string // the line in question, then what is said; {topics}: all of them
}{
	{
		"unknown key", "quote = 7 ", "qoute = 7 ",
		[]string{
			`[days]                   # a dea | days.quote: missing, must be a whole number from 1 to 365`,
			`qoute = 7                # how l | days.qoute: unknown key, allowed are answer, close, lapsed, quote, warn`,
		},
	},
	{
		"unknown table", "[reminders]", "[remainders]",
		[]string{
			`# The support policy: what is as | reminders: missing, must be a table`,
			`[remainders] | remainders: unknown key, allowed are calendar, clause, contact, days, exception, hours, plan, reminders, thresholds, topic, verdict, words`,
		},
	},
	{
		"a text for a number", "answer = 7 ", "answer = \"seven\" ",
		[]string{
			`answer = "seven"               # | days.answer: is "seven", must be a whole number from 1 to 365`,
		},
	},
	{
		"a number out of bounds", "answer = 7 ", "answer = 0 ",
		[]string{
			`answer = 0               # the p | days.answer: is 0, must be a whole number from 1 to 365`,
		},
	},
	{
		"a warning after the end", "warn = 5 ", "warn = 7 ",
		[]string{
			`warn = 7                 # a tic | days.warn: is 7, must be less than days.close (7)`,
		},
	},
	{
		"bad hours", `"09:00-18:00"]   #`, `"9-18", "18:00-09:00", "10:00-12:00", "11:00-13:00"] #`,
		[]string{
			`open = ["9-18", "18:00-09:00", " | hours.open[0]: is "9-18", must be one of intervals "HH:MM-HH:MM" from 00:00 to 24:00`,
			`open = ["9-18", "18:00-09:00", " | hours.open[1]: "18:00-09:00" ends before it begins, must be one of intervals "HH:MM-HH:MM" from 00:00 to 24:00`,
			`open = ["9-18", "18:00-09:00", " | hours.open[3]: "11:00-13:00" begins before the one before it ends, must be in order and not overlap`,
		},
	},
	{
		"unknown weekday", `"friday"]`, `"venerdì"]`,
		[]string{
			`weekdays = ["monday", "tuesday", | hours.weekdays: unknown day "venerdì", must be one of monday to sunday`,
		},
	},
	{
		"a mail address that is none", `commercial_email = ""`, `commercial_email = "Ufficio"`,
		[]string{
			`commercial_email = "Ufficio"     | contact.commercial_email: is "Ufficio", must be one bare mail address or empty`,
		},
	},
	{
		"a link that is none", `terms_url = ""`, `terms_url = "example.it/terms"`,
		[]string{
			`terms_url = "example.it/terms"   | contact.terms_url: is "example.it/terms", must be https://… or http://… or empty`,
		},
	},
	{
		"a threshold out of bounds", "extra = 0.90", "extra = 75",
		[]string{
			`extra = 75             # …that | thresholds.extra: is 75, must be a number from 0.5 to 1`,
		},
	},
	{
		"extra below covered", "extra = 0.90", "extra = 0.55",
		[]string{
			`extra = 0.55             # …th | thresholds.extra: is 0.55, must not be below thresholds.covered (0.85)`,
		},
	},
	{
		"a misspelt topic", "[topic.log-analysis]", "[topic.logs]",
		[]string{
			`[topic.platform-down] | topic.log-analysis: missing, must be a table: every topic of the terms has one`,
			`[topic.logs] | topic.logs.examples: missing, must be a list of requests as customers write them, "subject | text" or the text alone`,
		},
	},
	{
		"a topic with a name that is none", "[topic.dns]", "[topic.DNS]",
		[]string{
			`[topic.DNS] | topic.DNS: is no name of a topic, must be lower-case letters, digits and single hyphens`,
		},
	},
	{
		"a topic of the terms cannot be switched off", "[topic.log-analysis]\n", "[topic.log-analysis]\non = false\n",
		[]string{
			`on = false | topic.log-analysis.on: unknown key, allowed are clause, description, examples, price, without_plan`,
		},
	},
	{
		"a plan for an unknown topic", "script-howto = \"hosting-dev-howto\"", "script-help = \"hosting-dev-howto\"",
		[]string{
			`script-help = "hosting-dev-howto | plan.hosting-dev.covers.script-help: unknown topic, allowed are {topics}`,
		},
	},
	{
		"a plan with an unknown clause", "script-howto = \"hosting-dev-howto\"", "script-howto = \"hosting-howto\"",
		[]string{
			`script-howto = "hosting-howto" | plan.hosting-dev.covers.script-howto: unknown clause "hosting-howto", must be the id of a [clause.…] table`,
		},
	},
	{
		"a plan that covers nothing", "[plan.maintenance.covers]\nscript-update = \"maintenance-ordinary\"\n", "",
		[]string{
			`[plan.maintenance] | plan.maintenance.covers: covers nothing, must name at least one topic here or in plan.maintenance.within`,
		},
	},
	{
		"a plan without English name", "name.en = \"Hyper plan\"\n", "",
		[]string{
			`name.it = "piano Hyper" | plan.hyper.name.en: missing, must be the name of the plan in English`,
		},
	},
	{
		"an allowance without interventions", "allowance = 12", "allowance = 0",
		[]string{
			`allowance = 0 | plan.hyper.allowance: is 0, must be a whole number from 1 to 10000`,
		},
	},
	{
		"an allowance for nothing", "[plan.maintenance.undetermined]", "allowance = 3\n[plan.maintenance.undetermined]",
		[]string{
			`allowance = 3 | plan.maintenance.covers.allowance: unknown topic, allowed are {topics}`,
		},
	},
	{
		"a topic in two tables of a plan", "log-analysis = \"hyper-extraordinary\"", "log-analysis = \"hyper-extraordinary\"\nscript-update = \"hyper-extraordinary\"",
		[]string{
			`script-update = "hyper-extraordi | plan.hyper.within.script-update: stands in two tables of the plan, must stand in one`,
		},
	},
	{
		"a plan called none", "[plan.maintenance.undetermined]", "[plan.none]\n[plan.maintenance.undetermined]",
		[]string{
			`[plan.none] | plan.none: is no id of a plan, must be lower-case letters, digits and single hyphens, and not none`,
			`[plan.none] | plan.none.name: missing, must be a table`,
			`[plan.none] | plan.none.promises_answer: missing, must be true or false`,
			`[plan.none] | plan.none.covers: covers nothing, must name at least one topic here or in plan.none.within`,
		},
	},
	{
		"a price range upside down", `price = "1-3"`, `price = "3-1"`,
		[]string{
			`price = "3-1" | topic.script-update.price: range "3-1" is upside down, must be "N" credits, "N-M" credits (1 to 1000, the lower first) or "after-analysis"`,
		},
	},
	{
		"a price that is none", `price = "1-3"`, `price = "cheap"`,
		[]string{
			`price = "cheap" | topic.script-update.price: is "cheap", must be "N" credits, "N-M" credits (1 to 1000, the lower first) or "after-analysis"`,
		},
	},
	{
		"a price of nothing", `price = "1-3"`, `price = 0`,
		[]string{
			`price = 0 | topic.script-update.price: is "0", must be "N" credits, "N-M" credits (1 to 1000, the lower first) or "after-analysis"`,
		},
	},
	{
		"a price where there is no extra", "without_plan = \"none\"", "without_plan = \"none\"\nprice = \"1\"",
		[]string{
			`price = "1" | topic.commercial.price: not allowed here, must be left out: only a topic that is extra without a plan has a price`,
		},
	},
	{
		"an extra without price", "price = \"1-3\"\n", "",
		[]string{
			`[topic.script-update] | topic.script-update.price: missing, must be "N" credits, "N-M" credits (1 to 1000, the lower first) or "after-analysis"`,
		},
	},
	{
		"a verdict that does not exist", "without_plan = \"none\"", "without_plan = \"maybe\"",
		[]string{
			`without_plan = "maybe" | topic.commercial.without_plan: is "maybe", must be "extra", "undetermined" or "none"`,
		},
	},
	{
		"an empty description", `description.it = "richiesta da chiarire"`, `description.it = " "`,
		[]string{
			`description.it = " " | topic.unclear.description.it: empty, must be what the customer asks in Italian`,
		},
	},
	{
		"an exception for an unknown plan", `plans = ["hosting-dev"]`, `plans = ["hosting-pro"]`,
		[]string{
			`plans = ["hosting-pro"] | exception[0].plans: unknown plan "hosting-pro", allowed are hosting, hosting-dev, hyper, maintenance`,
		},
	},
	{
		"an exception with a coverage that does not exist", `coverage = "undetermined"`, `coverage = "none"`,
		[]string{
			`coverage = "none" | exception[0].coverage: is "none", must be "covered", "undetermined" or "extra"`,
		},
	},
	{
		"an exception without words", `words = ["tema", "temi", "theme", "themes", "template", "templates"]`, `words = []`,
		[]string{
			`words = [] | exception[0].words: empty, must be a list of words or phrases`,
		},
	},
	{
		"a clause in one language", "en = \"restoring backups is charged as an extra\"\n", "",
		[]string{
			`[clause.extra-backups] | clause.extra-backups.en: missing, must be the words of the clause in English`,
		},
	},
	{
		"a yes that is also a no", "decline = [\n  \"no\", \"no grazie\"", "decline = [\n  \"no\", \"ok\"",
		[]string{
			`"no", "ok", "non accetto", "non  | words.it.decline[1]: "ok" stands in another list too, must have one meaning`,
			`"yes", "yes please", "please do" | words.en.accept[7]: "ok" stands in another list too, must have one meaning`,
		},
	},
	{
		"a yes with a condition", `"sì", "sì accetto"`, `"sì", "sì ma"`,
		[]string{
			`"sì", "sì ma", "sì certo", "o | words.it.accept[1]: "si ma" negates or conditions, must be an unmistakable yes`,
		},
	},
	{
		"a phrase with punctuation", `"sì", "sì accetto"`, `"sì", "sì, accetto"`,
		[]string{
			`"sì", "sì, accetto", "sì cert | words.it.accept[1]: "sì, accetto" has signs that no phrase has, must be words without punctuation`,
		},
	},
	{
		"no TOML", "[days]", "[days",
		[]string{
			`[days                   # a dead | column 25: toml: expected ']' to close table name, must be TOML 1.0`,
		},
	},
	{
		"a key twice", "answer = 7 ", "answer = 7\nanswer = 8 ",
		[]string{
			`answer = 8               # the p | column 1: toml: key answer is already defined, must be TOML 1.0`,
		},
	},
}

func TestFaultyFiles(t *testing.T) {
	for _, f := range faulty {
		t.Run(f.name, func(t *testing.T) {
			data := edited(t, f.old, f.new)
			p, err := Load("policy.toml", data, rome(t))
			if err == nil || p != nil {
				t.Fatalf("policy %v, error %v, want faults only", p, err)
			}
			var got []string
			for fault := range strings.SplitSeq(err.Error(), "\n") {
				got = append(got, withLine(t, data, fault))
			}
			if diff := cmp.Diff(f.faults, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// withLine puts in place of NAME and number of a fault what stands on that
// line, shortened.
func withLine(t *testing.T, data []byte, fault string) string {
	t.Helper()
	name, rest, _ := strings.Cut(fault, ":")
	number, rest, _ := strings.Cut(rest, ": ")
	n, err := strconv.Atoi(number)
	lines := strings.Split(string(data), "\n")
	if name != "policy.toml" || err != nil || n < 1 || n > len(lines) {
		t.Fatalf("fault %q has no place", fault)
	}
	line := strings.TrimSpace(lines[n-1])
	if len(line) > 32 {
		line = line[:32]
	}
	return line + " | " + strings.ReplaceAll(rest, Default(nil).topicList(), "{topics}")
}

func TestFaultyCalendarTables(t *testing.T) {
	for _, f := range []struct{ tables, fault string }{
		{"[[calendar.closure]]\nfrom = \"2027-02-30\"\nto = \"2027-03-01\"\nname = \"x\"", `2: calendar.closure[0].from: is "2027-02-30", must be an existing day written YYYY-MM-DD`},
		{"[[calendar.closure]]\nfrom = 2027-03-02\nto = 2027-03-01\nname = \"x\"", `3: calendar.closure[0].to: is 2027-03-01, must not be before from (2027-03-02)`},
		{"[[calendar.closure]]\nfrom = 2027-03-02\nto = 2029-03-01\nname = \"x\"", `3: calendar.closure[0].to: is 2029-03-01, must be within a year of from (2027-03-02)`},
		{"[[calendar.yearly]]\nday = \"02-30\"\nname = \"x\"", `2: calendar.yearly[0].day: is "02-30", must be an existing day written MM-DD`},
		{"[[calendar.yearly]]\nday = \"12-07\"", `1: calendar.yearly[0].name: missing, must be the name of the day`},
		{"[calendar.yearly]\nday = \"12-07\"", `1: calendar.yearly: is a table, must be tables, written [[calendar.yearly]]`},
		{"[calendar.saint]", `1: calendar.saint: unknown key, allowed are closure, italian_holidays, yearly`},
	} {
		above := strings.Count(string(DefaultFile()), "\n")
		_, err := Load("policy.toml", append(DefaultFile(), f.tables...), rome(t))
		line, rest, _ := strings.Cut(f.fault, ":")
		n, _ := strconv.Atoi(line)
		if want := fmt.Sprintf("policy.toml:%d:%s", above+n, rest); err == nil || err.Error() != want {
			t.Errorf("fault %v, want %s", err, want)
		}
	}
}

// Whatever is in a file, it is read or refused with a line for each fault.
func FuzzLoad(f *testing.F) {
	f.Add(DefaultFile())
	for _, one := range faulty {
		f.Add(edited(f, one.old, one.new))
	}
	for _, small := range []string{
		"", "plan = 3", "[[plan]]", "[plan.x]\ncovers = []", "words.it.accept = [1]", "\"a\nb\" = 1", "[calendar]\nclosure = [3]",
		"[[exception]]\nplans = 7", "topic.unclear = {}", "hours.open = [[\"a\"]]", "x = 2027-02-30", "[topic]\nunclear.price = 1.5",
	} {
		f.Add([]byte(small))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := Load("policy.toml", data, nil)
		if err == nil {
			return
		}
		for line := range strings.SplitSeq(err.Error(), "\n") {
			if !strings.HasPrefix(line, "policy.toml:") {
				t.Errorf("a fault without place: %q", line)
			}
		}
	})
}
