package topic

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// A Lesson is what a policy file teaches beside the embedded examples: labels of
// its own, and more examples for labels that there are. It does not change after
// Learn and may be used by several goroutines.
//
// It stands on the embedded model: a mail gets the probabilities that this gives,
// and against all of them together each label of its own gets a logistic
// regression's. A dozen examples say nothing about pairs of words, so that words
// and concepts alone count, wherever in the mail they stand.
type Lesson struct {
	base   *Panel
	labels []string // the base's, then its own, in the order of the examples
	taught []bool   // of each label: whether there is an example of it
	rows   map[uint32]int32
	w      []float64 // row × label
	bias   []float64 // of each label
}

// How a lesson is learned; found by teaching labels of the embedded examples as if
// they were new, a dozen examples each.
const (
	lessonEpochs = 6
	lessonRate   = 0.3
	lessonDecay  = 1e-3
	lessonDrop   = 0.3  // share of the features that a step does not see
	lessonSmooth = 0.05 // share of the target that goes to what the base says
	lessonWeight = 200  // how many embedded examples those of one label count for together
	ownLabel     = -2.5 // log-odds of a label of its own before anything is learned
	sharper      = 2    // what is learned is surer than so few examples make it…
	bolder       = 0.4  // …and likelier, since nothing else knows of it
)

// A Recalled is an example taken apart, with what the embedded model says of it.
type Recalled struct {
	Label string
	*Document
	scores []Score
}

// Recall takes examples apart.
func Recall(base *Panel, examples []Example) (all []Recalled) {
	for _, e := range examples {
		d := Read(e.Subject, e.Text)
		all = append(all, Recalled{e.Label, d, base.Scores(d)})
	}
	return all
}

// Embedded takes the examples that come with the program apart, for lessons to be
// held against.
func Embedded() []Recalled {
	all, err := decodeExamples(examplesData)
	if err != nil {
		panic(err) // the embedded file is part of the program and tested
	}
	return Recall(Default(), all)
}

// Learn makes a lesson of the examples of a policy file, held against embedded ones.
func Learn(base *Panel, taught, against []Recalled) *Lesson {
	l := &Lesson{base: base, labels: slices.Clone(base.Labels), rows: map[uint32]int32{}}
	count := map[string]int{}
	for _, e := range taught {
		if count[e.Label]++; !slices.Contains(l.labels, e.Label) {
			l.labels = append(l.labels, e.Label)
		}
		for _, f := range e.Features {
			if id, _, plain := e.plain(f); plain {
				if _, known := l.rows[id]; !known {
					l.rows[id] = int32(len(l.rows))
				}
			}
		}
	}
	n := len(l.labels)
	l.taught, l.w, l.bias = make([]bool, n), make([]float64, len(l.rows)*n), make([]float64, n)
	var lines []line
	for _, e := range taught {
		label := slices.Index(l.labels, e.Label)
		l.taught[label] = true
		lines = append(lines, l.line(e, label, lessonWeight/float64(count[e.Label])))
	}
	for _, e := range against {
		lines = append(lines, l.line(e, -1, 1))
	}
	l.train(lines)
	return l
}

// plain is what a lesson sees of a feature: a word or a concept, no matter whether
// of the subject or of the text.
func (d *Document) plain(f Feature) (id uint32, k kind, ok bool) {
	switch f.kind {
	case kindWord, kindSubject:
		return mix(kindWord, d.text[f.s].words[f.a].stem, 0), kindWord, true
	case kindConcept, kindSubjConcept:
		return mix(kindConcept, d.lex.hashes[f.a], 0), kindConcept, true
	}
	return 0, 0, false
}

// line is an example as a lesson sees it.
type line struct {
	weight float64
	seen   []seen
	prior  []float64 // log-odds before the lesson
	target []float64
}

type seen struct {
	row     int32
	feature int32 // of the document
	x       float64
}

// line aims an example at its label; at what the base says of it for -1.
func (l *Lesson) line(e Recalled, label int, weight float64) line {
	out := line{weight, l.see(e.Document), l.prior(e.scores), make([]float64, len(l.labels))}
	shares(out.prior, out.target)
	if label >= 0 {
		for k := range out.target {
			out.target[k] *= lessonSmooth
		}
		out.target[label] += 1 - lessonSmooth
	}
	return out
}

