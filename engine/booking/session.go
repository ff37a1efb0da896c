package booking

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"yinqiao/civic"
	"yinqiao/place"
)

// Resource is what is booked: a doctor, a hall, a class.
type Resource struct {
	Office     civic.OfficeID
	ID         string
	Kind       string // clinic, venue, class: as definitions name it
	Department string // in words; "" where there are none
	Name       string
	About      string        // 主任医师, 需要自带笔墨
	Plan       string        // how its places are shared out
	Staff      civic.StaffID // the doctor's own account, if there is one
	Individual bool          // one person, by name; else several who take turns, a hall, a class
	Ahead      int           // days before a session on which booking begins
	Opens      int           // and the minute of that day
	State      string        `json:"-"`
}

// Template is one session of every week.
type Template struct {
	Weekday  time.Weekday
	From, To int // minutes after midnight
	Places   int
	Holidays bool // also on public holidays
}

// Session is one time at which a resource serves so many people.
type Session struct {
	Office     civic.OfficeID
	ID         string
	Resource   string
	Kind       string
	Department string
	Day        string // YYYY-MM-DD in Shanghai
	StartsAt   time.Time
	EndsAt     time.Time
	OpensAt    time.Time // booking begins
	Places     int
	Plan       string // by content
	State      string // open, stopped
	Reason     string // why it was stopped
}

const sessionColumns = `office, id, resource, kind, department, day, starts_at, ends_at, opens_at, places, plan, state, reason`

// Words says when a session is: 11月23日 星期一 上午8点到12点.
func (s Session) Words() string { return sayDay(s.StartsAt) + " " + s.clock() }

func (s Session) clock() string {
	return civic.SayTime(s.StartsAt) + "到" + civic.SayTime(s.EndsAt)
}

func sayDay(t time.Time) string {
	t = t.In(civic.Shanghai)
	return t.Format("1月2日 ") + "星期" + string([]rune("日一二三四五六")[t.Weekday()])
}

// sayWhen says when something begins: 11月23日 星期一下午2点.
func sayWhen(t time.Time) string { return sayDay(t) + civic.SayTime(t) }

// Named says what is booked, with its department.
func (r Resource) Named() string { return strings.TrimSpace(r.Department + " " + r.Name) }

// days is what is known of the days over which a resource's sessions are made.
type days struct {
	place map[string]place.DayPlan // of the place itself
	own   map[string]int           // the weekday by which a day goes; -1 for none
}

// weekday returns by which weekday a resource works on a day, and whether it does.
func (d days) weekday(day time.Time) (w time.Weekday, holiday, works bool) {
	key := day.Format(time.DateOnly)
	if o, ok := d.own[key]; ok && o != AsUsual {
		return time.Weekday(max(o, 0)), false, o >= 0
	}
	if p, ok := d.place[key]; ok && p.Other && len(p.Spans) == 0 {
		return 0, false, false // the place is closed on this day
	}
	return day.Weekday(), place.DayOf(day).Kind == place.Holiday, true
}

// sessionsOf makes the sessions of a resource on a day from its templates.
func sessionsOf(r Resource, ts []template, d days, day time.Time) []Session {
	w, holiday, works := d.weekday(day)
	if !works {
		return nil
	}
	key := day.Format(time.DateOnly)
	opens := at(day.AddDate(0, 0, -r.Ahead), r.Opens)
	var out []Session
	for _, t := range ts {
		if time.Weekday(t.Weekday) != w || holiday && !t.Holidays || key < t.Since || key >= t.Until {
			continue
		}
		out = append(out, Session{Office: r.Office, Resource: r.ID, Kind: r.Kind, Department: r.Department, Day: key,
			StartsAt: at(day, t.FromMin), EndsAt: at(day, t.ToMin), OpensAt: opens, Places: t.Places, Plan: r.Plan, State: "open"})
	}
	slices.SortFunc(out, func(a, b Session) int { return cmp.Compare(a.StartsAt.UnixMicro(), b.StartsAt.UnixMicro()) })
	return out
}

// template is a Template as it lies in its row.
type template struct {
	Resource       string
	Weekday        int
	FromMin, ToMin int
	Places         int
	Holidays       bool
	Since, Until   string
}

const templateColumns = `resource, weekday, from_min, to_min, places, holidays, since, until`

// weekly is a template as people see it.
func (t template) weekly() Template {
	return Template{time.Weekday(t.Weekday), t.FromMin, t.ToMin, t.Places, t.Holidays}
}

// at is the minute of a day in Shanghai.
func at(day time.Time, minute int) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, minute, 0, 0, civic.Shanghai)
}

// parseSpan checks two days, included, that are so many days apart at most.
func parseSpan(from, to string, most int) error {
	a, err := parseDay(from)
	if err != nil {
		return err
	}
	b, err := parseDay(to)
	if err == nil && b.Sub(a) > time.Duration(most)*24*time.Hour {
		err = errHorizon.On("to")
	}
	return err
}

func parseDay(s string) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, s, civic.Shanghai)
	if err != nil {
		err = errDay
	}
	return t, err
}
