package place

import (
	"fmt"
	"slices"
	"time"

	"yinqiao/civic"
)

// OtherDay is what holds on one date instead of the usual hours.
type OtherDay struct {
	Day    string // YYYY-MM-DD
	Hours  []Span // none: closed
	Reason string
}

// Timetable is all that tells when a place is open. Known is false when nobody
// has entered its hours in a form that can be reckoned with.
type Timetable struct {
	Known  bool
	Hours  Hours
	Closed bool // on public holidays, by the kind of the place
	Other  map[string]OtherDay
	Shut   string // why it serves the public no more
}

// aheadMost is how many days NextOpen looks ahead. What is closed longer is asked
// by phone.
const aheadMost = 60

// on returns the hours of the day that begins at midnight d, and why they are not
// the usual ones.
func (t Timetable) on(d time.Time) (spans []Span, why string) {
	if t.Shut != "" {
		return nil, t.Shut
	}
	if o, ok := t.Other[d.Format(time.DateOnly)]; ok {
		return o.Hours, o.Reason
	}
	switch day := DayOf(d); {
	case day.Kind == Holiday:
		switch {
		case t.Hours.Holidays == OffHours:
			return t.Hours.Off, day.Name
		case t.Hours.Holidays == IsClosed, t.Hours.Holidays == ByKind && t.Closed:
			return nil, day.Name
		}
	case day.Kind == MovedDay && t.Closed && t.Hours.Holidays != AsUsual:
		// Those who keep the public holidays work on the day that was moved, by the
		// hours of a working day.
		for _, w := range everyDay[1:6] {
			if len(t.Hours.Days[w]) > 0 {
				return t.Hours.Days[w], ""
			}
		}
	}
	return t.Hours.Days[d.Weekday()], ""
}

// stretch is one uninterrupted time of being open.
type stretch struct{ from, to time.Time }

// stretches lists when the place is open, from what began the day before t over n
// days, in order; those that touch or overlap are one.
func (t Timetable) stretches(at time.Time, n int) []stretch {
	var out []stretch
	d := midnight(at).AddDate(0, 0, -1)
	for range n + 1 {
		spans, _ := t.on(d)
		for _, s := range spans {
			x := stretch{clockOn(d, s.From), clockOn(d, s.To)}
			if last := len(out) - 1; last >= 0 && !x.from.After(out[last].to) {
				if x.to.After(out[last].to) {
					out[last].to = x.to
				}
				continue
			}
			out = append(out, x)
		}
		d = d.AddDate(0, 0, 1)
	}
	return out
}

func clockOn(midnight time.Time, minutes int) time.Time {
	y, m, d := midnight.Date()
	return time.Date(y, m, d, 0, minutes, 0, 0, civic.Shanghai)
}

// Status is whether a place is open, and what comes next.
type Status struct {
	Known bool
	Open  bool
	// Until is when it closes; zero when it doesn't within the time looked ahead.
	Until time.Time
	// Next is when it opens; zero when it doesn't within two months.
	Next  time.Time
	Today bool   // it is open now or later on this day
	None  bool   // it has no hours at all on this day
	Why   string // why the day is not as usual: 国庆节, or the reason that was given
}

// OpenAt says whether a place is open at t.
func OpenAt(p Timetable, t time.Time) Status {
	s := Status{Known: p.Known}
	if !p.Known {
		return s
	}
	today, why := p.on(midnight(t))
	s.Why, s.None = why, len(today) == 0
	// A short look is enough nearly always: what is open closes within days, and what
	// is closed opens after the weekend.
	for _, ahead := range []int{4, 10, aheadMost} {
		s.Open, s.Until, s.Next = false, time.Time{}, time.Time{}
		list := p.stretches(t, ahead)
		for i, x := range list {
			if !x.to.After(t) {
				continue
			}
			if s.Open = !x.from.After(t); !s.Open {
				s.Next = x.from
			} else if end := midnight(t).AddDate(0, 0, ahead-1); x.to.Before(end) {
				s.Until = x.to
				if i+1 < len(list) {
					s.Next = list[i+1].from
				}
			}
			break
		}
		if !s.Next.IsZero() {
			break
		}
	}
	s.Today = s.Open || !s.Next.IsZero() && midnight(s.Next).Equal(midnight(t))
	return s
}

// NextOpen returns when a place opens that is closed at t, or t itself while it is
// open; ok is false if it doesn't within two months.
func NextOpen(p Timetable, t time.Time) (at time.Time, ok bool) {
	s := OpenAt(p, t)
	if s.Open {
		return t, true
	}
	return s.Next, !s.Next.IsZero()
}

// Words says a status to a person: 现在开着，下午5点30分关门。
func (s Status) Words(now time.Time) string {
	switch {
	case !s.Known:
		return "开门时间还没有登记，去之前请先打电话问一问。"
	case s.Open && s.Until.IsZero():
		return "现在开着，昼夜都有人。"
	case s.Open:
		return "现在开着，" + sayWhen(s.Until, now) + "关门。"
	case s.Next.IsZero():
		return "最近不开门" + because(s.Why) + "，去之前请先打电话问一问。"
	case s.Today:
		return "现在关着，" + sayWhen(s.Next, now) + "开门。"
	case s.None:
		return "今天不开门" + because(s.Why) + "，" + sayWhen(s.Next, now) + "开门。"
	}
	return "现在关着，" + sayWhen(s.Next, now) + "开门。"
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return "（" + why + "）"
}

// sayWhen says a time from now: the hour alone today, 明天, else the date.
func sayWhen(t, now time.Time) string {
	t = t.In(civic.Shanghai)
	clock := civic.SayTime(t)
	switch days := int(midnight(t).Sub(midnight(now)).Hours()+1) / 24; {
	case t.Equal(midnight(t)) && days == 1:
		return "夜里12点"
	case days == 0:
		return clock
	case days == 1:
		return "明天" + clock
	}
	return fmt.Sprintf("%d月%d日星期%s%s", t.Month(), t.Day(), string([]rune(weekWords)[t.Weekday()]), clock)
}

// DayPlan is what holds on one of the coming days.
type DayPlan struct {
	Day   time.Time // midnight in Shanghai
	Spans []Span
	Why   string
	Other bool // by an exception of the place itself
}

// Words says the hours of the day.
func (d DayPlan) Words() string {
	if len(d.Spans) == 0 {
		return "不开门" + because(d.Why)
	}
	w := saySpans(d.Spans)
	if d.Spans[0] != (Span{0, dayMinutes}) {
		w = w[1:]
	}
	return w + because(d.Why)
}

// Ahead lists what holds on the day of t and the n-1 after it.
func (t Timetable) Ahead(at time.Time, n int) []DayPlan {
	out := make([]DayPlan, n)
	for i := range out {
		d := midnight(at).AddDate(0, 0, i)
		spans, why := t.on(d)
		_, other := t.Other[d.Format(time.DateOnly)]
		out[i] = DayPlan{d, slices.Clone(spans), why, other}
	}
	return out
}