// see lists what a lesson knows of a mail, valued as in the base.
func (l *Lesson) see(d *Document) []seen {
	var all []seen
	var of []kind
	var count [kinds]int
	once := map[int32]bool{}
	for i, f := range d.Features {
		id, k, plain := d.plain(f)
		row, known := l.rows[id]
		if !plain || !known || once[row] {
			continue
		}
		once[row] = true
		count[k]++
		all, of = append(all, seen{row: row, feature: int32(i)}), append(of, k)
	}
	for i := range all {
		all[i].x = Scale(int(of[i]), count[of[i]])
	}
	return all
}

// prior is what is thought of a mail before the lesson.
func (l *Lesson) prior(scores []Score) []float64 {
	p := make([]float64, len(l.labels))
	for i := range p {
		p[i] = ownLabel
	}
	for _, s := range scores {
		p[slices.Index(l.labels, s.Label)] = math.Log(max(s.P, 1e-9))
	}
	return p
}

func (l *Lesson) train(lines []line) {
	n := len(l.labels)
	g, gb := make([]float64, len(l.w)), make([]float64, n)
	r := rand.New(rand.NewPCG(5, 6))
	order := make([]int, len(lines))
	for i := range order {
		order[i] = i
	}
	p := make([]float64, n)
	var some []seen
	for range lessonEpochs {
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			at := &lines[i]
			some = some[:0]
			for _, f := range at.seen {
				if r.Float64() >= lessonDrop {
					some = append(some, f)
				}
			}
			l.sums(at.prior, some, p)
			shares(p, p)
			for k, is := range l.taught {
				if is {
					l.step(k, some, (p[k]-at.target[k])*at.weight, g, gb)
				}
			}
		}
	}
}

// step moves the weights of a label by the error e (AdaGrad). Products are rounded
// before they are summed: every machine learns the same.
func (l *Lesson) step(k int, some []seen, e float64, g, gb []float64) {
	n := len(l.labels)
	gb[k] += float64(e * e)
	l.bias[k] -= float64(0.1 * lessonRate * e / math.Sqrt(gb[k]+1))
	for _, f := range some {
		at := int(f.row)*n + k
		grad := float64(e*f.x) + float64(lessonDecay*l.w[at])
		g[at] += float64(grad * grad)
		l.w[at] -= float64(lessonRate * grad / math.Sqrt(g[at]+1e-2))
	}
}

// sums puts the log-odds of each label into p.
func (l *Lesson) sums(prior []float64, some []seen, p []float64) {
	n := len(p)
	for k := range p {
		p[k] = prior[k] + l.bias[k]
	}
	for _, f := range some {
		row := l.w[int(f.row)*n : int(f.row)*n+n]
		for k, is := range l.taught {
			if is {
				p[k] += float64(f.x * row[k])
			}
		}
	}
}

// shares makes probabilities of log-odds; p may be sums.
func shares(sums, p []float64) {
	top, total := slices.Max(sums), 0.0
	for k, s := range sums {
		p[k] = math.Exp(s - top)
		total += p[k]
	}
	for k := range p {
		p[k] /= total
	}
}

// Judge is Panel.Judge with what was learned.
func (l *Lesson) Judge(d *Document, n int) ([]Score, []string) {
	before, why := l.base.Judge(d, n)
	some := l.see(d)
	p := make([]float64, len(l.labels))
	l.sums(l.prior(before), some, p)
	for k := len(l.base.Labels); k < len(p); k++ {
		p[k] = sharper*p[k] + bolder
	}
	shares(p, p)
	scores := make([]Score, len(p))
	for i := range p {
		scores[i] = Score{l.labels[i], p[i]}
	}
	slices.SortStableFunc(scores, func(a, b Score) int { return cmp.Compare(b.P, a.P) })
	if scores[0].Label != before[0].Label {
		why = l.evidence(d, some, slices.Index(l.labels, scores[0].Label), n)
	}
	return scores, why
}

// evidence names up to n features that speak most for a label.
func (l *Lesson) evidence(d *Document, some []seen, label, n int) (names []string) {
	w := func(f seen) float64 { return f.x * l.w[int(f.row)*len(l.labels)+label] }
	slices.SortStableFunc(some, func(a, b seen) int { return cmp.Compare(w(b), w(a)) })
	for _, f := range some {
		name := d.Name(d.Features[f.feature])
		if len(names) < n && w(f) > 0 && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
