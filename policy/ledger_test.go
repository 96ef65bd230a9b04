package policy

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// books are an account and all moves that made it.
type books struct {
	testing.TB
	Account
	moves []Move
}

// post carries out what an operation decided.
func (b *books) post(moves []Move, err error) error {
	b.Helper()
	if err != nil {
		return err
	}
	before := fmt.Sprintf("%+v", b.Account)
	after, err := b.Apply(moves...)
	if err != nil {
		b.Fatalf("what was decided cannot be carried out: %v", err)
	}
	if now := fmt.Sprintf("%+v", b.Account); now != before {
		b.Fatalf("Apply changed the account it was asked about\n%s\n%s", before, now)
	}
	b.Account, b.moves = after, append(b.moves, moves...)
	return nil
}

func (b *books) must(moves []Move, err error) {
	b.Helper()
	if err := b.post(moves, err); err != nil {
		b.Fatal(err)
	}
}

func (b *books) want(ref string, quantity, held, spent, expired Credits) {
	b.Helper()
	l := b.lot(ref)
	if got := [4]Credits{l.Quantity, l.Held, l.Spent, l.Expired}; got != [4]Credits{quantity, held, spent, expired} {
		b.Errorf("lot %s: quantity, held, spent, expired %d, want %d %d %d %d", ref, got, quantity, held, spent, expired)
	}
}

func TestAHoldTakesWhatExpiresFirst(t *testing.T) {
	b := &books{TB: t}
	today := day(t, "2026-06-01")
	for _, l := range []Lot{
		{Ref: "late", Quantity: 5, Purchased: day(t, "2026-03-01")},
		{Ref: "b", Quantity: 2, Purchased: day(t, "2026-02-01")}, {Ref: "a", Quantity: 2, Purchased: day(t, "2026-02-01")},
		{Ref: "old", Quantity: 9, Purchased: day(t, "2025-05-31")}, // over since yesterday
	} {
		b.must(b.Buy(l, today))
	}
	b.want("old", 9, 0, 0, 9)
	b.must(b.Hold("P-1-1", 5, today))
	if got, want := b.hold("P-1-1").Parts, []Part{{"a", 2}, {"b", 2}, {"late", 1}}; !slices.Equal(got, want) {
		t.Errorf("held %v, want %v", got, want)
	}
	b.must(b.Capture("P-1-1", 3))
	b.want("a", 2, 0, 2, 0)
	b.want("b", 2, 1, 1, 0)
	b.must(b.Release("P-1-1", today))
	b.want("b", 2, 0, 1, 0)
	b.want("late", 5, 0, 0, 0)
	if b.Available(today) != 6 || b.Held() != 0 {
		t.Errorf("available %d, held %d", b.Available(today), b.Held())
	}
}

func TestAHoldOutlivesItsLot(t *testing.T) {
	b := &books{TB: t}
	bought := day(t, "2026-01-10")
	last, after := bought.AddDays(365), bought.AddDays(366)
	b.must(b.Buy(Lot{Ref: "r", Quantity: 10, Purchased: bought}, bought))
	b.must(b.Hold("P-1-1", 6, last))
	if moves := b.Expire("r", last); moves != nil {
		t.Fatalf("expired on its last day: %v", moves)
	}
	b.must(b.Expire("r", after), nil)
	b.want("r", 10, 6, 0, 4)
	b.must(b.Capture("P-1-1", 2))
	b.must(b.Release("P-1-1", after.AddDays(90)))
	b.want("r", 10, 0, 2, 8)
	if got, want := b.moves[len(b.moves)-1], (Move{Kind: MoveExpire, Lot: "r", Credits: 4}); got != want {
		t.Errorf("the last move is %+v, want %+v", got, want)
	}
	if moves := b.Expire("r", after); moves != nil {
		t.Errorf("expired twice: %v", moves)
	}
}

