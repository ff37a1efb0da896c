package casework

import (
	"time"

	"yinqiao/catalog"
	"yinqiao/civic"
	"yinqiao/journal"
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
// that it ends on one; what falls on a day on which nobody works counts as on the next
// on which somebody does. A term of days is moved by the time itself.
func resumed(def *catalog.Casework, due, stopped, now time.Time) time.Time {
	if def.DueWorkingDays == 0 {
		return due.Add(now.Sub(stopped))
	}
	later := place.AddWorkingDays(due, place.WorkingDaysBetween(onWorkingDay(stopped), onWorkingDay(now)))
	if due.After(stopped) && !later.After(now) {
		later = place.AddWorkingDays(later, 1) // of the same day only hours were left: nobody is late by waiting
	}
	return later.UTC()
}

// onWorkingDay is a time, or where nobody works on its day the same hour of the next
// day on which somebody does.
func onWorkingDay(t time.Time) time.Time {
	if place.DayOf(t).Works() {
		return t
	}
	return place.AddWorkingDays(t, 1)
}

// restart gives a case a new term at its office, in nobody's hands. What the office
// answered so far is kept among what was said.
func (s *Service) restart(tx *journal.Tx, c *Case, def *catalog.Casework) error {
	if err := s.former(tx, c); err != nil {
		return err
	}
	c.State, c.Assignee, c.ResolvedAt, c.OverdueAt, c.EndedAt, c.StoppedAt, c.TriedAt, c.Attempts = Open, "", nil, nil, nil, nil, nil, 0
	c.DueAt = request.Due(def, tx.Now)
	c.NearAt = near(c.DueAt)
	return nil
}

// former makes a note of the answer that a case has, and takes it from the case.
func (s *Service) former(tx *journal.Tx, c *Case) error {
	if c.Outcome == nil {
		return nil
	}
	text, err := s.outcome(c)
	if err != nil {
		return err
	}
	c.Outcome = nil
	at := tx.Now
	if c.ResolvedAt != nil {
		at = *c.ResolvedAt
	}
	return s.noteBy(tx, c, "former", text, civic.Party{Kind: civic.PartyStaff, ID: string(c.AnsweredBy)}, at)
}

// goOn lets the clock of a case run again that stood, in the hands that asked.
func (s *Service) goOn(tx *journal.Tx, c *Case) error {
	if c.StoppedAt != nil {
		def, err := s.requests.Definition(tx, c.Request)
		if err != nil {
			return err
		}
		c.DueAt = resumed(def.Casework, c.DueAt, *c.StoppedAt, tx.Now)
		c.NearAt = near(c.DueAt)
	}
	c.State, c.StoppedAt = Taken, nil
	if c.Assignee == "" {
		c.State = Open
	}
	return nil
}
