package policy

import "testing"

func TestLinesOf(t *testing.T) {
	file := `# a comment
[days]
answer = 7

[plan.hyper]
name.it = "uno"
name.en = "one"
[[exception]]
topic = "a"
words = ["x",
  "y",
]
[[exception]]
topic = "b"
[exception.more]
deep = 1
[words.it]
unit = { one = "c",
 many = "d" }
text = """
two
lines"""
after = true
`
	got := linesOf([]byte(file))
	for path, want := range map[string]int{
		"days": 2, "days.answer": 3, "plan.hyper": 5, "plan.hyper.name.it": 6, "plan.hyper.name": 6, "plan.hyper.name.en": 7,
		"exception[0]": 8, "exception[0].topic": 9, "exception[0].words[0]": 10, "exception[0].words[1]": 11,
		"exception[1]": 13, "exception[1].topic": 14, "exception[1].more": 15, "exception[1].more.deep": 16,
		"words.it.unit.one": 18, "words.it.unit.many": 19, "words.it.text": 20, "words.it.after": 23,
	} {
		if got[path] != want {
			t.Errorf("line of %s = %d, want %d", path, got[path], want)
		}
	}
}