// What the books refuse, they refuse without a change.
func TestRefusals(t *testing.T) {
	b := &books{TB: t}
	d := day(t, "2026-06-01")
	b.must(b.Buy(Lot{Ref: "r", Quantity: 10, Purchased: d}, d))
	b.must(b.Hold("P-1-1", 4, d))
	b.must(b.Hold("P-2-1", 1, d))
	b.must(b.Release("P-2-1", d))
	before := b.Account
	for name, c := range map[string]struct {
		err  error
		want error
	}{
		"more than there is":           {second(b.Hold("P-3-1", 7, d)), ErrShort},
		"a hold of nothing":            {second(b.Hold("P-3-1", 0, d)), ErrBooks},
		"a hold below zero":            {second(b.Hold("P-3-1", -1, d)), ErrBooks},
		"a hold for no quote":          {second(b.Hold("", 1, d)), ErrBooks},
		"a hold placed before":         {second(b.Hold("P-1-1", 1, d)), ErrHold},
		"a hold that was released":     {second(b.Hold("P-2-1", 1, d)), ErrHold},
		"before the purchase":          {second(b.Hold("P-3-1", 1, d.AddDays(-1))), ErrShort},
		"after the last day":           {second(b.Hold("P-3-1", 1, d.AddDays(366))), ErrShort},
		"more than is held":            {second(b.Capture("P-1-1", 5)), ErrHold},
		"a capture of nothing":         {second(b.Capture("P-1-1", 0)), ErrHold},
		"a capture below zero":         {second(b.Capture("P-1-1", math.MinInt)), ErrHold},
		"a capture without hold":       {second(b.Capture("P-9-1", 1)), ErrHold},
		"a capture after release":      {second(b.Capture("P-2-1", 1)), ErrHold},
		"a release without hold":       {second(b.Release("P-9-1", d)), ErrHold},
		"a lot bought twice":           {second(b.Buy(Lot{Ref: "r", Quantity: 1, Purchased: d}, d)), ErrLot},
		"a lot bought tomorrow":        {second(b.Buy(Lot{Ref: "s", Quantity: 1, Purchased: d.AddDays(1)}, d)), ErrFuture},
		"a correction below what left": {second(b.Correct("r", -7, d)), ErrShort},
		"a correction beyond measure":  {second(b.Correct("r", math.MinInt, d)), ErrBooks},
		"a correction above measure":   {second(b.Correct("r", math.MaxInt, d)), ErrBooks},
		"a correction of nothing":      {second(b.Correct("r", 0, d)), ErrBooks},
		"a correction of no lot":       {second(b.Correct("s", 1, d)), ErrLot},
		"more for an expired lot":      {second(b.Correct("r", 1, d.AddDays(366))), ErrBooks},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", name, c.err, c.want)
		}
	}
	var short *ShortError
	if _, err := b.Hold("P-3-1", 9, d); !errors.As(err, &short) || short.Missing != 3 {
		t.Errorf("9 of 6: %v", err)
	}
	for _, m := range []Move{
		{}, {Kind: MoveHold, Lot: "r", Credits: 7, Hold: "x"}, {Kind: MoveHold, Lot: "r", Credits: 1}, {Kind: MoveHold, Lot: "r", Credits: 1, Hold: "P-1-1"},
		{Kind: MoveCapture, Lot: "r", Credits: 5, Hold: "P-1-1"}, {Kind: MoveCapture, Lot: "r", Credits: 1, Hold: "P-2-1"},
		{Kind: MoveRelease, Lot: "r", Credits: -1, Hold: "P-1-1"}, {Kind: MoveExpire, Lot: "r", Credits: 7}, {Kind: MoveExpire, Lot: "q", Credits: 1},
		{Kind: MovePurchase, Lot: "r", Credits: 1, Purchased: d}, {Kind: MovePurchase, Lot: "q", Credits: 0, Purchased: d},
		{Kind: MovePurchase, Lot: "q", Credits: MaxLot + 1, Purchased: d}, {Kind: MovePurchase, Lot: "q", Credits: 1},
		{Kind: MoveCorrect, Lot: "r", Credits: MaxLot}, {Kind: MoveCorrect, Lot: "r", Credits: -7}, {Kind: 99, Lot: "r", Credits: 1},
	} {
		if after, err := b.Apply(m); !errors.Is(err, ErrBooks) {
			t.Errorf("%+v was carried out: %+v, %v", m, after.Lots, err)
		}
	}
	if !reflect.DeepEqual(b.Account, before) {
		t.Errorf("the account changed: %+v", b.Account)
	}
}

func second[A any](_ A, err error) error { return err }

