package indicator

import (
	"context"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/journal"
	"yinqiao/place"
)

// Service makes figures.
type Service struct {
	j *journal.Journal
}

// New checks that the indicators count acts that there are. The data are the release's own,
// so that what is wrong in them stops the program at its start.
func New(j *journal.Journal) *Service {
	if err := rules.check(); err != nil {
		panic(err)
	}
	return &Service{j}
}

var errNone = civic.E(civic.NotFound, "figure.unknown", "没有这个指标。请从「数字」里点开一个。")

var errSpan = civic.E(civic.Invalid, "figure.span", "日子要写成2026-11-01这样，先早后晚，前后不超过两年。")

// spanMost bounds a span, in days.
const spanMost = 731

// Ask is which figures are asked for: the days are both included.
type Ask struct {
	Division civic.Division
	From, To string // YYYY-MM-DD; empty for the last thirty days
	Clause   string // of a board: the figures that cite it; "" for all
}

// span fills in what was left empty, and refuses what is no span.
func (a Ask) span(now time.Time) (journal.Span, error) {
	today := now.In(civic.Shanghai)
	if a.To == "" {
		a.To = today.Format(time.DateOnly)
	}
	to, err := time.Parse(time.DateOnly, a.To)
	if err != nil {
		return journal.Span{}, errSpan.On("to")
	}
	if a.From == "" {
		a.From = to.AddDate(0, 0, -29).Format(time.DateOnly)
	}
	from, err := time.Parse(time.DateOnly, a.From)
	if err != nil || from.After(to) || to.Sub(from) > spanMost*24*time.Hour {
		return journal.Span{}, errSpan.On("from")
	}
	return journal.Span{Division: a.Division, From: a.From, To: a.To}, nil
}

// Board is the figures of one division in one span.
type Board struct {
	Span    journal.Span
	AsOf    time.Time // when what they count was sealed last; zero for never
	Figures []Trend
}

// Trend is a figure with its course: by day, or by month where there are more days than
// anybody tells apart.
type Trend struct {
	Figure
	Alarm *Alarm
	Steps []Part
}

// daysMost is up to how many days a course is told by day.
const daysMost = 92

// stepsOf are what the course of a span is told by.
func stepsOf(in journal.Span) journal.By {
	from, err := time.Parse(time.DateOnly, in.From)
	to, err2 := time.Parse(time.DateOnly, in.To)
	if err == nil && err2 == nil && to.Sub(from) >= daysMost*24*time.Hour {
		return journal.ByMonth
	}
	return journal.ByDay
}

// Board makes all figures. It needs figures.see in the division.
func (s *Service) Board(ctx context.Context, actor civic.Actor, ask Ask) (Board, error) {
	var out Board
	err := s.look(ctx, actor, ask, func(v *journal.View, _ civic.Authority, in journal.Span) error {
		var ds []*Definition
		var acts []journal.Act
		for _, d := range rules.Indicators {
			if ask.Clause == "" || slices.Contains(d.Clauses, ask.Clause) {
				ds, acts = append(ds, d), append(acts, d.acts()...)
			}
		}
		sums, err := journal.Sums(v, in, stepsOf(in), acts)
		if err != nil {
			return err
		}
		out = Board{Span: in}
		for _, d := range ds {
			out.Figures = append(out.Figures, trend(in, d, sums))
		}
		out.AsOf, err = journal.SealedAt(v)
		return err
	})
	return out, err
}

// trend makes a figure with its course from sums by its steps.
func trend(in journal.Span, d *Definition, sums []journal.Sum) Trend {
	own := d.among(sums)
	return Trend{figureOf(d, own), alarm(d, own), everyStep(in, d, parts(d, own, byGroup))}
}

// everyStep puts in the steps of a span in which nothing was counted.
func everyStep(in journal.Span, d *Definition, some []Part) []Part {
	layout, months, days := time.DateOnly, 0, 1
	if stepsOf(in) == journal.ByMonth {
		layout, months, days = "2006-01", 1, 0
	}
	var out []Part
	for at, err := time.Parse(layout, in.From[:len(layout)]); err == nil && at.Format(layout) <= in.To; at = at.AddDate(0, months, days) {
		key := at.Format(layout)
		if len(some) > 0 && some[0].Key == key {
			out, some = append(out, some[0]), some[1:]
			continue
		}
		out = append(out, Part{key, Figure{Of: d}})
	}
	return out
}

