package place

import (
	_ "embed"
	"fmt"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"yinqiao/civic"
)

//go:embed data/holidays.yaml
var holidaysYAML []byte

// DayKind is what the calendar says of a day.
type DayKind int

// What a day may be.
const (
	Workday  DayKind = iota
	Weekend          // Saturday or Sunday
	Holiday          // a day off by the announcement or the law
	MovedDay         // a weekend day that is worked on, 调休
)

// Day is one day of the calendar.
type Day struct {
	Kind DayKind
	Name string // of the holiday, also on the day that is worked for it
	// Announced is false in a year whose days off are not known yet: then only the
	// weekends and the law's holidays with a fixed date are counted.
	Announced bool
}

// Works reports whether offices work on the day.
func (d Day) Works() bool { return d.Kind == Workday || d.Kind == MovedDay }

// calendar is what holidays.yaml holds, ready to be asked.
type calendar struct {
	days  map[string]Day // by YYYY-MM-DD
	years map[int]string // the source of each announced year
	law   map[string]string
}

var holidays = sync.OnceValue(func() calendar {
	c, err := parseHolidays(holidaysYAML)
	if err != nil {
		panic("place: data/holidays.yaml: " + err.Error())
	}
	return c
})

func parseHolidays(text []byte) (calendar, error) {
	var f struct {
		Version int
		Source  string
		Law     struct {
			Source string
			Days   []struct {
				Name string
				On   []string
			}
		}
		Years []struct {
			Year   int
			Source string
			Days   []struct {
				Name, From, To string
				Work           []string
			}
		}
	}
	c := calendar{days: map[string]Day{}, years: map[int]string{}, law: map[string]string{}}
	if err := yaml.UnmarshalWithOptions(text, &f, yaml.Strict()); err != nil {
		return c, err
	}
	if f.Version < 1 || f.Source == "" || f.Law.Source == "" {
		return c, fmt.Errorf("no version or source")
	}
	for _, d := range f.Law.Days {
		for _, on := range d.On {
			if _, err := time.Parse("01-02", on); err != nil || d.Name == "" {
				return c, fmt.Errorf("law: %s %s", d.Name, on)
			}
			c.law[on] = d.Name
		}
	}
	for _, y := range f.Years {
		if y.Source == "" || c.years[y.Year] != "" {
			return c, fmt.Errorf("%d has no source, or appears twice", y.Year)
		}
		c.years[y.Year] = y.Source
		put := func(at time.Time, d Day) error {
			key := at.Format(time.DateOnly)
			if _, twice := c.days[key]; twice || at.Year() != y.Year {
				return fmt.Errorf("%s appears twice, or in the wrong year", key)
			}
			c.days[key] = d
			return nil
		}
		for _, d := range y.Days {
			from, err := time.Parse(time.DateOnly, fmt.Sprintf("%d-%s", y.Year, d.From))
			if err != nil {
				return c, err
			}
			to, err := time.Parse(time.DateOnly, fmt.Sprintf("%d-%s", y.Year, d.To))
			if err != nil || to.Before(from) || d.Name == "" {
				return c, fmt.Errorf("%d %s: to %q: %v", y.Year, d.Name, d.To, err)
			}
			for at := from; !at.After(to); at = at.AddDate(0, 0, 1) {
				if err := put(at, Day{Holiday, d.Name, true}); err != nil {
					return c, err
				}
			}
			for _, w := range d.Work {
				at, err := time.Parse(time.DateOnly, fmt.Sprintf("%d-%s", y.Year, w))
				if err != nil || !weekend(at) {
					return c, fmt.Errorf("%d %s: %s is no weekend day to work on: %v", y.Year, d.Name, w, err)
				}
				if err := put(at, Day{MovedDay, d.Name, true}); err != nil {
					return c, err
				}
			}
		}
	}
	return c, nil
}

func weekend(t time.Time) bool { return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday }

// DayOf says what the calendar knows of the day in Shanghai on which t falls.
func DayOf(t time.Time) Day {
	t = t.In(civic.Shanghai)
	c := holidays()
	if d, ok := c.days[t.Format(time.DateOnly)]; ok {
		return d
	}
	d := Day{Announced: c.years[t.Year()] != ""}
	if name := c.law[t.Format("01-02")]; name != "" && !d.Announced {
		d.Kind, d.Name = Holiday, name
	} else if weekend(t) {
		d.Kind = Weekend
	}
	return d
}

// Announced names the announcement of a year's days off; "" when there is none
// yet.
func Announced(year int) string { return holidays().years[year] }

// NotAnnounced warns, in words for people, when a year's days off are not known
// yet; "" when they are.
func NotAnnounced(t time.Time) string {
	if y := t.In(civic.Shanghai).Year(); Announced(y) == "" {
		return fmt.Sprintf("%d年的放假安排还没有公布，先按周末和法定节日算。", y)
	}
	return ""
}

// midnight is the beginning of the day in Shanghai on which t falls.
func midnight(t time.Time) time.Time {
	y, m, d := t.In(civic.Shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, civic.Shanghai)
}

// AddWorkingDays returns the same time of day n working days later; the day of t
// is not counted, whatever it is. With n = 0 it is t, and with n < 0 earlier.
func AddWorkingDays(t time.Time, n int) time.Time {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	t = t.In(civic.Shanghai)
	for n > 0 {
		if t = t.AddDate(0, 0, step); DayOf(t).Works() {
			n--
		}
	}
	return t
}

// WorkingDaysBetween counts the working days after the day of from up to and with
// the day of to. It is negative when to is on an earlier day: then it counts those
// from the day of to up to the day before from.
func WorkingDaysBetween(from, to time.Time) int {
	a, b, sign := midnight(from), midnight(to), 1
	if b.Before(a) {
		a, b, sign = b.AddDate(0, 0, -1), a.AddDate(0, 0, -1), -1
	}
	n := 0
	for d := a.AddDate(0, 0, 1); !d.After(b); d = d.AddDate(0, 0, 1) {
		if DayOf(d).Works() {
			n++
		}
	}
	return sign * n
}