// Every lot of two years, one of them a leap year, can be held through the end
// of day 365 after its purchase in Rome, and expires at the next midnight.
func TestEveryLotExpiresOnItsDay(t *testing.T) {
	zone := rome(t)
	for d := day(t, "2027-01-01"); !day(t, "2028-12-31").Before(d); d = d.AddDays(1) {
		a, err := Account{}.Apply(Move{Kind: MovePurchase, Lot: "r", Credits: 3, Purchased: d})
		if err != nil {
			t.Fatal(err)
		}
		midnight := time.Date(d.Year, d.Month, d.Day+366, 0, 0, 0, 0, zone)
		for _, c := range []struct {
			at      time.Time
			expires bool
		}{
			{midnight.Add(-time.Second), false}, {midnight, true}, {midnight.Add(-24 * time.Hour), false}, {midnight.Add(24 * time.Hour), true},
		} {
			today := DateOf(c.at.UTC(), zone)
			if moves := a.Expire("r", today); (len(moves) == 1) != c.expires {
				t.Fatalf("bought %s: at %s %v", d, c.at, moves)
			}
			if _, err := a.Hold("P-1-1", 3, today); (err != nil) != c.expires {
				t.Fatalf("bought %s: at %s a hold says %v", d, c.at, err)
			}
		}
		if start := d.Start(zone); DateOf(start.Add(-time.Second), zone) != d.AddDays(-1) || a.Available(d.AddDays(-1)) != 0 || a.Available(d) != 3 {
			t.Fatalf("bought %s: not usable from 00:00 of that day", d)
		}
	}
}

var operations = flag.Int("operations", 10_000, "how many operations the random walk of the books takes")

// coin is one credit, and what became of it: the model that the walk is held
// against knows no sums.
type coin struct {
	lot               *Lot // for reference and days alone
	code              string
	spent, over, gone bool
}

func (c *coin) free() bool { return c.code == "" && !c.spent && !c.over && !c.gone }

// model is an account as a heap of coins, in the order in which they are taken.
type model struct {
	coins []*coin
	used  map[string]bool
}

func (m *model) pick(n int, want func(*coin) bool) []*coin {
	var picked []*coin
	for _, c := range m.coins {
		if len(picked) < n && want(c) {
			picked = append(picked, c)
		}
	}
	return picked
}

func (m *model) count(want func(*coin) bool) Credits { return Credits(len(m.pick(math.MaxInt, want))) }

func (m *model) usable(today Date) func(*coin) bool {
	return func(c *coin) bool {
		return c.free() && !today.Before(c.lot.Purchased) && !c.lot.Purchased.AddDays(365).Before(today)
	}
}

func (m *model) add(l *Lot, n int, over bool) {
	for range n {
		m.coins = append(m.coins, &coin{lot: l, over: over})
	}
	slices.SortStableFunc(m.coins, func(a, b *coin) int { return a.lot.compare(*b.lot) })
}

// walk is one random life of an account.
type walk struct {
	books
	*rand.Rand
	model  model
	today  Date
	lots   []*Lot
	quotes []string
}

// step takes one operation in the books and in the model; they must agree on
// whether it is allowed.
func (w *walk) step() {
	n := w.IntN(6) // sometimes nothing
	switch w.IntN(12) {
	case 0, 1, 2:
		w.buy(n)
	case 3, 4, 5:
		w.place(n)
	case 6, 7:
		w.capture(n)
	case 8:
		w.release()
	case 9:
		w.expire()
	case 10:
		w.correct(n - 3)
	case 11: // time goes on, and now and then a clock steps back
		w.today = w.today.AddDays(w.IntN(150) - 10)
	}
}

func (w *walk) agree(what string, allowed bool, err error) {
	w.Helper()
	if allowed != (err == nil) {
		w.Fatalf("%s on %s: allowed %v, and the books say %v\n%+v", what, w.today, allowed, err, w.Account)
	}
}

func (w *walk) buy(n int) {
	l := &Lot{Ref: fmt.Sprint("r", w.IntN(30)), Quantity: Credits(n), Purchased: w.today.AddDays(w.IntN(400) - 390)}
	known := slices.ContainsFunc(w.lots, func(o *Lot) bool { return o.Ref == l.Ref })
	allowed := !known && !w.today.Before(l.Purchased)
	moves, err := w.Buy(*l, w.today)
	w.agree("buy", allowed, err)
	if !allowed {
		return
	}
	if n == 0 {
		if _, err := w.Apply(moves...); !errors.Is(err, ErrBooks) {
			w.Fatalf("a lot of nothing: %v", err)
		}
		return
	}
	w.must(moves, nil)
	w.lots = append(w.lots, l)
	w.model.add(l, n, l.Purchased.AddDays(365).Before(w.today))
}

func (w *walk) place(n int) {
	code := fmt.Sprint("P-", w.IntN(40))
	coins := w.model.pick(n, w.model.usable(w.today))
	allowed := n > 0 && len(coins) == n && !w.model.used[code]
	w.agree("hold", allowed, w.post(w.Hold(code, Credits(n), w.today)))
	if allowed {
		w.model.used[code] = true
		w.quotes = append(w.quotes, code)
		for _, c := range coins {
			c.code = code
		}
	}
}

