package booking

import (
	"cmp"
	"context"
	"slices"
	"time"

	"yinqiao/civic"
	"yinqiao/db"
	"yinqiao/journal"
)

// DayFile is who comes to an office on a day, and how the day goes.
type DayFile struct {
	Day   string
	Today bool
	Items []Item // all of them, by time
	Tally Tally
}

// Tally counts a day of an office. What was cancelled or called off is not counted.
type Tally struct {
	Booked   int // all who booked
	Arrived  int
	Missed   int
	Due      int // have not come yet
	Waiting  int // have come and wait to be called
	Window   int // booked at a window
	Kept     int // kept places of the day's sessions
	KeptUsed int // and used by those they are for
	Called   int // were called
	// Between being ready and the first call, of those who were called; half and nine of
	// ten waited no longer.
	P50, P90 time.Duration
}

// Percent is a part of a whole in percent, rounded; -1 when there is none of it.
func Percent(part, whole int) int {
	if whole == 0 {
		return -1
	}
	return (part*100 + whole/2) / whole
}

// Ended counts those of whom it is known whether they came.
func (t Tally) Ended() int { return t.Arrived + t.Missed }

// Day shows who comes to one's own office on a day ("" for today), by masked name, and
// counts it. It needs case.work or booking.keep.
func (s *Service) Day(ctx context.Context, actor civic.Actor, day string) (*DayFile, error) {
	f := &DayFile{}
	err := s.j.Look(ctx, actor, func(v *journal.View) error {
		office, _, err := here(v)
		if err != nil {
			return err
		}
		f.Day = cmp.Or(day, dayOf(v.Now))
		if _, err := parseDay(f.Day); err != nil {
			return err
		}
		f.Today = f.Day == dayOf(v.Now)
		if f.Items, err = s.ofDay(v, office, f.Day); err != nil {
			return err
		}
		f.Tally, err = tally(v, office, f.Day)
		return err
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// tally counts in the database.
func tally(q db.Q, office civic.OfficeID, day string) (Tally, error) {
	var t Tally
	var states []struct {
		State   State
		N       int
		Windows int
	}
	if err := q.Select(&states, `SELECT state, COUNT(*) AS n, CAST(SUM(CASE WHEN channel = 'desk' THEN 1 ELSE 0 END) AS BIGINT) AS windows FROM booking
		WHERE office = $1 AND day = $2 AND state IN ('booked', 'arrived', 'missed') GROUP BY state`, office, day); err != nil {
		return t, err
	}
	for _, s := range states {
		*map[State]*int{Booked: &t.Due, Arrived: &t.Arrived, Missed: &t.Missed}[s.State] += s.N
		t.Booked, t.Window = t.Booked+s.N, t.Window+s.Windows
	}
	var kept struct{ Quota, Used, Lent int }
	if err := q.Get(&kept, `SELECT CAST(COALESCE(SUM(p.quota), 0) AS BIGINT) AS quota, CAST(COALESCE(SUM(p.used), 0) AS BIGINT) AS used,
		(SELECT COUNT(*) FROM booking b JOIN booking_pool x ON x.office = b.office AND x.session = b.session AND x.pool = b.pool
			WHERE b.office = $1 AND b.day = $2 AND x.kept AND b.cause IN ('released', 'borrowed') AND b.state NOT IN ('cancelled', 'called_off')) AS lent
		FROM booking_session s JOIN booking_pool p ON p.office = s.office AND p.session = s.id WHERE s.office = $1 AND s.day = $2 AND s.state = 'open' AND p.kept`, office, day); err != nil {
		return t, err
	}
	t.Kept, t.KeptUsed = kept.Quota, kept.Used-kept.Lent
	var line []struct {
		State   TicketState
		ReadyAt time.Time
		FirstAt *time.Time
	}
	if err := q.Select(&line, `SELECT state, ready_at, first_at FROM booking_ticket WHERE office = $1 AND day = $2 ORDER BY id LIMIT $3`, office, day, placesMost); err != nil {
		return t, err
	}
	var waited []time.Duration
	for _, x := range line {
		if x.State == Waiting {
			t.Waiting++
		}
		if x.FirstAt != nil {
			waited = append(waited, max(0, x.FirstAt.Sub(x.ReadyAt)))
		}
	}
	slices.Sort(waited)
	if t.Called = len(waited); t.Called > 0 {
		t.P50, t.P90 = waited[(t.Called-1)/2], waited[(t.Called*9+9)/10-1]
	}
	return t, nil
}