func byGroup(x journal.Sum) string { return x.Group }

// counts reports whether any part of the definition counts a sum.
func (d *Definition) counts(x journal.Sum) bool {
	for _, c := range d.counted() {
		if c.has(x) {
			return true
		}
	}
	return false
}

// look authorises whoever asks for figures of a division.
func (s *Service) look(ctx context.Context, actor civic.Actor, ask Ask, fn func(*journal.View, civic.Authority, journal.Span) error) error {
	return s.j.Look(ctx, actor, func(v *journal.View) error {
		auth, err := v.Authorise(civic.Need{Permission: civic.MaySeeFigures, Division: ask.Division, Look: true})
		if err != nil {
			return err
		}
		in, err := ask.span(v.Now)
		if err != nil {
			return err
		}
		return fn(v, auth, in)
	})
}

// Detail is one figure, with what it is made of.
type Detail struct {
	Trend
	Span      journal.Span
	AsOf      time.Time
	Months    []Part // of the year up to the end of the span
	Divisions []Part // of the level below
	Channels  []Part
}

func find(code string) *Definition {
	for _, d := range rules.Indicators {
		if d.Code == code {
			return d
		}
	}
	return nil
}

// Detail makes one figure by month, division and channel. It needs figures.see in the
// division. NotFound if there is no such indicator.
func (s *Service) Detail(ctx context.Context, actor civic.Actor, code string, ask Ask) (Detail, error) {
	var out Detail
	err := s.look(ctx, actor, ask, func(v *journal.View, _ civic.Authority, in journal.Span) error {
		d := find(code)
		if d == nil {
			return errNone
		}
		steps, err := journal.Sums(v, in, stepsOf(in), d.acts())
		if err != nil {
			return err
		}
		where, err := journal.Sums(v, in, journal.ByDivision, d.acts())
		if err != nil {
			return err
		}
		year := in
		to, err := time.Parse(time.DateOnly, in.To)
		if err != nil {
			return err
		}
		year.From = to.AddDate(0, -11, 1-to.Day()).Format(time.DateOnly)
		months, err := journal.Sums(v, year, journal.ByMonth, d.acts())
		if err != nil {
			return err
		}
		out = Detail{Trend: trend(in, d, steps), Span: in,
			Months: parts(d, months, byGroup), Divisions: parts(d, where, byGroup),
			Channels: parts(d.anyWay(), steps, func(x journal.Sum) string { return string(x.Channel) })}
		out.AsOf, err = journal.SealedAt(v)
		return err
	})
	return out, err
}

// anyWay is the definition for one channel: a share of channels is, there, a number.
func (d *Definition) anyWay() *Definition {
	if d.Count == nil || d.Count.By == "" {
		return d
	}
	one := *d
	one.Number, one.Count, one.Of, one.Target = d.Of, nil, nil, nil
	return &one
}

// Behind is an entry that a figure counts, with its office by name.
type Behind struct {
	journal.Entry
	Place string
}

// Behind lists the entries that a figure counts, or with all those that it counts them of, the
// newest first; before one, or "" for the first page. It needs figures.see in the division.
// The entries say what, when, where and by which way, and of nobody.
func (s *Service) Behind(ctx context.Context, actor civic.Actor, code string, ask Ask, all bool, before string) (d *Definition, list []Behind, more bool, err error) {
	err = s.look(ctx, actor, ask, func(v *journal.View, auth civic.Authority, in journal.Span) error {
		if d = find(code); d == nil {
			return errNone
		}
		c := d.counted()[0]
		if all && d.Of != nil {
			c = d.Of
		}
		var es []journal.Entry
		if es, more, err = journal.Behind(v, auth, in, c.Acts, c.channels(), before); err != nil {
			return err
		}
		var ids []civic.OfficeID
		for _, e := range es {
			ids = append(ids, e.Office)
		}
		names, err := place.Names(v, ids)
		list = make([]Behind, len(es))
		for i, e := range es {
			list[i] = Behind{e, names[e.Office]}
		}
		return err
	})
	return d, list, more, err
}