func (w *walk) quote() string {
	if len(w.quotes) == 0 {
		return "none"
	}
	return w.quotes[w.IntN(len(w.quotes))]
}

func (w *walk) capture(n int) {
	code := w.quote()
	coins := w.model.pick(n, func(c *coin) bool { return c.code == code })
	allowed := n > 0 && len(coins) == n
	w.agree("capture", allowed, w.post(w.Capture(code, Credits(n))))
	if allowed {
		for _, c := range coins {
			c.code, c.spent = "", true
		}
	}
}

func (w *walk) release() {
	code := w.quote()
	w.agree("release", w.model.used[code], w.post(w.Release(code, w.today)))
	for _, c := range w.model.coins {
		if c.code == code {
			c.code, c.over = "", c.lot.Purchased.AddDays(365).Before(w.today)
		}
	}
	if again, _ := w.Release(code, w.today); len(again) > 0 {
		w.Fatalf("released twice: %v", again)
	}
}

func (w *walk) expire() {
	for _, l := range w.lots {
		moves := w.Expire(l.Ref, w.today)
		w.must(moves, nil)
		if again := w.Expire(l.Ref, w.today); again != nil {
			w.Fatalf("expired twice: %v", again)
		}
		for _, c := range w.model.coins {
			if c.lot == l && c.free() && l.Purchased.AddDays(365).Before(w.today) {
				c.over = true
			}
		}
	}
}

func (w *walk) correct(n int) {
	if len(w.lots) == 0 {
		return
	}
	l := w.lots[w.IntN(len(w.lots))]
	free := func(c *coin) bool { return c.lot == l && c.free() }
	coins := w.model.pick(-n, free)
	allowed := n > 0 && !l.Purchased.AddDays(365).Before(w.today) || n < 0 && len(coins) == -n
	w.agree("correct", allowed, w.post(w.Correct(l.Ref, Credits(n), w.today)))
	switch {
	case allowed && n > 0:
		w.model.add(l, n, false)
	case allowed:
		for _, c := range coins {
			c.gone = true
		}
	}
}

// check compares everything that the books say with the coins.
func (w *walk) check() {
	for _, l := range w.lots {
		of := func(want func(*coin) bool) Credits {
			return w.model.count(func(c *coin) bool { return c.lot == l && want(c) })
		}
		w.want(l.Ref, of(func(c *coin) bool { return !c.gone }), of(func(c *coin) bool { return c.code != "" }),
			of(func(c *coin) bool { return c.spent }), of(func(c *coin) bool { return c.over }))
	}
	if got, want := w.Available(w.today), w.model.count(w.model.usable(w.today)); got != want {
		w.Fatalf("available %d on %s, want %d", got, w.today, want)
	}
	for _, code := range w.quotes {
		if got, want := w.hold(code).Left(), w.model.count(func(c *coin) bool { return c.code == code }); got != want {
			w.Fatalf("%s holds %d, want %d", code, got, want)
		}
	}
	if w.Failed() {
		w.FailNow()
	}
}

// TestRandomWalk takes random operations in the books and in a model that has
// only single credits. The books agree after each; and the moves alone, one
// after the other, make the same account, sound at every step.
func TestRandomWalk(t *testing.T) {
	const life = 100
	for seed := range uint64(max(1, *operations/life)) {
		w := &walk{books: books{TB: t}, Rand: rand.New(rand.NewPCG(seed, 1)), today: day(t, "2027-01-01"), model: model{used: map[string]bool{}}}
		for range life {
			w.step()
			w.check()
		}
		var a Account
		var available, held Credits
		for i, m := range w.moves {
			var err error
			if a, err = a.Apply(m); err != nil {
				t.Fatalf("walk %d, move %d: %v", seed, i, err)
			}
			available, held = m.Balance(available, held)
			var left Credits
			for _, l := range a.Lots {
				left += l.Left()
				if l.Held < 0 || l.Spent < 0 || l.Expired < 0 || l.Left() < 0 {
					t.Fatalf("walk %d, move %d: %+v", seed, i, l)
				}
			}
			if left != available || a.Held() != held {
				t.Fatalf("walk %d, move %d: balances %d %d, the lots have %d %d", seed, i, available, held, left, a.Held())
			}
		}
		if !reflect.DeepEqual(a, w.Account) {
			t.Fatalf("walk %d: the moves make\n%+v, the operations made\n%+v", seed, a, w.Account)
		}
	}
}
