package calls

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"yinqiao/civic"
	"yinqiao/journal"
)

// Hour is what was called in one hour of a day.
type Hour struct {
	Hour      int // 0 to 23, in Asia/Shanghai
	Came      int // calls that came in
	Queued    int // that asked for an operator
	Soon      int // that an operator took within the seconds of the rules
	Answered  int // that an operator took at all
	Abandoned int // whose caller hung up waiting
	ByKeys    int // that keys alone brought to an end
	Keyless   int // in which no key was pressed
	Solved    int // after which the same number did not call again within the days of the rules
	Ended     int
	Promised  int // call-backs promised
	Kept      int // in time
	KeptLate  int
	Late      int // open, and what was promised is over
}

func (h *Hour) add(x Hour) {
	h.Came, h.Queued, h.Soon, h.Answered, h.Abandoned = h.Came+x.Came, h.Queued+x.Queued, h.Soon+x.Soon, h.Answered+x.Answered, h.Abandoned+x.Abandoned
	h.ByKeys, h.Keyless, h.Solved, h.Ended = h.ByKeys+x.ByKeys, h.Keyless+x.Keyless, h.Solved+x.Solved, h.Ended+x.Ended
	h.Promised, h.Kept, h.KeptLate, h.Late = h.Promised+x.Promised, h.Kept+x.Kept, h.KeptLate+x.KeptLate, h.Late+x.Late
}

// Figures are the calls of one day, from the rows of the calls themselves.
type Figures struct {
	Day   string // YYYY-MM-DD
	Hours []Hour // those in which anything was
	All   Hour
	AsOf  time.Time
	// Within is within how many seconds a call that counts as Soon was taken, by the rules.
	Within int
}

// figuresMost bounds how many calls of a day are counted: 95128 of a whole province has fewer.
const figuresMost = 100_000

// Figures counts the calls of a day (YYYY-MM-DD, Asia/Shanghai) in a division by the hour in which they
// came. It needs figures.see there.
func (s *Service) Figures(ctx context.Context, actor civic.Actor, in civic.Division, dayOf string) (Figures, error) {
	from, err := time.ParseInLocation(time.DateOnly, dayOf, civic.Shanghai)
	if err != nil {
		return Figures{}, civic.E(civic.Invalid, "call.day", "请写日期，例如2026-11-23。").On("day")
	}
	var out Figures
	err = s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MaySeeFigures, Division: in, Look: true}); err != nil {
			return err
		}
		if f, ok := s.counted.get(in, dayOf, v.Now); ok {
			out = f
			return nil
		}
		hours := [24]Hour{}
		if err := s.countCalls(v, &hours, in, from); err != nil {
			return err
		}
		if err := s.countBacks(v, &hours, in, from); err != nil {
			return err
		}
		out = Figures{Day: dayOf, AsOf: v.Now, Within: rules.SoonSeconds.Value}
		for i, h := range hours {
			h.Hour = i
			if h.Came+h.Promised > 0 {
				out.Hours = append(out.Hours, h)
				out.All.add(h)
			}
		}
		s.counted.put(in, out)
		return nil
	})
	return out, err
}

// counted keeps the figures that were counted a moment ago: whoever watches the line asks for them again at
// every change of it, and there are many in a minute.
type counted struct {
	mu sync.Mutex
	of map[countedKey]Figures
}

type countedKey struct {
	in  civic.Division
	day string
}

func (c *counted) get(in civic.Division, day string, at time.Time) (Figures, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, ok := c.of[countedKey{in, day}]
	f.Hours = slices.Clone(f.Hours)
	return f, ok && f.fresh(at)
}

func (c *counted) put(in civic.Division, f Figures) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.of, func(_ countedKey, old Figures) bool { return !old.fresh(f.AsOf) })
	f.Hours = slices.Clone(f.Hours)
	c.of[countedKey{in, f.Day}] = f
}

// fresh reports whether the figures were counted a moment ago.
func (f Figures) fresh(at time.Time) bool { return at.Sub(f.AsOf) < rules.FiguresSeconds.Seconds() }

