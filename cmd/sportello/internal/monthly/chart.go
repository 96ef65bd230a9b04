package monthly

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"
	"time"

	"github.com/go-analyze/charts"

	"sportello/policy"
	"sportello/ticket"
)

// chart is one drawing with its legend, which the page writes as text so that it
// can be read on a narrow screen.
type chart struct {
	Title, Unit string
	Legend      []key
	SVG         template.HTML
}

// key is one series: its name and that of its colour.
type key struct{ Name, Colour string }

// series is one key with a value a month.
type series struct {
	name, colour string
	value        func(*ticket.Figures) float64
}

// The colours are CSS variables of the page. The library draws with numbers, each of
// which stands for a variable and is replaced by it.
var colours = []struct {
	name   string
	number charts.Color
}{
	{"ink", charts.ColorRGB(1, 0, 0)}, {"line", charts.ColorRGB(2, 0, 0)}, {"good", charts.ColorRGB(3, 0, 0)}, {"warm", charts.ColorRGB(4, 0, 0)},
	{"doubt", charts.ColorRGB(5, 0, 0)}, {"quiet", charts.ColorRGB(6, 0, 0)}, {"bad", charts.ColorRGB(7, 0, 0)}, {"cool", charts.ColorRGB(8, 0, 0)},
}

func colour(name string) charts.Color {
	for _, c := range colours {
		if c.name == name {
			return c.number
		}
	}
	return colours[0].number
}

// charts draws everything that is worth a drawing over the months.
func (p Page) charts(s *speaker) (all []chart, err error) {
	for _, c := range []struct {
		title, unit string
		stacked     bool
		series      []series
	}{
		{"by-coverage", "", true, []series{
			{"covered", "good", covered(policy.Covered)}, {"extra", "warm", covered(policy.Extra)},
			{"undetermined", "doubt", covered(policy.Undetermined)}, {"none", "quiet", covered(policy.None)},
		}},
		{"answers", "", true, []series{
			{"in-time", "good", func(f *ticket.Figures) float64 { return float64(f.Answers.InTime) }},
			{"late", "bad", func(f *ticket.Figures) float64 { return float64(f.Answers.Late) }},
			{"pending", "quiet", func(f *ticket.Figures) float64 { return float64(f.Answers.Pending) }},
		}},
		{"quotes", "", true, []series{
			{"accepted", "good", quoted(ticket.QuoteAccepted)}, {"declined", "bad", quoted(ticket.QuoteDeclined)},
			{"expired", "warm", quoted(ticket.QuoteExpired)}, {"open", "cool", quoted(ticket.QuoteOffered)},
			{"other", "quiet", quoted(ticket.QuoteWithdrawn, ticket.QuoteSuperseded)},
		}},
		{"credits", "", false, []series{
			{"sold", "cool", posted(policy.MovePurchase)}, {"spent", "good", posted(policy.MoveCapture)}, {"expired", "warm", posted(policy.MoveExpire)},
		}},
		{"first-answer", "hours", false, []series{{"median", "cool", middle(func(f *ticket.Figures) ticket.Durations { return f.FirstAnswer }, time.Hour)}}},
		{"closing", "days", false, []series{{"median", "cool", middle(func(f *ticket.Figures) ticket.Durations { return f.Closing }, 24*time.Hour)}}},
	} {
		drawn, err := p.draw(s, c.title, c.unit, c.stacked, c.series)
		if err != nil {
			return nil, err
		}
		all = append(all, drawn)
	}
	return all, nil
}

func covered(c policy.Coverage) func(*ticket.Figures) float64 {
	return func(f *ticket.Figures) float64 { return float64(f.Total()[c]) }
}

func quoted(states ...ticket.QuoteState) func(*ticket.Figures) float64 {
	return func(f *ticket.Figures) (n float64) {
		for _, s := range states {
			n += float64(f.Quotes[s])
		}
		return n
	}
}

func posted(k policy.MoveKind) func(*ticket.Figures) float64 {
	return func(f *ticket.Figures) float64 { return float64(f.Moved[k]) }
}

func middle(of func(*ticket.Figures) ticket.Durations, unit time.Duration) func(*ticket.Figures) float64 {
	return func(f *ticket.Figures) float64 {
		d, _ := of(f).Median()
		return math.Round(float64(d)/float64(unit)*10) / 10
	}
}

