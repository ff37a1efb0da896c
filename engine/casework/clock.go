package casework

import (
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/place"
	"yinqiao/request"
)

// near is from when on a case is called near its deadline: from the beginning of a
// working day before it.
func near(due time.Time) time.Time {
	y, m, d := place.AddWorkingDays(due, -theRules.NearWorkingDays.Value).In(civic.Shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, civic.Shanghai).UTC()
}

// resumed is the deadline of a case whose clock stood from stopped until now: as
// much time is left as there was. A term of working days is moved by working days, so
// that it ends on one; a term of days by the time itself.
func resumed(def *catalog.Casework, due, stopped, now time.Time) time.Time {
	if def.DueWorkingDays == 0 {
		return due.Add(now.Sub(stopped))
	}
	return place.AddWorkingDays(due, place.WorkingDaysBetween(stopped, now)).UTC()
}

// restart gives a case a new term at its office, in nobody's hands.
func (c *Case) restart(def *catalog.Casework, now time.Time) {
	c.State, c.Assignee, c.ResolvedAt, c.OverdueAt, c.EndedAt, c.StoppedAt, c.TriedAt, c.Attempts = Open, "", nil, nil, nil, nil, nil, 0
	c.DueAt = request.Due(def, now)
	c.NearAt = near(c.DueAt)
}

// goOn lets the clock of a case run again that stood, in the hands that asked.
func (c *Case) goOn(def *catalog.Casework, now time.Time) {
	if c.StoppedAt != nil {
		c.DueAt = resumed(def, c.DueAt, *c.StoppedAt, now)
		c.NearAt = near(c.DueAt)
	}
	c.State, c.StoppedAt = Taken, nil
	if c.Assignee == "" {
		c.State = Open
	}
}