func (s *Service) countCalls(v *journal.View, hours *[24]Hour, in civic.Division, from time.Time) error {
	var rows []struct {
		BeganAt          time.Time
		WaitsAt, TakenAt *time.Time
		How, Request     string
		Keys, Again      bool
	}
	to := from.AddDate(0, 0, 1)
	if err := v.Select(&rows, `SELECT c.began_at, c.waits_at, c.taken_at, c.how, c.request, c.keys,
		c.number_hash <> '' AND EXISTS (SELECT 1 FROM call x WHERE x.number_hash = c.number_hash AND x.began_at > c.began_at AND x.began_at < $5) AS again
		FROM call c WHERE c.began_at >= $1 AND c.began_at < $2 AND c.division >= $3 AND c.division < $4 ORDER BY c.began_at LIMIT $6`,
		from, to, in, string(in)+"~", to.Add(rules.AgainDays.Days()), figuresMost); err != nil {
		return err
	}
	for _, r := range rows {
		h := &hours[r.BeganAt.In(civic.Shanghai).Hour()]
		h.Came++
		if r.WaitsAt != nil {
			h.Queued++
		}
		if r.TakenAt != nil {
			h.Answered++
			if r.WaitsAt != nil && r.TakenAt.Sub(*r.WaitsAt) <= rules.SoonSeconds.Seconds() {
				h.Soon++
			}
		}
		if r.How == HowAbandoned {
			h.Abandoned++
		}
		if r.How == HowLed {
			h.ByKeys++
		}
		if !r.Keys {
			h.Keyless++
		}
		if r.How != "" {
			h.Ended++
			if !r.Again && (r.How == HowLed || r.How == HowTalked) {
				h.Solved++
			}
		}
	}
	return nil
}

func (s *Service) countBacks(v *journal.View, hours *[24]Hour, in civic.Division, from time.Time) error {
	var rows []struct {
		MadeAt, DueAt time.Time
		EndedAt       *time.Time
		State         string
	}
	if err := v.Select(&rows, `SELECT made_at, due_at, ended_at, state FROM call_back WHERE made_at >= $1 AND made_at < $2 AND division >= $3 AND division < $4 ORDER BY made_at LIMIT $5`,
		from, from.AddDate(0, 0, 1), in, string(in)+"~", figuresMost); err != nil {
		return err
	}
	for _, r := range rows {
		h := &hours[r.MadeAt.In(civic.Shanghai).Hour()]
		h.Promised++
		switch {
		case r.State == "kept" && !r.EndedAt.After(r.DueAt):
			h.Kept++
		case r.State == "kept":
			h.KeptLate++
		case r.State == "open" && v.Now.After(r.DueAt):
			h.Late++
		}
	}
	return nil
}

// Seat is an operator who takes calls, as a supervisor sees it.
type Seat struct {
	Staff  civic.StaffID
	Name   string
	Skills []string // in words
	Since  time.Time
	Call   string // that they speak in, "" for none
}

// Overview is the queue from above, in this process.
type Overview struct {
	Waiting, Talking, Led int
	Longest               time.Duration // that somebody waits now
	Seats                 []Seat
	Promised, Late        int // call-backs that are open, and those that are late
	AsOf                  time.Time
}

// Overview shows the calls, the operators and the open promises of a division. It needs figures.see there.
func (s *Service) Overview(ctx context.Context, actor civic.Actor, in civic.Division) (Overview, error) {
	var out Overview
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		if _, err := v.Authorise(civic.Need{Permission: civic.MaySeeFigures, Division: in, Look: true}); err != nil {
			return err
		}
		out.AsOf = v.Now
		var open struct{ N, Late int }
		err := v.Get(&open, `SELECT COUNT(*) AS n, CAST(COALESCE(SUM(CASE WHEN due_at < $1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS late
			FROM call_back WHERE state = 'open' AND division >= $2 AND division < $3`, v.Now, in, string(in)+"~")
		out.Promised, out.Late = open.N, open.Late
		return err
	})
	if err != nil {
		return out, err
	}
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	for _, o := range s.desk.calls {
		if !in.Covers(o.call.Division) {
			continue
		}
		switch o.call.State {
		case Waiting:
			out.Waiting++
			out.Longest = max(out.Longest, o.call.waited(out.AsOf))
		case Talking:
			out.Talking++
		case Led:
			out.Led++
		}
	}
	for _, seat := range s.desk.seats {
		if !slices.ContainsFunc(seat.Where, func(d civic.Division) bool { return d.Covers(in) || in.Covers(d) }) {
			continue
		}
		x := Seat{Staff: seat.Staff, Name: seat.Name, Since: seat.Since}
		for _, k := range seat.Skills {
			x.Skills = append(x.Skills, skillWords(k))
		}
		if o := s.desk.talking(seat.Staff); o != nil {
			x.Call = o.call.ID
		}
		out.Seats = append(out.Seats, x)
	}
	slices.SortFunc(out.Seats, func(a, b Seat) int { return a.Since.Compare(b.Since) })
	return out, nil
}