// draw makes bars a month.
func (p Page) draw(s *speaker, title, unit string, stacked bool, all []series) (c chart, err error) {
	if c.Title, err = s.say(title); err == nil && unit != "" {
		c.Unit, err = s.say(unit)
	}
	if err != nil {
		return c, err
	}
	var values [][]float64
	var palette []charts.Color
	for _, one := range all {
		name, err := s.say(one.name)
		if err != nil {
			return c, err
		}
		var row []float64
		for _, f := range p.Months {
			row = append(row, one.value(f))
		}
		values, palette = append(values, row), append(palette, colour(one.colour))
		if len(all) > 1 {
			c.Legend = append(c.Legend, key{name, one.colour})
		}
	}
	var labels []string
	for i, f := range p.Months {
		label := s.short(f.Month)
		if len(p.Months) > 7 && (len(p.Months)-1-i)%2 == 1 { // every other one: there is no room for all
			label = ""
		}
		labels = append(labels, label)
	}
	c.SVG, err = bars(c.Title, labels, values, palette, stacked)
	return c, err
}

// The size of a drawing in its own units; the page stretches it.
const width, height = 360, 190

// bars draws grouped or stacked bars over labels.
func bars(title string, labels []string, values [][]float64, palette []charts.Color, stacked bool) (template.HTML, error) {
	top, lines := scale(highest(values, stacked))
	font := charts.FontStyle{FontSize: 11}
	o := charts.NewBarChartOptionWithData(noFlatBars(values, stacked))
	o.Theme, o.Padding = theme(palette), charts.NewBox(2, 10, 6, 2)
	o.CategoryAxis.Labels, o.CategoryAxis.LabelFontStyle, o.CategoryAxis.LabelCount = labels, font, len(labels)
	o.ValueAxis = []charts.ValueAxisOption{{LabelFontStyle: font, Min: charts.Ptr(0.0), Max: charts.Ptr(top), LabelCount: lines + 1,
		RangeValuePaddingScale: charts.Ptr(0.0), ValueFormatter: shortNumber}}
	if !stacked && len(values) > 1 {
		o.BarMargin = charts.Ptr(0.0)
	} else {
		o.BarSize = 0.7
	}
	o.Legend.Show, o.StackSeries = charts.Ptr(false), charts.Ptr(stacked)
	painter := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputSVG, Width: width, Height: height, Theme: o.Theme})
	if err := painter.BarChart(o); err != nil {
		return "", fmt.Errorf("drawing %s: %w", title, err)
	}
	svg, err := painter.Bytes()
	if err != nil {
		return "", fmt.Errorf("drawing %s: %w", title, err)
	}
	return inline(string(svg), title), nil
}

// theme gives everything that is drawn one of the page's colours.
func theme(palette []charts.Color) charts.ColorPalette {
	ink, line := colour("ink"), colour("line")
	return charts.GetTheme(charts.ThemeLight).WithBackgroundColor(charts.ColorTransparent).WithTextColor(ink).
		WithXAxisColor(line).WithYAxisColor(line).WithXAxisTextColor(ink).WithYAxisTextColor(ink).
		WithAxisSplitLineColor(line).WithSeriesColors(palette)
}

// noFlatBars leaves out bars without height, of which a line would remain.
func noFlatBars(values [][]float64, stacked bool) [][]float64 {
	for _, row := range values {
		for i, v := range row {
			if v == 0 && !stacked {
				row[i] = charts.GetNullValue()
			}
		}
	}
	return values
}

// highest is the highest bar.
func highest(values [][]float64, stacked bool) (top float64) {
	for i := range values[0] {
		sum := 0.0
		for _, row := range values {
			sum += row[i]
			top = max(top, row[i])
		}
		if stacked {
			top = max(top, sum)
		}
	}
	return top
}

// scale is a round number at or above n, and in how many round steps it is reached.
func scale(n float64) (top float64, steps int) {
	for step := 1.0; ; step *= 10 {
		for _, of := range []float64{1, 2, 5} {
			if steps := math.Ceil(n / (step * of)); steps <= 4 {
				return step * of * max(1, steps), int(max(1, steps))
			}
		}
	}
}

// inline lets a drawing take the page's colours and font, and names it for who
// does not see it.
func inline(svg, title string) template.HTML {
	for _, c := range colours {
		svg = strings.ReplaceAll(svg, c.number.String(), "var(--"+c.name+")")
	}
	for _, without := range []string{"font-family:'Roboto Medium',sans-serif", ` xmlns="http://www.w3.org/2000/svg"`, ` xmlns:xlink="http://www.w3.org/1999/xlink"`} {
		svg = strings.ReplaceAll(svg, without, "")
	}
	svg = strings.Replace(svg, "<svg ", fmt.Sprintf(`<svg role="img" aria-label="%s" `, html.EscapeString(title)), 1)
	return template.HTML(svg) // of numbers and our own words
}

// shortNumber is a number beside an axis.
func shortNumber(n float64) string {
	if n >= 10_000 {
		return fmt.Sprintf("%gk", math.Round(n/100)/10)
	}
	return fmt.Sprintf("%g", math.Round(n*10)/10)
}
